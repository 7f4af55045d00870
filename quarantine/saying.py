"""What a sender may do about their held message besides taking it back; none of it decides.

Explain, say that it is urgent, ask for someone else, say that it should not have been held,
and ask again for what was given back. Each is one transaction with its audit entry.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from models.audit import Action
from models.db import held, statements
from models.errors import Conflict, SettingInvalid
from models.held import HeldMessage, HeldState
from models.person import Person, Role
from models.statement import Saying, Statement
from quarantine import notices, permissions
from quarantine.escalation import ladder, step_past
from quarantine.notices import LANGUAGES
from quarantine.outcomes import checked, entry, everyone, seen
from quarantine.permissions import People, sender_of
from quarantine.review import Review

MOST_SAID = 5  # statements of one kind about one message
_OPEN = (HeldState.HELD, HeldState.REFERRED, HeldState.SEALED)  # alike to the sender
_ACTIONS = {
    Saying.EXPLAINED: Action.EXPLAIN,
    Saying.HARM: Action.URGENT,
    Saying.LEGAL: Action.URGENT,
    Saying.SOMEONE_ELSE: Action.SOMEONE_ELSE,
    Saying.DISPUTED: Action.DISPUTE,
}


def explain(review: Review, held_id: str, *, by: Person, text: str, now: datetime) -> None:
    """Say why it needs to be sent; the reviewer sees it, and is told of the first.

    Raises NotFound, Conflict, SettingInvalid without a text.
    """
    if not text.strip():
        raise SettingInvalid("a text is needed: the reviewer will read it")
    with review.database.writing() as session:
        message = _own(session, held_id, by, *_OPEN)
        first = not _said(session, message, Saying.EXPLAINED)
        _say(session, message, by, Saying.EXPLAINED, text, now)
        if first and message.state is HeldState.HELD:
            _tell(review, session, "explained", message, now, [message.reviewer])


def dispute(review: Review, held_id: str, *, by: Person, text: str, now: datetime) -> None:
    """Say that it should not have been held; today's decision stays what it is.

    Raises NotFound, Conflict.
    """
    with review.database.writing() as session:
        message = _own(session, held_id, by, *HeldState)
        _say(session, message, by, Saying.DISPUTED, text, now)


def mark_urgent(
    review: Review, held_id: str, *, by: Person, kind: Saying, text: str, now: datetime
) -> None:
    """Say that it is urgent: it goes to the top of the reviewer's list, and they are told at once.

    When someone may come to harm, a duty reviewer may decide too from now on, and is told: the
    first decision counts. Raises NotFound, Conflict.
    """
    if not kind.urgent:
        raise SettingInvalid("say why it is urgent")
    with review.database.writing() as session:
        message = _own(session, held_id, by, *_OPEN)
        before = _said(session, message, kind)
        _say(session, message, by, kind, text, now)
        if before or message.state is not HeldState.HELD:
            return
        to = [message.reviewer]
        if kind is Saying.HARM:
            duty = _duty_reviewer(message, everyone(session), review, now)
            if duty is not None:
                to.append(duty)
                asked = (duty, *(each for each in message.turn.asked if each != duty))
                turn = replace(message.turn, asked=asked)
                also = entry(message, by.id, Action.URGENT, now, f"{duty} may decide too")
                held.pass_on(session, message, message.reviewer, turn, also)
        _tell(review, session, f"urgent-{kind.value}", message, now, to)


def ask_someone_else(review: Review, held_id: str, *, by: Person, now: datetime) -> None:
    """Ask for another reviewer, once, no reason asked; who had it loses sight of it.

    Raises NotFound, and Conflict if it was asked before or nobody else may decide.
    """
    with review.database.writing() as session:
        message = _own(session, held_id, by, *_OPEN)
        if _said(session, message, Saying.SOMEONE_ELSE):
            raise Conflict("you have asked for someone else already")
        if message.state is HeldState.HELD:
            _pass_by(review, session, message, by, now)
        _say(session, message, by, Saying.SOMEONE_ELSE, "", now)


def _pass_by(
    review: Review, session: Session, message: HeldMessage, by: Person, now: datetime
) -> None:
    known = everyone(session)
    declined = (*message.turn.declined, *filter(None, [message.reviewer]))
    without = replace(message, turn=replace(message.turn, declined=declined))
    step = step_past(message, without, known, review.hours.today(now))
    if step is None or step.person == message.reviewer:
        raise Conflict("nobody else may decide on this one")
    turn = replace(
        without.turn,
        since=now,
        ends=review.turns.ends(message, now),
        asked=(*(each for each in message.turn.asked if each != step.person), step.person),
    )
    detail = f"{message.reviewer or 'nobody'} to {step.person}, {step.rung.value}"
    said = entry(message, by.id, Action.SOMEONE_ELSE, now, detail)
    held.pass_on(session, message, step.person, turn, said)
    given = replace(without, reviewer=step.person, turn=turn)
    review.turns.tell(session, "passed", given, known, now, step)


def ask_again(review: Review, held_id: str, *, by: Person, text: str, now: datetime) -> None:
    """Ask anew for a decision on what was given back, saying why it is needed as it is.

    Raises NotFound, Conflict, SettingInvalid without a text.
    """
    if not text.strip():
        raise SettingInvalid("a text is needed: the reviewer will read it")
    with review.database.writing() as session:
        message = _own(session, held_id, by, HeldState.RETURNED)
        _say(session, message, by, Saying.EXPLAINED, text, now)
        again = entry(message, by.id, Action.ASK_AGAIN, now)
        held.move(session, held_id, HeldState.RETURNED, HeldState.HELD, again)
        held.clear_decisions(session, held_id)
        back = replace(message, state=HeldState.HELD, decisions=())
        review.turns.again(session, back, now)
        _tell(review, session, "asked-again", back, now, [message.reviewer])


def _own(session: Session, held_id: str, by: Person, *states: HeldState) -> HeldMessage:
    permissions.check_own(by, held.get(session, held_id))
    return seen(session, held_id, *states)


def _said(session: Session, message: HeldMessage, kind: Saying) -> int:
    return sum(each.kind is kind for each in statements.about(session, [message.id])[message.id])


def _say(
    session: Session, message: HeldMessage, by: Person, kind: Saying, text: str, now: datetime
) -> None:
    if _said(session, message, kind) >= MOST_SAID:
        raise Conflict("you have said this as often as can be said")
    statement = Statement(held=message.id, by=by.id, kind=kind, text=checked(text), at=now)
    statements.add(session, statement, entry(message, by.id, _ACTIONS[kind], now, kind.value))


def _duty_reviewer(
    message: HeldMessage, known: People, review: Review, now: datetime
) -> str | None:
    """Another to ask at once, on duty, or of the few who may see it; one at work rather."""
    day = review.hours.today(now)
    had = {message.reviewer, *(each.by for each in message.decisions)}
    able = [known[each.person] for each in ladder(message, known) if each.person not in had]
    role = Role.SENSITIVE_REVIEWER if message.narrow else Role.DUTY_REVIEWER
    duty = [each.id for each in able if {role, Role.DUTY_REVIEWER} & each.roles]
    return min(duty, key=lambda each: known[each].away_on(day), default=None)


def _tell(
    review: Review,
    session: Session,
    name: str,
    message: HeldMessage,
    now: datetime,
    to: Sequence[str | None],
) -> None:
    """Queue a notice to reviewers who may still decide: the sender's name, and no content."""
    known = everyone(session)
    sender = sender_of(message, known)
    values = {
        language: {
            "sender": notices.name_of_sender(review.post, message, sender, language),
            "deadline": review.turns.deadline(message, language),
        }
        for language in LANGUAGES
    }
    for each in to:
        person = known.get(each or "")
        if person is not None and permissions.bar(person, message) is None:
            notices.queue(session, review.post, name, person, values, held=message, now=now)
