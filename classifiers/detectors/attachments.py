"""Finds what could not be read, and says why: never silence.

This version reads text and HTML. Office files, PDF and unlocked archives are "not-supported",
scored below any rule's default so that ordinary attachments pass; what is locked, encrypted
or so malformed that two readers would see two messages scores high.
"""

from collections.abc import Iterator, Sequence

from classifiers.settings import LIMITS
from classifiers.text.folding import Folded
from models.finding import Finding, Text
from models.mail import Mail
from models.message import Part

_CERTAIN, _WEAK = 0.9, 0.3
_AMBIGUOUS = frozenset(
    {
        "duplicate-content-type",
        "duplicate-transfer-encoding",
        "too-many-parts",
        "too-deep",
        "too-many-fields",
        "unreadable-structure",
    }
)
_ENCRYPTED_TYPES = frozenset({"application/pgp-encrypted", "multipart/encrypted"})
_READ_OR_HARMLESS = ("text/", "image/", "audio/", "video/", "message/", "font/")
_SIGNATURES = frozenset(
    {
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-keys",
        "application/ics",
    }
)
_ZIP, _PDF, _OLE = b"PK\x03\x04", b"%PDF-", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SEVEN_ZIP, _RAR = b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07"
_MOST_MEMBERS = 10_000


class Attachments:
    """What a reader of ours could not open."""

    name = "attachments"

    def detect(self, mail: Mail, _texts: Sequence[tuple[Text, Folded]]) -> Iterator[Finding]:
        """Yield one finding for each part that could not be read, with the reason."""
        for defect in mail.message.defects:
            score = _CERTAIN if defect.kind in _AMBIGUOUS else _WEAK
            yield self._finding(defect.part, defect.kind, score)
        for part in mail.message.parts:
            reason, score = _unreadable(part)
            if reason:
                yield self._finding(part.number, reason, score)

    def _finding(self, part: str, reason: str, score: float) -> Finding:
        return Finding(
            detector=self.name,
            category="unreadable",
            score=score,
            part=part,
            kind="part",
            reason=reason,
        )


def _unreadable(part: Part) -> tuple[str, float]:
    """Say why a part could not be read, and how sure that a person must look; "" if it could."""
    payload, kind = part.payload, part.content_type
    if kind in _ENCRYPTED_TYPES or _is_enveloped(part):
        return "encrypted", _CERTAIN
    if payload.startswith(_ZIP):
        return ("password", _CERTAIN) if _zip_locked(payload) else ("not-supported", _WEAK)
    if payload.startswith(_PDF):
        return ("password", _CERTAIN) if b"/Encrypt" in payload else ("not-supported", _WEAK)
    if payload.startswith(_OLE):
        locked = "EncryptedPackage".encode("utf-16-le") in payload
        return ("password", _CERTAIN) if locked else ("not-supported", _WEAK)
    if payload.startswith((_SEVEN_ZIP, _RAR)):
        return "not-supported", _WEAK
    if kind.startswith("text/"):
        return ("too-large", _CERTAIN) if len(payload) > LIMITS.part else ("", 0.0)
    if kind.startswith(_READ_OR_HARMLESS) or kind in _SIGNATURES or not payload:
        return "", 0.0
    return "not-supported", _WEAK


def _is_enveloped(part: Part) -> bool:
    """S/MIME that is encrypted, not only signed: id-envelopedData stands near the start."""
    if part.content_type not in {"application/pkcs7-mime", "application/x-pkcs7-mime"}:
        return False
    enveloped = bytes.fromhex("2a864886f70d010703")
    auth_enveloped = bytes.fromhex("2a864886f70d0109100117")
    return enveloped in part.payload[:64] or auth_enveloped in part.payload[:64]


def _zip_locked(payload: bytes) -> bool:
    """Tell whether any member is encrypted: bit 0 of the general purpose flag (APPNOTE 4.4.4)."""
    at, local, central = 0, b"PK\x03\x04", b"PK\x01\x02"
    for _ in range(_MOST_MEMBERS):
        found = payload.find(local, at)
        if found < 0:
            break
        if payload[found + 6 : found + 7] and payload[found + 6] & 1:
            return True
        at = found + 4
    found = payload.rfind(central)
    return found >= 0 and len(payload) > found + 8 and bool(payload[found + 8] & 1)
