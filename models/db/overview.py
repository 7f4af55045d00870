"""What oversight counts, read without any content: answers with their messages, looks, numbers."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    and_,
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
        .where(*latest_since(since))
        .group_by(AnswerRow.should_hold, *columns)
        .order_by(*columns, AnswerRow.should_hold)
    )
    return [
        _answered(should_hold, count, dict(zip(alike_in, values, strict=True)))
        for should_hold, count, *values in session.execute(query)
    ]


def latest_since(since: datetime) -> tuple[ColumnElement[bool], ...]:
    """Of messages received since an instant, the answers that no other one followed.

    An answer is given after the message came: that few answers are looked at is said apart.
    """
    later = aliased(AnswerRow)
    followed = exists().where(later.held == AnswerRow.held, later.id > AnswerRow.id)
    return HeldRow.received >= since, AnswerRow.at >= since, ~followed


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
    """Return looks at others' mail since an instant, the latest first; of one person, or of all.

    Of what was gathered together for the person it is about, the last stands for the rest.
    """
    after = aliased(AuditRow)
    goes_on = exists().where(
        *(after.sequence == AuditRow.sequence + 1, after.purpose == Purpose.ACCESS.value),
        *(after.action == AuditRow.action, after.actor == AuditRow.actor, after.at == AuditRow.at),
    )
    query = (
        select(*_COLUMNS)
        .where(
            AuditRow.action == Action.LOOK.value,
            AuditRow.at >= since,
            AuditRow.purpose.in_([each.value for each in BY_PEOPLE]),
            or_(AuditRow.purpose != Purpose.ACCESS.value, ~goes_on),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class LookRow:
    """Looks of one person at one message of another within an hour."""

    by: str
    held: str
    at: datetime  # of the latest
    sender: str  # the key of an address
    purpose: Purpose
    undecided: bool  # they looked to decide, long ago, and nothing of theirs followed


def looks_by_hour(
    session: Session, since: datetime, *, endings: Collection[Action], long_ago: datetime
) -> list[LookRow]:
    """Return looks at others' mail since an instant; `endings` are the acts that end a look."""
    look = aliased(AuditRow)
    hour = _seconds(look.at) // _HOUR
    ended = (
        select(AuditRow.actor, AuditRow.subject, func.max(AuditRow.at).label("at"))
        .where(AuditRow.action.in_([each.value for each in endings]), AuditRow.at >= since)
        .group_by(AuditRow.actor, AuditRow.subject)
        .subquery()
    )
    latest = func.max(look.at)
    undecided = and_(
        look.purpose == Purpose.DECIDE.value,
        latest <= long_ago,
        or_(func.max(ended.c.at).is_(None), func.max(ended.c.at) < latest),
    )
    query = (
        select(
            look.actor, look.subject, latest, func.max(HeldRow.sender_key), look.purpose, undecided
        )
        .outerjoin(HeldRow, HeldRow.id == look.subject)
        .outerjoin(ended, and_(ended.c.actor == look.actor, ended.c.subject == look.subject))
        .where(
            look.action == Action.LOOK.value,
            look.at >= since,
            look.purpose.in_([each.value for each in BY_PEOPLE]),
        )
        .group_by(look.actor, look.subject, look.purpose, hour)
        .order_by(latest, look.actor, look.subject)
    )
    return [
        LookRow(
            by=by,
            held=held,
            at=at,
            sender=sender or "",
            purpose=Purpose(purpose or ""),
            undecided=bool(undone),
        )
        for by, held, at, sender, purpose, undone in session.execute(query)
    ]


def senders(session: Session, held: Sequence[str]) -> dict[str, str]:
    """Return whose mail each held message is: the key of an address, by message id."""
    found: dict[str, str] = {}
    for start in range(0, len(held), _TOGETHER):
        some = held[start : start + _TOGETHER]
        query = select(HeldRow.id, HeldRow.sender_key).where(HeldRow.id.in_(some))
        found |= {row.id: row.sender_key for row in session.execute(query)}
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekRow:
    """What was held from one instant on: where it stands, and how reviewers answered about it."""

    states: dict[HeldState, int] = field(default_factory=dict)
    answers: dict[bool, int] = field(default_factory=dict)  # by whether it should have been held


