"""Looks worth asking about (L61): plain rules over the audit chain, no score of a person. Pure.

A row is a reason to ask, not an accusation: a duty reviewer opens much, and a night may be theirs.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.audit import BY_PEOPLE, Action, AuditEntry, Purpose
from models.body import HERE
from models.person import Person, Role

MANY = 20  # different messages opened by one person on one day
NIGHT_BEGINS, NIGHT_ENDS = 22, 6  # o'clock, local time
PATIENCE = timedelta(days=1)  # for a decision to follow a look
_ENDINGS = frozenset(
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
    OTHER_LINE = "other-line"  # neither the sender's line nor a duty reviewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionable:
    """One person's looks that are worth asking about, for one reason."""

    why: Question
    who: str
    at: datetime  # of the latest
    held: tuple[str, ...]  # ids, in order


def by_people(entries: Iterable[AuditEntry]) -> list[AuditEntry]:
    """Return the looks of people at others' mail: not the program's, not at one's own."""
    return [each for each in entries if each.action is Action.LOOK and each.purpose in BY_PEOPLE]


def worth_asking(
    entries: Sequence[AuditEntry],
    senders: Mapping[str, Person | None],
    people: Mapping[str, Person],
    now: datetime,
) -> tuple[Questionable, ...]:
    """Return what is worth asking about, the latest first.

    `entries` in the order of the chain; `senders` gives for each held message whose mail it is.
    """
    looks = by_people(entries)
    found: dict[tuple[Question, str, str], list[AuditEntry]] = defaultdict(list)
    acted = _latest_acts(entries)
    for each in looks:
        local = each.at.astimezone(HERE)
        day = local.date().isoformat()
        found[Question.MANY, each.actor, day].append(each)
        if local.hour >= NIGHT_BEGINS or local.hour < NIGHT_ENDS:
            found[Question.NIGHT, each.actor, day].append(each)
        if _undecided(each, acted, now):
            found[Question.NO_DECISION, each.actor, each.subject].append(each)
        if not _in_line(each.actor, senders.get(each.subject), people):
            found[Question.OTHER_LINE, each.actor, each.subject].append(each)
    rows = (
        Questionable(
            why=why,
            who=who,
            at=max(each.at for each in group),
            held=tuple(dict.fromkeys(each.subject for each in group)),
        )
        for (why, who, _), group in found.items()
    )
    kept = [each for each in rows if each.why is not Question.MANY or len(each.held) > MANY]
    return tuple(sorted(kept, key=lambda each: (each.at, each.who, each.why), reverse=True))


def _latest_acts(entries: Sequence[AuditEntry]) -> dict[tuple[str, str], datetime]:
    """When each person last did something about each message that ends their look."""
    return {(each.actor, each.subject): each.at for each in entries if each.action in _ENDINGS}


def _undecided(look: AuditEntry, acted: Mapping[tuple[str, str], datetime], now: datetime) -> bool:
    if look.purpose is not Purpose.DECIDE or now - look.at < PATIENCE:
        return False
    latest = acted.get((look.actor, look.subject))
    return latest is None or latest < look.at


def _in_line(who: str, sender: Person | None, people: Mapping[str, Person]) -> bool:
    """Tell whether a look fits the directory: the sender's line upwards, or a duty reviewer."""
    looker = people.get(who)
    if looker is not None and Role.DUTY_REVIEWER in looker.roles:
        return True
    line: set[str] = set()
    above = people.get(sender.manager or "") if sender else None
    if sender and sender.alternate:
        line.add(sender.alternate)
    while above is not None and above.id not in line:
        line |= {above.id, *filter(None, (above.deputy, above.alternate))}
        above = people.get(above.manager or "")
    return who in line
