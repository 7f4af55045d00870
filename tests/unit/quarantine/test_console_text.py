from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.learned.corpus import KINDS
from models.finding import Finding, Text, Weight
from quarantine.console.names import name_in
from quarantine.console.text import (
    MOST_CHARACTERS,
    MOST_LINES,
    Mark,
    finding_marks,
    in_basic_letters,
    is_cut,
    mask,
    numbered_lines,
    unhidden,
)
from quarantine.console.words import translations, write_size
from quarantine.dates import write_time


def text_of(content, own=()):
    return Text(part="1", kind="visible", content=content, own=own)


def marked(content, *spans):
    lines = numbered_lines(text_of(content), [Mark(start=a, end=b, label="p") for a, b in spans])
    return [[(piece.text, bool(piece.label)) for piece in line.pieces] for line in lines]


@pytest.mark.parametrize(
    ("content", "spans", "expected"),
    [
        pytest.param("abc", [], [[("abc", False)]], id="nothing marked"),
        pytest.param("abc", [(1, 2)], [[("a", False), ("b", True), ("c", False)]], id="inside"),
        pytest.param("ab\ncd", [(1, 4)], [[("a", False), ("b", True)], [("c", True), ("d", False)]],
                     id="over a line's end"),
        pytest.param("abcd", [(0, 3), (1, 4)], [[("abc", True), ("d", True)]], id="overlapping"),
        pytest.param("abcd", [(0, 4), (1, 2)], [[("abcd", True)]], id="one in another"),
        pytest.param("ab", [(1, 99)], [[("a", False), ("b", True)]], id="beyond the end"),
        pytest.param("a\r\n\r\nb", [], [[("a", False)], [], [("b", False)]], id="empty line"),
    ],
)  # fmt: skip
def test_lines_are_cut_where_matches_are(content, spans, expected):
    assert marked(content, *spans) == expected


spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted).map(tuple))


@given(st.text(max_size=50), spans)
def test_no_character_is_lost_or_added(content, found):
    shown = ["".join(text for text, _ in line) for line in marked(content, *found)]
    assert shown == content.splitlines()


@given(st.text(alphabet="abc \n", max_size=50), spans)
def test_what_is_marked_is_what_was_found(content, found):
    lines = marked(content, *found)
    shown = "".join("x" if on else "." for line in lines for text, on in line for _ in text)
    inside = [any(a <= at < b for a, b in found) for at in range(len(content))]
    expected = "".join(
        "x" if on else "." for each, on in zip(content, inside, strict=True) if each != "\n"
    )
    assert shown == expected


@pytest.mark.parametrize(
    ("weights", "matches", "expected"),
    [
        pytest.param([(0, 1, 1.0), (2, 3, -1.0)], [], "for . against . .", id="for and against"),
        pytest.param([(0, 2, 1.0)], [(1, 2)], ". match . . .", id="a match goes before a word"),
        pytest.param([(0, 1, 0.0)], [], ". . . . .", id="what weighed nothing"),
        pytest.param([(3, 4, 1.0), (0, 1, 1.0)], [(1, 2)], "for match . for .", id="side by side"),
    ],
)
def test_words_for_and_against_are_marked(weights, matches, expected):
    about = {"detector": "x", "category": "x", "score": 1.0, "part": "1"}
    weighed = tuple(Weight(start=a, end=b, value=value) for a, b, value in weights)
    found = [Finding(**about, start=a, end=b) for a, b in matches]
    found.append(Finding(**about, end=5, weights=weighed))
    text = text_of("abcde")
    (line,) = numbered_lines(text, finding_marks(text, found, ["p"] * len(found)))
    shown = [
        piece.sign or ("match" if piece.label else ".") for piece in line.pieces for _ in piece.text
    ]
    assert " ".join(shown) == expected


def test_quoted_lines_are_told_apart():
    lines = numbered_lines(text_of("mine\n> theirs\n", own=((0, 5),)), [])
    assert [line.quoted for line in lines] == [False, True]


