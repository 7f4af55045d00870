"""Octets -> characters, every plausible way: as labelled, and as a lenient reader would guess."""

import codecs

import re2

from classifiers.text.kinds import utf16_order
from models.encoded_words import text_of

_UTF7 = re2.compile(rb"\+[A-Za-z0-9/+]{3,}-?")
_MARKS = ((b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"))
_ASCII_LIKE = 0.9  # so much printable ASCII is text whatever the label says
_SAMPLE = 64 * 1024


def plausible_texts(payload: bytes, charset: str | None) -> list[str]:
    """Return the readings, the labelled first; nearly always one. Never raises."""
    readings = [text_of(payload, charset)]
    if payload.isascii() and b"\0" not in payload and not _strange(charset):
        if (charset or "").lower() in {"utf-7", "unicode-1-1-utf-7"} or _UTF7.search(payload):
            _add(readings, payload, "utf-7")
            _add(readings, payload, "ascii")
        return readings
    marks = [name for mark, name in (*_MARKS, (b"\xfe\xff", "utf-16")) if payload.startswith(mark)]
    order = utf16_order(payload[:_SAMPLE])
    for name in (*marks[:1], order):
        if name:
            _add(readings, payload, name)
    if _utf32_order(payload[:_SAMPLE]):
        _add(readings, payload, _utf32_order(payload[:_SAMPLE]))
    if (_strange(charset) and _mostly_ascii(payload)) or not payload.isascii():
        _add(readings, payload, "utf-8")
    return readings


def _strange(charset: str | None) -> bool:
    """Tell whether a label names a set in which ASCII octets are not ASCII text."""
    if not charset:
        return False
    try:
        codec = codecs.lookup(charset)
        sample = b"Az09 @-"
        return not codec._is_text_encoding or codec.decode(sample, "replace")[0] != "Az09 @-"  # noqa: SLF001 - as in text_of
    except (LookupError, ValueError):
        return False


def _mostly_ascii(payload: bytes) -> bool:
    sample = payload[:_SAMPLE]
    printable = sum(32 <= each < 127 or each in b"\r\n\t" for each in sample)  # noqa: PLR2004 - ASCII
    return printable >= len(sample) * _ASCII_LIKE


def _utf32_order(sample: bytes) -> str:
    quads = len(sample) // 4
    if not quads or b"\0\0" not in sample:
        return ""
    if sample[1::4].count(0) + sample[2::4].count(0) + sample[3::4].count(0) > quads * 2.7:
        return "utf-32-le"
    if sample[0::4].count(0) + sample[1::4].count(0) + sample[2::4].count(0) > quads * 2.7:
        return "utf-32-be"
    return ""


def _add(readings: list[str], payload: bytes, charset: str) -> None:
    try:
        text = payload.decode(charset, "strict" if charset == "utf-8" else "replace")
    except (LookupError, ValueError):
        return
    text = text.removeprefix("\ufeff")
    if text not in readings:
        readings.append(text)
