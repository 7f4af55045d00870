"""Train the classifier: features, experts, what puts them together, and thresholds.

Everything that is judged is judged by experts that have not seen its group: five folds by seed and
thread, and the final experts on all of it. Same samples and seed, same figures.
"""

import random
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.pipeline import Pipeline

from classifiers.learned.calibration import fit_weighing
from classifiers.learned.estimator import FOLDS, OWN
from classifiers.learned.features import weighted_words
from classifiers.learned.fitting import Fitted, fit_experts, linear_of, rows_of_texts
from classifiers.learned.judging import judgeable
from classifiers.learned.kinds import Kinds
from classifiers.learned.kinds_fitting import Named, fit_kinds, named_right
from classifiers.learned.sample import CATEGORIES, Sample
from classifiers.learned.scorer import Evidence, Linear, evidence
from classifiers.learned.weighing import Weighing
from classifiers.learned.words import training_reader

Progress = Callable[[str, float], None]  # what is done, and how much of all, 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A trained classifier, and what was judged on the way."""

    features: Pipeline
    experts: tuple[Fitted, ...]
    linear: Linear
    weighing: Weighing
    kinds: Kinds
    named: tuple[Named, ...]  # of each category, by kinds that had not seen the writer
    judged: tuple[Sample, ...]  # each by experts that had not seen its group
    seen: tuple[Evidence, ...]


def train(
    samples: Sequence[Sample],
    *,
    seed: int,
    progress: Progress,
    apart: str = "writer",
) -> Trained:
    """Train on samples. Repeatable: the same samples and seed give the same arrays.

    What is judged on the way is judged by experts that saw no other text of its writer; or, with
    `apart` as "seed_kind", none of its kind.
    """
    progress("reading", 0.0)
    texts = [each.text for each in samples]
    pipeline = weighted_words().fit(texts)
    rows = rows_of_texts(pipeline, texts)
    folds = folds_of(samples, apart)
    judged: list[Sample] = []
    seen: list[Evidence] = []
    named = [Named()] * len(CATEGORIES)
    for fold in range(FOLDS):
        progress(f"fold {fold + 1}", (1 + fold) / (FOLDS + 2))
        linear = linear_of(pipeline, fit_experts(samples, rows, folds != fold, pipeline, seed))
        inside = [each for each, its in zip(samples, folds, strict=True) if its == fold]
        chosen = list(judgeable(inside, random.Random(seed + fold)))  # noqa: S311 - repeatable
        judged += chosen
        seen += [evidence(each.text, training_reader(), linear) for each in chosen]
        kinds = fit_kinds(samples, rows.meanings, folds != fold)
        right = named_right(kinds, samples, rows.meanings, folds == fold)
        named = [one + other for one, other in zip(named, right, strict=True)]
    progress("putting together", (FOLDS + 1) / (FOLDS + 2))
    everything = np.ones(len(samples), dtype=bool)
    experts = fit_experts(samples, rows, everything, pipeline, seed)
    return Trained(
        features=pipeline,
        experts=experts,
        linear=linear_of(pipeline, experts),
        weighing=fit_weighing(judged, seen),
        kinds=fit_kinds(samples, rows.meanings, everything),
        named=tuple(named),
        judged=tuple(judged),
        seen=tuple(seen),
    )


def folds_of(samples: Sequence[Sample], apart: str) -> npt.NDArray[np.int64]:
    """The fold of each sample: of ours by writer or kind, of public ones by group."""
    values = sorted({getattr(each, apart) for each in samples if each.source in OWN})
    return np.array(
        [
            values.index(getattr(each, apart)) % FOLDS
            if each.source in OWN
            else fold_of(each.group)
            for each in samples
        ]
    )


def fold_of(group: str) -> int:
    """The fold of a group, the same in every run."""
    return zlib.crc32(group.encode()) % FOLDS
