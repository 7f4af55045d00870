"""Finds payment card numbers.

Twelve to nineteen digits with an issuer's prefix of the right length (ISO/IEC 7812; the ranges
that the schemes publish) and a Luhn check digit. One number in ten passes Luhn by chance, so
grouping as on the card or a word nearby counts.
"""

from collections.abc import Iterator

from stdnum import luhn

from classifiers.detectors.number_kind import NumberKind, find, words
from classifiers.detectors.pattern import compile_pattern
from classifiers.text.reading import Reading
from models.finding import Finding, Rejected
from models.mail import Mail

_NAMES = (
    r"cards?|cc|(?:[cg]|ngh|ch)[ae]rdyn|(?:[cg]|ngh|ch)ardiau|visa|master ?card|maestro|amex"
    r"|american express|cvv2?|cvc2?|csc|pan|diners|discover|jcb|long number|rhif hir"
    r"|expir[a-z]*|exp|valid (?:from|to|until|thru)|dod i ben"
)
_FIELD = (
    r"debit|credit|[cg]h?redyd|debyd|ddebyd|payments?"
    r"|paid|pay|th?aliad(?:au)?|daliad(?:au)?|nhaliad"
)
_ISSUED = compile_pattern(
    r"^(?:4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}"  # Mastercard
    r"|(?:3[47]\d{2}|1800|2131)\d{11}"  # American Express, old JCB
    r"|3(?:0[0-5]|09|[689]\d)\d{11}"  # Diners Club
    r"|35(?:2[89]|[3-8]\d)\d{12,15}"  # JCB
    r"|6(?:011|4[4-9]\d|5\d{2}|2\d{2})\d{12,15}"  # Discover, UnionPay
    r"|(?:50(?:18|20|38)|5[678]\d{2}|6(?:304|390|7\d{2}))\d{8,15})$"  # Maestro
)
_FIFTEEN, _SIXTEEN = 15, 16
_KINDS_OF_DIGIT = 2  # 4444 4444 4444 4448 is one with two


class PaymentCard:
    """Card numbers: 0.95 beside a word or among others, 0.85 grouped as on a card, 0.6 bare."""

    name = "payment-card"

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding | Rejected]:
        """Yield each number with the right prefix and check digit."""
        yield from find(_KIND, reading)


def _checks(digits: str) -> bool:
    return (
        _ISSUED.search(digits) is not None
        and len(set(digits)) >= _KINDS_OF_DIGIT
        and luhn.checksum(digits) == 0
    )


_KIND = NumberKind(
    detector=PaymentCard.name,
    category="financial",
    lengths=tuple(range(12, 20)),
    layouts=frozenset(
        {
            *((length,) for length in range(12, 20)),
            (4, 4, 4, 4),
            (4, 6, 5),  # American Express
            (4, 6, 4),  # Diners Club
            (4, 4, 4, 4, 3),
        }
    ),
    check=_checks,
    name=words(_NAMES),
    words=words(f"{_NAMES}|{_FIELD}"),
    rare=True,
    beside=0.95,
    spaced=0.85,
    bare=0.6,
)
