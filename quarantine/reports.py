"""What the protection officer is shown, counted from answers, looks and decisions. Pure.

Precision is the share of judged messages of which a reviewer said that this kind of mail should
be held; its interval is Wilson's (1927) at 95%. An answer counts for every rule that held the
message. Numbers of fewer than SMALLEST people's mail are withheld.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from statistics import median

from models.audit import Action, AuditEntry, Purpose
from models.person import Person

SMALLEST = 5  # a group of fewer is not shown
FEWEST_DECISIONS = 10  # before anything is said about a reviewer's care
QUICK = timedelta(seconds=15)  # from the look to the decision
MOST_UNREAD = 0.5  # of releases
MOST_AGREEING = 0.98  # of answers
_Z = 1.959964  # 95%, both sides


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A held message and the latest answer about it."""

    held: str
    sender: str  # the key of an address
    rules: tuple[str, ...]
    received: datetime
    by: str
    should_hold: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many, with Wilson's interval."""

    part: int
    whole: int

    @property
    def rate(self) -> float:
        """Between 0.0 and 1.0; 0.0 of nothing."""
        return self.part / self.whole if self.whole else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Low and high, at 95%; all that is possible when there is nothing."""
        if not self.whole:
            return 0.0, 1.0
        n, rate = self.whole, self.rate
        middle = rate + _Z**2 / (2 * n)
        reach = _Z * sqrt(rate * (1 - rate) / n + _Z**2 / (4 * n**2))
        scale = 1 + _Z**2 / n
        return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def precision(
    judged: Iterable[Judged], since: Mapping[str, datetime] | None = None
) -> dict[str, Share]:
    """Return for each rule how many were rightly held, by rule id in order.

    Of a rule in `since`, only messages received from that instant on count: it was put back then.
    """
    right: dict[str, int] = defaultdict(int)
    whole: dict[str, int] = defaultdict(int)
    for each in judged:
        for rule in each.rules:
            if since and rule in since and each.received < since[rule]:
                continue
            whole[rule] += 1
            right[rule] += each.should_hold
    return {rule: Share(part=right[rule], whole=whole[rule]) for rule in sorted(whole)}


def to_demote(
    found: Mapping[str, Share], *, floor: float, fewest: int, watching: Collection[str]
) -> tuple[str, ...]:
    """Return the rules that are to fall back to watching only.

    One with enough answers, whose whole interval lies below the floor: chance alone is not why.
    """
    return tuple(
        rule
        for rule, share in found.items()
        if rule not in watching and share.whole >= fewest and share.interval[1] < floor
    )


def wrongly_held(
    judged: Iterable[Judged], group_of: Callable[[Judged], str]
) -> dict[str, Share | None]:
    """Return by group how many were wrongly held; None where that is withheld.

    Withheld are groups that are too small and, so that taking the others from the whole does not
    show those either, the next larger until those withheld are together large enough.
    """
    found: dict[str, list[bool]] = defaultdict(list)
    for each in judged:
        found[group_of(each)].append(not each.should_hold)
    withheld: set[str] = set()
    together = 0
    for group in sorted(found, key=lambda each: (len(found[each]), each)):
        if len(found[group]) >= SMALLEST and not 0 < together < SMALLEST:
            break
        withheld.add(group)
        together += len(found[group])
    return {
        group: None if group in withheld else Share(part=sum(wrong), whole=len(wrong))
        for group, wrong in sorted(found.items())
    }


DECIDING = frozenset({Action.RELEASE, Action.VOTE, Action.REFUSE, Action.RETURN, Action.REFER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """How one reviewer decides: signs to ask about, never a verdict."""

    person: str
    decisions: int
    waited: timedelta | None  # the median from the first look to the decision
    unread: Share  # releases without having opened the text
    agreed: Share  # answers that it should have been held

    @property
    def enough(self) -> bool:
        """Whether there are enough decisions to say anything."""
        return self.decisions >= FEWEST_DECISIONS

    @property
    def quick(self) -> bool:
        """Whether decisions follow the look sooner than one can read."""
        return self.enough and self.waited is not None and self.waited < QUICK

    @property
    def unreading(self) -> bool:
        """Whether most releases were of mail whose text they had not opened."""
        return self.enough and self.unread.rate > MOST_UNREAD

    @property
    def agreeing(self) -> bool:
        """Whether they nearly always say that the machine was right."""
        share = self.agreed
        return self.enough and share.whole >= FEWEST_DECISIONS and share.rate >= MOST_AGREEING


def care(
    entries: Iterable[AuditEntry], judged: Sequence[Judged], people: Mapping[str, Person]
) -> tuple[Care, ...]:
    """Return the signs of each person who decided, in the order of their names."""
    first: dict[tuple[str, str], datetime] = {}
    read: set[tuple[str, str]] = set()
    decided: dict[tuple[str, str], AuditEntry] = {}
    for each in entries:
        pair = (each.actor, each.subject)
        if each.action is Action.LOOK and each.purpose is Purpose.DECIDE:
            first.setdefault(pair, each.at)
            if each.detail != "matches":
                read.add(pair)
        elif each.action in DECIDING and each.actor in people:
            decided.setdefault(pair, each)
    found = [
        _care(person, decided, first, read, judged) for person in {actor for actor, _ in decided}
    ]
    return tuple(sorted(found, key=lambda each: (people[each.person].name, each.person)))


def _care(
    person: str,
    decided: Mapping[tuple[str, str], AuditEntry],
    first: Mapping[tuple[str, str], datetime],
    read: Collection[tuple[str, str]],
    judged: Sequence[Judged],
) -> Care:
    mine = {pair: entry for pair, entry in decided.items() if pair[0] == person}
    waits = [
        (entry.at - first[pair]).total_seconds() for pair, entry in mine.items() if pair in first
    ]
    sent = [pair for pair, each in mine.items() if each.action in {Action.RELEASE, Action.VOTE}]
    answers = [each.should_hold for each in judged if each.by == person]
    return Care(
        person=person,
        decisions=len(mine),
        waited=timedelta(seconds=median(waits)) if waits else None,
        unread=Share(part=sum(pair not in read for pair in sent), whole=len(sent)),
        agreed=Share(part=sum(answers), whole=len(answers)),
    )
