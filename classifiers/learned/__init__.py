"""The trained classifier: how it is made, and `load`, by which other programs use it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from classifiers.learned.classifier import Classifier


def load(folder: "Path | None" = None) -> "Classifier":
    """Load the classifier that is shipped, or the one in a folder.

    It has `categories`, a tuple of names ("abusive", "confidential", "commercial", first), and
    `scores(texts)`, an array of shape (len(texts), len(categories)). Raises NotFound, or Tampered
    if a file was changed.
    """
    from classifiers.learned.artefact import newest, read_artefact  # noqa: PLC0415 - docs/decisions/0003

    return read_artefact(folder or newest()).classifier
