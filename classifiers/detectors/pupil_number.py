"""Finds unique pupil numbers (UPN).

A check letter, the local authority, the school, the year and a serial number: a letter, eleven
digits, and a digit or a letter (Department for Education, "Unique pupil numbers"; the same in
Wales). One in twenty-three passes by chance. The library's own list of authorities is left out:
it knows neither those of Wales (660 to 681) nor any made since 2011.
"""

from collections.abc import Iterator

from stdnum.gb import upn

from classifiers.detectors.number_kind import carried, touched, words
from classifiers.detectors.numbers import spread
from classifiers.detectors.pattern import compile_pattern, finding, matches, rejected
from classifiers.text.reading import Reading
from models.finding import Finding, Rejected
from models.mail import Mail

_LETTER = "a-hj-np-rt-z"
_NUMBER = compile_pattern(spread(f"[{_LETTER}]", r"[2-9]", *([r"\d"] * 10), rf"[\d{_LETTER}]"))
_NAMES = words(
    r"upn|u\.p\.n\.?|pupil'?s? (?:no|number|ref|reference|id)|rh?if (?:y )?d?disgybl(?: unigryw)?"
)
_WORDS = words(
    r"upn|u\.p\.n\.?|pupils?|d?disgybl(?:ion)?|students?|m?myfyrwyr?|m?myfyriwr|schools?|h?[cg]?ysgol"
    r"|learners?|d?dysgwyr?|plentyn|phlentyn|blentyn|plant|blant|child|children"
)


class PupilNumber:
    """Pupil numbers: 0.95 beside a word, 0.3 in one piece without."""

    name = "pupil-number"

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding | Rejected]:
        """Yield each number whose check letter is right."""
        for text, folded in reading.texts:
            for start, end, found in matches(_NUMBER, folded):
                number = "".join(each for each in found.upper() if each.isalnum())
                if upn.calc_check_digit(number[1:]) != number[0]:
                    yield rejected(self.name, "check-digit", text, folded, start, end)
                    continue
                usual = found == number and not touched(folded, start, end)
                if carried(folded, start, end, _WORDS if usual else _NAMES):
                    yield finding(self.name, "education", 0.95, text, folded, start, end)
                elif usual:
                    yield finding(self.name, "education", 0.3, text, folded, start, end)
                else:
                    yield rejected(self.name, "no-word", text, folded, start, end)
