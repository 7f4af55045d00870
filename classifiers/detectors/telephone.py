"""Finds personal telephone numbers; whether a number can be one, phonenumberslite says."""

from collections.abc import Iterator

import phonenumbers

from classifiers.detectors.pattern import compile_pattern, finding, headed, matches, rejected
from classifiers.text.reading import Reading
from models.finding import Finding, Rejected
from models.mail import Mail

_NUMBER = compile_pattern(r"(?:\+44|\b0044|\b0)[ ()-]{0,3}\d(?:[ ()-]{0,2}\d){7,10}\b")
_PERSONAL = compile_pattern(
    r"\b(?:his|her|their|client'?s?|patient'?s?|mum'?s?|dad'?s?|mother'?s?|father'?s?|parent'?s?"
    r"|next of kin|home|personal|private|pupil'?s?|tenant'?s?|resident'?s?)"
    r"[^\n]{0,20}(?:number|phone|mobile|tel|contact)"
    r"|(?:rhif|ffon) (?:symudol|cartref|personol) (?:ei|y|yr|hi|ef)|ffon cartref|rhif cartref"
    r"|rhif personol|ei (?:rhif|ffon|symudol)|you can (?:ring|call|reach) (?:him|her|them)"
)
_COLUMN = compile_pattern(r"phone|mobile|\btel\b|ffon|symudol")
_REACH = 60  # characters before a number in which the words stand
_MOST = 500  # numbers of one text


class Telephone:
    """UK numbers: 0.8 said to be a person's, 0.5 in a table, 0.2 without a word."""

    name = "telephone"

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding | Rejected]:
        """Yield each number that can be one."""
        for text, folded in reading.texts:
            for count, (start, end, found) in enumerate(matches(_NUMBER, folded)):
                if count >= _MOST:
                    break
                if not _possible(found):
                    yield rejected(self.name, "not-a-number", text, folded, start, end)
                    continue
                personal = _PERSONAL.search(folded.text[max(0, start - _REACH) : start])
                score = 0.8 if personal else 0.5 if headed(folded, start, _COLUMN) else 0.2
                yield finding(self.name, "contact", score, text, folded, start, end)


def _possible(found: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(found, "GB"))
    except phonenumbers.NumberParseException:
        return False
