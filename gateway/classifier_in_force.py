"""Which trained classifier is in force: the body's own if it adopted one, else the shipped."""

from pathlib import Path

from classifiers.learned.artefact import newest
from classifiers.settings import ClassifierSettings
from models.errors import NotFound, SettingInvalid

IN_FORCE = "in-force"  # a file that holds the name of an artefact's folder beside it


def artefact_in_force(base: Path, settings: ClassifierSettings) -> Path | None:
    """Return the artefact's folder, or None if the settings want none. Raises SettingInvalid."""
    if not settings.enabled:
        return None
    folder = base / settings.folder
    marker = folder / IN_FORCE
    if not marker.is_file():
        return _shipped()
    named = folder / marker.read_text(encoding="utf-8").strip()
    if named.parent != folder or not named.is_dir():
        raise SettingInvalid(
            f"{marker}: names no folder beside it; `porthor classifier use shipped` goes back"
        )
    return named


def _shipped() -> Path | None:
    try:
        return newest()
    except NotFound:  # a source tree in which none was trained yet
        return None
