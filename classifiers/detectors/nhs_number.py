"""Finds NHS numbers.

An NHS number is ten digits, the last a modulus 11 check digit (NHS Data Dictionary, "NHS
NUMBER"). One ten-digit number in eleven passes by chance, so a word nearby must carry the
score; the usual 3-3-4 spacing helps a little.
"""

from collections.abc import Iterator

from stdnum.gb import nhs

from classifiers.detectors.number_kind import NumberKind, find, words
from classifiers.text.reading import Reading
from models.finding import Finding, Rejected
from models.mail import Mail

_NAMES = (
    r"(?:nhs|n\.h\.s\.?|gig|health)[ _-]?(?:nos?|numbers?|num|id|ref|[:#=])"
    r"|rh?if(?:au)? (?:y )?(?:gig|nhs|iechyd)"
)
_FIELD = (
    r"nhs|n\.h\.s\.?|gig|patients?|(?:in|out)patients?|(?:[cg]|ngh|ch)laf|(?:[cg]|ngh|ch)leifion|hospitals?|ysbyty|ysbytai"
    r"|(?:health|medical) records?|[cg]h?ofnod(?:ion)? (?:iechyd|meddygol)"
    r"|gp (?:surgery|practice)|[mf]eddygfa|clinics?|clinig"
)
_KINDS_OF_DIGIT = 2  # 4444444444 is nobody's


class NhsNumber:
    """NHS numbers: 0.95 beside a word or among others, 0.4 in their usual spacing, 0.2 bare."""

    name = "nhs-number"
    _kind = NumberKind(
        detector=name,
        category="health",
        lengths=(10,),
        layouts=frozenset({(10,), (3, 3, 4)}),
        check=lambda digits: len(set(digits)) >= _KINDS_OF_DIGIT and nhs.checksum(digits) == 0,
        name=words(_NAMES),
        words=words(f"{_NAMES}|{_FIELD}"),
        beside=0.95,
    )

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding | Rejected]:
        """Yield each number whose check digit is right."""
        yield from find(self._kind, reading)
