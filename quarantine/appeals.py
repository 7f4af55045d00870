"""The sender appeals a refusal, once; another person decides within set working days (L31, S11).

It waits again as it did, but never before anyone who decided it or voted, at any turn. The clock
only passes it on. What is decided then is final here, and who refused it first is told of it.

The time to appeal is counted from the refusal alone. What a freeze or a case keeps for longer
cannot be appealed for longer: that would tell its sender of the freeze or the case.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from models.audit import Action
from models.db import appeals, audit, contents, held, statements
from models.decision import Choice
from models.errors import Conflict, SettingInvalid
from models.held import Appeal, HeldMessage, HeldState
from models.person import Person
from models.statement import Saying, Statement
from quarantine import permissions
from quarantine.escalation import Step, next_step
from quarantine.outcomes import checked, entry, everyone
from quarantine.review import Review

NOBODY = "nobody else may decide"  # stands in the audit entry


def open_until(review: Review, message: HeldMessage) -> datetime | None:
    """Until when its sender may appeal; None if it was not refused, or appealed already."""
    last = message.decisions[-1] if message.decisions else None
    if message.appeal or last is None or last.choice is not Choice.REFUSE:
        return None
    return last.at + review.appeal_within


def can_appeal(session: Session, review: Review, message: HeldMessage, now: datetime) -> bool:
    """Tell whether its sender may appeal now; what is sealed answers as if it were not."""
    until = open_until(review, message)
    if until is None or now >= until or message.seen_by_sender is not HeldState.REFUSED:
        return False
    return message.state is HeldState.SEALED or contents.is_here(session, message.id)


def appeal(review: Review, held_id: str, *, by: Person, text: str, now: datetime) -> None:
    """Appeal a refusal: it waits for another person, who reads why.

    Raises NotFound, SettingInvalid without a text, and Conflict if it cannot be appealed (any
    more), or if nobody else may decide; this last is recorded, and the administrators are told.
    """
    if not text.strip():
        raise SettingInvalid("a text is needed: the reviewer will read it")
    with review.database.writing() as session:
        audit.lock(session)
        message = held.get(session, held_id)
        permissions.check_own(by, message)
        if not can_appeal(session, review, message, now):
            raise Conflict("this cannot be appealed, or no longer; nothing of yours was saved")
        asked = _anew(review, message, now)
        step = next_step(asked, everyone(session), review.hours.today(now))
        if step is not None:
            _say(session, message, by, text, now)
            _give(review, session, asked, step, by, now)
        else:
            _say_nobody(review, session, message, by, now)
    if step is None:
        raise Conflict("nobody else may decide on this one; the decision stays as it is")


def _anew(review: Review, message: HeldMessage, now: datetime) -> HeldMessage:
    """The message as it is to be decided on anew: nobody's turn yet, and the refusal kept."""
    appealed = Appeal(
        at=now,
        due=review.hours.days_after(now, review.appeal_days),
        decided=tuple(dict.fromkeys(each.by for each in message.decisions)),
    )
    refusal = message.decisions[-1:]
    return replace(message, appeal=appealed, decisions=refusal, reviewer=None)


def _say(session: Session, message: HeldMessage, by: Person, text: str, now: datetime) -> None:
    said = Statement(held=message.id, by=by.id, kind=Saying.APPEALED, text=checked(text), at=now)
    statements.add(session, said, entry(message, by.id, Action.APPEAL, now, said.kind.value))


def _give(
    review: Review, session: Session, asked: HeldMessage, step: Step, by: Person, now: datetime
) -> None:
    """Make it another person's turn, and tell them and the sender.

    Who had a turn before has none now, unless it comes to them again.
    """
    ends = review.turns.ends(asked, now)
    turn = replace(asked.turn, since=now, ends=ends, asked=(step.person,))
    given = replace(asked, reviewer=step.person, turn=turn)
    to = entry(asked, by.id, Action.APPEAL, now, f"to {step.person}, {step.rung.value}")
    appeals.add(session, given, to)
    review.tell_sender(session, "appealed", given, now)
    if asked.state is not HeldState.SEALED:
        review.turns.tell(session, "appeal-asked", given, everyone(session), now, step)


def _say_nobody(
    review: Review, session: Session, message: HeldMessage, by: Person, now: datetime
) -> None:
    """Record that it could be given to nobody, and ask the administrators for one; once."""
    before = audit.read(session, subject=message.id)
    if any(each.entry.action is Action.APPEAL for each in before):
        return
    audit.append(session, entry(message, by.id, Action.APPEAL, now, NOBODY))
    if message.state is not HeldState.SEALED:
        known = everyone(session)
        review.turns.tell_nobody(session, message, known, now, name="appeal-nobody")
