"""The geometry of charts, which templates/charts.html draws as SVG; each has a table beside it.

Lengths are pixels of a drawing 290 wide, which fits the narrowest screen without being shrunk.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from quarantine.reports import Share

WIDTH = 290
_LONGEST_LABEL = 34  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar, with what is written on it."""

    label: str
    value: str
    length: int
    part: int = 0  # of the length, drawn apart
    low: int | None = None  # where the interval begins and ends
    high: int | None = None


def share_bars(rows: Iterable[tuple[str, Share]]) -> list[Bar]:
    """Draw shares from 0% to 100% with their intervals."""
    return [
        Bar(
            label=_short(label),
            value=percent(share.rate),
            length=round(share.rate * WIDTH),
            low=round(share.interval[0] * WIDTH),
            high=round(share.interval[1] * WIDTH),
        )
        for label, share in rows
    ]


def count_bars(rows: Sequence[tuple[str, int, int]]) -> list[Bar]:
    """Draw counts, the largest across the whole width; of each a part is drawn apart."""
    largest = max((whole for _, whole, _ in rows), default=0) or 1
    return [
        Bar(
            label=_short(label),
            value=f"{whole} / {part}",
            length=round(whole / largest * WIDTH),
            part=round(part / largest * WIDTH),
        )
        for label, whole, part in rows
    ]


def percent(rate: float) -> str:
    """Write 0.384 as "38%"."""
    return f"{round(rate * 100)}%"


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else label[: _LONGEST_LABEL - 1] + "…"
