"""What a reviewer may do besides sending and refusing: give back, stop a release, pass to HR.

Each is one transaction, compare and set, with its audit entry, as in review.py.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry
from models.db import answers, held, outbox, people, statements
from models.decision import Choice, Decision
from models.errors import Conflict, NotFound, SettingInvalid
from models.held import HeldMessage, HeldState
from models.person import Person, Role
from models.statement import Saying, Statement
from quarantine import notices, permissions
from quarantine.codes import REFUSE_CODES, RETURN_CODES
from quarantine.permissions import Bar, People, bar
from quarantine.review import LONGEST_REASON, Review

_INVOLVED = frozenset({Bar.GONE, Bar.SENDER, Bar.RECIPIENT, Bar.NAMED, Bar.DECIDED})


def seen(session: Session, held_id: str, *states: HeldState) -> HeldMessage:
    """Return a message in one of these states. Raises NotFound, Conflict."""
    message = held.get(session, held_id)
    if message.state not in states:
        raise Conflict("someone else acted on this one first; nothing of yours was saved")
    return message


def everyone(session: Session) -> People:
    """All people, by id."""
    return people.directory(session)


def entry(
    message: HeldMessage, actor: str, action: Action, now: datetime, detail: str = ""
) -> AuditEntry:
    """An audit entry about a held message."""
    return AuditEntry(at=now, actor=actor, action=action, subject=message.id, detail=detail)


def checked(text: str) -> str:
    """Return what a person wrote. Raises SettingInvalid if it is too long."""
    if len(text) > LONGEST_REASON:
        raise SettingInvalid(f"the text is {len(text)} characters; expected {LONGEST_REASON}")
    return text.strip()


def give_back(
    review: Review, held_id: str, *, by: Person, code: str, text: str = "", now: datetime
) -> None:
    """Give a message back to its sender to mend, or to say why it is needed.

    Raises NotFound, NotPermitted, Conflict, and SettingInvalid without a reason of the list.
    """
    if code not in RETURN_CODES:
        raise SettingInvalid("a reason is needed: the sender will be told it")
    with review.database.writing() as session:
        message = seen(session, held_id, HeldState.HELD)
        permissions.check_review(by, message, everyone(session))
        given = Decision(by=by.id, choice=Choice.RETURN, code=code, reason=checked(text), at=now)
        held.decide(session, held_id, given, entry(message, by.id, Action.RETURN, now, code))
        done = entry(message, by.id, Action.RETURN, now, "to the sender")
        held.move(session, held_id, HeldState.HELD, HeldState.RETURNED, done)
        review.tell_sender(
            session, "returned", message, now, note=given.reason, code=code, reviewer=by.name
        )


def take_up(review: Review, held_id: str, *, by: Person, now: datetime) -> None:
    """Let a reviewer decide anew on what was given back, as when its sender is away or has left.

    Raises NotFound, NotPermitted, Conflict.
    """
    with review.database.writing() as session:
        message = seen(session, held_id, HeldState.RETURNED)
        permissions.check_review(by, message, everyone(session))
        again = entry(message, by.id, Action.ASK_AGAIN, now)
        held.move(session, held_id, HeldState.RETURNED, HeldState.HELD, again)
        held.clear_decisions(session, held_id)
        back = replace(message, state=HeldState.HELD, decisions=())
        review.turns.again(session, back, now)


def stop_sending(review: Review, held_id: str, *, by: Person, now: datetime) -> None:
    """Undo one's own release, if no worker has had it yet; every vote is taken anew.

    Raises NotFound, and Conflict if it has left or was another's decision.
    """
    with review.database.writing() as session:
        message = seen(session, held_id, HeldState.RELEASED)
        permissions.check_see(by, message, everyone(session))
        if not can_stop(by, message) or not outbox.take_back(session, held_id):
            raise Conflict("it can no longer be stopped; nothing was changed")
        done = entry(message, by.id, Action.STOP, now)
        held.move(session, held_id, HeldState.RELEASED, HeldState.HELD, done)
        held.clear_decisions(session, held_id)
        review.turns.again(session, replace(message, decisions=()), now)


def can_stop(person: Person, message: HeldMessage) -> bool:
    """Tell whether the decision that released a message was this person's."""
    return bool(message.decisions) and message.decisions[-1].by == person.id


