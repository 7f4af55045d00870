"""Give a held message to whose turn it is: recorded, told and entered in one transaction.

Only whose turn it is changes here, never the state of the message: no clock sends, refuses,
deletes or ends anything (promise 10). Who had a turn before may still answer first, unless
something bars them now.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry
from models.db import held, people
from models.db.database import Database
from models.errors import Conflict
from models.held import HeldMessage, Turn
from models.person import Person, Role
from models.policy import Policy
from quarantine import digests, notices
from quarantine.dates import write_time
from quarantine.escalation import Step, Why, next_step, step_past, why_look
from quarantine.notices import LANGUAGES, Post
from quarantine.permissions import People, can_review, sender_of
from quarantine.working_hours import WorkingHours

SYSTEM = "system"
_BATCH = 200  # messages that one look goes through
_TOGETHER = 20  # of them, in one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """What giving turns needs, given once."""

    policy: Policy
    post: Post
    hours: WorkingHours = WorkingHours()

    def first(
        self, message: HeldMessage, known: People, now: datetime, *, told: bool = True
    ) -> tuple[HeldMessage, Step | None]:
        """Return a new message with whose turn it is first, and why; not yet in the database.

        `told` is False where the sender is asked before the reviewer: the first clock tells.
        """
        step = next_step(message, known, self.hours.today(now))
        turn = self._turn(message, step.person if step and told else None, now)
        return replace(message, reviewer=step.person if step else None, turn=turn), step

    def look(
        self, session: Session, message: HeldMessage, known: People, now: datetime
    ) -> Why | None:
        """Pass a waiting message on if it must be; return why it was. Raises Conflict."""
        day = self.hours.today(now)
        why = why_look(message, known, now, day)
        if why is None:
            return None
        step = next_step(message, known, day)
        if step is not None and why is not Why.LATE and _asks_sender(message):
            detail = f"{why.value}: {message.reviewer} to {step.person}, not told yet"
            entry = _entry(message, SYSTEM, Action.REASSIGN, now, detail)
            self._record(session, message, step.person, message.turn, entry)
        elif step is not None:
            self.give(session, message, step, known, now, why=why)
        elif why is Why.LATE:
            self._remind(session, message, known, now)
        elif why is Why.UNABLE or _is_over(message, now):
            self._give_to_nobody(session, message, known, now)
        else:
            return None
        return why

    def hand_on(
        self, session: Session, message: HeldMessage, by: Person, known: People, now: datetime
    ) -> None:
        """Let a reviewer say that someone else should decide. Raises Conflict if nobody else can.

        They lose sight of it: no reason is asked, and one may be that it is about them.
        """
        declined = (*message.turn.declined, by.id)
        without = replace(message, turn=replace(message.turn, declined=declined))
        if message.reviewer != by.id:
            self._record(
                session, message, message.reviewer, without.turn, _hand_on(message, by, now)
            )
            return
        step = step_past(message, without, known, self.hours.today(now))
        if step is None:
            raise Conflict("nobody else may decide on this one; ask for another duty reviewer")
        turn = self._turn(without, step.person, now)
        self._record(session, message, step.person, turn, _hand_on(message, by, now, step))
        given = replace(without, reviewer=step.person, turn=turn)
        self.tell(session, "passed", given, known, now, step)

    def second_vote(
        self, session: Session, message: HeldMessage, known: People, now: datetime
    ) -> None:
        """Give a message that its reviewer agreed to send to someone who has not; at once."""
        if message.reviewer not in {each.by for each in message.decisions}:
            return
        step = next_step(message, known, self.hours.today(now))
        if step is None:
            self._give_to_nobody(session, message, known, now)
        else:
            self.give(session, message, step, known, now, why=Why.UNABLE, to_before=False)

    def again(self, session: Session, message: HeldMessage, now: datetime) -> None:
        """Begin the turn of a message that came back anew; its reviewer is told elsewhere."""
        turn = self._turn(message, None, now)
        entry = _entry(message, SYSTEM, Action.REASSIGN, now, "again")
        self._record(session, message, message.reviewer, turn, entry)

    def give(  # noqa: PLR0913 - a message, to whom, from whom, why and when
        self,
        session: Session,
        message: HeldMessage,
        step: Step,
        known: People,
        now: datetime,
        *,
        why: Why,
        to_before: bool = True,
    ) -> None:
        """Make it the turn of a step's person, and tell both. Raises Conflict."""
        before, turn = message.reviewer, self._turn(message, step.person, now)
        detail = f"{why.value}: {before or 'nobody'} to {step.person}, {step.rung.value}"
        self._record(
            session,
            message,
            step.person,
            turn,
            _entry(message, SYSTEM, Action.REASSIGN, now, detail),
        )
        given = replace(message, reviewer=step.person, turn=turn)
        first = step.person == before or before is None
        name = "waiting" if first else "late" if why is Why.LATE else "passed"
        self.tell(session, name, given, known, now, step)
        earlier = known.get(before or "")
        if to_before and earlier and not first and can_review(earlier, given, known):
            self.tell(session, "moved", given, known, now, step, to=earlier)

    def _remind(self, session: Session, message: HeldMessage, known: People, now: datetime) -> None:
        """Ask the same person again: there is nobody else who could be."""
        turn = self._turn(message, message.reviewer, now)
        entry = _entry(message, SYSTEM, Action.REMIND, now, message.reviewer or "")
        self._record(session, message, message.reviewer, turn, entry)
        self.tell(session, "reminder", replace(message, turn=turn), known, now, None)

    def _give_to_nobody(
        self, session: Session, message: HeldMessage, known: People, now: datetime
    ) -> None:
        """Say aloud, once a turn, that nobody in the directory may decide."""
        detail = f"{message.reviewer or 'nobody'} to nobody: nobody else may decide"
        entry = _entry(message, SYSTEM, Action.REASSIGN, now, detail)
        self._record(session, message, None, self._turn(message, None, now), entry)
        self.tell_nobody(session, message, known, now)

    def tell_nobody(
        self,
        session: Session,
        message: HeldMessage,
        known: People,
        now: datetime,
        *,
        name: str = "nobody",
    ) -> None:
        """Ask the administrators for a reviewer; they learn the reference and nothing else."""
        for person in known.values():
            if person.active and Role.ADMINISTRATOR in person.roles:
                notices.queue(session, self.post, name, person, {}, held=message, now=now)

    def _record(
        self,
        session: Session,
        seen: HeldMessage,
        reviewer: str | None,
        turn: Turn,
        entry: AuditEntry,
    ) -> None:
        held.pass_on(session, seen, reviewer, turn, entry)

    def ends(self, message: HeldMessage, now: datetime) -> datetime:
        """When a turn that begins now is over; one about an appeal not before its set day."""
        ends = self.hours.turn_ends(now)
        return max(ends, message.appeal.due) if message.appeal else ends

    def _turn(self, message: HeldMessage, person: str | None, now: datetime) -> Turn:
        before = message.turn
        asked = before.asked
        if person is not None:
            asked = (*(each for each in asked if each != person), person)
        return replace(before, since=now, ends=self.ends(message, now), asked=asked)

    def tell(  # noqa: PLR0913 - a notice, about what, to whom and why
        self,
        session: Session,
        name: str,
        message: HeldMessage,
        known: People,
        now: datetime,
        step: Step | None,
        *,
        to: Person | None = None,
    ) -> None:
        """Queue a notice to whose turn it is, or to another; `step` says why it is theirs.

        What many others were told of within the hour before waits for a digest.
        """
        reviewer = known[message.reviewer or ""]
        if name in digests.NAMES and digests.gather(session, self.post, message, reviewer, now):
            return
        sender = sender_of(message, known)
        values = {
            language: {
                "reasons": notices.reasons_for_reviewer(message, self.policy, language),
                "sender": notices.name_of_sender(self.post, message, sender, language),
                "deadline": self.deadline(message, language),
                "because": _because(step, message, known, language),
                "reviewer": reviewer.name,
            }
            for language in LANGUAGES
        }
        notices.queue(session, self.post, name, to or reviewer, values, held=message, now=now)

    def deadline(self, message: HeldMessage, language: str) -> str:
        """When the turn ends, for people."""
        return write_time(message.turn.ends, language) if message.turn.ends else ""


