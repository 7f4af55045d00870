"""What is cut from a reading copy is nowhere in it: not in its text, page, PDF or facts."""

import io
import re
from datetime import UTC, datetime
from unicodedata import normalize

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import SettingInvalid, Unavailable
from models.finding import Text
from quarantine.evidence import pdf
from quarantine.evidence.pdf import write_pdf
from quarantine.evidence.reading_copy import (
    Cutter,
    Redaction,
    as_text,
    make_copy,
    write_html,
    write_text,
)
from quarantine.evidence.words import REASONS

BODY = "Annwyl Ŵyn Zyxwvut,\r\nCyfarfod yn Nhŷ'r Ysgol. ŴYN\nZYXWVUT <wyn@x.example> and Wyna.\r\n"
HEADER = "Subject: About Ŵyn  Zyxwvut\nTo: john@elsewhere.example\n"


def text(content, part="1", kind="visible"):
    return Text(part=part, kind=kind, content=content, own=())


TEXTS = (text(BODY), text(HEADER, "0", "header"), text("hidden ŵyn zyxwvut", kind="hidden"))


def cut(start, end, reason="third-party", part="1", kind="visible"):
    return Redaction(part=part, kind=kind, start=start, end=end, reason=reason)


NAME = cut(7, 18)


def a_copy(*redactions, texts=TEXTS, facts=()):
    return make_copy(texts, Cutter(texts, redactions), facts)


@pytest.mark.requirement("H7")
def test_a_name_cut_once_is_gone_from_every_text_and_fact():
    copy = a_copy(NAME, facts=[("recipients", "Ŵyn Zyxwvut <x@y.example>")])
    for written in (write_text(copy), write_html(copy, "GM/4")):
        assert "zyxwvut" not in written.lower()
        assert "Cyfarfod yn Nhŷ" in written
        assert "Trydydd parti / Third party" in written
    assert copy.removed == {"third-party": 5}
    assert TEXTS[0].content == BODY


def test_a_letter_and_its_accent_are_cut_whether_they_are_one_character_or_two():
    both = [text("Ŵyn Zyxwvut", "1"), text(normalize("NFD", "am Ŵyn Zyxwvut."), "2")]
    copy = make_copy(both, Cutter(both, [cut(0, 11)]))
    assert "Zyxwvut" not in write_text(copy)


def test_other_words_that_begin_alike_stay():
    copy = a_copy(cut(7, 10))  # "Ŵyn"
    body = as_text(copy.texts[1])
    assert "Wyna" in body
    assert "Zyxwvut" in body
    assert "Ŵyn" not in body


@pytest.mark.parametrize(
    ("redactions", "expected"),
    [
        pytest.param([], "abcdefghij", id="nothing"),
        pytest.param([cut(2, 4)], "ab#efghij", id="one"),
        pytest.param([cut(2, 4), cut(4, 6)], "ab##ghij", id="two that touch"),
        pytest.param([cut(2, 6), cut(4, 8)], "ab#ij", id="two that overlap are one"),
        pytest.param([cut(2, 8), cut(4, 6)], "ab#ij", id="one inside another"),
        pytest.param([cut(0, 10)], "#", id="all of it"),
        pytest.param([cut(5, 6), cut(0, 2)], "#cde#ghij", id="in any order"),
        pytest.param([cut(0, 2), cut(0, 2)], "#cdefghij", id="the same twice"),
    ],
)
def test_cuts(redactions, expected):
    texts = (text("abcdefghij"),)
    (copied,) = make_copy(texts, Cutter(texts, redactions)).texts
    assert "".join("#" if each.reason else each.text for each in copied.pieces) == expected


