"""Fit what puts experts together, and thresholds for a budget, on what experts had not seen."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from classifiers.learned.estimator import weighing_model
from classifiers.learned.sample import Sample
from classifiers.learned.scorer import Evidence
from classifiers.learned.weighing import KNOTS, LANGUAGES, Weighing, hat_rows

Array = npt.NDArray[np.float64]

_TAIL = 0.995  # the quantile of clean mail at which lengths and languages are made equal
_ENOUGH = 150  # clean texts near a knot, for its quantile to be trusted
_MOST_SHIFT = 2.0  # logits


def fit_weighing(
    judged: Sequence[Sample], seen: Sequence[Evidence], categories: Sequence[int]
) -> Weighing:
    """Fit weights and offsets of each expert, in each language."""
    weights = np.zeros((len(categories), len(LANGUAGES), 2))
    offsets = np.zeros((len(categories), len(LANGUAGES), len(KNOTS)))
    hats = hat_rows(seen)
    languages = np.array([each.language if each.language in LANGUAGES else "en" for each in seen])
    for expert, category in enumerate(categories):
        inputs = np.array([(each.whole[expert], each.worst[expert]) for each in seen])
        known = np.array([each.labels[category] is not None for each in judged])
        truth = np.array([each.labels[category] or 0.0 for each in judged])
        for place, language in enumerate(LANGUAGES):
            rows = known & (languages == language)
            model = weighing_model().fit(np.hstack([inputs, hats])[rows], truth[rows])
            weights[expert, place] = model.coef_[0][:2]
            offsets[expert, place] = model.coef_[0][2:] + model.intercept_[0]
        _level(weights[expert], offsets[expert], inputs, hats, languages, known & (truth == 0))
    return Weighing(weights=weights, offsets=offsets, categories=tuple(categories))


def _level(
    weights: Array,
    offsets: Array,
    inputs: Array,
    hats: Array,
    languages: npt.NDArray[np.str_],
    clean: npt.NDArray[np.bool_],
) -> None:
    """Shift offsets so that clean texts of any length and language reach as high as English ones."""
    english = clean & (languages == "en")
    target = np.quantile(inputs[english] @ weights[0] + hats[english] @ offsets[0], _TAIL)
    for place, language in enumerate(LANGUAGES):
        for knot in range(len(KNOTS)):
            near = clean & (languages == language) & (hats[:, knot] > 1 / 2)
            if near.sum() < _ENOUGH:
                continue
            reached = np.quantile(
                inputs[near] @ weights[place] + hats[near] @ offsets[place], _TAIL
            )
            offsets[place, knot] += np.clip(target - reached, -_MOST_SHIFT, _MOST_SHIFT)
