"""Which reviewers were told of which messages, or are to be in a digest; kept for an hour."""

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from models.db.tables import TellingRow
from models.errors import Conflict


def add(session: Session, person: str, held: str, now: datetime, *, told: bool) -> None:
    """Note that a person was told of a message now, or is still to be told."""
    session.add(TellingRow(person=person, held=held, at=now, told=now if told else None))


def told_since(session: Session, person: str, since: datetime) -> int:
    """Count what a person was told of since then."""
    query = select(func.count()).where(TellingRow.person == person, TellingRow.told > since)
    return session.scalar(query) or 0


def due(session: Session, since: datetime) -> list[str]:
    """Return who is to be told of something and has been told of nothing since then."""
    waiting = select(TellingRow.person).where(TellingRow.told.is_(None)).distinct()
    lately = select(TellingRow.person).where(TellingRow.told > since)
    query = waiting.where(TellingRow.person.not_in(lately)).order_by(TellingRow.person)
    return list(session.scalars(query))


def take(session: Session, person: str, now: datetime) -> list[str]:
    """Mark all that a person is to be told of as told; return the messages, each once.

    Raises Conflict if another worker was first.
    """
    query = select(TellingRow).where(TellingRow.person == person, TellingRow.told.is_(None))
    found = list(session.scalars(query.order_by(TellingRow.id)))
    changed = session.execute(
        update(TellingRow)
        .where(TellingRow.id.in_([each.id for each in found]), TellingRow.told.is_(None))
        .values(told=now)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != len(found):  # type: ignore[attr-defined]  # a CursorResult, as for every UPDATE
        raise Conflict("another worker sent this digest first")
    return list(dict.fromkeys(each.held for each in found))


def forget_before(session: Session, before: datetime) -> None:
    """Forget what was told so long ago."""
    session.execute(delete(TellingRow).where(TellingRow.told <= before))
