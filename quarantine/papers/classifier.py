"""What a trained classifier says of itself: its manifest, and the false alarms on its card."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from models.errors import SettingInvalid

_ALARM = re.compile(
    r"^\| (?P<sort>[^|]+) \| (?P<found>\d+ / \d+) \| (?P<share>[^|]+%\)) \|$", re.MULTILINE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierFacts:
    """One classifier, as its own papers have it."""

    digest: str  # of its manifest: its name in every verdict
    made: str  # a day
    seed: int
    note: str  # whether answers of reviewers took part; "" if none did
    categories: tuple[str, ...]
    metrics: Mapping[str, Mapping[str, float]]
    files: int  # of data
    alarms: tuple[tuple[str, str, str], ...]  # sort of writing, found of clean, share


def read_classifier(folder: Path) -> ClassifierFacts:
    """Read an artefact's manifest and card. Raises SettingInvalid if they are not there."""
    try:
        raw = (folder / "manifest.toml").read_bytes()
        card = (folder / "card.md").read_text(encoding="utf-8")
        manifest = tomllib.loads(raw.decode())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise SettingInvalid(
            f"{folder}: its manifest or card cannot be read; expected a trained classifier"
        ) from None
    return ClassifierFacts(
        digest=sha256(raw).hexdigest(),
        made=str(manifest["made"]),
        seed=manifest["seed"],
        note=manifest.get("note", ""),
        categories=tuple(manifest["categories"]),
        metrics=manifest.get("metrics", {}),
        files=len(manifest.get("data", {})),
        alarms=tuple(
            (each["sort"], each["found"], each["share"]) for each in _ALARM.finditer(card)
        ),
    )