@pytest.mark.parametrize(
    ("before", "number"),
    [
        pytest.param("padding " * 1_000_000, 1, id="in one very long line"),
        pytest.param("pad\n" * 2_000_000, 2_000_001, id="after very many lines"),
        pytest.param("pad\r\n" * (MOST_LINES + 1), MOST_LINES + 2, id="just after the last line"),
    ],
)
def test_a_match_beyond_what_is_shown_is_shown_with_what_stands_around_it(before, number):
    text = text_of(f"{before}the card is 4111, you know\nmore")
    start = text.content.index("4111")
    lines = numbered_lines(text, [Mark(start=start, end=start + 4, label="p")])
    assert is_cut(text)
    assert lines[-1].number == number
    assert [each.text for each in lines[-1].pieces if each.label] == ["4111"]
    assert lines[-1].pieces[-1].text == ", you know"
    assert len(lines) <= MOST_LINES + 1
    shown = sum(len(piece.text) for line in lines for piece in line.pieces)
    assert shown <= MOST_CHARACTERS + 1000


def test_a_text_of_the_longest_length_is_shown_whole():
    text = text_of("a" * MOST_CHARACTERS)
    assert not is_cut(text)
    assert [len(each.pieces[0].text) for each in numbered_lines(text, [])] == [MOST_CHARACTERS]


@pytest.mark.parametrize(
    ("domain", "basic"),
    [
        pytest.param("apple.example", "", id="basic letters"),
        pytest.param("\u0430pple.example", "xn--pple-43d.example", id="a Cyrillic letter"),
        pytest.param("cyngor-m\u00f4n.cymru", "xn--cyngor-mn-n7a.cymru", id="a Welsh one"),
        pytest.param("\u0430" * 90, "\\u0430" * 90, id="no domain at all"),
    ],
)
def test_a_domain_is_also_shown_as_the_network_has_it(domain, basic):
    assert in_basic_letters(domain) == basic


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("llythyr \u0175.pdf", "llythyr \u0175.pdf"),
        ("\u202efdp.exe", "[U+202E]fdp.exe"),
        ("a\r\nb\u200b", "a[U+000D][U+000A]b[U+200B]"),
    ],
)
def test_what_hides_in_a_name_is_written_out(text, shown):
    assert unhidden(text) == shown


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("4111 1111 1111 1111", "411• •••• •••• ••••"),
        ("943", "9••"),
        ("ab", "••"),
        ("", ""),
        ("ŵŷ", "••"),
    ],
)
def test_a_value_is_never_shown_whole(value, masked):
    assert mask(value) == masked


@pytest.mark.parametrize(
    ("at", "english", "welsh"),
    [
        (datetime(2026, 11, 22, 9, 32, tzinfo=UTC), "22 November 2026 at 9:32am",
         "22 Tachwedd 2026 am 9:32am"),
        (datetime(2026, 7, 1, 12, 5, tzinfo=UTC), "1 July 2026 at 1:05pm",
         "1 Gorffennaf 2026 am 1:05pm"),
        (datetime(2026, 7, 1, 11, 0, tzinfo=UTC), "1 July 2026 at midday",
         "1 Gorffennaf 2026 am ganol dydd"),
        (datetime(2026, 12, 31, 0, 0, tzinfo=UTC), "31 December 2026 at midnight",
         "31 Rhagfyr 2026 am ganol nos"),
    ],
)  # fmt: skip
def test_times_are_written_as_people_here_do(at, english, welsh):
    assert (write_time(at, "en"), write_time(at, "cy")) == (english, welsh)


@pytest.mark.parametrize(
    ("octets", "text"), [(999, "999 B"), (48_200, "48 KB"), (2_540_000, "2.5 MB")]
)
def test_sizes(octets, text):
    assert write_size(octets) == text


@pytest.mark.parametrize("number", [0, 1, 2, 3, 5, 6, 8])
def test_welsh_has_a_form_for_every_number(number):
    words = translations("cy")
    form = words.ngettext(
        "%(num)s email is held until you decide.",
        "%(num)s emails are held until you decide.",
        number,
    )
    assert "e-b" in form
    assert "email" not in form


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("kind", [each for kinds in KINDS.values() for each in kinds])
def test_what_a_passage_reads_like_is_said_in_both_languages(kind, language):
    unsure = Finding(detector="learned", category="abusive", score=0.9, part="1")
    said = name_in(replace(unsure, reads_like=kind), language)
    assert said != name_in(unsure, language)
    assert {"en": "likely, not certain", "cy": "tebygol, nid sicr"}[language] in said
