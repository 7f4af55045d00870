"""From what experts saw of a text to a probability for each category.

Whole text and worst window are put together for each expert, and what length and language add by
themselves is taken out, so that one threshold means one share of clean mail at any length, in
either language. Where a category has two experts, a gate says how far the text is a post rather
than mail, and so whom to believe (a mixture of experts: Jacobs and others, 1991).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifiers.learned.scorer import Evidence

Array = npt.NDArray[np.float64]

LANGUAGES = ("en", "cy")
GATE = -1
_LEAST = 1e-9  # what no probability is below before it is levelled
KNOTS = tuple(math.log(each) for each in (10, 30, 100, 300, 1_000))  # words of a text


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """How much counts what, in each language, at each knot of length; in between, in a line."""

    weights: Array  # (experts, languages, knots, VIEWS), of the logits of each view of a text
    offsets: Array  # (experts, languages, knots), in logits
    levels: Array  # (categories, languages, knots), added to the logit of a category
    scales: Array  # (categories, 2): slope and offset of that logit, which calibrate it
    categories: tuple[int, ...]  # the category that each expert tells; GATE for the gate
    posts: tuple[bool, ...]  # which experts are for posts
    hints: tuple[float, ...]  # what each adds at the most; 0 for those that are not hints

    def logits(self, seen: Evidence) -> Array:
        """The logit of each expert, shape (experts,)."""
        offset = self.offsets[:, _place(seen.language)] @ hats(seen.words)
        logits: Array = (self.weights_for(seen) * seen.logits.T).sum(axis=1) + offset
        return logits

    def weights_for(self, seen: Evidence) -> Array:
        """The weights of each view of a text, shape (experts, VIEWS)."""
        weights: Array = hats(seen.words) @ self.weights[:, _place(seen.language)]
        return weights

    def probabilities(self, seen: Evidence, logits: Array) -> Array:
        """The probability of each category, shape (categories,), from experts' logits."""
        mixed = np.clip(self._mixed(logits), _LEAST, 1 - _LEAST)
        level = self.levels[:, _place(seen.language)] @ hats(seen.words)
        slope, offset = self.scales.T
        return _sigmoid(slope * (np.log(mixed / (1 - mixed)) + level) + offset)

    def _mixed(self, logits: Array) -> Array:
        sure = _sigmoid(logits)
        post = self._post(logits)
        out = np.zeros(max(self.categories) + 1)
        for expert in self._full():
            out[self.categories[expert]] += sure[expert] * self._believed(expert, post)
        for expert, most in enumerate(self.hints):
            out[self.categories[expert]] += (1 - out[self.categories[expert]]) * most * sure[expert]
        return out

    def _full(self, category: int | None = None) -> list[int]:
        """The experts that are neither gate nor hint, of one category or of all."""
        return [
            expert
            for expert, its in enumerate(self.categories)
            if its != GATE and not self.hints[expert] and category in {None, its}
        ]

    def leading(self, logits: Array, category: int) -> int:
        """The expert that adds most to a category's probability."""
        post = self._post(logits)
        sure = _sigmoid(logits)
        return max(self._full(category), key=lambda each: sure[each] * self._believed(each, post))

    def _believed(self, expert: int, post: float) -> float:
        """How far an expert is believed, from 0 to 1, of a text that is so much of a post."""
        if len(self._full(self.categories[expert])) == 1:
            return 1.0
        return post if self.posts[expert] else 1.0 - post

    def _post(self, logits: Array) -> float:
        if GATE not in self.categories:
            return 0.0
        return float(_sigmoid(logits)[self.categories.index(GATE)])


def _sigmoid(logits: Array) -> Array:
    likely: Array = 1.0 / (1.0 + np.exp(-np.clip(logits, -60, 60)))
    return likely


def _place(language: str) -> int:
    """An unknown language is judged as English."""
    return LANGUAGES.index(language) if language in LANGUAGES else 0


def hats(words: int) -> Array:
    """How near a length is to each knot, in log words: at most two are not 0; they sum to 1."""
    return np.array(
        [np.interp(math.log(max(words, 1)), KNOTS, each) for each in np.eye(len(KNOTS))]
    )


def hat_rows(seen: Sequence[Evidence]) -> Array:
    """The same for many texts, shape (texts, knots)."""
    return np.stack([hats(each.words) for each in seen])
