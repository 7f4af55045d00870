"""How something is said: cues in either language, and what is meant beside them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.learned.cues import CUES, crossed, cues_of, places_of
from classifiers.learned.features import Meaning
from classifiers.learned.scorer import Linear, evidence, split
from classifiers.learned.words import SPACE, Laid, Reader

YOU, ME, THEM, NOT, SAID, *_, MONEY = range(len(CUES))


def cues_in(text):
    chunks, _ = Reader().chunks(text)
    return places_of(Laid(chunks).cues(0, len(chunks)))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("You're late", {YOU}, id="whom it is said to"),
        pytest.param("He told me", {ME, THEM, SAID}, id="what was said to me"),
        pytest.param("The gate cannot open", {NOT}, id="what is denied"),
        pytest.param("Bring £40", {MONEY}, id="money"),
        pytest.param("Room 4, 12/05/2026", {MONEY}, id="a number, and no date"),
        pytest.param("Gate", set(), id="nothing"),
        pytest.param("Dych chi ddim yn cael dod i mewn i'r ystafell", {YOU, NOT}, id="in Welsh"),
    ],
)
def test_cues_of_a_text(text, found):
    assert set(cues_in(text)) >= found
    assert found or not cues_in(text)


def test_cues_are_folded_english_words_each_of_one_kind_or_more():
    assert all(word == word.lower() and word for cue in CUES for word in cue)
    assert cues_of(["<date>", "<year>", "<link>"]) == 0


@given(st.integers(0, 2 ** len(CUES) - 1), st.integers(0, 2**32 - 1))
def test_the_runtime_multiplies_what_training_crossed(cues, seed):
    numbers = np.random.default_rng(seed)
    meaning = numbers.normal(size=128).astype(np.float32)
    directions = numbers.normal(size=(128 + len(CUES) * 129, 2)).astype(np.float32)
    nothing = np.zeros((SPACE, 0), np.float32)
    linear = Linear(np.empty(0, np.float32), nothing, directions, np.zeros(2, np.float32))
    by_meaning, alone = linear.directions_with(cues)
    found = meaning @ by_meaning + alone
    assert found == pytest.approx(crossed(meaning, cues) @ directions, abs=1e-3)


def test_a_row_of_training_is_what_the_runtime_sees():
    text = "You told nobody that the gate is broken"
    (row,) = Meaning().transform([text])
    directions = np.zeros((len(row), 1), np.float32)
    directions[: split(directions)[0].shape[0]] = 1.0
    zeros = np.zeros((SPACE, 1), np.float32)
    linear = Linear(np.zeros(SPACE, np.float32), zeros, directions, np.zeros(1, np.float32))
    seen = evidence(text, Reader(), linear)
    assert seen.logits[0, 0] == pytest.approx(row[:128].sum(), abs=1e-4)


def test_an_empty_text_has_neither_meaning_nor_cue():
    assert not Meaning().transform([""]).any()