def because(step: Step | None, known: People, language: str) -> str:
    """Why it is a person's turn, in one sentence to them."""
    if step is None:
        return ""
    for_ = known[step.stands_for].name if step.stands_for else ""
    return notices.words(f"rung-{step.rung.value}", language)["reason"].format(name=for_)


def _because(step: Step | None, message: HeldMessage, known: People, language: str) -> str:
    """The same, and that it is an appeal, if it is."""
    said = [because(step, known, language)]
    if message.appeal:
        said.append(notices.words("appeal-turn", language)["reason"])
    return " ".join(filter(None, said))


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What one look did, and where the next begins."""

    passed: tuple[tuple[str, Why], ...]  # ids of messages, and why each went on
    next_after: str  # "" when the look came to the end


def look_at_waiting(database: Database, turns: Turns, now: datetime, *, after: str = "") -> Looked:
    """Pass on what must be, a few messages in one transaction. Raises Unavailable."""
    day = turns.hours.today(now)
    with database.reading() as session:
        unable = [
            each
            for each in held.reviewers(session)
            if (person := people.find(session, each)) is None
            or not person.active
            or person.away_on(day)
        ]
        found = held.to_pass_on(session, now, unable, after=after, limit=_BATCH)
        known = people.directory(session) if found else {}
    ids = _worth_it(found, known, turns, now)
    passed: list[tuple[str, Why]] = []
    for start in range(0, len(ids), _TOGETHER):
        with database.writing() as session:
            passed += _look_at(session, ids[start : start + _TOGETHER], turns, now)
    return Looked(passed=tuple(passed), next_after=found[-1].id if len(found) == _BATCH else "")


def _look_at(
    session: Session, ids: Sequence[str], turns: Turns, now: datetime
) -> Iterator[tuple[str, Why]]:
    known = people.directory(session)
    for held_id in ids:
        message = held.get(session, held_id)
        with suppress(Conflict):  # a person was first; nothing of it was written
            why = turns.look(session, message, known, now)
            if why is not None:
                yield held_id, why


def _worth_it(
    found: Sequence[HeldMessage], known: People, turns: Turns, now: datetime
) -> list[str]:
    """Ids of those that something would happen to: no writer's lock is taken for the others."""
    day = turns.hours.today(now)
    return [
        each.id
        for each in found
        if (why := why_look(each, known, now, day)) is not None
        and (
            why in (Why.LATE, Why.UNABLE)
            or (why is Why.NOBODY and _is_over(each, now))
            or next_step(each, known, day) is not None
        )
    ]


def _asks_sender(message: HeldMessage) -> bool:
    """Tell whether it is still its sender who is asked, and the reviewer knows nothing of it."""
    return message.reviewer is not None and message.reviewer not in message.turn.asked


def _is_over(message: HeldMessage, now: datetime) -> bool:
    return message.turn.ends is None or message.turn.ends <= now


def _hand_on(
    message: HeldMessage, by: Person, now: datetime, step: Step | None = None
) -> AuditEntry:
    detail = f"to {step.person}, {step.rung.value}" if step else ""
    return _entry(message, by.id, Action.HAND_ON, now, detail)


def _entry(
    message: HeldMessage, actor: str, action: Action, now: datetime, detail: str
) -> AuditEntry:
    return AuditEntry(at=now, actor=actor, action=action, subject=message.id, detail=detail)
