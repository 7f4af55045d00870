"""Whether a new classifier keeps what the old one had, on a set that neither learned from."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifiers.learned.evaluation import wilson
from classifiers.learned.sample import CATEGORIES, Sample

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was found of one category in one language, at the classifier's own thresholds."""

    category: str
    language: str
    found: int
    bad: int
    false_alarms: int
    clean: int
    auc: float


def kept(samples: Sequence[Sample], found: Flags, scores: Array) -> list[Kept]:
    """Count; `found` and `scores` have shape (samples, categories)."""
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415 - heavy

    out = []
    for language in sorted({each.language for each in samples}):
        for index, category in enumerate(CATEGORIES):
            rows = [
                n
                for n, each in enumerate(samples)
                if each.language == language and each.labels[index] is not None
            ]
            bad = np.array([samples[n].labels[index] == 1.0 for n in rows])
            hit = found[rows, index]
            out.append(
                Kept(
                    category=category,
                    language=language,
                    found=int((hit & bad).sum()),
                    bad=int(bad.sum()),
                    false_alarms=int((hit & ~bad).sum()),
                    clean=int((~bad).sum()),
                    auc=float(roc_auc_score(bad, scores[rows, index])),
                )
            )
    return out


def worse(before: Sequence[Kept], after: Sequence[Kept]) -> list[str]:
    """Where the second is worse than the first by more than chance: beyond its 95 % interval."""
    said = []
    for old, new in zip(before, after, strict=True):
        where = f"{old.category} in {old.language}"
        lowest, _ = wilson(old.found, old.bad)
        _, highest = wilson(old.false_alarms, old.clean)
        if new.found < math.floor(lowest * new.bad):
            said.append(f"{where}: finds {new.found} of {new.bad}, found {old.found}")
        if new.false_alarms > math.ceil(highest * new.clean):
            said.append(
                f"{where}: {new.false_alarms} of {new.clean} clean found, were {old.false_alarms}"
            )
    return said
