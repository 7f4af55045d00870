"""Words in English and Welsh: the catalogues, and how times, sizes and addresses are written.

The message ids are the English sentences. Each language has its gettext catalogue in
quarantine/locale; scripts/words makes them again and tests/house/test_words.py refuses a
string that is in one language only.
"""

import gettext
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from models.held import HeldMessage

LANGUAGES = {"en": "English", "cy": "Cymraeg"}
LOCALE = Path(__file__).parent.parent / "locale"
HERE = ZoneInfo("Europe/London")

_MONTHS = {
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    "cy": (
        *("Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin"),
        *("Gorffennaf", "Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr"),
    ),
}


class Words(Protocol):
    """What gettext gives."""

    def gettext(self, message: str) -> str:
        """Return the sentence in the language."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the form of the sentence that fits the number."""


@cache
def translations(language: str) -> gettext.NullTranslations:
    """Return the catalogue of "cy" or "en"."""
    return gettext.translation("console", LOCALE, [language])


def mark(sentence: str) -> str:
    """Mark a sentence for the catalogues where it is not yet to be translated."""
    return sentence


def write_date(day: date, language: str) -> str:
    """Write "22 November 2026"; the Welsh form has the same order."""
    return f"{day.day} {_MONTHS[language][day.month - 1]} {day.year}"


def write_time(at: datetime, language: str) -> str:
    """Write "22 November 2026 at 9:32am" in local time."""
    local = at.astimezone(HERE)
    joined = "at" if language == "en" else "am"
    return f"{write_date(local.date(), language)} {joined} {_clock(local.time(), language)}"


def _clock(at: time, language: str) -> str:
    if (at.hour, at.minute) == (12, 0):
        return "midday" if language == "en" else "ganol dydd"
    if (at.hour, at.minute) == (0, 0):
        return "midnight" if language == "en" else "ganol nos"
    return f"{at.hour % 12 or 12}:{at.minute:02}{'am' if at.hour < 12 else 'pm'}"  # noqa: PLR2004


def write_size(octets: int) -> str:
    """Write a size for people; the units are the same in both languages."""
    if octets < 1000:  # noqa: PLR2004
        return f"{octets} B"
    if octets < 1_000_000:  # noqa: PLR2004
        return f"{round(octets / 1000)} KB"
    return f"{octets / 1_000_000:.1f} MB"


def reference(held: HeldMessage | str) -> str:
    """Write the reference of a held message as pages and notices show it."""
    return held if isinstance(held, str) else held.id
