"""How well scores tell labels apart: one table by category, language and kind.

"R@1%" is the recall at the score that 1 in 100 of some clean mail exceeds (the stream): the only
budget a body can set. Intervals are Wilson's, 95 %.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifiers.learned.sample import CATEGORIES, Sample

Array = npt.NDArray[np.float64]

BUDGETS = (0.01, 0.001)
_BINS = 10
_Z = 1.959964  # of a 95 % interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was measured of one category on one set of rows; shares from 0 to 1, or nan."""

    category: str
    rows: str  # which: "all", "language cy", "kind threat"
    bad: int
    clean: int
    auc: float
    average_precision: float
    recall: tuple[float, float]  # at 1 in 100 and 1 in 1,000 of the stream
    recall_interval: tuple[float, float]  # of the first
    clean_flagged: tuple[float, float]
    calibration_error: float


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson, 1927); (0, 1) of nothing."""
    if not of:
        return 0.0, 1.0
    share, extra = hits / of, _Z * _Z / of
    middle = (share + extra / 2) / (1 + extra)
    half = _Z * math.sqrt(share * (1 - share) / of + extra / (4 * of)) / (1 + extra)
    return max(0.0, middle - half), min(1.0, middle + half)


def calibration_error(truth: Array, probability: Array) -> float:
    """Expected calibration error over ten equal bins (Naeini and others, 2015)."""
    if not len(truth):
        return math.nan
    bins = np.minimum((probability * _BINS).astype(int), _BINS - 1)
    return float(
        sum(
            abs(probability[bins == each].mean() - truth[bins == each].mean())
            * (bins == each).mean()
            for each in range(_BINS)
            if (bins == each).any()
        )
    )


def cuts(stream: Array) -> Array:
    """Scores that 1 in 100 and 1 in 1,000 of the stream exceed, shape (2, categories)."""
    return np.quantile(stream, [1 - each for each in BUDGETS], axis=0)


def figures(samples: Sequence[Sample], scores: Array, cut: Array) -> Iterator[Figures]:
    """Yield figures for each category: of all rows, by language, and by kind of seed."""
    for index, category in enumerate(CATEGORIES):
        known = [n for n, each in enumerate(samples) if each.labels[index] is not None]
        for rows, chosen in _slices([samples[n] for n in known]):
            places = [n for n, each in zip(known, chosen, strict=True) if each]
            truth = np.array([samples[n].labels[index] for n in places], dtype=float)
            yield _figures(category, rows, truth, scores[places, index], cut[:, index])


def _slices(samples: Sequence[Sample]) -> Iterator[tuple[str, list[bool]]]:
    yield "all", [True] * len(samples)
    parts: tuple[tuple[str, Callable[[Sample], str]], ...] = (
        ("language", lambda each: each.language),
        ("kind", lambda each: each.seed_kind),
    )
    for name, of in parts:
        for value in sorted({of(each) for each in samples} - {""}):
            yield f"{name} {value}", [of(each) == value for each in samples]


def _figures(category: str, rows: str, truth: Array, scores: Array, cut: Array) -> Figures:
    from sklearn.metrics import average_precision_score, roc_auc_score  # noqa: PLC0415 - heavy

    bad, clean = scores[truth == 1], scores[truth == 0]
    both = len(bad) and len(clean)
    above = [(_share(bad > each), _share(clean > each)) for each in cut]
    return Figures(
        category=category,
        rows=rows,
        bad=len(bad),
        clean=len(clean),
        auc=float(roc_auc_score(truth, scores)) if both else math.nan,
        average_precision=float(average_precision_score(truth, scores)) if both else math.nan,
        recall=(above[0][0], above[1][0]),
        recall_interval=wilson(int((bad > cut[0]).sum()), len(bad)),
        clean_flagged=(above[0][1], above[1][1]),
        calibration_error=calibration_error(truth, scores),
    )


def _share(flags: npt.NDArray[np.bool_]) -> float:
    return float(flags.mean()) if len(flags) else math.nan
