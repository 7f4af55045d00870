"""An extract of the audit chain: the entries about some things, and where they stand in it."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry, ChainedEntry, Purpose
from models.db.tables import AuditRow

_BATCH = 1000


def of_subjects(session: Session, subjects: Collection[str]) -> tuple[ChainedEntry, ...]:
    """Every entry about any of these, in order."""
    query = select(AuditRow).where(AuditRow.subject.in_(subjects)).order_by(AuditRow.sequence)
    return tuple(_entry(row) for row in session.scalars(query))


def digests_from(session: Session, sequence: int) -> tuple[tuple[int, str], ...]:
    """Number and digest of every entry from `sequence` to the chain's end, in order."""
    query = (
        select(AuditRow.sequence, AuditRow.digest)
        .where(AuditRow.sequence >= sequence)
        .order_by(AuditRow.sequence)
        .execution_options(yield_per=_BATCH)
    )
    return tuple((number, digest) for number, digest in session.execute(query))


def _entry(row: AuditRow) -> ChainedEntry:
    entry = AuditEntry(
        at=row.at,
        actor=row.actor,
        action=Action(row.action),
        subject=row.subject,
        purpose=Purpose(row.purpose) if row.purpose else None,
        detail=row.detail,
    )
    return ChainedEntry(
        sequence=row.sequence, entry=entry, previous=row.previous, digest=row.digest
    )
