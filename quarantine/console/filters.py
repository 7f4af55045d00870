"""Filters of a reviewer's list: by deadline, rule, the sender's team, and urgency.

They stand in the page's address, so that they work without a script, can be kept, and change
nothing. What is not offered is ignored. They only narrow what the visitor may see already.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

DEADLINES = ("late", "today", "later")
_URGENT = "yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What one row of the list is filtered by."""

    deadline: str  # one of DEADLINES
    rules: tuple[str, ...]  # ids
    team: str  # the department of the sender, or ""
    urgent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The filters of one visit; "" and False let everything through."""

    deadline: str = ""
    rule: str = ""
    team: str | None = None
    urgent: bool = False

    def __bool__(self) -> bool:
        return bool(self.deadline or self.rule or self.team is not None or self.urgent)

    def lets_through(self, row: Traits) -> bool:
        """Tell whether a row is shown."""
        return (
            self.deadline in ("", row.deadline)
            and (not self.rule or self.rule in row.rules)
            and self.team in (None, row.team)
            and (row.urgent or not self.urgent)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What can be chosen: values that occur in the whole list, with how many rows have them."""

    deadlines: tuple[tuple[str, int], ...]
    rules: tuple[tuple[str, int], ...]
    teams: tuple[tuple[str, int], ...]
    urgent: int


def offered(rows: Sequence[Traits]) -> Offered:
    """Return what the filters offer for a list."""
    deadlines = Counter(each.deadline for each in rows)
    return Offered(
        deadlines=tuple((each, deadlines[each]) for each in DEADLINES if deadlines[each]),
        rules=tuple(sorted(Counter(rule for each in rows for rule in each.rules).items())),
        teams=tuple(sorted(Counter(each.team for each in rows).items())),
        urgent=sum(each.urgent for each in rows),
    )


def chosen(query: Mapping[str, str], offers: Offered) -> Chosen:
    """Read the filters from an address; an empty team is given as "-"."""
    team = query.get("team", "")
    wanted = "" if team == "-" else team
    return Chosen(
        deadline=_known(query.get("deadline", ""), offers.deadlines),
        rule=_known(query.get("rule", ""), offers.rules),
        team=wanted if team and wanted in dict(offers.teams) else None,
        urgent=query.get("urgent") == _URGENT and offers.urgent > 0,
    )


def _known(value: str, offers: Sequence[tuple[str, int]]) -> str:
    return value if value in dict(offers) else ""
