"""Words as their writer hoped a filter would not read them: "1d10t", "i.d.i.o.t", "idi-ot".

`undisguise` joins letters that stand apart and turns the usual swaps back; `skeleton` writes a
phrase as a pattern of what comes out. Only phrases are looked for so, never numbers.
"""

from bisect import bisect_right
from itertools import accumulate, groupby

import re2

_SWAPS = str.maketrans("4@3\u20ac1!|l05$7+89_", "aaeeiiiiosstt" + "bg-")
_VOWELS = frozenset("aeiouwy")
_APART = re2.compile(r"(?i)\b[a-z0-9@$!](?:[\s.*|/~+-]{1,8}(?:[a-z0-9@$!]\b|')){3,}")
_WITHIN = re2.compile(r"(?i)[a-z][.|~-][\r\n]{0,2}[a-z]")  # one sign inside a word
_WITHIN_SIGNS = re2.compile(r"(?i)([a-z0-9@$!'])[.|~-][\r\n]{0,2}([a-z])")
_LETTERS = frozenset("@$!'")
_GAP = (  # between words of a phrase; a full stop and a space end a sentence
    r"(?:[\s*|/~+\x22'`,()\[\]<>#=^&-]{0,6}|\.|\.{2,3} {0,3})"
)


class Undisguised:
    """The text with disguises undone, and where each of its characters came from."""

    def __init__(self, text: str, kept: list[tuple[int, int]]) -> None:
        self.text = text
        self._kept = kept  # the stretches of the original that it is made of
        self._lengths = [0, *accumulate(end - start for start, end in kept)]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Turn a span, not empty, into one of the text it was made from."""
        return self._place(start), self._place(end - 1) + 1

    def _place(self, at: int) -> int:
        if not self._kept:
            return at
        index = min(bisect_right(self._lengths, at) - 1, len(self._kept) - 1)
        return self._kept[index][0] + at - self._lengths[index]


def undisguise(text: str) -> Undisguised:
    """Undo the disguises in folded text."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a letter whose small form is two; its place is not known
        lowered = text
    plain = lowered.translate(_SWAPS)
    swapped = lowered.replace("_", "-")
    kept = _kept(swapped)
    joined = "".join(plain[start:end] for start, end in kept) if kept else plain
    return Undisguised(joined, kept)


def _kept(text: str) -> list[tuple[int, int]]:
    """What is left of a text when signs between letters go; empty if all of it is."""
    dropped: list[tuple[int, int]] = []
    for stretch in _APART.finditer(text):
        dropped += _dropped_apart(text, stretch.start(), stretch.end())
    reached = dropped[-1][1] if dropped else 0
    if _WITHIN.search(text) is not None:
        dropped += _dropped_within(text, [] if not reached else dropped)
    if not dropped:
        return []
    kept, at = [], 0
    for start, end in sorted(dropped):
        if start >= at:
            kept.append((at, start))
            at = end
    kept.append((at, len(text)))
    return [each for each in kept if each[1] > each[0]]


def _dropped_apart(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The signs between single letters; of a wider gap, or a space among signs, one stays."""
    stretch = text[start:end]
    signs = any(not (each.isalnum() or each.isspace() or each in _LETTERS) for each in stretch)
    gaps = []
    at = start
    for letter, run in groupby(stretch, key=lambda each: each.isalnum() or each in _LETTERS):
        size = len(list(run))
        if not letter:
            gaps.append((at, at + size))
        at += size
    usual = min(last - first for first, last in gaps)
    return [
        (first + (text[first:last].isspace() and (signs or last - first > usual)), last)
        for first, last in gaps
    ]


def _dropped_within(text: str, known: list[tuple[int, int]]) -> list[tuple[int, int]]:
    taken = {start for start, _ in known}
    return [
        (found.end(1), found.start(2))
        for found in _WITHIN_SIGNS.finditer(text)
        if found.end(1) not in taken
    ]


def skeleton(phrase: str) -> str:
    """Write a folded phrase as a pattern of undisguised text: repeats allowed, vowels starred."""
    words = (_word(each) for each in phrase.lower().split())
    return _GAP.join(each for each in words if each)


def _word(word: str) -> str:
    pattern = []
    for letter, run in groupby(word.translate(_SWAPS)):
        times = len(list(run))
        if letter == "'":
            pattern.append("'?")
        elif letter in _VOWELS:
            pattern.append(f"(?:{letter}{{{times},}}|[*#]{{1,2}})")
        else:
            pattern.append(f"{re2.escape(letter)}{{{times},}}")
    return "".join(pattern)
