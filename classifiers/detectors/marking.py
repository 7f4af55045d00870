"""Finds protective markings (Government Security Classifications, 2024) and their Welsh forms.

OFFICIAL-SENSITIVE is written in capitals or stands alone on its line, in a subject or a
footer; in running prose "official, sensitive" is not a marking. SECRET and the old PROTECT,
RESTRICTED and CONFIDENTIAL count only as a whole line of capitals.
"""

from collections.abc import Iterator

import re2

from classifiers.detectors.pattern import finding, matches
from classifiers.text.reading import Reading
from models.finding import Finding
from models.mail import Mail

_EDGE = r"[ \t\[\](){}*_:;.,|#=-]*"
_SENSITIVE = re2.compile(
    r"\bOFFICIAL ?[-:\x{2013}\x{2014}/]{0,2} ?SENSITIVE\b|\bSWYDDOGOL ?[-:/]{0,2} ?SENSITIF\b"
)
_SENSITIVE_LINE = re2.compile(
    rf"(?im)^{_EDGE}(?:official ?[-:/]{{1,2}} ?sensitive|swyddogol ?[-:/]{{1,2}} ?sensitif)\b"
)
_SECRET = re2.compile(
    rf"(?m)^{_EDGE}(?:UK )?(?:TOP SECRET|SECRET|CYFRINACHOL IAWN|CYFRINACHOL){_EDGE}$"
)
_LEGACY = re2.compile(
    rf"(?m)^{_EDGE}(?:(?:NHS |UK )?(?:CONFIDENTIAL|RESTRICTED|PROTECT)|CYFYNGEDIG)"
    rf"(?: ?[-:] ?[A-Z ]{{3,40}})?{_EDGE}$"
)
_TABLE = (
    (_SENSITIVE, "official-sensitive", 0.95),
    (_SENSITIVE_LINE, "official-sensitive", 0.9),
    (_SECRET, "secret", 0.9),
    (_LEGACY, "legacy-marking", 0.7),
)


class Marking:
    """Protective markings, by their kind."""

    name = "marking"

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding]:
        """Yield each marking once."""
        for text, folded in reading.texts:
            seen: set[int] = set()
            for pattern, category, score in _TABLE:
                for start, end, _ in matches(pattern, folded):
                    if end not in seen:
                        seen.add(end)
                        yield finding(self.name, category, score, text, folded, start, end)
