"""The words of bundles and reading copies, in both languages, from words.toml."""

import tomllib
from pathlib import Path

from models.policy import Bilingual

LANGUAGES = ("cy", "en")
_WORDS = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
REASONS = tuple(_WORDS["reasons"])
"""Codes of why something is removed from a reading copy."""


def say(section: str, key: str) -> Bilingual:
    """The words of a key. Raises KeyError: keys are ours, never a person's."""
    return Bilingual(**_WORDS[section][key])


def both(section: str, key: str) -> str:
    """The words in both languages on one line, Welsh first."""
    words = say(section, key)
    return f"{words.cy} / {words.en}"


def has(section: str, key: str) -> bool:
    """Tell whether there are words of that key."""
    return key in _WORDS[section]


def readme(language: str, **values: str) -> str:
    """The text on how to check a bundle."""
    text: str = _WORDS["readme"][language]
    return text.lstrip("\n").format(**values)
