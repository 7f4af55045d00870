"""A small slice of our corpus, and a classifier trained on it."""

from classifiers.learned.corpus import own_samples
from classifiers.learned.training import train

SLICE = ("en-e", "en-f", "cy-d", "cy-e", "en-ordinary", "cy-ordinary")


def sliced():
    """Every fifth text of some writers, twins together."""
    found = [each for each in own_samples(most=1, seed=1) if each.writer in SLICE]
    return [each for number, each in enumerate(found) if number // 2 % 5 == 0]


def trained_on(samples):
    return train(samples, seed=1, progress=lambda _what, _done: None)
