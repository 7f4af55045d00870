"""porthor calibrate: thresholds for a budget, on the body's own clean mail.

Mail that the rules would hold is left out: the budget is for what they leave over. Nothing of the
mail is kept but scores and lengths.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w

from classifiers.detectors.learned import own_texts
from classifiers.learned.artefact import (
    MANIFEST,
    WEIGHTS,
    arrays_of,
    next_folder,
    read_artefact,
    sha256_of,
)
from classifiers.learned.calibration import fit_thresholds
from classifiers.learned.classifier import GROUPS, Classifier
from classifiers.learned.evaluation import Array
from gateway.archive import Archive
from gateway.commands.in_force import (
    artefact_of,
    policy_in_force,
    reading_in_force,
    settings_in_force,
)
from gateway.commands.printing import progress_bar
from gateway.commands.train import classifier_folder
from gateway.judge import Judge
from models.errors import NotFound, SettingInvalid
from models.mail import Mail

_ENOUGH = 3  # mails for each that the budget allows in all: fewer say nothing of it


def calibrate(arguments: argparse.Namespace) -> int:
    """Fit and write a new artefact; 0 done."""
    if not 0 < arguments.budget < 1:
        raise SettingInvalid(f"--budget is {arguments.budget}; expected a share such as 0.001")
    artefact = artefact_of(settings_in_force(arguments))
    if artefact is None:
        raise NotFound("no trained classifier is in force; `porthor train` makes one")
    read = read_artefact(artefact)
    scores, words = _scored(arguments, read.classifier)
    if len(scores) < _ENOUGH / arguments.budget:
        raise SettingInvalid(
            f"{arguments.path}: {len(scores)} clean mails; a budget of {arguments.budget:g} needs"
            f" {_ENOUGH / arguments.budget:.0f} at least"
        )
    thresholds = fit_thresholds(scores, words, arguments.budget)
    folder = next_folder(classifier_folder(arguments))
    manifest = _write(artefact, folder, read.classifier, thresholds, arguments, dict(read.manifest))
    facts = {
        "folder": str(folder),
        "mails": len(scores),
        "before": read.manifest["thresholds"],
        "thresholds": manifest["thresholds"],
    }
    if arguments.json:
        sys.stdout.write(json.dumps(facts) + "\n")
    else:
        sys.stdout.write(
            f"Fitted to {len(scores):,} clean mails and written to {folder}.\n"
            f"To use it: porthor learn adopt {folder.name} --by PERSON\n"
        )
    return 0


def _scored(arguments: argparse.Namespace, classifier: Classifier) -> tuple[Array, Any]:
    rows = list(_judged(arguments, classifier))
    scores = np.array([each for each, _ in rows]).reshape(len(rows), len(classifier.categories))
    return scores, np.array([words for _, words in rows], dtype=np.int64)


def _judged(arguments: argparse.Namespace, classifier: Classifier) -> Iterator[tuple[Array, int]]:
    """Probabilities and length of each text of each mail that no rule would hold."""
    settings = settings_in_force(arguments)
    judge = Judge(
        [policy_in_force(None, settings)], reading_in_force(settings), on=datetime.now(UTC).date()
    )
    stored = list(Archive(arguments.path))
    with progress_bar() as bar:
        for each in bar.track(stored, description="Scoring"):
            (judged,) = judge.judge(each.read())
            if judged.verdict.disposition.waits or judged.exempt:
                continue
            mail = Mail(envelope=judged.envelope, message=judged.message)
            for own in own_texts(mail, judged.reading):
                yield classifier.scores([own.content])[0], len(own.content.split())


def _write(
    artefact: Path,
    folder: Path,
    classifier: Classifier,
    thresholds: Array,
    arguments: argparse.Namespace,
    manifest: dict[str, Any],
) -> dict[str, Any]:
    shutil.copytree(artefact, folder)
    fitted = Classifier(
        categories=classifier.categories,
        linear=classifier.linear,
        weighing=classifier.weighing,
        thresholds=thresholds,
        kinds=classifier.kinds,
        digest="",
    )
    arrays = arrays_of(fitted)
    np.savez_compressed(folder / WEIGHTS, allow_pickle=False, **arrays)
    manifest |= {
        "note": f"Thresholds fitted to the body's own mail on {datetime.now(UTC):%Y-%m-%d}.",
        "budget": arguments.budget,
        "lengths": list(GROUPS),
        "thresholds": {
            name: [round(float(each), 6) for each in row]
            for name, row in zip(classifier.categories, thresholds, strict=True)
        },
        "files": sha256_of([folder / each for each in manifest["files"]]),
    }
    (folder / MANIFEST).write_text(tomli_w.dumps(manifest), encoding="utf-8")
    return manifest
