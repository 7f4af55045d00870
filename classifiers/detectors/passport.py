"""Finds passport numbers, and the machine-readable line of a passport.

A British passport number is nine digits, or two letters and seven digits, without a check digit:
the passport must be named nearby. The machine-readable line (ICAO Doc 9303 part 4) has check
digits weighted 7, 3, 1 and needs no word.
"""

from collections.abc import Iterator
from itertools import cycle

from classifiers.detectors.number_kind import NumberKind, find, words
from classifiers.detectors.pattern import compile_pattern, finding, matches, nearby, rejected
from classifiers.text.reading import Reading
from models.finding import Finding, Rejected
from models.mail import Mail

_NAMES = words(r"passports?|(?:[pb]|mh|ph)asbort(?:au)?")
_LETTERED = compile_pattern(r"\b[a-z]{2}[ -]?\d{3}[ -]?\d{4}\b")
_MACHINE_LINE = compile_pattern(
    r"[A-Z0-9<]{9}\d[A-Z]{3}\d{6}\d[MFX<]\d{6}\d[A-Z0-9<]{14}[\d<]\d", case=True
)
_CHECKED = ((0, 9), (13, 19), (21, 27))  # number, birth, expiry: each followed by its check digit


class Passport:
    """Passports: 0.95 for a machine-readable line, 0.9 for a number beside the word."""

    name = "passport"
    category = "identity"

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding | Rejected]:
        """Yield each number and line."""
        yield from find(_KIND, reading)
        for text, folded in reading.texts:
            for start, end, _ in matches(_LETTERED, folded):
                if nearby(folded, start, end, _NAMES):
                    yield finding(self.name, self.category, 0.9, text, folded, start, end)
            for start, end, line in matches(_MACHINE_LINE, folded):
                if all(_check_digit(line[a:b]) == line[b] for a, b in _CHECKED):
                    yield finding(self.name, self.category, 0.95, text, folded, start, end)
                else:
                    yield rejected(self.name, "check-digit", text, folded, start, end)


def _check_digit(field: str) -> str:
    values = (0 if each == "<" else int(each, 36) for each in field)
    return str(
        sum(weight * value for weight, value in zip(cycle((7, 3, 1)), values, strict=False)) % 10
    )


_KIND = NumberKind(
    detector=Passport.name,
    category=Passport.category,
    lengths=(9,),
    layouts=frozenset({(9,), (3, 3, 3)}),
    check=lambda digits: len(set(digits)) > 1,
    name=_NAMES,
    words=_NAMES,
    checked=False,
    spaced=0,
    bare=0,
)
