"""A trained classifier on disk: a folder with weights.npz, manifest.toml and card.md.

`weights.npz` is what runs, read without pickle; `classifier.skops` the same as the scikit-learn
estimators it came from, to check against. The manifest holds the digest of
each, and a changed file is refused. The manifest's own digest names the artefact in verdicts.
"""

import hashlib
import tomllib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.learned.classifier import Classifier
from classifiers.learned.kinds import Kinds
from classifiers.learned.meanings import meanings
from classifiers.learned.scorer import Linear
from classifiers.learned.weighing import Weighing
from classifiers.learned.welsh import glossary
from models.errors import NotFound, Tampered

SHIPPED = Path(__file__).with_name("artefacts")
WEIGHTS, MANIFEST, CARD, ESTIMATORS = (
    *("weights.npz", "manifest.toml", "card.md"),
    "classifier.skops",
)
FORMAT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """A classifier, and what its manifest says of it."""

    folder: Path
    classifier: Classifier
    manifest: Mapping[str, Any] = field(repr=False)


def newest(folder: Path = SHIPPED) -> Path:
    """The artefact of the highest number in a folder of them. Raises NotFound."""
    numbered = sorted(each for each in folder.glob("[0-9]*") if (each / MANIFEST).is_file())
    if not numbered:
        raise NotFound(f"{folder}: no trained classifier in it; `porthor train` makes one")
    return numbered[-1]


def read_artefact(folder: Path) -> Artefact:
    """Read a classifier for running. Raises NotFound, or Tampered if a file was changed."""
    manifest, digest = _manifest(folder)
    meanings(), glossary()  # now: a confined process could not read them later
    path = folder / WEIGHTS
    _check(path, manifest["files"])
    try:
        with np.load(path, allow_pickle=False) as arrays:
            stored = {name: arrays[name] for name in arrays.files}
        classifier = _classifier(stored, manifest, digest)
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
        raise Tampered(
            f"{path}: {type(error).__name__}; expected weights of format {FORMAT}"
        ) from None
    return Artefact(folder=folder, classifier=classifier, manifest=manifest)


def check_artefact(folder: Path) -> None:
    """Check every file of an artefact against its manifest. Raises NotFound or Tampered."""
    manifest, _ = _manifest(folder)
    for name in manifest["files"]:
        _check(folder / name, manifest["files"])


def _manifest(folder: Path) -> tuple[dict[str, Any], str]:
    path = folder / MANIFEST
    try:
        raw = path.read_bytes()
        manifest = tomllib.loads(raw.decode())
    except OSError as error:
        raise NotFound(f"{path}: cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise Tampered(f"{path}: is not TOML") from None
    if manifest.get("format") != FORMAT or WEIGHTS not in manifest.get("files", {}):
        raise Tampered(f"{path}: format is {manifest.get('format')}; expected {FORMAT}")
    return manifest, hashlib.sha256(raw).hexdigest()


def _check(path: Path, files: Mapping[str, str]) -> None:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise NotFound(f"{path}: cannot be read: {error.strerror}") from None
    found = hashlib.sha256(raw).hexdigest()
    if found != files[path.name]:
        raise Tampered(
            f"{path}: its SHA-256 begins {found[:12]}, and its manifest says"
            f" {files[path.name][:12]}; the file was changed, so take it from a copy you trust"
        )


def _classifier(
    stored: Mapping[str, np.ndarray], manifest: Mapping[str, Any], digest: str
) -> Classifier:
    return Classifier(
        categories=tuple(manifest["categories"]),
        linear=Linear(
            stored["idf"].astype(np.float32),
            stored["coefficients"].astype(np.float32),
            stored["directions"].astype(np.float32),
            stored["intercepts"].astype(np.float32),
        ),
        weighing=Weighing(
            weights=stored["weights"],
            offsets=stored["offsets"],
            levels=stored["levels"],
            scales=stored["scales"],
            categories=tuple(int(each) for each in stored["categories"]),
            posts=tuple(bool(each) for each in stored["posts"]),
            hints=tuple(float(each) for each in stored["hints"]),
        ),
        thresholds=stored["thresholds"],
        kinds=Kinds(
            [manifest["kinds"].get(each, ()) for each in manifest["categories"]],
            stored["kind_directions"].astype(np.float32),
            stored["kind_intercepts"],
        ),
        digest=digest,
    )


def arrays_of(classifier: Classifier) -> dict[str, np.ndarray]:
    """What is stored of a classifier, by name."""
    return {
        "idf": classifier.linear.idf.astype(np.float16),
        "coefficients": classifier.linear.coefficients.astype(np.float16),
        "directions": classifier.linear.directions.astype(np.float16),
        "intercepts": classifier.linear.intercepts,
        "weights": classifier.weighing.weights,
        "offsets": classifier.weighing.offsets,
        "levels": classifier.weighing.levels,
        "scales": classifier.weighing.scales,
        "categories": np.array(classifier.weighing.categories),
        "posts": np.array(classifier.weighing.posts),
        "hints": np.array(classifier.weighing.hints),
        "thresholds": classifier.thresholds,
        "kind_directions": classifier.kinds.directions.astype(np.float16),
        "kind_intercepts": classifier.kinds.intercepts,
    }


def next_folder(folder: Path) -> Path:
    """The folder after the highest number: "0002" after "0001"."""
    numbers = [int(each.name) for each in folder.glob("[0-9]*") if each.name.isdigit()]
    return folder / f"{max(numbers, default=0) + 1:04}"


def sha256_of(paths: Sequence[Path]) -> dict[str, str]:
    """The digest of each file, by its name."""
    return {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in paths}
