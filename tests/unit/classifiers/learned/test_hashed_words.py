"""What is counted of a text: what a reader sees, however it is written, and in either language."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.learned.welsh import english, radicals
from classifiers.learned.words import SPACE, Laid, Reader, joined, located, tokens
from classifiers.text.folding import fold
from classifiers.text.language import language_of


@pytest.mark.parametrize(
    ("written", "found"),
    [
        pytest.param("Idiot!", ["idiot", "!"], id="small letters, signs apart"),
        pytest.param("1d10t", ["idiot"], id="figures for letters"),
        pytest.param("i.d.i.o.t", ["idiot"], id="points between letters"),
        pytest.param("soooo", ["so"], id="letters drawn out"),
        pytest.param("£1,250.50", ["£", "<6 digits>"], id="money"),
        pytest.param("12/05/2026", ["<date>"], id="a date"),
        pytest.param("2026", ["<year>"], id="a year"),
        pytest.param("a@b.example", ["<address>"], id="an address"),
        pytest.param("https://a.example/x", ["<link>"], id="a link"),
        pytest.param("CF10", ["cf", "<2 digits>"], id="a postcode is no disguise"),
        pytest.param("10am", ["<2 digits>", "am"], id="nor is a time"),
        pytest.param("x" * 50, ["<long>"], id="a code"),
        pytest.param("it's", ["it's"], id="an apostrophe inside"),
    ],
)
def test_tokens(written, found):
    assert list(tokens(written)) == found


def test_letters_apart_are_one_word():
    assert joined(["you", "f", "u", "c", "k", "off"]) == ["you", "fuck", "off"]
    assert joined(["plan", "A", "or", "B"]) == ["plan", "A", "or", "B"]


@given(st.text())
def test_chunks_stand_where_they_say(text):
    folded = fold(text)
    chunks, _ = Reader().chunks(text)
    places = located(folded.text)
    assert len(places) == len(chunks)
    assert all(start < end for start, end in places)


@given(st.text(min_size=1))
def test_features_lie_in_their_space(text):
    chunks, _ = Reader().chunks(text)
    if chunks:
        found = Laid(chunks).features(0, len(chunks))
        assert found.dtype == np.int32
        assert ((found >= 0) & (found < SPACE)).all()


def test_what_is_remembered_changes_nothing():
    reader = Reader()
    first, again = (
        Laid(reader.chunks("You are useless and everyone knows it")[0]).features(0, 7)
        for _ in range(2)
    )
    assert (first == again).all()


@given(st.lists(st.sampled_from(["ti", "twpsyn", "mae", "idiot", "the", "£5"]), min_size=2))
def test_a_run_of_chunks_gives_what_it_would_give_alone(words):
    reader = Reader()
    chunks, _ = reader.chunks(" ".join(words))
    for end in range(1, len(chunks) + 1):
        cut = Laid(chunks).features(end - 1, end)
        assert (cut == Laid(chunks[end - 1 : end]).features(0, 1)).all()


@pytest.mark.parametrize(
    ("mutated", "radical"),
    [
        ("dendr", "tendr"),
        ("nghyngor", "cyngor"),
        ("mhris", "pris"),
        ("fygwth", "bygwth"),
        ("lywydd", "llywydd"),
        ("ngwaith", "gwaith"),
        ("hysgol", "ysgol"),
        ("wybodaeth", "gwybodaeth"),
    ],
)
def test_mutations_are_undone(mutated, radical):
    assert radical in radicals(mutated)


@pytest.mark.requirement("O3")
def test_welsh_words_bring_english_ones():
    assert "bid" in english("gynnig")
    assert english("zzz") == ()


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        pytest.param("petha", "pethau", id="the north"),
        pytest.param("pethe", "pethau", id="the south"),
        pytest.param("betha", "pethau", id="and mutated"),
        pytest.param("amsar", "amser", id="inside the last syllable"),
        pytest.param("gweitho", "gweithio", id="a verb"),
    ],
)
def test_welsh_is_known_as_it_is_spoken(spoken, written):
    assert english(spoken) == english(written) != ()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("mae'r cyfarfod yn y neuadd", "cy"),
        ("the meeting is in the hall", "en"),
        ("zzz qqq", ""),
    ],
)
def test_language(text, language):
    assert language_of(text.split()) == language
