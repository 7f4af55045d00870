"""Looks worth asking about (L61): plain rules over the audit chain, no score of a person. Pure.

A row is a reason to ask, not an accusation: a duty reviewer opens much, and a night may be theirs.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.audit import Action
from models.body import HERE
from models.person import Person, Role

MANY = 20  # different messages opened by one person on one day
NIGHT_BEGINS, NIGHT_ENDS = 22, 6  # o'clock, local time
PATIENCE = timedelta(days=1)  # for a decision to follow a look
ENDINGS = frozenset(
    {
        *(Action.RELEASE, Action.VOTE, Action.REFUSE, Action.RETURN, Action.REFER),
        *(Action.HAND_ON, Action.LABEL, Action.STOP),
    }
)


class Question(StrEnum):
    """Why a look is worth asking about."""

    MANY = "many"
    NIGHT = "night"
    NO_DECISION = "no-decision"
    OTHER_LINE = "other-line"  # neither the sender's line nor a role that decides


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionable:
    """One person's looks that are worth asking about, for one reason."""

    why: Question
    who: str
    at: datetime  # of the latest
    held: tuple[str, ...]  # ids, in order


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A person looked at a held message of another."""

    who: str  # a person's id
    held: str
    at: datetime
    sender: Person | None
    expected: bool = False  # in a case, or for who asked for their data: outside the line
    undecided: bool = False  # they looked to decide, PATIENCE ago, and nothing of theirs followed


def worth_asking(looks: Iterable[Looked], people: Mapping[str, Person]) -> tuple[Questionable, ...]:
    """Return what is worth asking about, the latest first; `looks` in order of time."""
    found: dict[tuple[Question, str, str], list[Looked]] = defaultdict(list)
    in_line: dict[tuple[str, str | None], bool] = {}
    for each in looks:
        local = each.at.astimezone(HERE)
        day = local.date().isoformat()
        found[Question.MANY, each.who, day].append(each)
        if local.hour >= NIGHT_BEGINS or local.hour < NIGHT_ENDS:
            found[Question.NIGHT, each.who, day].append(each)
        if each.undecided:
            found[Question.NO_DECISION, each.who, each.held].append(each)
        pair = each.who, each.sender.id if each.sender else None
        if pair not in in_line:
            in_line[pair] = _in_line(each.who, each.sender, people)
        if not in_line[pair] and not each.expected:
            found[Question.OTHER_LINE, each.who, each.held].append(each)
    rows = (
        Questionable(
            why=why,
            who=who,
            at=max(each.at for each in group),
            held=tuple(dict.fromkeys(each.held for each in group)),
        )
        for (why, who, _), group in found.items()
    )
    kept = [each for each in rows if each.why is not Question.MANY or len(each.held) > MANY]
    return tuple(sorted(kept, key=lambda each: (each.at, each.who, each.why), reverse=True))


def _in_line(who: str, sender: Person | None, people: Mapping[str, Person]) -> bool:
    """Tell whether a look fits the directory: the sender's line upwards, or a role that decides."""
    looker = people.get(who)
    if looker is not None and looker.roles & {Role.DUTY_REVIEWER, Role.SENSITIVE_REVIEWER}:
        return True
    line: set[str] = set()
    above = people.get(sender.manager or "") if sender else None
    if sender and sender.alternate:
        line.add(sender.alternate)
    while above is not None and above.id not in line:
        line |= {above.id, *filter(None, (above.deputy, above.alternate))}
        above = people.get(above.manager or "")
    return who in line
