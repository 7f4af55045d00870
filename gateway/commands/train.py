"""porthor train: a classifier from our corpus and public data, written as a new artefact."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.progress import Progress

from classifiers.learned import corpus, publish
from classifiers.learned.artefact import next_folder
from classifiers.learned.datasets import public
from classifiers.learned.estimator import VARIANTS
from classifiers.learned.sample import Sample
from classifiers.learned.training import Trained
from classifiers.learned.training import train as train_on
from gateway.commands.in_force import settings_in_force
from gateway.commands.printing import progress_bar
from models.errors import SettingInvalid


def train(arguments: argparse.Namespace) -> int:
    """Train and write; 0 done."""
    if not 0 < arguments.budget < 1:
        raise SettingInvalid(f"--budget is {arguments.budget}; expected a share such as 0.001")
    samples = samples_for(arguments.data, arguments.seed)
    trained = train_with_bar(samples, arguments.seed)
    folder = next_folder(arguments.out or classifier_folder(arguments))
    manifest = publish.publish(
        trained,
        folder,
        publish.Provenance(
            on=datetime.now(UTC).date(),
            seed=arguments.seed,
            budget=arguments.budget,
            data=provenance(arguments.data),
        ),
    )
    tell(folder, manifest, as_json=arguments.json)
    return 0


def samples_for(data: Path | None, seed: int) -> tuple[Sample, ...]:
    """Our corpus, and the public data of a folder."""
    own = corpus.own_samples(most=VARIANTS, seed=seed)
    return (*own, *(public(data) if data else ()))


def train_with_bar(samples: Sequence[Sample], seed: int) -> Trained:
    """Train, with a bar of what is done."""
    with progress_bar() as bar:
        task = bar.add_task("Training", total=1.0)
        return train_on(
            samples, seed=seed, progress=lambda what, done: _show(bar, task, what, done)
        )


def _show(bar: Progress, task: Any, what: str, done: float) -> None:
    bar.update(task, completed=done, description=f"Training: {what}")


def classifier_folder(arguments: argparse.Namespace) -> Path:
    """The folder of the body's own classifiers."""
    settings = settings_in_force(arguments)
    return settings.path.parent / settings.classifier.folder if settings else Path("classifier")


def provenance(data: Path | None) -> dict[str, str]:
    """The digest of every file that is learned from."""
    files = sorted(corpus.FOLDER.glob("*.toml"))
    return publish.digests([*files, *(sorted(data.glob("*.jsonl.gz")) if data else ())])


def tell(folder: Path, manifest: dict[str, Any], *, as_json: bool) -> None:
    """Say what was made."""
    if as_json:
        facts = {"folder": str(folder), "thresholds": manifest["thresholds"]}
        sys.stdout.write(json.dumps({**facts, "metrics": manifest["metrics"]}) + "\n")
        return
    sys.stdout.write(f"Written to {folder}; its card is {folder / 'card.md'}\n")
    for category, measured in manifest["metrics"].items():
        sys.stdout.write(
            f"  {category}: AUC {measured['auc']:.3f}, recall {measured['recall_at_1_in_100']:.0%}"
            f" at 1 in 100 of clean mail, {measured['recall_at_1_in_1000']:.0%} at 1 in 1,000\n"
        )
