"""Finds international bank account numbers (IBAN, ISO 13616).

A country, two check digits (modulus 97) and an account of the country's own length and form:
one in ninety-seven passes by chance, of those with the right form, so the usual grouping in
fours is enough by itself.
"""

from collections.abc import Iterator
from functools import cache

import re2
from stdnum import iban, numdb

from classifiers.detectors.number_kind import carried, touched, words
from classifiers.detectors.numbers import SEPARATORS, spread
from classifiers.detectors.pattern import compile_pattern, finding, rejected
from classifiers.text.folding import Folded
from classifiers.text.reading import Reading
from models.finding import Finding, Rejected
from models.mail import Mail

_START = re2.compile(f"(?i){spread('[a-z]', '[a-z]', '[0-9]', '[0-9]')}")
_PLAIN_START = re2.compile(r"(?i)\b[a-z]{2}\d{2}")
_SIZES = re2.compile(r"(\d+)!")
_MOST = 34 * 4  # characters that the longest takes, spaced out
_NAMED = r"iban|swift|bic|bank|banc|account|a/?c|(?:[cg]|ngh|ch)yfrif(?:on)?"
_NAMES = compile_pattern(rf"iban|\b(?:{_NAMED}|pay)\b")  # worth the slower search
_WORDS = words(
    rf"{_NAMED}|payments?|pay"
    r"|th?aliad(?:au)?|daliad(?:au)?|transfer"
)


class Iban:
    """IBANs: 0.95 beside a word, 0.9 in one piece or in fours, nothing otherwise."""

    name = "iban"

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding | Rejected]:
        """Yield each number whose length, form and check digits are its country's."""
        for text, folded in reading.texts:
            spaced_out = _NAMES.search(folded.text) is not None
            for found in (_START if spaced_out else _PLAIN_START).finditer(folded.text):
                start = found.start()
                end = _end(folded, start)
                if end == 0:
                    continue
                written = folded.text[start:end]
                number = "".join(each for each in written if each not in SEPARATORS)
                if not iban.is_valid(number, check_country=False):
                    yield rejected(self.name, "check-digit", text, folded, start, end)
                elif _odd_end_of_a_word(folded, start, usual=_usual(written, number)):
                    yield rejected(self.name, "layout", text, folded, start, end)
                elif carried(folded, start, end, _WORDS):
                    yield finding(self.name, "financial", 0.95, text, folded, start, end)
                elif _usual(written, number) and not touched(folded, start, end):
                    yield finding(self.name, "financial", 0.9, text, folded, start, end)
                else:
                    yield rejected(self.name, "layout", text, folded, start, end)


def _end(folded: Folded, start: int) -> int:
    """Where a number that starts here has as many characters as its country wants, or 0."""
    at: list[int] = []
    size = 2
    for place, each in enumerate(folded.text[start : start + _MOST], start):
        if each in SEPARATORS:
            continue
        if not (each.isascii() and each.isalnum()):
            return 0
        at.append(place)
        if len(at) == 2:  # noqa: PLR2004 - the country's letters
            size = _size((folded.text[at[0]] + each).upper())
        if len(at) > 1 and len(at) >= size:
            return place + 1 if size else 0
    return 0


@cache
def _size(country: str) -> int:
    """How many characters an IBAN of a country has; 0 if the country has none."""
    found = numdb.get("iban").info(country)[0][1].get("bban", "")
    return sum(int(each.group(1)) for each in _SIZES.finditer(found)) + 4 if found else 0


def _odd_end_of_a_word(folded: Folded, start: int, *, usual: bool) -> bool:
    """Tell whether the country is the end of a word, other than IBAN, and the rest oddly cut."""
    before = folded.text[max(0, start - 4) : start]
    return not usual and before[-1:].isalpha() and before.lower() != "iban"


def _usual(written: str, number: str) -> bool:
    """Tell whether it is written in one piece, or in fours with one separator."""
    fours = [number[at : at + 4] for at in range(0, len(number), 4)]
    return written in (number, " ".join(fours), "-".join(fours), ".".join(fours))
