"""Files written into a text octet by octet: yEnc and BinHex; and what PGP or S/MIME has locked.

Apart from `embedded`, since these use octets that a character set may change. yEnc: its draft 1.3;
BinHex 4.0: RFC 1741 appendix A.
"""

from collections.abc import Iterator

import re2

from classifiers.text.extracting import Extracted, Member, Missing

_HINTS = (b"=ybegin ", b"BinHex", b"-----BEGIN P", b"-----BEGIN C")
_OCTETS = re2.Options()
_OCTETS.encoding = re2.Options.Encoding.LATIN1  # what matches need not be UTF-8
_YENC = re2.compile(
    rb"(?s)=ybegin [^\r\n]*\r?\n(?:=ypart [^\r\n]*\r?\n)?(.*?)(?:\r?\n=yend|\z)", _OCTETS
)
_BINHEX = re2.compile(rb"(?s)with BinHex[^\r\n]*[\s]+:([^:]{4,}):?")
_LOCKED = re2.compile(rb"(?m)^[> \t]*-----BEGIN (?:PGP MESSAGE|PKCS7|CMS|ENCRYPTED MESSAGE)-----")
_ESCAPED = re2.compile(rb"(?s)=(.)", _OCTETS)
_DOWN = bytes((each - 42) % 256 for each in range(256))
_ALPHABET = b"!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"
_SEXTETS = bytes(max(0, _ALPHABET.find(bytes((each,)))) for each in range(256))
_NOT_BINHEX = bytes(each for each in range(256) if each not in _ALPHABET)
_REPEAT = 0x90
_HEADER = 22  # octets of a BinHex header, its name apart: name's length, NUL, types, sizes, check


def unarmoured(payload: bytes) -> Iterator[Extracted]:
    """Yield each file that stands in a text so, and that something in it is locked."""
    if not any(each in payload for each in _HINTS):
        return
    for found in _YENC.finditer(payload):
        yield Member(_from_yenc(found.group(1)))
    for found in _BINHEX.finditer(payload):
        yield Member(_from_binhex(found.group(1)))
    if _LOCKED.search(payload) is not None:
        yield Missing("encrypted")


def _from_yenc(lines: bytes) -> bytes:
    plain = lines.translate(None, b"\r\n")
    whole = _ESCAPED.sub(lambda found: bytes(((found.group(1)[0] - 64) % 256,)), plain)
    return bytes(whole).translate(_DOWN)


def _from_binhex(text: bytes) -> bytes:
    """The data fork of a BinHex file; its name and resources are left."""
    clean = text.translate(None, _NOT_BINHEX)
    sextets = clean.translate(_SEXTETS)
    packed = bytearray()
    for at in range(0, len(sextets) - 1, 4):
        four = sextets[at : at + 4]
        bits = int.from_bytes(bytes(four.ljust(4, b"\0")), "big")
        value = (
            ((bits >> 24) & 63) << 18 | ((bits >> 16) & 63) << 12 | ((bits >> 8) & 63) << 6
        ) | (bits & 63)
        packed += value.to_bytes(3, "big")[: len(four) - 1]
    plain = _unrepeated(bytes(packed))
    start = plain[0] + _HEADER if plain else 0
    size = int.from_bytes(plain[start - 10 : start - 6], "big") if start else 0
    return plain[start : start + size] or plain


def _unrepeated(packed: bytes) -> bytes:
    """Undo run lengths: an octet, 0x90 and how often; 0x90 and 0 is 0x90 itself."""
    first, *rest = packed.split(bytes((_REPEAT,)))
    plain = bytearray(first)
    for piece in rest:
        times = piece[0] if piece else 0
        plain += bytes((_REPEAT,)) if not times else plain[-1:] * (times - 1)
        plain += piece[1:]
    return bytes(plain)
