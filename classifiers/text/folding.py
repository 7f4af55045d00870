"""Text as a pattern should see it: differences that no reader sees are taken out.

Compatibility forms (NFKC), zero-width and soft-hyphen characters, letters that only look Latin,
and any script's digits; with a way back, so that a finding points at what the sender wrote.
"""

import unicodedata
from bisect import bisect_right
from functools import cached_property
from typing import Any


class Folded:
    """Folded text, and where each folded character came from."""

    def __init__(self, text: str, original: str, starts: tuple[int, ...] | None = None) -> None:
        self.text = text
        self.original = original
        self._starts = starts

    def __repr__(self) -> str:
        return f"Folded({len(self.text)} characters)"  # content reaches no log

    @cached_property
    def notes(self) -> dict[Any, Any]:
        """What detectors worked out once about this text and need again."""
        return {}

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Turn a span of the folded text, not empty, into one of the original."""
        if self._starts is None:
            return start, end
        last = self._starts[end - 1]
        following = bisect_right(self._starts, last)
        stop = self._starts[following] if following < len(self._starts) else len(self.original)
        return self._starts[start], stop


def fold(text: str) -> Folded:
    """Fold one text. ASCII, which nearly all mail is, is its own folded form."""
    if text.isascii():
        return Folded(text, text)
    pieces: list[str] = []
    starts: list[int] = []
    for index, each in enumerate(text):
        folded = each if each < "\x80" else _fold_character(each)
        pieces.append(folded)
        starts.extend([index] * len(folded))
    return Folded("".join(pieces), text, tuple(starts))


def _fold_character(each: str) -> str:
    category = unicodedata.category(each)
    if category in {"Cf", "Mn"} or each == "\u00ad":
        return ""  # zero-width, soft hyphen, bidirectional marks, combining accents
    if category == "Nd":
        return str(unicodedata.digit(each))
    if category == "Pd":
        return "-"
    if category == "Zs":
        return " "
    if each in "\u2018\u2019\u02bc":
        return "'"
    plain = unicodedata.normalize("NFKD", each)
    return "".join(part for part in plain if unicodedata.category(part) != "Mn")
