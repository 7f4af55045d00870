"""Which settings and policy a command goes by: those named, else in force, else the sample's."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from classifiers.learned.artefact import read_artefact
from classifiers.learned.classifier import Classifier
from classifiers.settings import LIMITS, ClassifierSettings, ReadingSettings
from gateway.classifier_in_force import artefact_in_force
from gateway.config import Settings, load_settings
from gateway.policy_file import load_policy, parse_policy
from gateway.sample import policy_text
from models.errors import SettingInvalid
from models.policy import Policy


def settings_in_force(arguments: argparse.Namespace) -> Settings | None:
    """The settings, or None where there are none. Raises SettingInvalid."""
    if arguments.config.exists():
        return load_settings(arguments.config)
    if arguments.config != Path("porthor.toml"):
        raise SettingInvalid(f"{arguments.config}: is not there; `porthor init DIR` writes one")
    return None


def policy_in_force(named: Path | None, settings: Settings | None) -> Policy:
    """The policy named, else the one in force, else the sample's, which is said."""
    if named:
        return load_policy(named)
    if settings:
        return load_policy(settings.policy_file)
    sys.stderr.write("porthor: no porthor.toml here; using the sample policy\n")
    text = policy_text(datetime.now(UTC).date(), sample=True)
    return parse_policy(text.encode(), "the sample policy")


def reading_in_force(settings: Settings | None) -> ReadingSettings:
    """The limits on reading."""
    return settings.reading if settings else LIMITS


def artefact_of(settings: Settings | None) -> Path | None:
    """The folder of the trained classifier, or None where there is none."""
    if settings:
        return artefact_in_force(settings.path.parent, settings.classifier)
    return artefact_in_force(Path(), ClassifierSettings())


def classifier_in_force(settings: Settings | None) -> Classifier | None:
    """The trained classifier, or None where there is none."""
    artefact = artefact_of(settings)
    return read_artefact(artefact).classifier if artefact else None
