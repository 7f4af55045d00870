"""Finds numbers of Disclosure and Barring Service certificates.

Twelve digits without a check digit that is published, so the certificate must be named nearby.
A date with a time, written as twelve digits, is not one.
"""

from collections.abc import Iterator

from classifiers.detectors.number_kind import NumberKind, find, words
from classifiers.text.reading import Reading
from models.finding import Finding, Rejected
from models.mail import Mail

_NAMES = (
    r"dbs|gdg|disclosure (?:and|&) barring|datgelu a gwahardd|disclosure (?:certificate|no|number)"
    r"|tystysgrif ddatgelu|dystysgrif ddatgelu|crb"
)
_CENTURIES = ("19", "20")


class DbsCertificate:
    """Certificate numbers: 0.9 beside the name; alone they are nothing."""

    name = "dbs-certificate"
    _kind = NumberKind(
        detector=name,
        category="identity",
        lengths=(12,),
        layouts=frozenset({(12,), (3, 3, 3, 3), (4, 4, 4), (6, 6)}),
        check=lambda digits: not digits.startswith(_CENTURIES) and len(set(digits)) > 1,
        name=words(_NAMES),
        words=words(_NAMES),
        checked=False,
        spaced=0,
        bare=0,
    )

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding | Rejected]:
        """Yield each number beside the name of the certificate."""
        yield from find(self._kind, reading)
