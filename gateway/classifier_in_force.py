"""Which trained classifier is in force: the body's own if it adopted one, else the shipped.

A file beside the body's own classifiers names those adopted, a line each; the last is in force.
To go back is to take the last line away.
"""

from pathlib import Path

from classifiers.learned.artefact import newest
from classifiers.settings import ClassifierSettings
from models.errors import NotFound, SettingInvalid

ADOPTED = "adopted"


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
    marker = folder / ADOPTED
    return marker.read_text(encoding="utf-8").split() if marker.is_file() else []


def adopt(folder: Path, names: list[str]) -> None:
    """Write which were adopted, so that a crash leaves the old list or the new one."""
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / f"{ADOPTED}.new"
    written.write_text("".join(f"{each}\n" for each in names), encoding="utf-8")
    written.replace(folder / ADOPTED)


def _shipped() -> Path | None:
    try:
        return newest()
    except NotFound:  # a source tree in which none was trained yet
        return None
