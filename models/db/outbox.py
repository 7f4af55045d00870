"""What the worker is to send: claim, done, retry, narrow. One queue for releases and notices."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from models.db.held import recipients_from_json, recipients_to_json
from models.db.tables import OutboxRow
from models.envelope import Recipient

RELEASE = "release"
NOTICE = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxItem:
    """One thing to send. A release has no content here: it is sealed under its held id."""

    id: int
    kind: str
    held: str | None
    sender: str = field(repr=False)
    recipients: tuple[Recipient, ...] = field(repr=False)
    options: tuple[str, ...] = ()
    content: bytes | None = field(default=None, repr=False)
    attempts: int = 0
    created: datetime


def add(  # noqa: PLR0913 - an outbox row's own fields
    session: Session,
    *,
    kind: str,
    held: str | None,
    sender: str,
    recipients: Sequence[Recipient],
    options: Sequence[str] = (),
    content: bytes | None = None,
    now: datetime,
    due: datetime | None = None,
) -> None:
    """Queue something; due at once unless it says when."""
    session.add(
        OutboxRow(
            kind=kind,
            held=held,
            sender=sender,
            recipients=recipients_to_json(recipients),
            options=list(options),
            content=content,
            attempts=0,
            created=now,
            due=due or now,
        )
    )


def take_back(session: Session, held: str) -> bool:
    """Take a release out of the queue if no worker has had it yet; tell whether it was.

    A compare-and-set: a worker's claim and this wait for each other, and one of them wins.
    """
    taken = session.execute(
        delete(OutboxRow).where(
            OutboxRow.held == held, OutboxRow.kind == RELEASE, OutboxRow.attempts == 0
        )
    )
    return bool(taken.rowcount == 1)  # type: ignore[attr-defined]  # a CursorResult, as for every DELETE


def leaves_at(session: Session, held: str) -> datetime | None:
    """Return when a release that no worker has had yet is due."""
    return session.scalar(
        select(OutboxRow.due).where(
            OutboxRow.held == held, OutboxRow.kind == RELEASE, OutboxRow.attempts == 0
        )
    )


def still_to_get(session: Session, held: str) -> int | None:
    """Count the recipients of a release that is in the queue; None if it is not."""
    waiting = session.scalar(
        select(OutboxRow.recipients).where(OutboxRow.held == held, OutboxRow.kind == RELEASE)
    )
    return None if waiting is None else len(waiting)


def is_due(session: Session, now: datetime) -> bool:
    """Tell whether anything is due, without taking a writer's lock."""
    return session.scalar(select(OutboxRow.id).where(OutboxRow.due <= now).limit(1)) is not None


def claim(session: Session, now: datetime, *, limit: int, lease: timedelta) -> list[OutboxItem]:
    """Take what is due, so that no other worker does until the lease ends (this one may die)."""
    query = (
        select(OutboxRow)
        .where(OutboxRow.due <= now)
        .order_by(OutboxRow.due, OutboxRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = list(session.scalars(query))
    for row in rows:
        row.due = now + lease
        row.attempts += 1
    return [
        OutboxItem(
            id=row.id,
            kind=row.kind,
            held=row.held,
            sender=row.sender,
            recipients=recipients_from_json(row.recipients),
            options=tuple(row.options),
            content=row.content,
            attempts=row.attempts,
            created=row.created,
        )
        for row in rows
    ]


def done(session: Session, item_id: int) -> None:
    """Sent, or given up: it leaves the queue."""
    session.execute(delete(OutboxRow).where(OutboxRow.id == item_id))


def retry_at(session: Session, item_id: int, due: datetime) -> None:
    """Try again then."""
    session.execute(update(OutboxRow).where(OutboxRow.id == item_id).values(due=due))


def narrow(session: Session, item_id: int, recipients: Sequence[Recipient]) -> None:
    """Keep only those who have not yet got it."""
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.id == item_id)
        .values(recipients=recipients_to_json(recipients))
    )


def waiting(session: Session) -> tuple[int, datetime | None]:
    """Return how many wait, and since when the oldest does."""
    count, oldest = session.execute(select(func.count(), func.min(OutboxRow.created))).one()
    return count, oldest
