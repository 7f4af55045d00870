"""Text as a pattern should see it: differences that no reader sees are taken out.

Compatibility forms (NFKD, accents dropped), zero-width and soft-hyphen characters, letters that
only look Latin, and any script's digits. Each character is folded by itself, so that there is a
way back: a finding points at what the sender wrote.
"""

import unicodedata
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from typing import Any

import re2

from classifiers.text.confusables import LOOKALIKES

_LETTERS = {other: letter for letter, others in LOOKALIKES.items() for other in others}
_SAME = {
    **dict.fromkeys("\u2018\u2019\u02bc\u02b9\u2032\uff07", "'"),
    **dict.fromkeys("\u2212\u2043\u02d7\u30fc", "-"),
    **dict.fromkeys("\u00b7\u2022\u2027\u2219\u22c5\u30fb\u2024", "."),
    **dict.fromkeys("\u2044\u2215\u29f8", "/"),
    **dict.fromkeys("\u2028\u2029\x85\x0b\x0c", "\n"),
    **dict.fromkeys("\u2800", " "),
    **dict.fromkeys("\u115f\u1160\u3164\uffa0\u00ad\u034f\ufffc\ufffd", ""),
    **{chr(code): "" for code in (*range(9), *range(14, 32), *range(127, 133), *range(134, 160))},
    **{chr(0x249C + at): chr(97 + at) for at in range(26)},  # letters in brackets
    **{chr(0x1F110 + at): chr(65 + at) for at in range(26)},
    "\U0001f10b": "0",
    "\U0001f10c": "0",
    "\u00d7": "x",
}
_UNSEEN = frozenset({"Cf", "Mn", "Me", "Cn", "Co"})  # marks without width, accents, no characters
_SIGNS = frozenset({"Po", "Pi", "Pf", "Ps", "Pe", "So", "Sk", "Sm"})  # to a number, separators
_CONTROLS = re2.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WITH = re2.compile(r"LATIN (SMALL|CAPITAL) LETTER ([A-Z]) WITH ")
_MOST_KEPT = 20_000  # characters of which the folded form is remembered


class Folded:
    """Folded text, and where each folded character came from."""

    def __init__(self, text: str, original: str) -> None:
        self.text = text
        self.original = original

    def __repr__(self) -> str:
        return f"Folded({len(self.text)} characters)"  # content reaches no log

    @cached_property
    def notes(self) -> dict[Any, Any]:
        """What detectors worked out once about this text and need again."""
        return {}

    @cached_property
    def _ends(self) -> list[int]:
        """How many folded characters there are up to each original one and with it."""
        return list(accumulate(len(_FOLDS[ord(each)]) for each in self.original))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Turn a span of the folded text, not empty, into one of the original."""
        if self.text is self.original:
            return start, end
        ends = self._ends
        return bisect_right(ends, start), bisect_right(ends, end - 1) + 1


class _Folds(dict[int, str]):
    """The folded form of each code point, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        if len(self) < _MOST_KEPT:
            self[code] = folded
        return folded


_FOLDS = _Folds()


def fold(text: str) -> Folded:
    """Fold one text. ASCII, which nearly all mail is, is its own folded form."""
    if text.isascii() and _CONTROLS.search(text) is None:
        return Folded(text, text)
    return Folded(text.translate(_FOLDS), text)


def _fold_character(each: str) -> str:
    if each in _SAME:
        return _SAME[each]
    if each in _LETTERS:
        return _LETTERS[each]
    if each.isascii():
        return each
    category = unicodedata.category(each)
    if category in _UNSEEN:
        return ""
    digit = unicodedata.digit(each, None)
    if digit is not None:
        return str(digit)
    if category == "Pd":
        return "-"
    if category == "Zs":
        return " "
    plain = unicodedata.normalize("NFKD", each)
    if plain == each and category in _SIGNS:
        return "*"
    if plain == each and (crossed := _WITH.match(unicodedata.name(each, ""))):
        letter: str = crossed.group(2)
        return letter if crossed.group(1) == "CAPITAL" else letter.lower()
    return "".join(
        _LETTERS.get(part, _SAME.get(part, part))
        for part in plain
        if unicodedata.category(part) not in _UNSEEN
    )
