"""The set that is never learned from: the same mails in English and Welsh, bad and clean.

It tells how far Welsh is behind English, and whether a classifier that was learned from
reviewers' answers is worse than the one before. In corpus/paired.toml.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from classifiers.learned.corpus import FOLDER
from classifiers.learned.sample import CATEGORIES, Sample

FILE = FOLDER / "paired.toml"


def paired_samples(path: Path = FILE) -> Iterator[Sample]:
    """Yield four texts of each pair: bad and clean, in English and in Welsh."""
    for number, each in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["pair"], 1):
        for language in ("en", "cy"):
            for bad in (True, False):
                yield Sample(
                    text=each[("bad_" if bad else "clean_") + language].strip(),
                    language=language,
                    labels=tuple(
                        float(bad and name == each["class"])
                        if not bad or name in {each["class"], "abusive"}
                        else None
                        for name in CATEGORIES
                    ),
                    source="paired",
                    group=f"paired-{number:04}",
                    kind=each["kind"] if bad else "clean",
                    seed_kind=each["kind"],
                )
