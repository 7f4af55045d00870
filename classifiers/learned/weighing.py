"""From what experts saw of a text to a probability for each category.

Whole text and worst window are put together for each expert, and what length and language add by
themselves is taken out, so that one threshold means one share of clean mail at any length, in
either language. Two experts of one category are joined as independent witnesses (noisy-or).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifiers.learned.scorer import Evidence

Array = npt.NDArray[np.float64]

LANGUAGES = ("en", "cy")
KNOTS = tuple(math.log(each) for each in (10, 30, 100, 300, 1_000))  # words of a text


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """Shapes (experts, languages, 2) of weights and (experts, languages, knots) of offsets."""

    weights: Array  # of the whole text's logit and of the worst window's
    offsets: Array  # in logits, between knots in a straight line
    categories: tuple[int, ...]  # the category that each expert tells

    def logits(self, seen: Evidence) -> Array:
        """The logit of each expert, shape (experts,)."""
        both = self.weights_in(seen.language)
        offset = self.offsets[:, _place(seen.language)] @ hats(seen.words)
        return both[:, 0] * seen.whole + both[:, 1] * seen.worst + offset

    def weights_in(self, language: str) -> Array:
        """The weights of whole and worst window, shape (experts, 2)."""
        return self.weights[:, _place(language)]

    def probabilities(self, logits: Array) -> Array:
        """The probability of each category, shape (categories,), from experts' logits."""
        doubt = 1.0 / (1.0 + np.exp(np.clip(logits, -60, 60)))
        out = np.ones(max(self.categories) + 1)
        for expert, category in enumerate(self.categories):
            out[category] *= doubt[expert]
        return 1.0 - out

    def leading(self, logits: Array, category: int) -> int:
        """The expert that is surest of a category."""
        of_category = [each for each, its in enumerate(self.categories) if its == category]
        return max(of_category, key=lambda each: logits[each])


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
