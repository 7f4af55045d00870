"""The words of what is given to a person, in both languages, from words.toml."""

import tomllib
from pathlib import Path

from quarantine.evidence import words as evidence

LANGUAGES = ("cy", "en")
_WORDS = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


def say(section: str, key: str, language: str, **values: object) -> str:
    """The words of a key, filled; those that evidence has already are evidence's."""
    if section in {"purposes", "reasons"} or (section == "acts" and evidence.has(section, key)):
        return evidence.say(section, key).in_language(language)
    words: str = _WORDS[section][key][language]
    return words.format(**values) if values else words


def keys(section: str) -> tuple[str, ...]:
    """The keys of a section, in their order."""
    return tuple(_WORDS[section])
