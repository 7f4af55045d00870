"""Train the classifier: features, experts, what puts them together, and thresholds.

Everything that is judged is judged by experts that have not seen its group: five folds by seed and
thread, and the final experts on all of it. Same samples and seed, same figures.
"""

import random
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import Pipeline

from classifiers.learned.calibration import fit_weighing
from classifiers.learned.estimator import EXPERTS, FOLDS, POSTS, Expert, linear_model
from classifiers.learned.features import weighted_words
from classifiers.learned.sample import Sample
from classifiers.learned.scorer import Evidence, Linear, evidence
from classifiers.learned.weighing import Weighing
from classifiers.learned.words import Reader

Array = npt.NDArray[np.float64]
Progress = Callable[[str, float], None]  # what is done, and how much of all, 0 to 1

OWN = "own"
MAIL = frozenset({"email", "mail", "hidden", "hidden clean"})
_HOST = (80, 700)  # words of a mail that a bad sentence is hidden in
_HIDDEN = 60  # words of what is hidden, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A trained classifier, and what was judged on the way."""

    features: Pipeline
    experts: tuple[SGDClassifier, ...]
    linear: Linear
    weighing: Weighing
    judged: tuple[Sample, ...]  # each by experts that had not seen its group
    seen: tuple[Evidence, ...]


def train(samples: Sequence[Sample], *, seed: int, progress: Progress) -> Trained:
    """Train on samples. Repeatable: the same samples and seed give the same arrays."""
    progress("reading", 0.0)
    pipeline = weighted_words().fit([each.text for each in samples])
    rows = pipeline.transform([each.text for each in samples])
    folds = np.array([fold_of(each.group) for each in samples])
    judged: list[Sample] = []
    seen: list[Evidence] = []
    for fold in range(FOLDS):
        progress(f"fold {fold + 1}", (1 + fold) / (FOLDS + 2))
        linear = linear_of(pipeline, fit_experts(samples, rows, folds != fold, seed))
        inside = [each for each, its in zip(samples, folds, strict=True) if its == fold]
        chosen = list(judgeable(inside, random.Random(seed + fold)))  # noqa: S311 - repeatable
        reader = Reader()
        judged += chosen
        seen += [evidence(each.text, reader, linear) for each in chosen]
    progress("putting together", (FOLDS + 1) / (FOLDS + 2))
    experts = fit_experts(samples, rows, np.ones(len(samples), dtype=bool), seed)
    return Trained(
        features=pipeline,
        experts=experts,
        linear=linear_of(pipeline, experts),
        weighing=fit_weighing(judged, seen, [each.category for each in EXPERTS]),
        judged=tuple(judged),
        seen=tuple(seen),
    )


def fold_of(group: str) -> int:
    """The fold of a group, the same in every run."""
    return zlib.crc32(group.encode()) % FOLDS


def fit_experts(
    samples: Sequence[Sample], rows: sp.csr_matrix, chosen: npt.NDArray[np.bool_], seed: int
) -> tuple[SGDClassifier, ...]:
    """Fit every expert on the chosen rows."""
    return tuple(_fit(each, samples, rows, chosen, seed) for each in EXPERTS)


def _fit(
    expert: Expert,
    samples: Sequence[Sample],
    rows: sp.csr_matrix,
    chosen: npt.NDArray[np.bool_],
    seed: int,
) -> SGDClassifier:
    places = [
        place
        for place, (sample, taken) in enumerate(zip(samples, chosen, strict=True))
        if taken
        and sample.labels[expert.category] is not None
        and (expert.posts or sample.source not in POSTS)
    ]
    truth = np.array([samples[place].labels[expert.category] for place in places])
    weights = np.array(
        [
            samples[place].weight * (expert.own_weight if samples[place].source == OWN else 1.0)
            for place in places
        ]
    )
    model = linear_model(expert.freedom, len(places), seed)
    return model.fit(rows[places], truth, sample_weight=weights)


def linear_of(pipeline: Pipeline, experts: Sequence[SGDClassifier]) -> Linear:
    """The runtime form of fitted parts, in the precision that is stored."""
    return Linear(
        pipeline["tfidf"].idf_.astype(np.float16).astype(np.float32),
        np.ascontiguousarray(
            np.stack([each.coef_[0] for each in experts], axis=1)
            .astype(np.float16)
            .astype(np.float32)
        ),
        np.array([each.intercept_[0] for each in experts], dtype=np.float32),
    )


def judgeable(samples: Iterable[Sample], choose: random.Random) -> Iterable[Sample]:
    """What calibration looks at: own writing, whole clean mails, Welsh joined into mails, and
    own writing hidden in clean mails.
    """
    samples = list(samples)
    own = [each for each in samples if each.source == OWN]
    mails = [each for each in samples if each.kind == "email"]
    yield from own
    yield from mails
    yield from joined_welsh(samples, choose)
    low, high = _HOST
    hosts = [each for each in mails if low <= len(each.text.split()) <= high]
    for each in own:
        if hosts and len(each.text.split()) <= _HIDDEN and each.language == "en":
            yield hidden(each, choose.choice(hosts), choose)


def hidden(guest: Sample, host: Sample, choose: random.Random) -> Sample:
    """One text between two lines of a longer clean one; labelled as the guest."""
    lines = host.text.splitlines()
    at = choose.randrange(len(lines) + 1)
    body = guest.text.partition("\n")[2] if guest.text.startswith("Subject:") else guest.text
    return replace(
        guest,
        text="\n".join([*lines[:at], body.strip(), *lines[at:]]),
        kind="hidden" if 1.0 in guest.labels else "hidden clean",
    )


def joined_welsh(samples: Sequence[Sample], choose: random.Random) -> Iterable[Sample]:
    """Clean Welsh sentences joined into texts as long as mails."""
    sentences = [each for each in samples if each.language == "cy" and each.kind == "sentence"]
    choose.shuffle(sentences)
    at = 0
    while at < len(sentences):
        size = choose.choice((1, 2, 4, 8, 16))
        some = sentences[at : at + size]
        at += size
        yield replace(some[0], text=" ".join(each.text for each in some), kind="email")
