"""Plain text in every character set it may be in, and formats made of folded lines."""

from collections.abc import Iterator

from classifiers.text.charsets import plausible_texts
from classifiers.text.extracting import Budget, Extracted, Piece, Source


def read_plain(source: Source, _budget: Budget) -> Iterator[Extracted]:
    """Yield the text as labelled, and apart from it each other plausible reading."""
    for index, text in enumerate(plausible_texts(source.payload, source.charset)):
        yield Piece(text.replace("\r\n", "\n").replace("\r", "\n"), another=index > 0)


def read_folded_lines(source: Source, _budget: Budget) -> Iterator[Extracted]:
    """Read a calendar or vCard: lines unfolded (RFC 5545 section 3.1), escapes undone."""
    for index, text in enumerate(plausible_texts(source.payload, source.charset)):
        lines = text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "")
        plain = lines.replace("\\n", "\n").replace("\\N", "\n")
        yield Piece(plain.replace("\\,", ",").replace("\\;", ";"), another=index > 0)
