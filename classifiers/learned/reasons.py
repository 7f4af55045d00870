"""Why a text scored as it did: what each of its words added to the logit.

A contribution is coefficient times value, so the parts add up to the logit exactly: the words',
and what length, language and the intercepts add. A pair of words counts half to each.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from classifiers.learned.scorer import MOST, WHOLE, Evidence, Linear
from classifiers.learned.weighing import Weighing
from classifiers.learned.words import Chunk, Reader, features, located
from classifiers.text.folding import fold
from models.finding import Weight

Array = npt.NDArray[np.float64]

_FOR, _AGAINST = 5, 2  # words that are named


def weigh(
    text: str, reader: Reader, linear: Linear, weighing: Weighing, seen: Evidence, expert: int
) -> tuple[int, int, tuple[Weight, ...]]:
    """Return where the heaviest window stands, and the heaviest words for and against."""
    folded = fold(text)
    chunks = reader.chunks(text)[:MOST]
    if not chunks:
        return 0, 0, ()
    places = [folded.span(*each) for each in located(folded.text)[:MOST]]
    parts = contributions(chunks, linear, weighing, seen, expert)
    order = np.argsort(-parts, kind="stable")
    heaviest = [each for each in order[:_FOR] if parts[each] > 0]
    against = [each for each in order[::-1][:_AGAINST] if parts[each] < 0]
    first, last = seen.windows[expert]
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
    of_whole, of_window = weighing.weights_in(seen.language)[expert]
    parts = np.zeros(len(chunks))
    whole = chunks[:WHOLE]
    parts[: len(whole)] += of_whole * _parts(whole, linear, expert)
    first, last = seen.windows[expert]
    parts[first:last] += of_window * _parts(chunks[first:last], linear, expert)
    return parts


def _parts(chunks: Sequence[Chunk], linear: Linear, expert: int) -> Array:
    found = features(chunks)
    places, inverse, counts = np.unique(found, return_inverse=True, return_counts=True)
    values = (1 + np.log(counts)) * linear.idf[places]
    length = float(np.sqrt(values @ values)) or 1.0
    each = (values * linear.coefficients[places, expert] / counts / length)[inverse]
    owner = np.repeat(np.arange(len(chunks)), [len(chunk.features) for chunk in chunks])
    token_owner = np.repeat(np.arange(len(chunks)), [len(chunk.tokens) for chunk in chunks])
    parts = np.bincount(owner, each[: len(owner)], minlength=len(chunks))
    pairs = each[len(owner) :] / 2
    parts += np.bincount(token_owner[:-1], pairs, minlength=len(chunks))
    parts += np.bincount(token_owner[1:], pairs, minlength=len(chunks))
    return parts
