"""Words in English and Welsh: the catalogues, and how sizes and references are written.

The message ids are the English sentences. Each language has its gettext catalogue in
quarantine/locale; scripts/words makes them again and tests/house/test_words.py refuses a
string that is in one language only.
"""

import gettext
from functools import cache
from pathlib import Path
from typing import Protocol

from models.held import HeldMessage

LANGUAGES = {"en": "English", "cy": "Cymraeg"}
LOCALE = Path(__file__).parent.parent / "locale"


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