def label(review: Review, held_id: str, *, by: Person, should_hold: bool, now: datetime) -> None:
    """Keep whether this kind of mail should be held; it changes nothing about this message.

    Asked of whoever may review it. Raises NotFound, NotPermitted.
    """
    with review.database.writing() as session:
        message = held.get(session, held_id)
        permissions.check_review(by, message, everyone(session))
        said = entry(message, by.id, Action.LABEL, now, "yes" if should_hold else "no")
        answers.put(session, held_id, by.id, should_hold, now, said)


def human_resources(message: HeldMessage, known: People) -> list[Person]:
    """Those in HR of its body to whom a message may go: none who sent it, got it or is named."""
    return [each for each in known.values() if is_hr_for(each, message)]


def is_hr_for(person: Person, message: HeldMessage) -> bool:
    """Tell whether a person is one of those in HR to whom a message may go."""
    return (
        Role.HR in person.roles
        and person.body == message.body
        and bar(person, message) not in _INVOLVED
    )


def refer(review: Review, held_id: str, *, by: Person, why: str, now: datetime) -> None:
    """Pass a message to HR. Its reviewer loses sight of it; its sender is told nothing new.

    Raises NotFound, NotPermitted, SettingInvalid without a reason, Conflict if HR has no one.
    """
    if not why.strip():
        raise SettingInvalid("a reason is needed: HR will read it")
    with review.database.writing() as session:
        message = seen(session, held_id, HeldState.HELD)
        known = everyone(session)
        permissions.check_review(by, message, known)
        able = [each for each in human_resources(message, known) if each.id != by.id]
        if not able:
            raise Conflict("nobody in HR may take this one")
        said = Statement(held=held_id, by=by.id, kind=Saying.REFERRED, text=checked(why), at=now)
        statements.add(session, said, entry(message, by.id, Action.REFER, now))
        declined = replace(message.turn, declined=(*message.turn.declined, by.id))
        lost = entry(message, by.id, Action.REFER, now, "loses sight of it")
        held.pass_on(session, message, message.reviewer, declined, lost)
        done = entry(message, by.id, Action.REFER, now, "to HR")
        held.move(session, held_id, HeldState.HELD, HeldState.REFERRED, done)
        held.clear_decisions(session, held_id)
        for each in able:
            notices.queue(session, review.post, "referred", each, {}, held=message, now=now)


def check_hr(person: Person, message: HeldMessage) -> None:
    """Raise NotFound unless this person of HR may act on what was passed to HR."""
    apart = person.body != message.body or bar(person, message) in _INVOLVED
    if Role.HR not in person.roles or apart:
        raise NotFound(f"no held message {message.id}")


def hand_back(review: Review, held_id: str, *, by: Person, now: datetime) -> None:
    """Let HR give a message to another reviewer, to be decided on as mail.

    Raises NotFound, Conflict.
    """
    with review.database.writing() as session:
        message = held.get(session, held_id)
        check_hr(by, message)
        seen(session, held_id, HeldState.REFERRED)
        done = entry(message, by.id, Action.REASSIGN, now, "back from HR")
        held.move(session, held_id, HeldState.REFERRED, HeldState.HELD, done)
        back = replace(message, state=HeldState.HELD)
        review.turns.look(session, back, everyone(session), now)


def refuse_for_hr(
    review: Review, held_id: str, *, by: Person, code: str, text: str = "", now: datetime
) -> None:
    """Let HR decide that a message is not sent; the sender is not told that HR did.

    Raises NotFound, Conflict, and SettingInvalid without a reason of the list.
    """
    if code not in REFUSE_CODES:
        raise SettingInvalid("a reason is needed: the sender will be told it")
    with review.database.writing() as session:
        message = held.get(session, held_id)
        check_hr(by, message)
        seen(session, held_id, HeldState.REFERRED)
        given = Decision(by=by.id, choice=Choice.REFUSE, code=code, reason=checked(text), at=now)
        held.decide(session, held_id, given, entry(message, by.id, Action.REFUSE, now, code))
        done = entry(message, by.id, Action.REFUSE, now, "not sent")
        held.move(session, held_id, HeldState.REFERRED, HeldState.REFUSED, done)
        someone = replace(message, reviewer=None)
        review.tell_refused(session, someone, now, note=given.reason, code=code)
