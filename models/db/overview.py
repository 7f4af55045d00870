"""What oversight counts, read without any content: answers with their messages, looks, numbers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import BY_PEOPLE, Action, AuditEntry, Purpose
from models.db.tables import AnswerRow, AuditRow, DecisionRow, HeldRow, OutboxRow
from models.held import HeldState


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredRow:
    """A held message and the latest answer about it."""

    held: str
    sender: str  # the key of an address
    rules: tuple[str, ...]
    received: datetime
    by: str
    should_hold: bool


def answered(session: Session, since: datetime) -> list[AnsweredRow]:
    """Return the messages received since an instant that have an answer, each with its latest."""
    query = (
        select(
            HeldRow.id,
            HeldRow.sender_key,
            HeldRow.rules,
            HeldRow.received,
            AnswerRow.by,
            AnswerRow.should_hold,
        )
        .join(AnswerRow, AnswerRow.held == HeldRow.id)
        .where(HeldRow.received >= since)
        .order_by(AnswerRow.id)
    )
    latest = {
        held: AnsweredRow(
            held=held,
            sender=sender,
            rules=tuple(rules),
            received=received,
            by=by,
            should_hold=should_hold,
        )
        for held, sender, rules, received, by, should_hold in session.execute(query)
    }
    return list(latest.values())


def acts(
    session: Session,
    actions: Collection[Action],
    since: datetime,
) -> list[AuditEntry]:
    """Return entries of some kinds since an instant, in order."""
    query = (
        select(*_COLUMNS)
        .where(AuditRow.action.in_([each.value for each in actions]), AuditRow.at >= since)
        .order_by(AuditRow.sequence)
    )
    return [_entry(*row) for row in session.execute(query)]


def looks(session: Session, since: datetime, *, who: str = "", limit: int) -> list[AuditEntry]:
    """Return looks at others' mail since an instant, the latest first; of one person, or of all."""
    query = (
        select(*_COLUMNS)
        .where(
            AuditRow.action == Action.LOOK.value,
            AuditRow.at >= since,
            AuditRow.purpose.in_([each.value for each in BY_PEOPLE]),
        )
        .order_by(AuditRow.sequence.desc())
        .limit(limit)
    )
    if who:
        query = query.where(AuditRow.actor == who)
    return [_entry(*row) for row in session.execute(query)]


def readers(session: Session, since: datetime) -> tuple[int, int]:
    """Count the people who opened others' mail since an instant, and the messages they opened."""
    query = select(
        func.count(AuditRow.actor.distinct()), func.count(AuditRow.subject.distinct())
    ).where(
        AuditRow.action == Action.LOOK.value,
        AuditRow.at >= since,
        AuditRow.purpose.in_([each.value for each in BY_PEOPLE]),
    )
    people, messages = session.execute(query).one()
    return people, messages


def senders(session: Session, held: Sequence[str]) -> dict[str, str]:
    """Return whose mail each held message is: the key of an address, by message id."""
    found: dict[str, str] = {}
    for start in range(0, len(held), _TOGETHER):
        some = held[start : start + _TOGETHER]
        query = select(HeldRow.id, HeldRow.sender_key).where(HeldRow.id.in_(some))
        found |= {row.id: row.sender_key for row in session.execute(query)}
    return found


def held_between(session: Session, begins: datetime, ends: datetime) -> int:
    """Count the messages that were held from one instant up to another."""
    between = select(func.count()).where(HeldRow.received >= begins, HeldRow.received < ends)
    return session.scalar(between) or 0


def ended_as(session: Session, since: datetime) -> dict[HeldState, int]:
    """Count the messages held since an instant by where they stand."""
    query = (
        select(HeldRow.state, func.count()).where(HeldRow.received >= since).group_by(HeldRow.state)
    )
    return {HeldState(state): count for state, count in session.execute(query)}


def waits(session: Session, since: datetime) -> list[float]:
    """Return how long messages held since an instant waited for their first decision, in seconds.

    Without a decision there is no wait yet.
    """
    query = (
        select(HeldRow.received, func.min(DecisionRow.at))
        .join(DecisionRow, DecisionRow.held == HeldRow.id)
        .where(HeldRow.received >= since)
        .group_by(HeldRow.id, HeldRow.received)
    )
    return [(at - received).total_seconds() for received, at in session.execute(query)]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxState:
    """How much the worker has yet to send, and since when the oldest waits past its time."""

    count: int
    overdue: datetime | None


def outbox(session: Session, now: datetime) -> OutboxState:
    """Count what the worker is to send."""
    count = session.scalar(select(func.count()).select_from(OutboxRow)) or 0
    due = select(func.min(OutboxRow.due)).where(OutboxRow.due <= now)
    return OutboxState(count=count, overdue=session.scalar(due))


_TOGETHER = 500  # ids in one question


_COLUMNS = (  # rows are not made into objects of the session: a page may read tens of thousands
    AuditRow.at,
    AuditRow.actor,
    AuditRow.action,
    AuditRow.subject,
    AuditRow.purpose,
    AuditRow.detail,
)


def _entry(
    at: datetime, actor: str, action: str, subject: str, purpose: str | None, detail: str, /
) -> AuditEntry:
    return AuditEntry(
        at=at,
        actor=actor,
        action=Action(action),
        subject=subject,
        purpose=Purpose(purpose) if purpose else None,
        detail=detail,
    )
