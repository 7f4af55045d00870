"""The words of the papers, in both languages, from words.toml; spans of time, days and shares."""

import tomllib
from datetime import date
from pathlib import Path

from quarantine.dates import write_date
from quarantine.reports import SMALLEST, Share

LANGUAGES = ("cy", "en")
_WORDS = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def say(section: str, key: str, language: str, **values: object) -> str:
    """The words of a key, filled. Raises KeyError: keys are ours, never a person's."""
    words: str = _WORDS[section][key][language]
    return words.format(**values) if values else words


def keys(section: str) -> tuple[str, ...]:
    """The keys of a section, in their order."""
    return tuple(_WORDS[section])


def write_span(seconds: float, language: str) -> str:
    """Write "30 days" or "24 hours"; from two days on in days."""
    if seconds <= 0:
        return say("common", "at_once", language)
    if seconds < _HOUR:
        return say("common", "minutes", language, count=round(seconds / _MINUTE))
    if seconds < 2 * _DAY:
        count = round(seconds / _HOUR)
        return say("common", "hour" if count == 1 else "hours", language, count=count)
    count = round(seconds / _DAY)
    key = "two_days" if count == 2 else "days"  # noqa: PLR2004 - Welsh mutates after two
    return say("common", key, language, count=count)


def write_day(day: date | None, language: str) -> str:
    """Write a day, or that there is none."""
    return write_date(day, language) if day else say("common", "none", language)


def write_share(share: Share | None, language: str) -> str:
    """Write "3 of 12 (25.0%; between 8.9% and 53.2%)", or that it is withheld."""
    if share is None:
        return say("common", "withheld", language, smallest=SMALLEST)
    low, high = share.interval
    return say(
        "common",
        "share",
        language,
        part=share.part,
        whole=share.whole,
        rate=f"{share.rate:.1%}",
        low=f"{low:.1%}",
        high=f"{high:.1%}",
    )
