"""Numbers however they are spaced: one pass finds every run of digits, detectors cut it.

A run is digits, or words for digits in English or Welsh, with at most five separators between
two of them; a candidate is a stretch of whole groups with the wanted number of digits. How it
is written says how much the layout alone is worth.
"""

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import NamedTuple

import re2

from classifiers.text.folding import Folded

SEPARATORS = " \t\n.,;:/_*|()[]{}<>\\~+=#'\"-!?@^&`"
_SEPARATOR = rf"[{re2.escape(SEPARATORS)}]"
_RUN = re2.compile(rf"\d(?:{_SEPARATOR}{{0,5}}\d){{5,}}")
_GAPS = {ord(each): " " for each in SEPARATORS if each != "|"}
_GROUPS_APART = {code: " " for code in range(128) if not chr(code).isdigit()}
_WORDS = {
    **dict.fromkeys(("zero", "oh", "nought", "sero", "dim"), "0"),
    **dict.fromkeys(("one", "un"), "1"),
    **dict.fromkeys(("two", "dau", "dwy"), "2"),
    **dict.fromkeys(("three", "tri", "tair"), "3"),
    **dict.fromkeys(("four", "pedwar", "pedair"), "4"),
    **dict.fromkeys(("five", "pump", "pum"), "5"),
    **dict.fromkeys(("six", "chwech", "chwe"), "6"),
    **dict.fromkeys(("seven", "saith"), "7"),
    **dict.fromkeys(("eight", "wyth"), "8"),
    **dict.fromkeys(("nine", "naw"), "9"),
}
_WORD = rf"(?:{'|'.join(_WORDS)})\b"
_SPOKEN = re2.compile(
    rf"(?i)(?:\b\d{{1,4}}[ \n,.;/-]{{1,3}}){{0,3}}\b{_WORD}"
    rf"(?:[ \n,.;/-]{{1,3}}(?:{_WORD}|\d{{1,4}}\b)){{5,}}"
)
_MIXED = re2.compile(  # letters that look like digits, among digits
    rf"\b[\dOo][\dOolI|]*(?:{_SEPARATOR}{{0,3}}[\dOolI|]+){{0,20}}\b"
)
_SWAPPED = re2.compile(r"\d[OolI|]|[OolI|]\d")
_SWAPS = str.maketrans("OolI|", "00111")
_FEWEST_DIGITS = 7  # of a run that has such letters in it
_LETTERS_APART = {ord(each): " " for each in "\n,.;/-"}
_PLAIN_GAPS = frozenset({" ", "-", "."})
_CELL_GAPS = frozenset({"\t", "\n", "|", ";"})
_TOKEN = 40  # characters on each side in which what is stuck to a number is looked at


class _Run(NamedTuple):
    """Groups of digits: where each starts and ends, and how many digits stand before it."""

    text: str
    starts: list[int]
    ends: list[int]
    before: list[int]  # one more than there are groups
    digits: str
    gaps: list[str]  # what stands between each group and the next, less padding
    inner: list[bool]  # whether each group goes on with an even series
    group_at: dict[int, int]  # which group starts after so many digits