def held_by_week(session: Session, begins: Sequence[datetime]) -> list[WeekRow]:
    """Count the messages held from each instant up to the next, the last without an end.

    `begins` in order. Of several answers about a message the latest counts.
    """
    from_the_last = reversed(list(enumerate(begins)))
    week = case(*((HeldRow.received >= at, each) for each, at in from_the_last), else_=0)
    weeks = [WeekRow() for _ in begins]
    states = (
        select(week, HeldRow.state, func.count())
        .where(HeldRow.received >= begins[0])
        .group_by(week, HeldRow.state)
    )
    for at, state, count in session.execute(states):
        weeks[at].states[HeldState(state)] = count
    given = (
        select(week, AnswerRow.should_hold, func.count())
        .join(HeldRow, AnswerRow.held == HeldRow.id)
        .where(*latest_since(begins[0]))
        .group_by(week, AnswerRow.should_hold)
    )
    for at, should_hold, count in session.execute(given):
        weeks[at].answers[should_hold] = count
    return weeks


def waits(session: Session, since: datetime) -> list[int]:
    """Return how long messages held since an instant waited for their first decision, in seconds.

    Without a decision there is no wait yet.
    """
    first = select(func.min(DecisionRow.at)).where(DecisionRow.held == HeldRow.id).scalar_subquery()
    wait = _seconds(first) - _seconds(HeldRow.received)
    found = session.scalars(select(wait).where(HeldRow.received >= since))
    return [each for each in found if each is not None]


def _seconds(at: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[int]:
    """An instant as whole seconds: a row is then one number, and no date is read from text."""
    return cast(extract("epoch", at), Integer)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedRow:
    """How many messages one person decided on, and how they came to it."""

    by: str
    decisions: int
    sent: int
    unread: int  # of those sent, whose text they had not opened to decide
    waits: tuple[int, ...]  # seconds from their first look at a message to their first decision


def decided(session: Session, deciding: Collection[Action], since: datetime) -> list[DecidedRow]:
    """Return each person's decisions since an instant."""
    is_look = AuditRow.action == Action.LOOK.value
    decisions, sending = (
        AuditRow.action.in_([each.value for each in kinds])
        for kinds in (deciding, {Action.RELEASE, Action.VOTE})
    )
    acted = func.min(case((decisions, AuditRow.at)))
    looked = func.min(case((is_look, AuditRow.at)))
    pairs = (
        select(
            AuditRow.actor.label("by"),
            func.max(case((sending, 1), else_=0)).label("sent"),
            func.max(case((is_look & (AuditRow.detail != "matches"), 1), else_=0)).label("read"),
            (_seconds(acted) - _seconds(looked)).label("waited"),
        )
        .where(
            AuditRow.action.in_([Action.LOOK.value, *(each.value for each in deciding)]),
            or_(~is_look, AuditRow.purpose == Purpose.DECIDE.value),
            AuditRow.at >= since,
        )
        .group_by(AuditRow.actor, AuditRow.subject)
        .having(acted.is_not(None))
        .subquery()
    )
    query = select(
        pairs.c.by,
        func.count(),
        func.sum(pairs.c.sent),
        func.sum(pairs.c.sent * (1 - pairs.c.read)),
        func.aggregate_strings(cast(pairs.c.waited, String), ","),
    ).group_by(pairs.c.by)
    return [
        DecidedRow(
            by=by,
            decisions=count,
            sent=sent,
            unread=unread,
            waits=tuple(map(int, waits.split(","))) if waits else (),
        )
        for by, count, sent, unread, waits in session.execute(query)
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
_HOUR = 3600  # seconds; no zone of ours is off by less


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
