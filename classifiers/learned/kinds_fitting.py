"""Fit what kind a bad text is, and count how often that is right of writers not read."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from classifiers.learned.corpus import KINDS
from classifiers.learned.estimator import kind_model
from classifiers.learned.kinds import SURE, Kinds
from classifiers.learned.sample import CATEGORIES, Sample

Meanings = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Of bad texts of one category by writers not read: how many had a kind named, and right."""

    bad: int = 0
    named: int = 0
    right: int = 0

    def __add__(self, other: "Named") -> "Named":
        return Named(
            bad=self.bad + other.bad,
            named=self.named + other.named,
            right=self.right + other.right,
        )


def fit_kinds(samples: Sequence[Sample], meant: Meanings, chosen: Flags) -> Kinds:
    """Fit on the bad texts of ours among the chosen. Shape of `meant`: (samples, crossed)."""
    names: list[tuple[str, ...]] = []
    directions, intercepts = [], []
    for category in range(len(CATEGORIES)):
        places = _bad(samples, category, chosen)
        kinds = [samples[place].kind for place in places]
        if len(set(kinds)) <= 2:  # noqa: PLR2004 - a choice of two has one column only
            names.append(())
            continue
        weights = [samples[place].weight for place in places]
        with threadpool_limits(limits=1):
            model = kind_model().fit(meant[places], kinds, sample_weight=weights)
        names.append(tuple(str(each) for each in model.classes_))
        directions.append(model.coef_.T)
        intercepts.append(model.intercept_)
    width = meant.shape[1]
    return Kinds(
        names,
        np.hstack([np.zeros((width, 0)), *directions]).astype(np.float16).astype(np.float32),
        np.concatenate([np.zeros(0), *intercepts]).astype(np.float32),
    )


def named_right(
    kinds: Kinds, samples: Sequence[Sample], meant: Meanings, unread: Flags
) -> list[Named]:
    """How often the kind that is named is the writer's own, in each category."""
    counted = []
    for category, names in enumerate(kinds.names):
        places = _bad(samples, category, unread)
        if not names or not places:
            counted.append(Named(bad=len(places)))
            continue
        sure = kinds.probabilities(category, meant[places])
        best = [names[each] for each in sure.argmax(axis=1)]
        named = sure.max(axis=1) >= SURE
        right = np.array([samples[place].kind for place in places]) == np.array(best)
        counted.append(
            Named(bad=len(places), named=int(named.sum()), right=int((named & right).sum()))
        )
    return counted


def _bad(samples: Sequence[Sample], category: int, chosen: Flags) -> list[int]:
    kinds = KINDS[CATEGORIES[category]]
    return [
        place
        for place, each in enumerate(samples)
        if chosen[place]
        and each.source == "own"
        and each.labels[category] == 1.0
        and each.kind in kinds
    ]
