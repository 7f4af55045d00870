"""Finds dates of birth: a date beside a word for birth; a name nearby makes it somebody's."""

from collections.abc import Iterator

from classifiers.detectors.pattern import compile_pattern, finding, headed, matches, nearby
from classifiers.text.reading import Reading
from models.finding import Finding
from models.mail import Mail

_MONTHS = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|ionawr|chwefror|mawrth|ebrill|mai|mehefin"
    r"|gorffennaf|awst|medi|hydref|tachwedd|rhagfyr"
)
DATE = compile_pattern(
    r"\b(?:0?[1-9]|[12]\d|3[01])[ ./-]{1,3}(?:0?[1-9]|1[0-2])[ ./-]{1,3}(?:(?:19|20)\d\d|\d\d)\b"
    r"|\b(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b"
    rf"|\b(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|af|ydd|fed|eg|ain)? (?:of )?(?:{_MONTHS}),?"
    r" (?:19|20)\d\d\b"
)
_BEFORE = compile_pattern(
    r"(?:\bd\.?o\.?b\b\.?|date of birth|birth ?date|\bborn(?: on)?\b|dyddiad geni|\bd\.?g\.?\b"
    r"|\bganwyd\b|\bganed\b|\beni ar\b|\bgeni ar\b)[^\n]{0,25}$"
)
_COLUMN = compile_pattern(r"\bdob\b|date of birth|birth ?date|dyddiad geni|d\.o\.b")
_NAMES = compile_pattern(r"\b[A-Z][a-z\x{27}-]{1,20} (?:[A-Z][A-Za-z\x{27}-]{1,20}\b)", case=True)
_HINT = compile_pattern(
    r"\bd\.?o\.?b\b|birth|\bborn\b|\bganwyd\b|\bganed\b|geni\b|\beni\b|\bd\.?g\b"
)
_REACH = 40  # characters before a date in which the word stands


class DateOfBirth:
    """Dates of birth: 0.85 with a name nearby, 0.6 without."""

    name = "date-of-birth"

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding]:
        """Yield each date that a word calls one of birth."""
        for text, folded in reading.texts:
            if _HINT.search(folded.text) is None:
                continue
            for start, end, _ in matches(DATE, folded):
                before = folded.text[max(0, start - _REACH) : start]
                if _BEFORE.search(before) is None and not headed(folded, start, _COLUMN):
                    continue
                score = 0.85 if nearby(folded, start, end, _NAMES) else 0.6
                yield finding(self.name, "identity", score, text, folded, start, end)
