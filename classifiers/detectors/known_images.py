"""Finds attached files whose digest is on a list of known illegal files (L50).

The list is the body's: hexadecimal MD5, SHA-1 or SHA-256, as police and hotlines give them out.
Only whole files are compared, as attached or inline; what is inside an archive is not.
"""

import hashlib
from collections.abc import Iterator

from classifiers.text.reading import Reading
from models.finding import Finding
from models.mail import Mail

NAME = "known-images"
_BY_LENGTH = {32: "md5", 40: "sha1", 64: "sha256"}  # of hexadecimal digits


class KnownImages:
    """What must be sealed, and never looked at."""

    name = NAME

    def __init__(self, digests: frozenset[str]) -> None:
        """Take digests in lower-case hexadecimal; of what other length, none can match."""
        self._digests = digests
        self._kinds = sorted({len(each) for each in digests} & set(_BY_LENGTH))

    def detect(self, mail: Mail, reading: Reading) -> Iterator[Finding]:  # noqa: ARG002 - bytes only
        """Yield one finding for each part that is on the list."""
        for part in mail.message.parts if self._kinds else ():
            if any(self._digest(part.payload, each) in self._digests for each in self._kinds):
                yield Finding(
                    detector=NAME, category="known", score=1.0, part=part.number, kind="part"
                )

    @staticmethod
    def _digest(payload: bytes, length: int) -> str:
        return hashlib.new(_BY_LENGTH[length], payload, usedforsecurity=False).hexdigest()
