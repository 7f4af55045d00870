"""Finds driver numbers of British driving licences.

Sixteen characters (DVLA, "Driver number"): five of the surname, filled up with 9; the decade of
birth; the month, with 50 added for a woman; the day; the year within the decade; two initials
or 9; three more, of which how they come about is not published. The date within must be one.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date

from classifiers.detectors.number_kind import carried, touched, words
from classifiers.detectors.numbers import spread
from classifiers.detectors.pattern import compile_pattern, finding, matches, rejected
from classifiers.text.reading import Reading
from models.finding import Finding, Rejected
from models.mail import Mail

_NUMBER = compile_pattern(
    spread(
        "[a-z]", *(["[a-z9]"] * 4), r"\d", "[0156]", r"\d", "[0-3]", r"\d", r"\d",
        "[a-z9]", "[a-z9]", "[a-z0-9]", "[a-z]", "[a-z]",
    )
)  # fmt: skip
_NAME = compile_pattern(r"^[a-z]{1,5}9*$")
_WORDS = words(
    r"driving licen[cs]e|driver'?s? licen[cs]e|driver'?s? (?:no|number)"
    r"|licen[cs]e (?:no|number)|dvla|(?:t|d|nh|th)rwydded(?:au)? (?:yrru|gyrru)"
    r"|rh?if (?:y )?g?yrrwr|rh?if (?:y )?(?:t|d)rwydded"
)


class DrivingLicence:
    """Driver numbers: 0.95 beside a word, 0.85 in one piece and capitals without."""

    name = "driving-licence"

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding | Rejected]:
        """Yield each number whose date of birth is a date."""
        for text, folded in reading.texts:
            for start, end, found in matches(_NUMBER, folded):
                number = "".join(each for each in found if each.isalnum())
                if not (_NAME.search(number[:5]) and _is_date(number[5:11])):
                    yield rejected(self.name, "date", text, folded, start, end)
                    continue
                if carried(folded, start, end, _WORDS):
                    yield finding(self.name, "identity", 0.95, text, folded, start, end)
                elif number.isupper() and found == number and not touched(folded, start, end):
                    yield finding(self.name, "identity", 0.85, text, folded, start, end)
                else:
                    yield rejected(self.name, "no-word", text, folded, start, end)


def _is_date(digits: str) -> bool:
    """Tell whether decade, month, day and year make a date in this century or the last."""
    month, day, year = int(digits[1:3]) % 50, int(digits[3:5]), int(digits[0] + digits[5])
    for century in (1900, 2000):
        with suppress(ValueError):
            return bool(date(century + year, month, day))
    return False
