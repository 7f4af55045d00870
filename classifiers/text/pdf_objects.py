"""What a PDF holds beside its pages: every string of its objects, its metadata, forms and files.

PDFium gives pages, annotations and attachments; titles of bookmarks, names of layers, addresses
of links, scripts, properties of any name and files behind an annotation it does not. This reads
the objects themselves (ISO 32000-1, 7.3 and 7.5), streams of pages, fonts and pictures apart.
"""

import zlib
from collections.abc import Iterator

import re2

from classifiers.text.extracting import Budget, Extracted, Member, Piece

_OCTETS = re2.Options()
_OCTETS.encoding = re2.Options.Encoding.LATIN1  # what matches need not be UTF-8
_STREAM = re2.compile(rb"stream\r?\n", _OCTETS)
_STRING = re2.compile(rb"(?s)\(((?:[^()\\]|\\.|\([^()]*\)){4,})\)|<([0-9A-Fa-f\s]{8,})>", _OCTETS)
_SHOWN = re2.compile(rb"(?s)\(((?:[^()\\]|\\.)+)\)\s*T[jJ]|\(((?:[^()\\]|\\.)+)\)", _OCTETS)
_ESCAPE = re2.compile(rb"(?s)\\([0-7]{1,3}|\r?\n|.)", _OCTETS)
_REMARK = re2.compile(rb"(?m)^%([^%\r\n]{8,})", _OCTETS)
_NO_WORDS = (b"/Image", b"/FontFile", b"/Length1", b"/XRef", b"/CIDFont", b"/ICCBased")
_FILES = (b"/EmbeddedFile", b"/Metadata", b"/XML")
_MARK, _LAST, _END = b"%PDF-", b"%%EOF", b"endstream"
_HEAD = 1000  # octets in which a stream's own dictionary stands before it
_MOST_STREAMS = 20_000
_SHORTEST = 4
_SIGNS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"", b"f": b"\n"}


def read_objects(payload: bytes, budget: Budget) -> Iterator[Extracted]:
    """Yield the strings of all objects, and what is a file or markup in a stream."""
    if b"/Encrypt" in payload:
        return  # PDFium has the key; the octets here are locked
    strings: dict[str, None] = {}
    at = 0
    for count, found in enumerate(_STREAM.finditer(payload)):
        if found.start() < at or count >= _MOST_STREAMS:
            continue
        budget.tick()
        strings.update(dict.fromkeys(_strings(payload[at : found.start()])))
        head = payload[max(at, found.start() - _HEAD) : found.start()].rpartition(b" obj")[2]
        end = payload.find(_END, found.end())
        end = end if end >= 0 else len(payload)
        yield from _in_stream(head, payload[found.end() : end], strings, budget)
        at = end + len(_END)
    strings.update(dict.fromkeys(_strings(payload[at:])))
    yield Piece("\n".join(strings), hidden=True)
    yield from _around(payload)


def _in_stream(
    head: bytes, data: bytes, strings: dict[str, None], budget: Budget
) -> Iterator[Extracted]:
    if any(each in head for each in _NO_WORDS):
        return
    plain = _inflated(data, budget) if b"/FlateDecode" in head or b"/Fl" in head else data
    if b"/ObjStm" in head:
        strings.update(dict.fromkeys(_strings(plain)))
    elif b"/Form" in head:
        shown = b"".join(one or other for one, other in _SHOWN.findall(plain))
        strings.setdefault(_text(shown))
    elif any(each in head for each in _FILES) or plain[:64].lstrip().startswith(b"<"):
        budget.member()
        yield Member(plain.strip(b"\r\n"))


def _inflated(data: bytes, budget: Budget) -> bytes:
    try:
        plain = zlib.decompressobj().decompress(data, budget.limits.part)
    except zlib.error:
        return b""
    budget.octets(len(plain))
    return plain


def _strings(objects: bytes) -> Iterator[str]:
    for found in _STRING.finditer(objects):
        written, digits = found.groups()
        if written is None:
            clean = b"".join(digits.split())
            text = _text(bytes.fromhex(clean[: len(clean) // 2 * 2].decode()))
        else:
            text = _text(written)
        if len(text) > _SHORTEST and text.replace("\n", "").isprintable():
            yield text
    for remark in _REMARK.finditer(objects):
        yield remark.group(1).decode("utf-8", "replace")


def _text(written: bytes) -> str:
    """A string object as text: UTF-16 with its mark, UTF-8 with its own, or single octets."""
    plain = _ESCAPE.sub(lambda found: _unescaped(found.group(1)), written)
    if plain.startswith((b"\xfe\xff", b"\xff\xfe")):
        return bytes(plain).decode("utf-16", "replace")
    try:
        return bytes(plain).decode("utf-8")
    except ValueError:
        return bytes(plain).decode("cp1252", "replace")


def _unescaped(code: bytes) -> bytes:
    if code[:1].isdigit():
        return bytes((int(code, 8) & 0xFF,)) if code.translate(None, b"89") == code else code
    return b"" if code.strip() == b"" else _SIGNS.get(code, code)


def _around(payload: bytes) -> Iterator[Extracted]:
    """What stands before the first mark and behind the last."""
    before = payload[: max(0, payload.find(_MARK))]
    behind = payload[payload.rfind(_LAST) + len(_LAST) :] if _LAST in payload else b""
    for each in (before, behind):
        if each.strip(b"\0\r\n \t"):
            yield Member(each.strip(b"\r\n"))
