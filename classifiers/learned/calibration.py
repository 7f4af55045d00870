"""Fit what puts experts together, and thresholds for a budget, on what experts had not seen.

A budget is a share of clean mail that may be found, for each category and length. What counts is
not the share observed but how large the true one may be (Clopper and Pearson, 1934, one-sided).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.stats import beta

from classifiers.learned.classifier import GROUPS
from classifiers.learned.estimator import (
    CONTRASTS,
    EXPERTS,
    POSTS,
    REAL,
    label_for,
    weighing_model,
)
from classifiers.learned.sample import CATEGORIES, Sample
from classifiers.learned.scorer import VIEWS, Evidence
from classifiers.learned.weighing import GATE, KNOTS, LANGUAGES, Weighing, hat_rows

Array = npt.NDArray[np.float64]

_TAILS = (0.99, 0.997)  # quantiles of clean mail at which lengths and languages are made equal
_LEAST = 1e-9
_ENOUGH = 150  # clean texts near a knot, for its quantile to be trusted
_MOST_SHIFT = 2.0  # logits
_TRUSTED = 0.65  # of what the tails say: taken whole, they overdo it for short mail
_SURE = 0.95
_CERTAIN = 8.0  # logits: what an expert says that has nothing to go by is not so


def fit_weighing(judged: Sequence[Sample], seen: Sequence[Evidence]) -> Weighing:
    """Fit weights and offsets of each expert, in each language, on the texts it is for."""
    weights = np.zeros((len(EXPERTS), len(LANGUAGES), len(KNOTS), VIEWS))
    offsets = np.full((len(EXPERTS), len(LANGUAGES), len(KNOTS)), -_CERTAIN)
    hats = hat_rows(seen)
    languages = languages_of(seen)
    posts = np.array([each.source in POSTS or each.writer in CONTRASTS for each in judged])
    for place, expert in enumerate(EXPERTS):
        if expert.hint and not any(each.source in REAL for each in judged):
            continue
        if expert.hint:  # of English mail; its own fit is all the weighing it has
            weights[place, 0, :, 0], offsets[place, 0] = 1.0, 0.0
            continue
        views = np.array([each.logits[:, place] for each in seen])
        inputs = np.hstack([hats * view[:, np.newaxis] for view in views.T] + [hats])
        labels = [label_for(expert, each) for each in judged]
        known = np.array([each is not None for each in labels])
        if expert.category != GATE:
            known &= posts if expert.posts else ~posts
        truth = np.array([each or 0.0 for each in labels])
        for at, language in enumerate(LANGUAGES):
            rows = known & (languages == language)
            if len(set(truth[rows])) < 2:  # noqa: PLR2004 - no posts in Welsh, or no public data
                weights[place, at], offsets[place, at] = weights[place, 0], offsets[place, 0]
                continue
            model = weighing_model().fit(inputs[rows], truth[rows])
            *of_views, alone = np.split(model.coef_[0], VIEWS + 1)
            weights[place, at] = np.stack(of_views, axis=1)
            offsets[place, at] = alone + model.intercept_[0]
    weighing = Weighing(
        weights=weights,
        offsets=offsets,
        levels=np.zeros((len(CATEGORIES), len(LANGUAGES), len(KNOTS))),
        scales=np.array([[1.0, 0.0]] * len(CATEGORIES)),
        categories=tuple(each.category for each in EXPERTS),
        posts=tuple(each.posts for each in EXPERTS),
        hints=tuple(each.hint for each in EXPERTS),
    )
    weighing = replace(weighing, levels=_levels(weighing, judged, seen, hats))
    return replace(weighing, scales=_scales(weighing, judged, seen))


def languages_of(seen: Sequence[Evidence]) -> npt.NDArray[np.str_]:
    """The language that each text is judged as."""
    return np.array([each.language if each.language in LANGUAGES else "en" for each in seen])


def _levels(
    weighing: Weighing, judged: Sequence[Sample], seen: Sequence[Evidence], hats: Array
) -> Array:
    """What makes clean mail of any length, in either language, reach equally high."""
    clean = np.array([is_clean_mail(each) for each in judged])
    mails = [each for each, taken in zip(seen, clean, strict=True) if taken]
    scores = np.array([weighing.probabilities(each, weighing.logits(each)) for each in mails])
    logits = _logits(scores)
    languages, hats = languages_of(mails), hats[clean]
    target = np.quantile(logits[languages == "en"], _TAILS, axis=0)
    levels = np.zeros_like(weighing.levels)
    for at, language in enumerate(LANGUAGES):
        for knot in range(len(KNOTS)):
            near = (languages == language) & (hats[:, knot] > 1 / 2)
            if near.sum() >= _ENOUGH:
                reached = np.quantile(logits[near], _TAILS, axis=0)
                shift = _TRUSTED * (target - reached).mean(axis=0)
                levels[:, at, knot] = np.clip(shift, -_MOST_SHIFT, _MOST_SHIFT)
    return levels


def _scales(weighing: Weighing, judged: Sequence[Sample], seen: Sequence[Evidence]) -> Array:
    """What makes probabilities those of our own texts, without changing any order.

    Levels and hints move them; a slope and an offset a category move them back (Platt, 1999).
    """
    own = [
        n
        for n, each in enumerate(judged)
        if each.source == "own" and not each.kind.startswith("hidden")
    ]
    scores = np.array([weighing.probabilities(seen[n], weighing.logits(seen[n])) for n in own])
    scales = weighing.scales.copy()
    for category in range(len(CATEGORIES)):
        labels = [judged[n].labels[category] for n in own]
        known = [place for place, label in enumerate(labels) if label is not None]
        truth = np.array([labels[place] for place in known])
        if len(set(truth)) < 2:  # noqa: PLR2004 - nothing to calibrate by
            continue
        model = weighing_model().fit(_logits(scores[known, category])[:, np.newaxis], truth)
        if model.coef_[0, 0] > 0:
            scales[category] = model.coef_[0, 0], model.intercept_[0]
    return scales


def _logits(probabilities: Array) -> Array:
    sure = np.clip(probabilities, _LEAST, 1 - _LEAST)
    logits: Array = np.log(sure / (1 - sure))
    return logits


def is_clean_mail(sample: Sample) -> bool:
    """Whether it counts against the budget: a whole mail that nobody called bad."""
    return sample.kind == "email" and 1.0 not in sample.labels


def fit_thresholds(clean: Array, words: npt.NDArray[np.int64], budget: float) -> Array:
    """Thresholds that a share of clean mail of each length reaches, surely no more than budgeted.

    Takes probabilities of shape (mails, categories) and the mails' lengths; returns thresholds of
    shape (categories, groups). Where there is too little mail of a length to be sure, or none
    reaches so high, the threshold of all lengths together holds.
    """
    groups = np.searchsorted(GROUPS, words, side="right")
    together = _thresholds(clean, budget)
    return np.stack(
        [
            np.fmax(_thresholds(clean[groups == group], budget), together)
            if (groups == group).any()
            else together
            for group in range(len(GROUPS) + 1)
        ],
        axis=1,
    )


def _thresholds(clean: Array, budget: float) -> Array:
    """One for each category: just above the highest score that must not be reached; or nan."""
    allowed = _allowed(len(clean), budget)
    if allowed < 0:
        return np.full(clean.shape[1], np.nan)
    highest = np.sort(clean, axis=0)[::-1][allowed]
    above: Array = np.nextafter(highest, 1.0)
    return above


def _allowed(mails: int, budget: float) -> int:
    """How many of so many mails may be found, that the true share is within budget; -1: none."""
    found = -1
    while found + 1 < mails and _upper(found + 1, mails) <= budget:
        found += 1
    return found


def _upper(found: int, mails: int) -> float:
    """The upper 95 % bound of the share of which `found` of `mails` were observed."""
    return float(beta.ppf(_SURE, found + 1, mails - found))
