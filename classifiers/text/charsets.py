"""Octets -> characters, every plausible way: as labelled, and as a lenient reader would guess."""

import codecs

import re2

from classifiers.text.kinds import utf16_order, utf32_order
from models.encoded_words import text_of

_UTF7 = re2.compile(rb"\+[A-Za-z0-9/+]{3,}-?")
_MARKS = ((b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"))
_SHIFTED = b"\x1b$"  # how Japanese begins in ISO 2022
_EBCDIC = "cp037"  # most of its national forms have the same letters and digits
_XML_IN_EBCDIC = b"\x4c\x6f\xa7\x94"
_LETTERS = 0.7  # of a text are letters, digits and spaces
_ASCII_LIKE = 0.9  # so much printable ASCII is text whatever the label says
_SAMPLE = 64 * 1024


def plausible_texts(payload: bytes, charset: str | None) -> list[str]:
    """Return the readings, the labelled first; nearly always one. Never raises."""
    return list(dict.fromkeys(whole(each) for each in _readings(payload, charset)))


def whole(text: str) -> str:
    """Text without lone surrogates: half characters that no one sees and nothing can store."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _readings(payload: bytes, charset: str | None) -> list[str]:
    readings = [text_of(payload, charset)]
    if payload.isascii() and b"\0" not in payload and not _strange(charset):
        if _SHIFTED in payload:
            _add(readings, payload, "iso2022_jp_2")
        if (charset or "").lower() in {"utf-7", "unicode-1-1-utf-7"} or _UTF7.search(payload):
            _add(readings, payload, "utf-7")
            _add(readings, payload, "ascii")
        return readings
    marks = [name for mark, name in (*_MARKS, (b"\xfe\xff", "utf-16")) if payload.startswith(mark)]
    order = utf16_order(payload[:_SAMPLE])
    for name in (*marks[:1], order):
        if name:
            _add(readings, payload, name)
    if order := utf32_order(payload[:_SAMPLE]):
        _add(readings, payload, order)
    if _unknown(charset) or payload.startswith(_XML_IN_EBCDIC):
        _add(readings, payload, _EBCDIC)
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


def undecodable(payload: bytes, charset: str | None) -> bool:
    """Tell whether a set is named that nothing here knows, and the text is not in a usual one."""
    if not _unknown(charset) or _mostly_ascii(payload):
        return False
    sample = payload[:_SAMPLE]
    guesses = ("utf-8", utf16_order(sample), utf32_order(sample), _EBCDIC)
    return not any(_legible(sample, each) for each in guesses if each)


def _unknown(charset: str | None) -> bool:
    try:
        return bool(charset) and codecs.lookup(charset or "") is None
    except (LookupError, ValueError):
        return True


def _legible(sample: bytes, charset: str) -> bool:
    """Tell whether octets read so are nearly all letters, digits and spaces."""
    text = sample.decode(charset, "replace")
    usual = sum(each.isalnum() or each.isspace() for each in text)
    return usual >= len(text) * _LETTERS and text.count("\ufffd") < len(text) * 0.1


def _add(readings: list[str], payload: bytes, charset: str) -> None:
    try:
        text = payload.decode(charset, "strict" if charset == "utf-8" else "replace")
    except (LookupError, ValueError):
        return
    text = text.removeprefix("\ufeff")
    if text not in readings:
        readings.append(text)
