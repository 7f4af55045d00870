"""Content-Transfer-Encoding (RFC 2045 section 6), read every way that mail programs do."""

import base64
import binascii
import quopri
import re

import re2

IDENTITY = frozenset({"", "7bit", "8bit", "binary"})
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(each for each in range(256) if each not in _ALPHABET)
_NOT_BASE64_OR_PAD = _NOT_BASE64.replace(b"=", b"")
_PRINTED = bytes((*range(32, 127), 9, 10, 13))
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
# Not re2, which is eight times slower at replacing; possessive, so it is linear all the same.
_SOFT_BREAK = re.compile(rb"=[ \t]*+(?:\r\n|\r|\n)")
_ESCAPE = re2.compile(rb"=(?:[0-9A-Fa-f]{2}|\r?\n)")
_WORDS = re2.compile(rb"[0-9A-Za-z+/] +[0-9A-Za-z+/]")  # base64 has no spaces inside a line
_UU_START = re2.compile(rb"(?m)^begin(?:-base64)? [0-7]{3,4} ?[^\r\n]*\r?\n")


def names_of(value: str) -> list[str]:
    """Return the encodings a field may mean: its first word, comments and quotes left out.

    More than one when the value names several, such as "7bit, base64"; "unknown" is among
    them when a name is none of RFC 2045's or is not written as the RFC asks.
    """
    words = value.partition("(")[0].lower().replace(",", " ").replace(";", " ").split()
    exact = value.strip().lower()
    found = []
    for word in words or [""]:
        name = "".join(each for each in word if each.isalnum())
        known = _SPELLINGS.get(name, "unknown")
        found.append(known)
    if exact not in IDENTITY and exact not in _DECODERS:
        found.append("unknown")
    return list(dict.fromkeys(found))


_SPELLINGS = {
    "": "7bit",
    "7bit": "7bit",
    "8bit": "8bit",
    "binary": "binary",
    "base64": "base64",
    "b64": "base64",
    "b": "base64",
    "quotedprintable": "quoted-printable",
    "qp": "quoted-printable",
    "q": "quoted-printable",
    "uuencode": "uuencode",
    "xuuencode": "uuencode",
    "xuue": "uuencode",
    "uue": "uuencode",
}


def decode(body: bytes, encoding: str) -> tuple[bytes, bool]:
    """Decode leniently; tell whether the octets were as the RFC has them. Never raises."""
    decoder = _DECODERS.get(encoding)
    return decoder(body) if decoder else (body, True)


def readings(body: bytes, encodings: list[str]) -> tuple[list[bytes], bool]:
    """Return every plausible decoding, the first encoding's first, and whether all were sound.

    An unknown encoding is read as it stands and as what it looks like, one that was not kept
    to also as it stands.
    """
    found: list[bytes] = []
    sound = True
    for name in encodings:
        if name == "unknown":
            guesses = [body, *(decode(body, each)[0] for each in _looks_like(body))]
        else:
            decoded, fine = decode(body, name)
            sound = sound and fine
            guesses = [decoded] if fine else [decoded, body]  # it may not be encoded at all
            if name == "base64" and not fine:
                through = _stretch(body.translate(None, _NOT_BASE64))  # padding is junk to some
                guesses += [] if through.translate(None, _PRINTED) else [through]
        found += [each for each in dict.fromkeys(guesses) if each not in found]
    return found, sound


def _looks_like(body: bytes) -> list[str]:
    sample = body[:4096]
    guesses = []
    if len(sample.split()) and not sample.translate(None, _ALPHABET + b"=-_\r\n \t"):
        guesses.append("base64")
    if _ESCAPE.search(sample):
        guesses.append("quoted-printable")
    return guesses


def _base64(body: bytes) -> tuple[bytes, bool]:
    """Junk is skipped and padding inside ends a group, not the text; say whether there was any."""
    clean = body.translate(None, b"\r\n \t")
    if _WORDS.search(body) is not None:
        return _base64_of_stretches(body), False
    if b"=" not in clean[:-2] and not len(clean) % 4:
        try:
            return base64.b64decode(clean, validate=True), True
        except (binascii.Error, ValueError):
            pass
    return _base64_of_stretches(body), _sound(clean)


def _base64_of_stretches(body: bytes) -> bytes:
    if b"+" not in body and b"/" not in body:
        body = body.translate(_URL_SAFE)
    stretches = body.translate(None, _NOT_BASE64_OR_PAD).split(b"=")
    return b"".join(_stretch(each) for each in stretches if each)


def _stretch(clean: bytes) -> bytes:
    """Decode one run of the alphabet; a last lone character holds no whole octet."""
    if len(clean) % 4 == 1:
        clean = clean[:-1]
    return base64.b64decode(clean + b"=" * (-len(clean) % 4))


def _sound(clean: bytes) -> bool:
    """Tell whether only padding at the very end is missing or over: many programs write so."""
    return not clean.rstrip(b"=").translate(None, _ALPHABET)


def _quoted_printable(body: bytes) -> tuple[bytes, bool]:
    if b"=" not in body:
        return body, True
    return quopri.decodestring(_SOFT_BREAK.sub(b"=\n", body)), True


def _uuencode(body: bytes) -> tuple[bytes, bool]:
    """Decode from the line "begin 644 name" on, line by line; bad lines are left out."""
    start = _UU_START.search(body)
    lines = body[start.end() :].splitlines() if start else body.splitlines()
    if start and start.group().startswith(b"begin-base64"):
        return _base64(b"\n".join(lines).partition(b"\n====")[0])
    out, sound = [], bool(start)
    for line in lines:
        if line.strip() in (b"end", b"`", b""):
            break
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:  # some programs pad the last line wrongly
            octets = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out.append(binascii.a2b_uu(line[:octets]))
            except binascii.Error:
                sound = False
    return b"".join(out), sound


_DECODERS = {
    "base64": _base64,
    "quoted-printable": _quoted_printable,
    "uuencode": _uuencode,
}
