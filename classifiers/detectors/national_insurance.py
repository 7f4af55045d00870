"""Finds National Insurance numbers.

Two letters, six digits and a letter from A to D; some letters and prefixes are never given out
(HMRC, National Insurance Manual NIM39110). There is no check digit. "WE 200000 a year" has the
same shape, so small letters and odd spacing need a word nearby, as do O and I for 0 and 1.
"""

from collections.abc import Iterator

from classifiers.detectors.number_kind import carried, touched, words
from classifiers.detectors.numbers import spread
from classifiers.detectors.pattern import compile_pattern, finding, matches, rejected
from classifiers.text.reading import Reading
from models.finding import Finding, Rejected
from models.mail import Mail

_FIRST, _SECOND = "[a-ceghj-prstw-z]", "[a-ceghj-nprstw-z]"
_NUMBER = compile_pattern(spread(_FIRST, _SECOND, *([r"[\doil]"] * 6), "[a-d]"))
_USUAL = compile_pattern(
    r"^[A-Z]{2}(?: ?\d{2} ?\d{2} ?\d{2} ?|-?\d{2}-\d{2}-\d{2}-?)[A-D]$", case=True
)
_UNUSED = frozenset({"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"})
_WORDS = words(
    r"(?-i:NI)|nin|n\.i\.(?:n\.)?|ni (?:no|number|num)\.?|ni[:#]|nino"
    r"|national insurance|nat\.? ins\.?|yswiriant (?:gwladol|cenedlaethol)"
    r"|payroll|payslip|p45|p60|paye|hmrc|(?:[cg]|ngh|ch)yflogres|slip cyflog"
)
_WAGE = compile_pattern(r"^ ?(?:year|month|week|day|flwyddyn|mis)\b")  # "WE 200000 A YEAR"
_DIGITS = 4  # at least, among letters that stand for digits


class NationalInsurance:
    """National Insurance numbers: 0.95 beside a word, 0.7 in their usual form without."""

    name = "national-insurance"

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding | Rejected]:
        """Yield each number whose prefix can be given out."""
        for text, folded in reading.texts:
            for start, end, found in matches(_NUMBER, folded):
                letters = "".join(each for each in found if each.isalnum())
                if letters[:2].upper() in _UNUSED or sum(map(str.isdigit, letters)) < _DIGITS:
                    continue
                after = folded.text[end : end + 1]
                if after.isalnum() and (after.isdigit() or not found[-2].isalnum()):
                    continue  # the last letter begins a word: "120000 a year", "123456 card"
                if found[-2] == " " and _WAGE.search(folded.text[end : end + 12]) is not None:
                    continue
                usual = _USUAL.search(found) is not None and not touched(folded, start, end)
                if carried(folded, start, end, _WORDS):
                    yield finding(self.name, "identity", 0.95, text, folded, start, end)
                elif usual:
                    yield finding(self.name, "identity", 0.7, text, folded, start, end)
                else:
                    yield rejected(self.name, "layout", text, folded, start, end)
