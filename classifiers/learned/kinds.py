"""What kind of abusive, confidential or commercial matter a text reads most like.

The kinds are the policy's own words (`corpus.KINDS`): a threat, legal advice, a bidder's price.
They are told from the meaning of the text and its cues alone, and only for what is found already:
a kind never adds to a score.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from classifiers.learned.cues import crossed
from classifiers.learned.meanings import meanings
from classifiers.learned.words import Laid

FloatArray = npt.NDArray[np.float32]

SURE = 0.5  # the least probability at which a kind is named
WHOLE = 100  # words of a text; of a longer one, its heaviest window is what is named


class Kinds:
    """Linear models of the kinds of each category, over a text's meaning crossed with its cues."""

    def __init__(
        self, names: Sequence[Sequence[str]], directions: FloatArray, intercepts: FloatArray
    ) -> None:
        """Take the names of the kinds of each category, and arrays of all kinds in that order.

        Shapes (crossed, kinds) and (kinds,). A category may have no kinds.
        """
        self.names = tuple(tuple(each) for each in names)
        self.directions = directions
        self.intercepts = intercepts

    def most_like(self, category: int, laid: Laid, first: int, end: int) -> str:
        """The kind that chunks `first` up to `end` read most like; "" if none is likely enough."""
        meant = crossed(meanings().of(laid.meanings(first, end)), laid.cues(first, end))
        names = self.names[category]
        sure = self.probabilities(category, meant[np.newaxis])[0]
        best = int(sure.argmax()) if names else 0
        return names[best] if names and sure[best] >= SURE else ""

    def probabilities(self, category: int, meant: FloatArray) -> FloatArray:
        """How likely each kind of a category is, shape (texts, kinds); each row sums to 1."""
        start = sum(len(each) for each in self.names[:category])
        columns = slice(start, start + len(self.names[category]))
        logits = meant @ self.directions[:, columns] + self.intercepts[columns]
        likely = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
        shares: FloatArray = likely / likely.sum(axis=1, keepdims=True)
        return shares
