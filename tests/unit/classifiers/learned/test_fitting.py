"""What is done to words before they are learned from."""

import numpy as np
import pytest

from classifiers.learned.features import HashedWords
from classifiers.learned.fitting import log_ratios
from classifiers.learned.words import Laid, Reader

BAD = ["you useless man", "useless again", "what a useless team"]
CLEAN = ["the man again", "what a team", "you and the team"]


def place_of(word):
    return Laid(Reader().chunks(word)[0]).features(0, 1)[0]


@pytest.fixture
def scale():
    words = HashedWords().transform([*BAD, *CLEAN])
    truth = np.array([1.0] * len(BAD) + [0.0] * len(CLEAN))
    return log_ratios(words, truth, np.ones(len(truth)))


def test_a_word_of_one_side_alone_counts_most(scale):
    others = [place_of(each) for each in ("you", "man", "again", "what", "team")]
    assert scale[place_of("useless")] > scale[others].max()


def test_a_word_that_both_sides_use_alike_hardly_counts(scale):
    assert scale[place_of("man")] < scale[place_of("useless")] / 2


def test_what_is_heavy_counts_more():
    words = HashedWords().transform(["useless", "useless", "fine", "fine"])
    truth = np.array([1.0, 0.0, 0.0, 0.0])
    even = log_ratios(words, truth, np.ones(4))
    leaning = log_ratios(words, truth, np.array([9.0, 1.0, 1.0, 1.0]))
    assert leaning[place_of("useless")] > even[place_of("useless")]