class Number(NamedTuple):
    """A stretch of whole groups of digits: `text[start:end]`."""

    run: _Run
    first: int
    last: int

    @property
    def start(self) -> int:
        """Where its first digit stands in the folded text."""
        return self.run.starts[self.first]

    @property
    def end(self) -> int:
        """Where its last digit ends in the folded text."""
        return self.run.ends[self.last]

    @property
    def digits(self) -> str:
        """The digits alone."""
        return self.run.digits[self.run.before[self.first] : self.run.before[self.last + 1]]

    @property
    def layout(self) -> tuple[int, ...]:
        """How many digits there are in each group: (3, 3, 4)."""
        return tuple(self._size(each) for each in range(self.first, self.last + 1))

    @property
    def gaps(self) -> frozenset[str]:
        """What stands between its groups, less padding; a line may be folded anywhere."""
        found = frozenset(self.run.gaps[self.first : self.last])
        return found - {"\n"} or found

    @property
    def plain(self) -> bool:
        """Whether one usual separator is used throughout, and nothing touches or continues it."""
        return len(self.gaps) <= 1 and self.gaps <= _PLAIN_GAPS and self.apart and not self.stuck

    @property
    def in_cells(self) -> bool:
        """Whether its groups stand in cells or lines of their own."""
        return bool(self.gaps & _CELL_GAPS)

    @property
    def apart(self) -> bool:
        """Whether it is no stretch of a longer series of such groups."""
        gaps, sizes = self.gaps, set(self.layout)
        beside = ((self.first - 1, self.first - 1), (self.last + 1, self.last))
        return not any(
            0 <= group < len(self.run.starts)
            and self._size(group) in sizes
            and self.run.gaps[gap] in gaps
            for group, gap in beside
        )

    @property
    def whole(self) -> bool:
        """Whether it is all of its run, on one line, with one separator throughout."""
        all_of_it = self.first == 0 and self.last == len(self.run.starts) - 1
        return all_of_it and len(self.gaps) <= 1 and not self.in_cells

    @property
    def stuck(self) -> bool:
        """Whether a letter touches it."""
        text = self.run.text
        return (
            text[self.start - 1 : self.start].isalpha() or text[self.end : self.end + 1].isalpha()
        )

    @property
    def in_code(self) -> bool:
        """Whether it is a piece of something longer: a digest, a decimal fraction."""
        text, start, end = self.run.text, self.start, self.end
        left, right = text[max(0, start - _TOKEN) : start], text[end : end + _TOKEN]
        if self.first == self.last and (
            (left[-1:] in (".", ",") and left[-2:-1].isdigit())
            or (right[:1] in (".", ",") and right[1:2].isdigit())
        ):
            return True
        return any(each.isdigit() for each in _stuck_to(left[::-1]) + _stuck_to(right))

    def _size(self, group: int) -> int:
        return self.run.before[group + 1] - self.run.before[group]


def numbers(folded: Folded, lengths: Collection[int]) -> Iterator[Number]:
    """Yield each candidate whose count of digits is one of `lengths`, in order of its start.

    Of an even series of groups, as in the columns of a table, no inner stretch is a candidate.
    """
    for run in _runs(folded):
        for first, count in enumerate(run.before[:-1]):
            for length in lengths:
                after = run.group_at.get(count + length)
                if after and (after == first + 1 or not run.inner[first]):
                    yield Number(run, first, after - 1)


def _runs(folded: Folded) -> tuple[_Run, ...]:
    """Every run of a text, worked out once."""
    if "digit-runs" not in folded.notes:
        folded.notes["digit-runs"] = (
            *(
                _run(folded.text, found.start(), found.group().translate(_GROUPS_APART).split())
                for found in _RUN.finditer(folded.text)
            ),
            *(
                _run(folded.text, found.start(), found.group().translate(_LETTERS_APART).split())
                for found in _SPOKEN.finditer(folded.text)
            ),
            *_mixed(folded.text),
        )
    runs: tuple[_Run, ...] = folded.notes["digit-runs"]
    return runs


def _mixed(text: str) -> Iterator[_Run]:
    """Runs in which letters stand for some digits: "41l1 1O11"."""
    if _SWAPPED.search(text) is None:
        return
    for found in _MIXED.finditer(text):
        written = found.group()
        digits = sum(map(str.isdigit, written))
        if digits >= _FEWEST_DIGITS and _SWAPPED.search(written) is not None:
            yield _run(text, found.start(), written.translate(_GAPS).split())


def _run(text: str, start: int, groups: list[str]) -> _Run:
    starts, ends, before, digits = [], [], [0], []
    for group in groups:
        start = text.find(group, start)
        starts.append(start)
        start += len(group)
        ends.append(start)
        digits.append(_WORDS.get(group.lower()) or group.translate(_SWAPS))
        before.append(before[-1] + len(digits[-1]))
    gaps = [_core(text[one:two]) for one, two in zip(ends, starts[1:], strict=False)]
    inner = [
        0 < at < len(gaps) and gaps[at - 1] == gaps[at] and len(digits[at - 1]) == len(digits[at])
        for at in range(len(groups))
    ]
    group_at = {count: group for group, count in enumerate(before)}
    return _Run(text, starts, ends, before, "".join(digits), gaps, inner, group_at)


@lru_cache(1024)
def _core(gap: str) -> str:
    """What stands between two groups, less padding."""
    if core := gap.strip(" \t\n>"):
        return core
    return "\n" if "\n" in gap else "\t" if "\t" in gap else " "


def _stuck_to(text: str) -> str:
    """The letters and digits at the start of a text."""
    end = next((at for at, each in enumerate(text) if not each.isalnum()), len(text))
    return text[:end]


def spread(*classes: str) -> str:
    """A pattern of characters, each of a class, with separators between any two."""
    return f"{_SEPARATOR}{{0,3}}".join(classes)
