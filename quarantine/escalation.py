"""Whose turn it is to decide on a held message, and when it is the next person's. Pure.

The ladder: the sender's manager, that manager's deputy, the manager's manager and so on up; for
one who has no manager, the named alternate (the chief executive's, a head's chair of governors);
then the duty reviewers; then whoever else is trusted to decide on anyone's mail, managers first,
as the policy's "another manager or colleague".

What shows health, belief and such goes to those who have the role for it, and of the others only
to those whom `permissions.few` lets see it: the sender's manager alone, then the duty reviewers.

A circular chain ends where it closes, a missing manager is passed by, and so is everyone whom
`permissions.bar` keeps from deciding.

Who is away is asked only when everyone who may decide is away. When all have had their turn the
round begins again with who was asked longest ago. So a message is with nobody only if nobody in
the whole directory may decide on it, and that is said aloud (quarantine/turns.py).

No clock sends, refuses or ends anything here: all that comes out is a person (promise 10).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256

from models.decision import Choice
from models.directory import Directory
from models.held import HeldMessage
from models.person import Person, Role
from quarantine.permissions import People, bar, can_stand_in, few, nearest, sender_of

_ELSEWHERE = frozenset({Role.HR, Role.PROTECTION_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR})


class Rung(StrEnum):
    """Why it is this person's turn."""

    SENSITIVE_REVIEWER = "sensitive-reviewer"  # of mail that few may see
    MANAGER = "manager"  # the sender's
    SENIOR = "senior"  # further up the line
    DEPUTY = "deputy"  # of one of these
    ALTERNATE = "alternate"  # named for one who has no manager
    DUTY_REVIEWER = "duty-reviewer"
    COLLEAGUE = "colleague"  # another manager or deputy, when there is no one else


class Why(StrEnum):
    """Why a message must be looked at: perhaps it is someone else's turn."""

    NOBODY = "nobody"  # nobody has it
    UNABLE = "unable"  # who has it may no longer decide: left, suspended, named, has voted
    AWAY = "away"
    LATE = "late"  # the turn has ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One person on the ladder, and why they stand there."""

    person: str
    rung: Rung
    stands_for: str | None = None  # whose deputy or alternate


def ladder(held: HeldMessage, people: People) -> Iterator[Step]:
    """Yield everyone who may decide on a message, in the order they are asked; each once."""
    seen: set[str] = set()
    among = few(held, people)
    for step in _steps(held, people):
        person = people.get(step.person) if step.person in among else None
        if person is not None and person.id not in seen and bar(person, held) is None:
            seen.add(person.id)
            yield step


def next_step(held: HeldMessage, people: People, day: date) -> Step | None:
    """Return whose turn it is now; None if there is nobody else than who has it.

    Who has voted to release is not asked for the second vote.
    """
    voted = {each.by for each in held.decisions if each.choice is Choice.RELEASE}
    able = [each for each in ladder(held, people) if each.person not in voted]
    present = [each for each in able if not people[each.person].away_on(day)]
    asked = held.turn.asked
    fresh = [each for each in present if each.person not in asked]
    if fresh:
        return fresh[0]
    current = held.reviewer
    others = [each for each in present if each.person != current]
    if others:
        return min(others, key=lambda each: asked.index(each.person))
    if any(each.person == current for each in able):
        return None
    return min(
        able, key=lambda each: Role.DUTY_REVIEWER not in people[each.person].roles, default=None
    )


def step_past(held: HeldMessage, without: HeldMessage, people: People, day: date) -> Step | None:
    """Return whose turn it is if someone else should decide; `without` has that noted.

    None if there is nobody else, or nobody of the few who may see it now: asking for someone
    else shows a message to no wider circle.
    """
    step = next_step(without, people, day)
    return step if step is not None and step.person in few(held, people) else None


def why_look(held: HeldMessage, people: People, now: datetime, day: date) -> Why | None:
    """Say why a waiting message must perhaps go to someone else; None if it rightly waits."""
    if held.reviewer is None:
        return Why.NOBODY
    person = people.get(held.reviewer)
    voted = any(
        each.by == held.reviewer and each.choice is Choice.RELEASE for each in held.decisions
    )
    if person is None or voted or bar(person, held) or person.id not in few(held, people):
        return Why.UNABLE
    if held.turn.ends is None or held.turn.ends <= now:
        return Why.LATE
    if person.away_on(day):
        return Why.AWAY
    return None


def _steps(held: HeldMessage, people: People) -> Iterator[Step]:
    sender = sender_of(held, people)
    if held.narrow:
        yield from _of_few(held, people)
    if sender is not None:
        yield from _line(sender, held, people)
    duty = Directory.of(people).having(Role.DUTY_REVIEWER)
    for person in sorted(duty, key=lambda each: _spread(held, each)):
        yield Step(person=person.id, rung=Rung.DUTY_REVIEWER)
    for facts in ("manager", "deputy", "alternate"):
        ids = {getattr(each, facts) for each in people.values() if each.active}
        trusted = [people[each] for each in ids if each in people]
        for person in sorted(trusted, key=lambda each: _spread(held, each)):
            if not person.roles & _ELSEWHERE:
                yield Step(person=person.id, rung=Rung.COLLEAGUE)


def _of_few(held: HeldMessage, people: People) -> Iterator[Step]:
    """Who has the role for what shows health, belief and such; then the sender's manager."""
    able = Directory.of(people).having(Role.SENSITIVE_REVIEWER)
    for person in sorted(able, key=lambda each: _spread(held, each)):
        yield Step(person=person.id, rung=Rung.SENSITIVE_REVIEWER)
    near, sender = nearest(held, people), sender_of(held, people)
    if near is not None and sender is not None:
        if near.id == sender.manager:
            yield Step(person=near.id, rung=Rung.MANAGER)
        else:
            yield Step(person=near.id, rung=Rung.ALTERNATE, stands_for=sender.id)


def _line(sender: Person, held: HeldMessage, people: People) -> Iterator[Step]:
    """The line above a sender, each with their deputy; at its end, the alternate.

    Of mail to HR or to a protected address the line is left out, and the alternate decides.
    """
    seen, last, rung = {sender.id}, sender, Rung.MANAGER
    while (manager := people.get(last.manager or "")) is not None and manager.id not in seen:
        seen.add(manager.id)
        if not held.apart:
            yield from _with_deputy(manager, rung, held)
        last, rung = manager, Rung.SENIOR
    for who in (last, sender):
        alternate = people.get(who.alternate or "")
        if alternate is not None and alternate.id not in seen:
            seen.add(alternate.id)
            yield Step(person=alternate.id, rung=Rung.ALTERNATE, stands_for=who.id)


def _with_deputy(manager: Person, rung: Rung, held: HeldMessage) -> Iterator[Step]:
    yield Step(person=manager.id, rung=rung)
    if manager.deputy and can_stand_in(manager, held):
        yield Step(person=manager.deputy, rung=Rung.DEPUTY, stands_for=manager.id)


def _spread(held: HeldMessage, person: Person) -> str:
    """An order that differs from message to message, so that no one gets them all."""
    return sha256(f"{held.id}/{person.id}".encode()).hexdigest()
