"""Octets written as text inside text: base64, uuencode and the like; each is read in its turn.

Only what decodes to text or to a format that is read counts: an identifier that happens to be
valid base64 decodes to noise and is left.
"""

import base64
import binascii
import html
from collections.abc import Callable, Iterator
from urllib.parse import unquote_to_bytes

import re2

from classifiers.text.extracting import Member, Source
from classifiers.text.kinds import kinds_of, looks_like_text, utf16_order
from models.transfer_encoding import decode

_MOST = 20_000  # stretches of one kind that are decoded in one text
_SHORTEST = 6  # octets that can hold something worth finding
_LETTERS = 0.7  # of a decoded text are letters, digits and spaces
_NOISE = 0.05  # of it may be no characters at all: a stretch may begin too early


def _base64(match: bytes) -> bytes:
    return decode(match.translate(None, b" \t\r\n>"), "base64")[0]


def _hexadecimal(match: bytes) -> bytes:
    digits = bytes(each for each in match.replace(b"\\x", b"").replace(b"0x", b"") if each in _HEX)
    return binascii.unhexlify(digits[: len(digits) // 2 * 2])


def _entities(match: bytes) -> bytes:
    return html.unescape(match.decode("ascii", "replace")).encode("utf-8", "replace")


def _escapes(match: bytes) -> bytes:
    """Undo JSON's escapes; two of them may make one character (RFC 8259 section 7)."""
    text: str = _ESCAPE.sub(
        lambda found: chr(int(found.group(1), 16)), match.decode("ascii", "replace")
    )
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def _base32(match: bytes) -> bytes:
    clean = match.rstrip(b"=")
    return base64.b32decode(clean + b"=" * (-len(clean) % 8))


def _ascii85(match: bytes) -> bytes:
    return base64.a85decode(match, adobe=True)


def _decimal(match: bytes) -> bytes:
    """Octets written as numbers, as programs write characters."""
    return bytes(int(each) for each in match.split(b","))


_ESCAPE = re2.compile(r"\\u([0-9A-Fa-f]{4})")
_HEX = frozenset(b"0123456789abcdefABCDEF")
_KINDS: tuple[tuple[str, str, str, Callable[[bytes], bytes]], ...] = (
    # a cheap hint, the pattern, its name, how to decode it
    (
        "",
        (
            r"(?:[A-Za-z0-9+/_-]{16,}[ \t>]*\r?\n[ \t>]*)+[A-Za-z0-9+/_-]{2,}={0,2}"
            r"|[A-Za-z0-9+/_-]{12,}={0,2}"
        ),
        "base64",
        _base64,
    ),
    (
        "",
        r"(?i)(?:(?:\\x|0x)?[0-9a-f]{2}(?:, ?|[ :])?){8,}",
        "hexadecimal",
        _hexadecimal,
    ),
    ("%", r"(?:[A-Za-z0-9+._-]*%[0-9A-Fa-f]{2}[A-Za-z0-9+._-]*){3,}", "percent", unquote_to_bytes),
    ("&", r"(?:&(?:#x?[0-9A-Fa-f]+|[a-zA-Z]+);[ ]?){3,}", "entities", _entities),
    ("\\u", r"[^\"\r\n]*(?:\\u[0-9A-Fa-f]{4}[^\"\r\n\\]{0,20}){3,}[^\"\r\n]*", "escapes", _escapes),
    ("", r"\b[A-Z2-7]{24,}={0,6}", "base32", _base32),
    ("<~", r"<~[!-uz\s]+~>", "ascii85", _ascii85),
    (",", r"(?:\d{2,3}, ?){8,}\d{2,3}", "decimal", _decimal),
    (
        "=",
        (
            r"[^\r\n]*(?:=[0-9A-Fa-f]{2}(?:[^\r\n=]{0,20}(?:=\r?\n)?)){3,}[^\r\n]*"
            r"|(?:[^\r\n]*=\r?\n)+[^\r\n]*"
        ),
        "quoted-printable",
        lambda match: decode(match, "quoted-printable")[0],
    ),
    (
        "begin",
        (
            r"(?m)^begin(?:-base64)? [0-7]{3,4}(?: [^\r\n]*)?\r?\n"
            r"(?:[^\r\n]+\r?\n)+?(?:end|====|\r?\n|\z)"
        ),
        "uuencode",
        lambda match: decode(match, "uuencode")[0],
    ),
)
_PATTERNS = tuple(
    (hint, re2.compile(pattern), name, decoder) for hint, pattern, name, decoder in _KINDS
)


def embedded(content: str) -> Iterator[Member]:
    """Yield what is hidden in a text as encoded octets, where it decodes to something read."""
    for hint, pattern, name, decoder in _PATTERNS:
        if hint and hint not in content:
            continue
        for index, match in enumerate(pattern.finditer(content)):
            if index >= _MOST:
                break
            for written in _ways(match.group().encode("ascii", "replace"), name):
                octets = _decoded(written, name, decoder)
                if octets and octets != written and _worth_reading(octets):
                    yield Member(octets)
                    break


def _ways(written: bytes, name: str) -> Iterator[bytes]:
    """A stretch as it stands; of base64, also without a last line that may be a word."""
    yield written
    if name == "base64" and b"\n" in written:
        yield written.rstrip().rpartition(b"\n")[0]


def _decoded(written: bytes, name: str, decoder: Callable[[bytes], bytes]) -> bytes:
    if name == "base64" and not _may_be_base64(written):
        return b""
    try:
        return decoder(written)
    except ValueError:
        return b""


def _may_be_base64(written: bytes) -> bool:
    """Leave words, numbers and paths: base64 of any length mixes its cases."""
    body = written.rstrip(b"=")[1:]
    return body not in (body.lower(), body.upper())


def _worth_reading(octets: bytes) -> bool:
    """Tell whether decoded octets are a format we read, or text rather than noise."""
    if len(octets) < _SHORTEST:
        return False
    kind = kinds_of(Source(octets))[0]
    if kind != "text":
        return kind not in {"unknown", "empty", "image", "media"}
    if order := utf16_order(octets):
        octets = octets.decode(order, "replace").encode("utf-8", "replace")
    if not looks_like_text(octets):
        return False
    text = octets.decode("utf-8", "replace")
    usual = sum(each.isalnum() or each in " \r\n" for each in text)
    return usual >= len(text) * _LETTERS and text.count("\ufffd") <= len(text) * _NOISE
