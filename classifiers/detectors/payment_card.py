"""Finds payment card numbers.

Thirteen to nineteen digits with an issuer's prefix (ISO/IEC 7812) and a Luhn check digit. One
number in ten passes Luhn by chance, so grouping as on the card or a word nearby counts.
"""

from collections.abc import Iterator

from stdnum import luhn

from classifiers.detectors.pattern import compile_pattern, digits_of, finding, matches, nearby
from classifiers.text.reading import Reading
from models.finding import Finding
from models.mail import Mail

_NUMBER = compile_pattern(
    r"\b(?:4\d{3}|5[1-5]\d{2}|2[2-7]\d{2}|6(?:011|5\d{2}|4[4-9]\d))(?:[ .-]?\d{4}){3}\b"
    r"|\b3[47]\d{2}[ .-]?\d{6}[ .-]?\d{5}\b"
)
_WORDS = compile_pattern(
    r"\bcards?\b|\bc[ea]rdyn\b|\bgerdyn\b|\bcardiau\b|\bvisa\b|master ?card|\bamex\b|\bcvv\b"
    r"|\bcvc\b|expir|expiry|\bdebit\b|\bcredit\b|\bcredyd\b|\bpayment\b|\btaliad\b|dod i ben"
)
_ENOUGH_KINDS = 2  # of digits: 4444 4444 4444 4448 is nobody's


class PaymentCard:
    """Card numbers: 0.95 beside a word, 0.85 grouped in fours, 0.6 bare."""

    name = "payment-card"

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding]:
        """Yield each number with the right prefix and check digit."""
        for text, folded in reading.texts:
            for start, end, found in matches(_NUMBER, folded):
                digits = digits_of(found)
                if not luhn.is_valid(digits) or len(set(digits)) < _ENOUGH_KINDS:
                    continue
                score = 0.85 if len(found) > len(digits) else 0.6
                if nearby(folded, start, end, _WORDS):
                    score = 0.95
                yield finding(self.name, "financial", score, text, folded, start, end)
