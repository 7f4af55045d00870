"""Finds unique taxpayer references (UTR).

Ten digits, the first a modulus 11 check digit over the rest (HMRC). One number in eleven passes
by chance, so only a word nearby makes it one.
"""

from collections.abc import Iterator

from stdnum.gb import utr

from classifiers.detectors.number_kind import NumberKind, find, words
from classifiers.text.reading import Reading
from models.finding import Finding, Rejected
from models.mail import Mail

_NAMES = (
    r"utr|u\.t\.r\.?|(?:unique )?tax ?payer(?:'s)? ref(?:erence)?|unique tax ref(?:erence)?"
    r"|(?:[cg]|ngh|ch)yfeirnod (?:y )?(?:treth|trethdalwr)(?: unigryw)?"
)
_FIELD = (
    r"tax ref(?:erence)?|self[ -]assessment|hmrc|h\.?m\.? revenue|inland revenue|cthem"
    r"|hunanasesiad|corporation tax|treth gorfforaeth|tax return|ffurflen dreth"
)


class TaxpayerReference:
    """Taxpayer references: 0.9 beside a word; alone they are nothing."""

    name = "taxpayer-reference"
    _kind = NumberKind(
        detector=name,
        category="identity",
        lengths=(10,),
        layouts=frozenset({(10,), (5, 5)}),
        check=lambda digits: utr.calc_check_digit(digits[1:]) == digits[0],
        name=words(_NAMES),
        words=words(f"{_NAMES}|{_FIELD}"),
        spaced=0,
        bare=0,
    )

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding | Rejected]:
        """Yield each number whose check digit is right."""
        yield from find(self._kind, reading)
