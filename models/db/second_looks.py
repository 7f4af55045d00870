"""Who asked for a second person, and who agreed, in rows. Each write takes an AuditEntry."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.db import audit
from models.db.sealed_tables import SecondLookRow
from models.errors import Conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondLook:
    """One person's wish to open one message with another."""

    held: str
    asked_by: str
    asked: datetime
    agreed_by: str | None = None
    agreed: datetime | None = None


def ask(session: Session, held: str, *, by: str, at: datetime, entry: AuditEntry) -> None:
    """Ask, or ask anew: then someone must agree anew."""
    session.merge(SecondLookRow(held=held, asked_by=by, asked=at, agreed_by=None, agreed=None))
    audit.append(session, entry)


def agree(session: Session, seen: SecondLook, *, by: str, at: datetime, entry: AuditEntry) -> None:
    """Agree to what was asked, or raise Conflict if someone else has."""
    audit.lock(session)
    changed = session.execute(
        update(SecondLookRow)
        .where(
            SecondLookRow.held == seen.held,
            SecondLookRow.asked_by == seen.asked_by,
            SecondLookRow.asked == seen.asked,
            SecondLookRow.agreed_by.is_(None),
        )
        .values(agreed_by=by, agreed=at)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]  # a CursorResult, as for every UPDATE
        raise Conflict("someone else was first; nothing of yours was saved")
    audit.append(session, entry)


def about(session: Session, held: str) -> list[SecondLook]:
    """Return those about one message, in the order of names."""
    query = select(SecondLookRow).where(SecondLookRow.held == held)
    return [_look(row) for row in session.scalars(query.order_by(SecondLookRow.asked_by))]


def waiting(session: Session, since: datetime) -> list[SecondLook]:
    """Return those that nobody has agreed to, asked since an instant, the oldest first."""
    query = (
        select(SecondLookRow)
        .where(SecondLookRow.agreed_by.is_(None), SecondLookRow.asked >= since)
        .order_by(SecondLookRow.asked, SecondLookRow.held)
    )
    return [_look(row) for row in session.scalars(query)]


def _look(row: SecondLookRow) -> SecondLook:
    return SecondLook(
        held=row.held,
        asked_by=row.asked_by,
        asked=row.asked,
        agreed_by=row.agreed_by,
        agreed=row.agreed,
    )
