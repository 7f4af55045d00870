"""Why a text scored as it did: the parts add up, and stand where they are said to stand."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.learned.reasons import contributions
from classifiers.learned.scorer import evidence
from classifiers.learned.weighing import KNOTS, hats
from classifiers.learned.words import Reader

WORDS = [
    "you",
    "useless",
    "idiot",
    "bid",
    "price",
    "diagnosis",
    "the",
    "meeting",
    "contract.",
    "Siân",
]


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=120))
@settings(max_examples=30)
def test_parts_add_up_to_the_logit(classifier, words):
    text, reader = " ".join(words), Reader()
    seen = evidence(text, reader, classifier.linear)
    logits = classifier.weighing.logits(seen)
    chunks = reader.chunks(text)[0]
    for expert in range(len(logits)):
        parts = contributions(chunks, classifier.linear, classifier.weighing, seen, expert)
        views = classifier.weighing.weights_for(seen)[expert]
        alone = logits[expert] - views @ seen.logits[:, expert]
        intercepts = views.sum() * classifier.linear.intercepts[expert]
        assert parts.sum() + alone + intercepts == pytest.approx(logits[expert], abs=1e-3)


@pytest.mark.requirement("M5")
def test_words_for_stand_in_the_text(classifier):
    text = (
        "Good morning all. You are a useless lazy idiot and everybody hates you. Tea is at three."
    )
    judged = classifier.judge(text, explain=True)[0]
    named = [text[each.start : each.end] for each in judged.weights if each.value > 0]
    assert any("idiot" in each or "useless" in each for each in named)
    assert "idiot" in text[judged.start : judged.end]
    assert any(each.value < 0 for each in judged.weights)


def test_the_same_text_gets_the_same_answer(classifier):
    text = "Ynghlwm mae adroddiad yr ymchwiliad disgyblu i Dafydd."
    assert classifier.judge(text, explain=True) == classifier.judge(text, explain=True)


@given(st.integers(0, 100_000))
def test_hats_sum_to_one(words):
    assert sum(hats(words)) == pytest.approx(1.0)


def test_hats_at_a_knot():
    assert list(hats(round(math.exp(KNOTS[1])))) == [0, 1, 0, 0, 0]
