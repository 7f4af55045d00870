"""The classifier as it runs: texts in, probabilities and reasons out. Pure; it reads no file."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from classifiers.learned.kinds import WHOLE, Kinds
from classifiers.learned.reasons import weigh
from classifiers.learned.scorer import Evidence, Linear, evidence
from classifiers.learned.weighing import Weighing
from classifiers.learned.words import Laid, Reader
from models.finding import Weight

Array = npt.NDArray[np.float64]

GROUPS = (30, 100, 300)  # words: texts shorter than each, and one group of longer ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One category of one text."""

    category: str
    probability: float  # 0.0 to 1.0, calibrated
    threshold: float  # at or above it the text is found; by the text's length
    start: int  # the window that weighed most, in characters of the text
    end: int
    weights: tuple[Weight, ...] = field(repr=False)  # words for and against, the heaviest first
    kind: str = ""  # what it reads most like, in the policy's words, as "threat"; "" if unsure

    @property
    def found(self) -> bool:
        """Whether it is as sure as the budget asks."""
        return self.probability >= self.threshold


class Classifier:
    """Experts, what puts them together, and the thresholds of a budget. Not for threads."""

    def __init__(
        self,
        *,
        categories: tuple[str, ...],
        linear: Linear,
        weighing: Weighing,
        thresholds: Array,
        kinds: Kinds,
        digest: str,
    ) -> None:
        """Take thresholds of shape (categories, len(GROUPS) + 1), and the artefact's digest."""
        self.categories = categories
        self.linear = linear
        self.weighing = weighing
        self.thresholds = thresholds
        self.kinds = kinds
        self.digest = digest
        self._reader = Reader()

    def scores(self, texts: Sequence[str]) -> Array:
        """Return the probability of each category for each text.

        Shape (len(texts), len(self.categories)); each value 0.0 to 1.0. Rows need not sum to 1: a
        text may be in several categories. Calibrated by logistic regression (Platt, 1999) with
        terms for length and language, on texts that the experts had not seen.
        """
        return np.array([self._probabilities(each) for each in texts]).reshape(
            len(texts), len(self.categories)
        )

    def _probabilities(self, text: str) -> Array:
        seen = evidence(text, self._reader, self.linear)
        return self.weighing.probabilities(seen, self.weighing.logits(seen))

    def judge(self, text: str, *, explain: bool = False) -> tuple[Judged, ...]:
        """Judge one text by each category; reasons only for what is found, or to `explain`."""
        seen = evidence(text, self._reader, self.linear)
        logits = self.weighing.logits(seen)
        probabilities = self.weighing.probabilities(seen, logits)
        group = int(np.searchsorted(GROUPS, seen.words, side="right"))
        judged = []
        for category, name in enumerate(self.categories):
            threshold = float(self.thresholds[category, group])
            start, end = 0, 0
            weights: tuple[Weight, ...] = ()
            kind = ""
            if explain or probabilities[category] >= threshold:
                expert = self.weighing.leading(logits, category)
                start, end, weights = weigh(
                    text, self._reader, self.linear, self.weighing, seen, expert
                )
                kind = self._kind(text, category, seen, expert)
            judged.append(
                Judged(
                    category=name,
                    probability=float(probabilities[category]),
                    threshold=threshold,
                    start=start,
                    end=end,
                    weights=weights,
                    kind=kind,
                )
            )
        return tuple(judged)

    def _kind(self, text: str, category: int, seen: Evidence, expert: int) -> str:
        chunks = self._reader.chunks(text)[0]
        if not chunks:
            return ""
        whole = (0, len(chunks))
        first, end = whole if len(chunks) <= WHOLE else seen.windows[expert][0]
        return self.kinds.most_like(category, Laid(chunks), first, end)
