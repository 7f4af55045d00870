"""The sealed lane in rows. Each write takes an AuditEntry."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.db import audit
from models.db.sealed_tables import SealedRow
from models.errors import Conflict, NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedItem:
    """One held message in the lane, without anything of what it says."""

    item: str
    at: datetime
    by: str  # a person's id, or "system"
    reference: str = ""  # the police's
    certificate: str = field(default="", repr=False)  # whom it is encrypted to, PEM
    asked_by: str | None = None
    agreed_by: str | None = None
    given: datetime | None = None


def add(session: Session, item: str, *, by: str, at: datetime, entry: AuditEntry) -> None:
    """Put a held message into the lane."""
    session.add(SealedRow(item=item, at=at, by=by, reference="", certificate=""))
    audit.append(session, entry)


def get(session: Session, item: str) -> SealedItem:
    """Return one. Raises NotFound."""
    row = session.get(SealedRow, item, populate_existing=True)
    if row is None:
        raise NotFound(f"no sealed item {item}")
    return _item(row)


def everything(session: Session) -> list[SealedItem]:
    """Return all, the newest first."""
    query = select(SealedRow).order_by(SealedRow.at.desc(), SealedRow.item)
    return [_item(row) for row in session.scalars(query)]


def among(session: Session, items: Collection[str]) -> frozenset[str]:
    """Return those of these that are sealed."""
    query = select(SealedRow.item).where(SealedRow.item.in_(items))
    return frozenset(session.scalars(query))


def change(session: Session, seen: SealedItem, entry: AuditEntry, **facts: object) -> None:
    """Change what is known of its handing over, or raise Conflict if another officer was first."""
    audit.lock(session)
    changed = session.execute(
        update(SealedRow)
        .where(
            SealedRow.item == seen.item,
            SealedRow.certificate == seen.certificate,
            SealedRow.asked_by.is_not_distinct_from(seen.asked_by),
            SealedRow.agreed_by.is_not_distinct_from(seen.agreed_by),
            SealedRow.given.is_not_distinct_from(seen.given),
        )
        .values(**facts)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]  # a CursorResult, as for every UPDATE
        raise Conflict("another officer was first; nothing of yours was saved")
    audit.append(session, entry)


def _item(row: SealedRow) -> SealedItem:
    return SealedItem(
        item=row.item,
        at=row.at,
        by=row.by,
        reference=row.reference,
        certificate=row.certificate,
        asked_by=row.asked_by,
        agreed_by=row.agreed_by,
        given=row.given,
    )
