"""What the protection officer is shown, counted from answers, looks and decisions. Pure.

Precision is the share of judged messages of which a reviewer said that this kind of mail should
be held; its interval is Wilson's (1927) at 95%. An answer counts for every rule that held the
message. A group of fewer than SMALLEST judged messages is withheld.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import sqrt
from statistics import median

from models.audit import Action
from models.directory import Directory
from models.person import Person

SMALLEST = 5  # a group of fewer is not shown
UNKNOWN = "unknown"  # the group of senders who are in nobody's entry
FEWEST_REVIEWERS = 2  # who say that a rule was wrong; one person alone silences none
FEWEST_DECISIONS = 10  # before anything is said about a reviewer's care
QUICK = timedelta(seconds=15)  # from the look to the decision
MOST_UNREAD = 0.5  # of releases
MOST_AGREEING = 0.98  # of answers
_Z = 1.959964  # 95%, both sides


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """So many held messages with the same latest answer; what does not matter is left out."""

    should_hold: bool
    count: int = 1
    rules: tuple[str, ...] = ()
    sender: str = ""  # the key of an address
    by: str = ""  # a person's id


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


def share(judged: Iterable[Judged]) -> Share:
    """Return how many were rightly held."""
    found = list(judged)
    right = sum(each.count for each in found if each.should_hold)
    return Share(part=right, whole=sum(each.count for each in found))


def by_rule(judged: Iterable[Judged]) -> dict[str, list[Judged]]:
    """Return what was judged of each rule, by rule id in order."""
    found: dict[str, list[Judged]] = defaultdict(list)
    for each in judged:
        for rule in each.rules:
            found[rule].append(each)
    return dict(sorted(found.items()))


def to_demote(
    judged: Mapping[str, Sequence[Judged]], *, floor: float, fewest: int, watching: Collection[str]
) -> tuple[str, ...]:
    """Return the rules that are to fall back to watching only.

    One with enough answers, whose whole interval lies below the floor: chance alone is not why.
    Nor is one person: FEWEST_REVIEWERS must have said that mail was wrongly held.
    """
    return tuple(
        rule
        for rule, about in judged.items()
        if rule not in watching
        and share(about).whole >= fewest
        and share(about).interval[1] < floor
        and len({each.by for each in about if not each.should_hold}) >= FEWEST_REVIEWERS
    )


def wrongly_held(
    judged: Iterable[Judged], group_of: Callable[[Judged], str]
) -> dict[str, Share | None]:
    """Return by group how many were wrongly held; None where that is withheld.

    Withheld are groups that are too small and, so that taking the others from the whole does not
    show those either, the next larger until those withheld are together large enough.
    """
    found: dict[str, list[Judged]] = defaultdict(list)
    for each in judged:
        found[group_of(each)].append(each)
    shares = {group: share(about) for group, about in sorted(found.items())}
    withheld: set[str] = set()
    together = 0
    for group in sorted(shares, key=lambda each: (shares[each].whole, each)):
        if shares[group].whole >= SMALLEST and not 0 < together < SMALLEST:
            break
        withheld.add(group)
        together += shares[group].whole
    wrong = {
        group: Share(part=right.whole - right.part, whole=right.whole)
        for group, right in shares.items()
    }
    return {group: None if group in withheld else each for group, each in wrong.items()}


def wrongly_held_by(
    fact: str, judged: Iterable[Judged], people: Directory
) -> dict[str, Share | None]:
    """Return it by a fact of the sender's: their "language" or "department"."""

    def group(each: Judged) -> str:
        sender = people.owner(each.sender)
        return str(getattr(sender, fact)) if sender else UNKNOWN

    return wrongly_held(judged, group)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """How many messages one person decided on, and how they came to it."""

    by: str  # a person's id
    decisions: int
    sent: int
    unread: int  # of those sent, whose text they had not opened
    waits: tuple[int, ...]  # seconds from a look to the decision; none without a look


def care(
    decided: Iterable[Decided], judged: Iterable[Judged], people: Mapping[str, Person]
) -> tuple[Care, ...]:
    """Return the signs of each person who decided, in the order of their names."""
    answers: dict[str, list[Judged]] = defaultdict(list)
    for about in judged:
        answers[about.by].append(about)
    found = [
        Care(
            person=each.by,
            decisions=each.decisions,
            waited=timedelta(seconds=median(each.waits)) if each.waits else None,
            unread=Share(part=each.unread, whole=each.sent),
            agreed=share(answers[each.by]),
        )
        for each in decided
        if each.by in people
    ]
    return tuple(sorted(found, key=lambda each: (people[each.person].name, each.person)))
