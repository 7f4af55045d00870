"""Rich Text Format, by striprtf; objects inside it are files of their own."""

import binascii
from collections.abc import Iterator

import re2
from striprtf.striprtf import rtf_to_text

from classifiers.text.extracting import Budget, Extracted, Member, Piece, Source

_MOST = 20_000_000  # characters of markup
_OBJECT = re2.compile(r"\\objdata[^0-9a-fA-F{}]*((?:[0-9a-fA-F]|\s)+)")
_HIDDEN_GROUPS = re2.compile(r"\{\\\*?\\?(?:info|annotation|comment)[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")


def read_rtf(source: Source, budget: Budget) -> Iterator[Extracted]:
    """Yield the text, what is in properties and comments, and embedded objects."""
    markup = source.payload[:_MOST].decode("latin-1")
    budget.octets(len(markup))
    for found in _OBJECT.finditer(markup):
        digits = "".join(found.group(1).split())
        data = binascii.unhexlify(digits[: len(digits) // 2 * 2])
        budget.octets(len(data))
        yield Member(data)
    for found in _HIDDEN_GROUPS.finditer(markup):
        yield Piece(rtf_to_text("{\\rtf1 " + found.group() + "}", errors="ignore"), hidden=True)
    yield Piece(rtf_to_text(markup, errors="replace"))