@pytest.mark.parametrize(
    ("redaction", "said"),
    [
        pytest.param(
            cut(0, 4, reason="dislike"), '"dislike"; expected one of third-party', id="why"
        ),
        pytest.param(cut(0, 4, part="7"), "part 7, visible text", id="where"),
        pytest.param(cut(4, 4), "from 4 to 4", id="nothing between"),
        pytest.param(cut(-1, 4), "from -1 to 4", id="before the start"),
        pytest.param(cut(0, 999), "from 0 to 999", id="after the end"),
    ],
)
def test_a_cut_that_makes_no_sense_is_refused_without_content(redaction, said):
    with pytest.raises(SettingInvalid, match=re.escape(said)) as refused:
        Cutter(TEXTS, [redaction])
    assert "Zyxwvut" not in str(refused.value)


words = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=60)


@given(st.lists(words, min_size=1, max_size=4), st.data())
def test_what_is_cut_is_never_left_and_what_is_not_stays(contents, data):
    texts = tuple(text(each, str(number)) for number, each in enumerate(contents, 1))
    chosen = data.draw(st.sampled_from(texts))
    start = data.draw(st.integers(0, len(chosen.content) - 1))
    end = data.draw(st.integers(start + 1, len(chosen.content)))
    copy = make_copy(texts, Cutter(texts, [cut(start, end, part=chosen.part)]))
    copied = next(each for each in copy.texts if each.part == chosen.part)
    assert any(each.reason for each in copied.pieces)
    assert len("".join(each.text for each in copied.pieces)) <= len(chosen.content) - (end - start)
    for each, whole in zip(copy.texts, texts, strict=True):  # no text is made, only cut
        rest = iter(whole.content)
        assert all(one in rest for piece in each.pieces for one in piece.text)


def test_the_mark_does_not_say_how_much_was_cut():
    short, long = (
        as_text(Cutter([text("x" * n)], [cut(0, n)]).cut("x" * n, "1")) for n in (4, 400)
    )
    assert short == long


def test_hostile_content_is_shown_and_does_nothing():
    hostile = "<script>alert(1)</script><img src=http://x.example/> \x1b[2J &amp;"
    page = write_html(a_copy(texts=(text(hostile),)), "<GM>")
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;GM&gt;" in page


@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_is_said_in_both_languages(reason):
    copy = a_copy(cut(7, 18, reason=reason))
    cy, en = write_text(copy).split(" (lle / places)")[0].split("\n")[-1].split(" / ")
    assert cy.strip() != en.strip()
    assert len(cy) > 3


AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def test_the_pdf_is_tagged_and_holds_nothing_of_what_was_cut():
    pytest.importorskip("weasyprint", exc_type=ImportError)
    page = write_html(a_copy(NAME, facts=[("sender", "Ŵyn Zyxwvut")]), "GM/4")
    made = write_pdf(page, identifier="one", at=AT)
    assert made == write_pdf(page, identifier="one", at=AT)
    reader = pypdf.PdfReader(io.BytesIO(made))
    told = "".join(each.extract_text() for each in reader.pages)
    assert "Trydydd parti / Third party" in told
    assert "Nhŷ'r Ysgol" in told
    everything = told + str(reader.metadata) + str(reader.xmp_metadata.stream.get_data())
    assert "zyxwvut" not in everything.lower()
    assert b"yxwvut" not in made
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "cy"
    assert "pdfuaid" in reader.xmp_metadata.stream.get_data().decode()


def test_a_page_that_asks_for_more_is_given_nothing(tmp_path):
    pytest.importorskip("weasyprint", exc_type=ImportError)
    secret = tmp_path / "secret.css"
    secret.write_text("body { content: 'x' }")
    page = f"<html lang=cy><title>x</title><style>@import url({secret.as_uri()})</style><p>x"
    assert write_pdf(page, identifier="one", at=AT).startswith(b"%PDF")


def test_without_weasyprint_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
    with pytest.raises(Unavailable, match="pip install porthor"):
        write_pdf("<p>", identifier="one", at=AT)
    assert "libpango" in pdf.WHAT_IS_MISSING
