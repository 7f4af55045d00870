"""Plain text in every character set it may be in, and formats made of folded lines."""

from collections.abc import Iterator

from classifiers.text.armour import unarmoured
from classifiers.text.charsets import plausible_texts, undecodable
from classifiers.text.extracting import Budget, Extracted, Member, Missing, Piece, Source


def read_plain(source: Source, _budget: Budget) -> Iterator[Extracted]:
    """Yield the text as labelled, and apart from it each other plausible reading."""
    for index, text in enumerate(plausible_texts(source.payload, source.charset)):
        yield Piece(text.replace("\r\n", "\n").replace("\r", "\n"), another=index > 0)
    yield from unarmoured(source.payload)
    if undecodable(source.payload, source.charset):
        yield Missing("unknown-charset", source.name)


def read_folded_lines(source: Source, _budget: Budget) -> Iterator[Extracted]:
    """Read a calendar or vCard: lines unfolded (RFC 5545 section 3.1), escapes undone."""
    for index, text in enumerate(plausible_texts(source.payload, source.charset)):
        lines = text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "")
        plain = lines.replace("\\n", "\n").replace("\\N", "\n")
        plain = plain.replace("\\,", ",").replace("\\;", ";")
        yield Piece(plain, another=index > 0)
        if "<" in plain:
            yield Member(
                plain.encode("utf-8", "replace"), content_type="text/html", charset="utf-8"
            )
