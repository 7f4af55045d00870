"""Finds National Insurance numbers.

Two letters, six digits, a letter A to D (HMRC, NIM39110): never D, F, I, Q, U or V in the
first two, never O in the second, and some pairs are not given out. The shape is rare enough
to stand alone when spaced in pairs or beside a word.
"""

from collections.abc import Iterator

from classifiers.detectors.pattern import compile_pattern, finding, matches, nearby
from classifiers.text.reading import Reading
from models.finding import Finding
from models.mail import Mail

_NUMBER = compile_pattern(r"\b[abceghj-prstw-z][abceghj-nprstw-z] ?\d{2} ?\d{2} ?\d{2} ?[a-d]\b")
_UNUSED = frozenset({"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"})
_WORDS = compile_pattern(
    r"\bn\.?i\.?(?:n|no|number)?\b|national insurance|yswiriant (?:gwladol|cenedlaethol)|\bnino\b"
    r"|\bpayroll\b|\bcyflogres\b|\bpayslip\b"
)


class NationalInsurance:
    """National Insurance numbers: 0.95 beside a word, 0.7 without."""

    name = "national-insurance"

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding]:
        """Yield each number whose prefix can be given out."""
        for text, folded in reading.texts:
            for start, end, found in matches(_NUMBER, folded):
                if found[:2].upper() in _UNUSED:
                    continue
                score = 0.95 if nearby(folded, start, end, _WORDS) else 0.7
                yield finding(self.name, "identity", score, text, folded, start, end)
