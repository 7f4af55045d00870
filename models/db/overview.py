"""What oversight counts, read without any content: answers with their messages, looks, numbers."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    case,
    cast,
    exists,
    extract,
    func,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from models.audit import BY_PEOPLE, Action, AuditEntry, Purpose
from models.db.tables import AnswerRow, AuditRow, DecisionRow, HeldRow, OutboxRow
from models.held import HeldState


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredRows:
    """So many held messages with the same latest answer, alike in what was asked to be told."""

    should_hold: bool
    count: int
    rules: tuple[str, ...] = ()
    sender: str = ""  # the key of an address
    by: str = ""  # a person's id


_ALIKE_IN = {  # JSON has no equality on PostgreSQL; its text has
    "rules": cast(HeldRow.rules, String),
    "sender": HeldRow.sender_key,
    "by": AnswerRow.by,
}


def answered(session: Session, since: datetime, *alike_in: str) -> list[AnsweredRows]:
    """Count the messages received since an instant that have an answer, by the latest answer.

    Apart by what `alike_in` names: "rules", "sender", "by".
    """
    columns = [_ALIKE_IN[each] for each in alike_in]
    query = (
        select(AnswerRow.should_hold, func.count(), *columns)
        .join(HeldRow, AnswerRow.held == HeldRow.id)
        .where(HeldRow.received >= since, _is_latest())
        .group_by(AnswerRow.should_hold, *columns)
        .order_by(*columns, AnswerRow.should_hold)
    )
    return [
        _answered(should_hold, count, dict(zip(alike_in, values, strict=True)))
        for should_hold, count, *values in session.execute(query)
    ]


def _is_latest() -> ColumnElement[bool]:
    later = aliased(AnswerRow)
    return ~exists().where(later.held == AnswerRow.held, later.id > AnswerRow.id)


def _answered(should_hold: bool, count: int, values: dict[str, Any]) -> AnsweredRows:
    if "rules" in values:
        values["rules"] = tuple(json.loads(values["rules"]))
    return AnsweredRows(should_hold=should_hold, count=count, **values)


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


def held_by_week(
    session: Session, begins: Sequence[datetime]
) -> list[tuple[dict[HeldState, int], int]]:
    """Count the messages held from each instant up to the next, by where they stand.

    Beside them how many of those were wrongly held, by the latest answer. `begins` in order.
    """
    from_the_last = reversed(list(enumerate(begins)))
    week = case(*((HeldRow.received >= at, each) for each, at in from_the_last), else_=0)
    since = HeldRow.received >= begins[0]
    states = select(week, HeldRow.state, func.count()).where(since)
    wrong = (
        select(week, func.count())
        .join(AnswerRow, AnswerRow.held == HeldRow.id)
        .where(since, AnswerRow.should_hold.is_(False), _is_latest())
    )
    counted: list[dict[HeldState, int]] = [{} for _ in begins]
    wrongly = [0 for _ in begins]
    for at, state, count in session.execute(states.group_by(week, HeldRow.state)):
        counted[at][HeldState(state)] = count
    for at, count in session.execute(wrong.group_by(week)):
        wrongly[at] = count
    return list(zip(counted, wrongly, strict=True))


def waits(session: Session, since: datetime) -> list[int]:
    """Return how long messages held since an instant waited for their first decision, in seconds.

    Without a decision there is no wait yet.
    """
    query = (
        select(_seconds(func.min(DecisionRow.at)) - _seconds(HeldRow.received))
        .join(DecisionRow, DecisionRow.held == HeldRow.id)
        .where(HeldRow.received >= since)
        .group_by(HeldRow.id, HeldRow.received)
    )
    return list(session.scalars(query))


def _seconds(at: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[int]:
    """An instant as whole seconds: a row is then one number, and no date is read from text."""
    return cast(extract("epoch", at), Integer)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedRow:
    """What one person decided about one message, and how they came to it."""

    by: str
    sent: bool
    read: bool  # they had opened the text, or more, to decide
    waited: int | None  # seconds from their first look to their first decision


def decided(session: Session, deciding: Collection[Action], since: datetime) -> list[DecidedRow]:
    """Return each person's decisions on each message since an instant."""
    is_look = AuditRow.action == Action.LOOK.value
    decisions, sending = (
        AuditRow.action.in_([each.value for each in kinds])
        for kinds in (deciding, {Action.RELEASE, Action.VOTE})
    )
    looked = func.min(case((is_look, AuditRow.at)))
    acted = func.min(case((decisions, AuditRow.at)))
    query = (
        select(
            AuditRow.actor,
            func.max(case((sending, 1), else_=0)),
            func.max(case((is_look & (AuditRow.detail != "matches"), 1), else_=0)),
            _seconds(acted) - _seconds(looked),
        )
        .where(
            or_(decisions, is_look & (AuditRow.purpose == Purpose.DECIDE.value)),
            AuditRow.action.in_([Action.LOOK.value, *(each.value for each in deciding)]),
            AuditRow.at >= since,
        )
        .group_by(AuditRow.actor, AuditRow.subject)
        .having(acted.is_not(None))
    )
    return [
        DecidedRow(by=by, sent=bool(sent), read=bool(read), waited=waited)
        for by, sent, read, waited in session.execute(query)
    ]


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
