"""porthor evaluate: how well the classifier tells labelled texts apart; a table and a chart."""

import argparse
import json
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.learned.artefact import read_artefact
from classifiers.learned.classifier import Classifier
from classifiers.learned.evaluation import Array, Figures, cuts, figures
from classifiers.learned.paired import paired_samples
from classifiers.learned.sample import CATEGORIES, Sample
from gateway.commands.in_force import artefact_of, settings_in_force
from gateway.commands.printing import progress_bar
from models.errors import NotFound, SettingInvalid


def evaluate(arguments: argparse.Namespace) -> int:
    """Measure, and print or draw; 0 done."""
    classifier = _classifier(arguments)
    samples = [each for path in arguments.files for each in labelled(path)] or list(
        paired_samples()
    )
    scores = scored(classifier, samples, "Scoring")
    stream = _stream(arguments.stream, classifier, samples, scores)
    measured = list(figures(samples, scores, cuts(stream)))
    if arguments.chart:
        from classifiers.learned.chart import draw  # noqa: PLC0415 - needs matplotlib

        draw(samples, scores, arguments.chart)
    if arguments.json:
        for each in measured:
            sys.stdout.write(json.dumps(_plain(each)) + "\n")
    else:
        _print(measured, len(stream))
    return 0


def labelled(path: Path) -> Iterator[Sample]:
    """The rows of a file. Raises SettingInvalid naming the line that is not one."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingInvalid(f"{path}: cannot be read: {type(error).__name__}") from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _row(path, number, line)


def _row(path: Path, number: int, line: str) -> Sample:
    try:
        row = json.loads(line)
        labels = row["labels"]
        return Sample(
            text=str(row["text"]),
            language=str(row.get("lang", "")),
            labels=tuple(
                None if labels.get(each) is None else float(labels[each]) for each in CATEGORIES
            ),
            source=path.name,
            group=f"{path.name}:{number}",
            kind=str(row.get("kind", "")),
            seed_kind=str(row.get("functionality") or row.get("kind") or ""),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SettingInvalid(
            f'{path} line {number}: expected {{"text": "…", "labels": {{"abusive": 1, …}}}}'
        ) from None


def scored(classifier: Classifier, samples: Sequence[Sample], what: str) -> Array:
    """Probabilities of each sample, with a bar."""
    with progress_bar() as bar:
        rows = [classifier.scores([each.text]) for each in bar.track(samples, description=what)]
    return np.concatenate(rows) if rows else np.empty((0, len(CATEGORIES)))


def _classifier(arguments: argparse.Namespace) -> Classifier:
    folder = arguments.artefact or artefact_of(settings_in_force(arguments))
    if folder is None:
        raise NotFound("no trained classifier is in force; `porthor train` makes one")
    return read_artefact(folder).classifier


def _stream(
    path: Path | None, classifier: Classifier, samples: Sequence[Sample], scores: Array
) -> Array:
    """Scores of the clean mail that budgets are of: the stream's, else the file's own clean."""
    if path is not None:
        return scored(classifier, list(labelled(path)), "Scoring the stream")
    clean = [n for n, each in enumerate(samples) if 1.0 not in each.labels]
    if not clean:
        raise SettingInvalid("no clean text to take a budget of; name a --stream")
    return scores[clean]


def _plain(each: Figures) -> dict[str, Any]:
    return {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in asdict(each).items()
    }


def _print(measured: Sequence[Figures], stream: int) -> None:
    from rich.console import Console  # noqa: PLC0415 - only for people
    from rich.table import Table  # noqa: PLC0415

    table = Table(title=f"Shares in per cent; budgets are of {stream:,} clean texts")
    heads = ("category", "rows", "bad", "clean", "AUC", "AP", "R@1%", "R@0.1%", "found", "ECE")
    for head in heads:
        table.add_column(head, justify="left" if head in {"category", "rows"} else "right")
    for each in measured:
        table.add_row(
            each.category,
            each.rows,
            str(each.bad),
            str(each.clean),
            *(
                "-" if math.isnan(share) else f"{100 * share:.1f}"
                for share in (each.auc, each.average_precision, *each.recall)
            ),
            f"{100 * each.clean_flagged[0]:.1f}",
            f"{each.calibration_error:.3f}",
        )
    Console(width=None if sys.stdout.isatty() else 120).print(table)
