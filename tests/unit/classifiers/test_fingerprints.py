"""Which passages of registered documents are found again, and what is left alone."""

import random
from datetime import date

import pytest
from factories import an_envelope
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.detectors.fingerprints import NearCopies, shingles_of
from classifiers.registers import Fingerprints, words_of
from classifiers.text.folding import fold
from classifiers.text.reading import Reading
from gateway.registers import NewList, Registered
from models.finding import Finding, Text
from models.mail import Mail
from models.mime import read_message

_chance = random.Random(7)
_SYLLABLES = ("ba", "cor", "dal", "eth", "fan", "gor", "hyn", "llan", "mor", "nant", "pen", "rhos")


def prose(count, chance=_chance):
    """So many words that stand in no other text."""
    return ["".join(chance.choices(_SYLLABLES, k=3)) for _ in range(count)]


PAPER = prose(400)
SECOND = prose(600)
FOOTER = prose(12)
LETTERS = [[*prose(60), *FOOTER] for _ in range(8)]


def a_detector(documents, left_out=()):
    new = NewList(Registered(key=b"k" * 32), "board-papers", "documents", date(2026, 11, 24))
    words = [words_of(fold(" ".join(each)).text) for each in documents]
    registers = new.with_documents(words, left_out).registers
    return NearCopies(registers.key, registers.fingerprints)


DETECTOR = a_detector([PAPER, SECOND, *LETTERS])


def detected(content, detector=DETECTOR):
    text = Text(part="1", kind="visible", content=content, own=((0, len(content)),))
    mail = Mail(envelope=an_envelope(), message=read_message(b"Subject: x\r\n\r\n"))
    return list(detector.detect(mail, Reading(((text, fold(content)),))))


def best(content, detector=DETECTOR):
    found = [each for each in detected(content, detector) if isinstance(each, Finding)]
    return max(found, key=lambda each: each.score, default=None)


def within(words):
    """The words between others of no document."""
    return " ".join([*prose(50), *words, *prose(50)])


def edited(words, share):
    chance = random.Random(share)
    return [prose(1)[0] if chance.random() < share else each for each in words]


@pytest.mark.parametrize(
    ("text", "low", "high", "reason"),
    [
        pytest.param(" ".join(PAPER), 0.95, 1, "near-copy", id="all of it"),
        pytest.param(within(PAPER[:250]), 0.95, 1, "near-copy", id="more than half"),
        pytest.param(within(PAPER[100:140]), 0.9, 0.9, "excerpt", id="a paragraph"),
        pytest.param(within(PAPER[100:115]), 0.5, 0.6, "excerpt", id="a sentence"),
        pytest.param(
            within(PAPER[100:140]).upper().replace(" ", " -\n"),
            0.9,
            0.9,
            "excerpt",
            id="in capitals, wrapped and dashed",
        ),
        pytest.param(
            within(edited(SECOND[:250], 0.1)), 0.9, 0.9, "excerpt", id="a word in ten changed"
        ),
        pytest.param(
            within([each for each in SECOND[:250] if _chance.random() > 0.1]),
            0.9,
            0.9,
            "excerpt",
            id="a word in ten left out",
        ),
        pytest.param(within([*LETTERS[0][:50]]), 0.9, 1, "near-copy", id="a letter"),
    ],
)
def test_a_passage_is_found(text, low, high, reason):
    found = best(text)
    assert low <= found.score <= high
    assert (found.category, found.reason) == ("board-papers", reason)
    assert text[found.start : found.end] == found.excerpt


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(" ".join(prose(500)), id="another document"),
        pytest.param(within(PAPER[100:107]), id="a few words of it"),
        pytest.param(within(sorted(PAPER)), id="its words in another order"),
        pytest.param(within(FOOTER), id="what stands in most documents"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_left_alone(text):
    assert best(text) is None


def test_a_few_words_are_explained():
    reasons = {each.reason for each in detected(within(PAPER[100:108]))}
    assert reasons == {"short"}


def test_given_boilerplate_is_left_out():
    boilerplate = shingles_of([each.encode() for each in PAPER[:100]])
    detector = a_detector([PAPER], set(boilerplate))
    assert best(within(PAPER[:100]), detector) is None
    assert best(within(PAPER[200:300]), detector)


def test_nothing_registered_finds_nothing():
    assert detected(" ".join(PAPER), NearCopies(b"", Fingerprints())) == []


@settings(max_examples=50)
@given(st.integers(0, 360), st.integers(1, 12))
def test_any_forty_words_are_found_wherever_they_stand(start, gap):
    text = (" " * gap).join([*prose(gap), *PAPER[start : start + 40]])
    assert best(text).score >= 0.9


@given(st.text(max_size=300))
def test_any_text_is_read(text):
    assert detected(text) == []
