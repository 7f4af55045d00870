"""Scores texts: the runtime half of the classifier, in NumPy alone.

A text is scored whole and in windows, so that one bad sentence in a long mail is found; the two
are put together by a small model of their own, which also takes out what length alone adds. The
parts of a score add up to its logit exactly.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifiers.learned.words import Chunk, Reader, features
from classifiers.text.language import language_of

FloatArray = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float64]

WINDOW, STEP = 40, 20  # words
WHOLE = 1_000  # words of a text that are scored together
MOST = 6_000  # words of a text that are scored at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was seen of one text before it is weighed."""

    whole: FloatArray  # a logit for each category
    worst: FloatArray  # the highest of the windows', for each category
    windows: tuple[tuple[int, int], ...]  # first and last chunk of the worst window of each
    words: int
    language: str


class Linear:
    """A linear model over hashed features: term weights, and coefficients for each category."""

    def __init__(self, idf: FloatArray, coefficients: FloatArray, intercepts: FloatArray) -> None:
        """Take arrays of shape (SPACE,), (SPACE, categories) and (categories,)."""
        self.idf = idf
        self.coefficients = coefficients
        self.intercepts = intercepts

    def logits(self, found: npt.NDArray[np.int32]) -> FloatArray:
        """Score features: sublinear counts times idf, of length 1 together (Salton, 1988)."""
        places, counts = np.unique(found, return_counts=True)
        values = (1 + np.log(counts)).astype(np.float32) * self.idf[places]
        length = float(np.sqrt(values @ values)) or 1.0
        return (values @ self.coefficients[places]) / length + self.intercepts


def windows(chunks: int) -> Iterator[tuple[int, int]]:
    """Yield the first chunk of each window and that behind its last; they overlap by half."""
    if chunks <= WINDOW + STEP // 2:
        yield 0, chunks
        return
    for start in range(0, chunks - STEP, STEP):
        yield start, min(start + WINDOW, chunks)


def evidence(text: str, reader: Reader, linear: Linear) -> Evidence:
    """Score a text whole and by windows. An empty text is scored as the intercepts alone."""
    chunks = reader.chunks(text)[:MOST]
    if not chunks:
        nothing = linear.intercepts
        return Evidence(
            whole=nothing, worst=nothing, windows=((0, 0),) * len(nothing), words=0, language=""
        )
    whole = linear.logits(features(chunks[:WHOLE]))
    places = list(windows(len(chunks)))
    each = (
        np.stack([linear.logits(features(chunks[start:end])) for start, end in places])
        if len(places) > 1
        else whole[np.newaxis]
    )
    best = each.argmax(axis=0)
    return Evidence(
        whole=whole,
        worst=each.max(axis=0),
        windows=tuple(places[place] for place in best),
        words=len(chunks),
        language=_language(chunks),
    )


def _language(chunks: Sequence[Chunk]) -> str:
    return language_of(word for chunk in chunks for word in chunk.words)
