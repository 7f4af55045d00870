"""What can be read of octets that no reader knows: the text that stands in them in clear.

Databases, drawings and pictures hold their words so, and whatever is put behind or inside them
does too. Short runs are noise: eight characters in a row are rare by chance.
"""

import zlib
from collections.abc import Iterator

import re2

from classifiers.text.extracting import Budget, Extracted, Member, Missing, Piece, Source

_RUN = re2.compile(rb"[\t\x20-\x7e]{8,}")
_WIDE_RUN = re2.compile(rb"(?:[\x20-\x7e]\0){8,}")
_WORDS = re2.compile(rb"[A-Za-z]{3}")  # fonts and pictures are full of digits that mean nothing
_APART = b"\n" * 6  # more than may stand between the digits of one number
_PNG, _PACKED_TEXT = b"\x89PNG\r\n\x1a\n", (b"zTXt", b"iTXt")
_MOST_CHUNKS = 200
_SMALLEST = 16  # octets of what may be deflated


def legible(payload: bytes) -> str:
    """Return the runs of letters in octets, single and double, a line each."""
    runs = [*_RUN.findall(payload), *(each[::2] for each in _WIDE_RUN.findall(payload))]
    return _APART.join(each for each in runs if _WORDS.search(each) is not None).decode("ascii")


def read_unknown(source: Source, budget: Budget) -> Iterator[Extracted]:
    """Yield what is legible in octets of no known kind, and that they are unknown."""
    if (inside := _inflated(source.payload, budget)) is not None:
        yield Member(inside)
    yield Piece(legible(source.payload), hidden=True)
    yield Missing("unknown-type", source.name)


def read_media(source: Source, _budget: Budget) -> Iterator[Extracted]:
    """Yield the words in sound or film: titles and the like."""
    yield Piece(legible(source.payload), hidden=True)
    yield Missing("media", source.name)


def read_signature(source: Source, _budget: Budget) -> Iterator[Extracted]:
    """Yield what is legible in what calls itself a signature or a key: it may be none."""
    yield Piece(legible(source.payload), hidden=True)


def picture_words(payload: bytes, budget: Budget) -> str:
    """The words that a picture carries beside what it shows: titles, comments, places."""
    packed = []
    if payload.startswith(_PNG):
        for mark in _PACKED_TEXT:
            at = payload.find(mark)
            for _ in range(_MOST_CHUNKS):
                if at < 0:
                    break
                size = int.from_bytes(payload[at - 4 : at], "big")
                start = payload.find(b"\x78", at, at + size)
                packed.append(_chunk(payload[start : at + 4 + size], budget) if start > 0 else "")
                at = payload.find(mark, at + 4)
    return "\n".join((legible(payload), *packed))


def _chunk(octets: bytes, budget: Budget) -> str:
    try:
        data = zlib.decompressobj().decompress(octets, budget.limits.part)
    except zlib.error:
        return ""
    budget.octets(len(data))
    return data.decode("utf-8", "replace")


def _inflated(payload: bytes, budget: Budget) -> bytes | None:
    """What deflated octets hold (RFC 1951 has no mark); None if they are not such."""
    if len(payload) < _SMALLEST:
        return None
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = stream.decompress(payload, budget.limits.part)
    except zlib.error:
        return None
    if len(data) < _SMALLEST or not (stream.eof or len(data) > len(payload)):
        return None
    budget.octets(len(data))
    return data
