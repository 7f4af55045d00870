"""Scores texts: the runtime half of the classifier, in NumPy alone.

A text is scored whole and in windows, so that one bad sentence in a long mail is found; the two
are put together by a small model of their own, which also takes out what length alone adds. The
parts of a score add up to its logit exactly.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from classifiers.learned.cues import CUES, places_of
from classifiers.learned.meanings import meanings
from classifiers.learned.words import Chunk, Laid, Reader

FloatArray = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float64]

VIEWS = 3
SHORTEST, LONGEST = 8, 40  # words of a sentence, for a window
WHOLE = 1_000  # words of a text that are scored together
MOST = 6_000  # words of a text that are scored at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was seen of one text before it is weighed."""

    logits: (
        FloatArray  # (VIEWS, experts): the whole text's, the worst window's, the worst two's mean
    )
    windows: tuple[tuple[tuple[int, int], ...], ...]  # of each expert the worst two: first, end
    words: int
    language: str


class Linear:
    """Linear experts: over hashed features, and over the text's meaning crossed with its cues."""

    def __init__(
        self,
        idf: FloatArray,
        coefficients: FloatArray,
        directions: FloatArray,
        intercepts: FloatArray,
    ) -> None:
        """Take arrays of shape (SPACE,), (SPACE, experts), (crossed, experts), (experts,).

        What is crossed is laid out as `cues.crossed` does it.
        """
        self.idf = idf
        self.coefficients = coefficients
        self.directions = directions
        self.intercepts = intercepts
        self._plain, self._with_cue = split(directions)

    def logits(self, laid: Laid, first: int, end: int) -> FloatArray:
        """Score chunks `first` up to `end`: their words and their meaning, each by coefficients.

        Words are sublinear counts times idf, of length 1 together (Salton and Buckley, 1988).
        """
        places, counts = np.unique(laid.features(first, end), return_counts=True)
        values = (1 + np.log(counts)).astype(np.float32) * self.idf[places]
        length = float(np.sqrt(values @ values)) or 1.0
        words = (values @ self.coefficients[places]) / length
        directions, cued = self.directions_with(laid.cues(first, end))
        meaning = meanings().of(laid.meanings(first, end)) @ directions
        logits: FloatArray = words + meaning + cued + self.intercepts
        return logits

    def directions_with(self, cues: int) -> tuple[FloatArray, FloatArray]:
        """What each dimension of meaning counts beside these cues, and what they count alone.

        Shapes (dimensions, experts) and (experts,).
        """
        together = self._with_cue[places_of(cues)].sum(axis=0)
        return self._plain + together[:-1], together[-1]


def split(directions: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Shapes (dimensions, experts) and (cues, dimensions + 1, experts), of `cues.crossed`."""
    size = (len(directions) - len(CUES)) // (len(CUES) + 1)
    experts = directions.shape[1]
    return directions[:size], directions[size:].reshape(len(CUES), size + 1, experts)


def windows(chunks: Sequence[Chunk]) -> list[tuple[int, int]]:
    """Where windows begin and end, in chunks: sentences, and each sentence with the next."""
    ends = [place for place, _ in _ends(chunks)]
    starts = [0, *ends[:-1]]
    alone = list(zip(starts, ends, strict=True))
    return alone + [(one[0], other[1]) for one, other in pairwise(alone)]


def _ends(chunks: Sequence[Chunk]) -> Iterator[tuple[int, int]]:
    """Where sentences end, none too short or too long, and how long each is."""
    start = 0
    for place, chunk in enumerate(chunks, 1):
        size = place - start
        if place == len(chunks) or size >= LONGEST or (size >= SHORTEST and chunk.ends):
            yield place, size
            start = place


def evidence(text: str, reader: Reader, linear: Linear) -> Evidence:
    """Score a text whole and by windows. An empty text is scored as the intercepts alone."""
    chunks, language = reader.chunks(text)
    chunks = chunks[:MOST]
    if not chunks:
        nothing = linear.intercepts
        return Evidence(
            logits=np.stack([nothing] * VIEWS),
            windows=(((0, 0),),) * len(nothing),
            words=0,
            language="",
        )
    laid = Laid(chunks)
    whole = linear.logits(laid, 0, min(len(chunks), WHOLE))
    places = windows(chunks)
    each = (
        np.stack([linear.logits(laid, start, end) for start, end in places])
        if len(places) > 1
        else whole[np.newaxis]
    )
    order = np.argsort(each, axis=0, kind="stable")[::-1][:2]
    highest = np.take_along_axis(each, order, axis=0)
    return Evidence(
        logits=np.stack([whole, highest[0], highest.mean(axis=0)]),
        windows=tuple(tuple(places[place] for place in two) for two in order.T),
        words=len(chunks),
        language=language,
    )
