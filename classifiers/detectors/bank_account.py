"""Finds a UK sort code with an account number near it.

Neither has a check digit of its own, so both must be there, or a word that names one.
"""

from collections.abc import Iterator

from classifiers.detectors.pattern import compile_pattern, finding, matches, nearby
from classifiers.text.reading import Reading
from models.finding import Finding
from models.mail import Mail

_PAIR = compile_pattern(
    r"\b\d{2}[ -]\d{2}[ -]\d{2}\b[^\d\n]{0,40}\n?[^\d\n]{0,40}\b\d{8}\b"
    r"|\b\d{8}\b[^\d\n]{0,40}\n?[^\d\n]{0,40}\b\d{2}[ -]\d{2}[ -]\d{2}\b"
)
_WORDS = compile_pattern(
    r"sort ?code|cod didoli|account (?:number|no|name)|rhif (?:y )?cyfrif|\ba/?c\b|\bbacs\b"
    r"|bank (?:details|account)|manylion banc|cyfrif banc"
)


class BankAccount:
    """Sort code with account number: 0.9 beside a word, 0.4 without (dates look alike)."""

    name = "bank-account"

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding]:
        """Yield each pair."""
        for text, folded in reading.texts:
            for start, end, _ in matches(_PAIR, folded):
                score = 0.9 if nearby(folded, start, end, _WORDS) else 0.4
                yield finding(self.name, "financial", score, text, folded, start, end)
