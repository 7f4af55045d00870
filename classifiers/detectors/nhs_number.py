"""Finds NHS numbers.

An NHS number is ten digits, the last a modulus 11 check digit (NHS Data Dictionary, "NHS
NUMBER"). One ten-digit number in eleven passes by chance, so a word nearby must carry the
score; the usual 3-3-4 spacing helps a little.
"""

from collections.abc import Iterator

from stdnum.gb import nhs

from classifiers.detectors.pattern import compile_pattern, digits_of, finding, matches, nearby
from classifiers.text.reading import Reading
from models.finding import Finding
from models.mail import Mail

_NUMBER = compile_pattern(r"\b\d{3}[ .-]?\d{3}[ .-]?\d{4}\b")
_WORDS = compile_pattern(
    r"\bnhs\b|\bgig\b|\bpatients?\b|\bcleifion\b|\b[cg]laf\b|\bhospital\b|\bysbyty\b"
    r"|health record|cofnod iechyd|medical record|cofnod meddygol|\bgp (?:surgery|practice)\b"
)


class NhsNumber:
    """NHS numbers: 0.9 beside a word, 0.4 in their usual spacing, 0.2 bare."""

    name = "nhs-number"

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding]:
        """Yield each number whose check digit is right."""
        for text, folded in reading.texts:
            for start, end, found in matches(_NUMBER, folded):
                if not nhs.is_valid(digits_of(found)):
                    continue
                spaced = len(found) > 10  # noqa: PLR2004 - ten digits and their separators
                score = 0.4 if spaced else 0.2
                if nearby(folded, start, end, _WORDS):
                    score = 0.95 if spaced else 0.9
                yield finding(self.name, "health", score, text, folded, start, end)
