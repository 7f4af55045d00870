"""Why a text scored as it did: what each of its words added to the logit.

A contribution is coefficient times value, so the parts add up to the logit exactly: the words',
and what length, language and the intercepts add. A pair of words counts half to each.
"""

from collections.abc import Sequence
from functools import reduce
from operator import or_

import numpy as np
import numpy.typing as npt

from classifiers.learned.cues import CUES
from classifiers.learned.meanings import meanings
from classifiers.learned.scorer import MOST, WHOLE, Evidence, Linear
from classifiers.learned.weighing import Weighing
from classifiers.learned.words import Chunk, Laid, Reader, located
from classifiers.text.folding import fold
from models.finding import Weight

Array = npt.NDArray[np.float64]

_FOR, _AGAINST = 5, 2  # words that are named


def weigh(
    text: str, reader: Reader, linear: Linear, weighing: Weighing, seen: Evidence, expert: int
) -> tuple[int, int, tuple[Weight, ...]]:
    """Return where the heaviest window stands, and the heaviest words for and against."""
    folded = fold(text)
    chunks = reader.chunks(text)[0][:MOST]
    if not chunks:
        return 0, 0, ()
    places = [folded.span(*each) for each in located(folded.text)[:MOST]]
    parts = contributions(chunks, linear, weighing, seen, expert)
    order = np.argsort(-parts, kind="stable")
    heaviest = [each for each in order[:_FOR] if parts[each] > 0]
    against = [each for each in order[::-1][:_AGAINST] if parts[each] < 0]
    first, last = seen.windows[expert][0]
    return (
        places[first][0],
        places[last - 1][1],
        tuple(
            Weight(start=places[each][0], end=places[each][1], value=round(float(parts[each]), 3))
            for each in (*heaviest, *against)
        ),
    )


def contributions(
    chunks: Sequence[Chunk], linear: Linear, weighing: Weighing, seen: Evidence, expert: int
) -> Array:
    """What each chunk added to the expert's logit, shape (chunks,)."""
    of_whole, of_worst, of_two = weighing.weights_for(seen)[expert]
    parts = np.zeros(len(chunks))
    whole = chunks[:WHOLE]
    parts[: len(whole)] += of_whole * _parts(whole, linear, expert)
    places = seen.windows[expert]
    for (first, last), share in zip(places, _shares(of_worst, of_two, len(places)), strict=True):
        parts[first:last] += share * _parts(chunks[first:last], linear, expert)
    return parts


def _shares(of_worst: float, of_two: float, windows: int) -> tuple[float, ...]:
    """How much the worst window counts, and the second."""
    if windows == 1:
        return (of_worst + of_two,)
    return of_worst + of_two / 2, of_two / 2


def _parts(chunks: Sequence[Chunk], linear: Linear, expert: int) -> Array:
    places, inverse, counts = np.unique(
        Laid(chunks).features(0, len(chunks)), return_inverse=True, return_counts=True
    )
    values = (1 + np.log(counts)) * linear.idf[places]
    length = float(np.sqrt(values @ values)) or 1.0
    rest = (values * linear.coefficients[places, expert] / counts / length)[inverse]
    owner = _owners([len(chunk.features) for chunk in chunks])
    own, rest = rest[: len(owner)], rest[len(owner) :]
    parts = _meant(chunks, linear, expert) + np.bincount(owner, own, minlength=len(chunks))
    for sizes in (
        [len(chunk.tokens) for chunk in chunks],
        [len(chunk.glosses) for chunk in chunks],
    ):
        owner = _owners(sizes)
        pairs = max(len(owner) - 1, 0)
        half, rest = rest[:pairs] / 2, rest[pairs:]
        parts += np.bincount(owner[:-1], half, minlength=len(chunks))
        parts += np.bincount(owner[1:], half, minlength=len(chunks))
    return parts


def _meant(chunks: Sequence[Chunk], linear: Linear, expert: int) -> Array:
    """What each chunk's words add by their meaning, and its cues by being there."""
    vectors = (
        meanings().table[np.concatenate([each.meanings for each in chunks])].astype(np.float64)
    )
    together = vectors.sum(axis=0)
    length = float(np.sqrt(together @ together)) or 1.0
    owner = _owners([len(chunk.meanings) for chunk in chunks])
    directions, _ = linear.directions_with(reduce(or_, (chunk.cues for chunk in chunks)))
    added = vectors @ directions[:, expert].astype(np.float64) / length
    parts = np.bincount(owner, added, minlength=len(chunks)).astype(np.float64)
    for place in range(len(CUES)):
        giving = [at for at, chunk in enumerate(chunks) if chunk.cues >> place & 1]
        if giving:
            parts[giving] += linear.directions_with(1 << place)[1][expert] / len(giving)
    return parts


def _owners(sizes: Sequence[int]) -> npt.NDArray[np.int64]:
    """The chunk that each of so many belongs to."""
    return np.repeat(np.arange(len(sizes)), sizes)
