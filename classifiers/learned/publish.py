"""Write a trained classifier to a folder: weights, estimators, manifest and card."""

import hashlib
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import skops.io
import tomli_w

from classifiers.learned import artefact, card
from classifiers.learned.calibration import fit_thresholds, is_clean_mail
from classifiers.learned.classifier import GROUPS, Classifier
from classifiers.learned.estimator import OWN
from classifiers.learned.evaluation import Figures, cuts, figures
from classifiers.learned.fairness import FalseAlarms, false_alarms
from classifiers.learned.sample import CATEGORIES, Sample
from classifiers.learned.training import Trained

Array = npt.NDArray[np.float64]

_LIBRARIES = ("numpy", "scipy", "scikit-learn", "skops")
OURS = ("classifiers.learned.features.HashedWords",)  # the types of ours that skops may load


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What a classifier was made from."""

    on: date
    seed: int
    budget: float
    data: Mapping[str, str]  # SHA-256 of each file learned from, by name
    note: str = ""  # why it was made, in a person's words


def stream_of(trained: Trained) -> tuple[Array, npt.NDArray[np.int64]]:
    """Probabilities and lengths of the clean whole mails that were judged unseen."""
    clean = [n for n, each in enumerate(trained.judged) if is_clean_mail(each)]
    return probabilities(trained)[clean], np.array([trained.seen[n].words for n in clean])


def probabilities(trained: Trained) -> Array:
    """Probabilities of everything judged, shape (judged, categories)."""
    weighing = trained.weighing
    return np.array([weighing.probabilities(each, weighing.logits(each)) for each in trained.seen])


def classifier_of(trained: Trained, budget: float, digest: str = "") -> Classifier:
    """The classifier as it will run, with thresholds for a budget."""
    stream, words = stream_of(trained)
    return Classifier(
        categories=CATEGORIES,
        linear=trained.linear,
        weighing=trained.weighing,
        thresholds=fit_thresholds(stream, words, budget),
        kinds=trained.kinds,
        digest=digest,
    )


def publish(trained: Trained, folder: Path, made: Provenance) -> dict[str, Any]:
    """Write the artefact into a new folder and return its manifest. Raises FileExistsError."""
    folder.mkdir(parents=True)
    classifier = classifier_of(trained, made.budget)
    np.savez_compressed(
        folder / artefact.WEIGHTS, allow_pickle=False, **artefact.arrays_of(classifier)
    )
    _dump_estimators(trained, folder / artefact.ESTIMATORS)
    measured = measure(trained)
    manifest = manifest_of(classifier, made, measured)
    alarms = alarms_of(trained, classifier)
    (folder / artefact.CARD).write_text(
        card.write(manifest, measured, alarms, trained.named), encoding="utf-8"
    )
    manifest["files"] = artefact.sha256_of(
        [folder / each for each in (artefact.WEIGHTS, artefact.ESTIMATORS, artefact.CARD)]
    )
    (folder / artefact.MANIFEST).write_text(tomli_w.dumps(manifest), encoding="utf-8")
    return manifest


def _dump_estimators(trained: Trained, path: Path) -> None:
    """In the precision that runs, so that both files say the same."""
    trained.features["tfidf"].idf_ = trained.linear.idf.astype(np.float64)
    for index, expert in enumerate(trained.experts):
        expert.words.coef_ = trained.linear.coefficients[:, index][np.newaxis].astype(np.float64)
        for name in ("_average_coef", "_standard_coef"):  # of fitting alone, and large
            setattr(expert.words, name, None)
    skops.io.dump(
        {
            "features": trained.features,
            "words": [each.words for each in trained.experts],
            "meaning": [each.meaning for each in trained.experts],
        },
        path,
        compression=8,  # zipfile.ZIP_DEFLATED
        compresslevel=9,
    )


def measure(trained: Trained) -> list[Figures]:
    """Figures of all that was judged, at the cuts of the clean mail among it."""
    stream, _ = stream_of(trained)
    scores, cut = probabilities(trained), cuts(stream)
    hidden = {n for n, each in enumerate(trained.judged) if each.kind.startswith("hidden")}
    own = [n for n, each in enumerate(trained.judged) if each.source == "own" and n not in hidden]
    whole: Sequence[Sample] = [trained.judged[n] for n in own]
    inside = [replace(trained.judged[n], seed_kind="", language="") for n in sorted(hidden)]
    of_hidden = figures(inside, scores[sorted(hidden)], cut)
    return [
        *figures(whole, scores[own], cut),
        *(replace(each, rows="one sentence in a long mail") for each in of_hidden),
    ]


def alarms_of(trained: Trained, classifier: Classifier) -> list[FalseAlarms]:
    """Clean writing of ours that would be found at the thresholds, by sort."""
    scores = probabilities(trained)
    words = np.array([each.words for each in trained.seen])
    groups = np.searchsorted(GROUPS, words, side="right")
    found = np.any(scores >= classifier.thresholds[:, groups].T, axis=1, keepdims=True)[:, 0]
    ours = [n for n, each in enumerate(trained.judged) if each.source in OWN]
    return false_alarms([trained.judged[n] for n in ours], found[ours])


def manifest_of(
    classifier: Classifier, made: Provenance, measured: Sequence[Figures]
) -> dict[str, Any]:
    """Everything that must be known to judge and to repeat it, but for the files' digests."""
    return {
        "format": artefact.FORMAT,
        "made": made.on,
        "program": version("porthor"),
        "python": platform.python_version(),
        "libraries": {each: version(each) for each in _LIBRARIES},
        "seed": made.seed,
        "note": made.note,
        "categories": list(classifier.categories),
        "kinds": {
            name: list(kinds)
            for name, kinds in zip(classifier.categories, classifier.kinds.names, strict=True)
        },
        "budget": made.budget,
        "lengths": list(GROUPS),
        "thresholds": {
            name: [round(float(each), 6) for each in row]
            for name, row in zip(classifier.categories, classifier.thresholds, strict=True)
        },
        "metrics": {
            each.category: {
                "auc": round(each.auc, 4),
                "recall_at_1_in_100": round(each.recall[0], 4),
                "recall_at_1_in_1000": round(each.recall[1], 4),
                "calibration_error": round(each.calibration_error, 4),
            }
            for each in measured
            if each.rows == "all"
        },
        "data": dict(made.data),
    }


def digests(paths: Sequence[Path]) -> dict[str, str]:
    """SHA-256 of each file, by name."""
    return {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in paths}
