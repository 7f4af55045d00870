"""Which trained classifier is in force: the body's own if it adopted one, else the shipped.

A file beside the body's own classifiers names those adopted, a line each; the last is in force.
To go back is to take the last line away.

A change is prepared in a file beside it, entered in the audit chain, and only then put in its
place: a crash in between leaves the list as it was, and the next change finishes or forgets what
was prepared, by whether the chain has it.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from classifiers.learned.artefact import newest
from classifiers.settings import ClassifierSettings
from models.errors import NotFound, SettingInvalid

ADOPTED = "adopted"
_PREPARED = f"{ADOPTED}.new"
SHIPPED = "shipped"  # how the chain calls the classifier that came with the program


def artefact_in_force(base: Path, settings: ClassifierSettings) -> Path | None:
    """Return the artefact's folder, or None if the settings want none. Raises SettingInvalid."""
    if not settings.enabled:
        return None
    folder = base / settings.folder
    names = adopted(folder)
    if not names:
        return _shipped()
    named = folder / names[-1]
    if named.parent != folder or not named.is_dir():
        raise SettingInvalid(
            f"{folder / ADOPTED}: its last line is {names[-1]}, and no folder beside it is called"
            " that; put the folder back, or go back with `porthor learn back`"
        )
    return named


def adopted(folder: Path) -> list[str]:
    """The names of the classifiers that were adopted, the one in force last; none: the shipped."""
    return _read(folder / ADOPTED) or []


def prepare(folder: Path, names: Sequence[str]) -> None:
    """Write down, safely on the disk, which are to be in force; `finish` puts it in its place."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _PREPARED).open("w", encoding="utf-8") as file:
        file.write("".join(f"{each}\n" for each in names))
        file.flush()
        os.fsync(file.fileno())


def prepared(folder: Path) -> str | None:
    """Say which one was prepared and not put in force, as the chain calls it; None if none was."""
    names = _read(folder / _PREPARED)
    return None if names is None else in_chain(names)


def finish(folder: Path) -> None:
    """Put what was prepared in force; nothing if another program did so meanwhile."""
    if prepared(folder) is not None:
        (folder / _PREPARED).replace(folder / ADOPTED)


def forget(folder: Path) -> None:
    """Drop what was prepared."""
    (folder / _PREPARED).unlink(missing_ok=True)


def in_chain(names: Sequence[str]) -> str:
    """How the audit chain calls the last of those adopted."""
    return names[-1] if names else SHIPPED


def _read(file: Path) -> list[str] | None:
    return file.read_text(encoding="utf-8").split() if file.is_file() else None


def _shipped() -> Path | None:
    try:
        return newest()
    except NotFound:  # a source tree in which none was trained yet
        return None
