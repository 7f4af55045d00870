"""Numbers however they are spaced: one pass finds every run of digits, detectors cut it.

A run is digits with at most three separators between two of them; a candidate is a stretch of
whole groups with the wanted number of digits. Whether it is written as people write numbers
says how much the layout alone is worth.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise

import re2

from classifiers.text.folding import Folded

_RUN = re2.compile(r"\d(?:[ \t\n.,/_*|:()\\~+=#-]{0,3}\d){5,}")
_GROUP = re2.compile(r"\d+")
_MOST_GROUPS = 32  # of one candidate


@dataclass(frozen=True, slots=True)
class Number:
    """A stretch of whole groups of digits: `text[start:end]`."""

    start: int
    end: int
    digits: str
    layout: tuple[int, ...]  # digits in each group: (3, 3, 4)
    plain: bool  # one separator throughout, even groups, nothing stuck to it

    def written_as(self, *layouts: tuple[int, ...]) -> bool:
        """Tell whether it is in one of some usual layouts, such as (3, 3, 4)."""
        return self.plain and self.layout in layouts


@dataclass(frozen=True, slots=True)
class _Run:
    """Groups of one run: where each starts and ends."""

    groups: tuple[tuple[int, int], ...]


def numbers(folded: Folded, lengths: Collection[int]) -> Iterator[Number]:
    """Yield each candidate whose count of digits is one of `lengths`, in order of its start."""
    text = folded.text
    longest = max(lengths)
    for run in _runs(folded):
        for first in range(len(run.groups)):
            count = 0
            for last in range(first, min(len(run.groups), first + _MOST_GROUPS)):
                start, end = run.groups[last]
                count += end - start
                if count > longest:
                    break
                if count in lengths:
                    yield _number(text, run, first, last)


def _runs(folded: Folded) -> tuple[_Run, ...]:
    if "digit-runs" not in folded.notes:
        folded.notes["digit-runs"] = tuple(
            _Run(
                tuple(
                    (run.start() + group.start(), run.start() + group.end())
                    for group in _GROUP.finditer(run.group())
                )
            )
            for run in _RUN.finditer(folded.text)
        )
    runs: tuple[_Run, ...] = folded.notes["digit-runs"]
    return runs


def _number(text: str, run: _Run, first: int, last: int) -> Number:
    groups = run.groups[first : last + 1]
    start, end = groups[0][0], groups[-1][1]
    layout = tuple(b - a for a, b in groups)
    gaps = {text[one[1] : two[0]] for one, two in pairwise(groups)}
    gaps.discard("\n")  # a line may be folded anywhere
    whole = first == 0 and last == len(run.groups) - 1
    alone = not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum())
    even = len(set(layout[:-1])) <= 1 and (whole or layout[0] > 1)
    return Number(
        start=start,
        end=end,
        digits="".join(text[a:b] for a, b in groups),
        layout=layout,
        plain=alone and len(gaps) <= 1 and (even or len(set(layout)) > 1),
    )
