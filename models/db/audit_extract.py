"""An extract of the audit chain: the entries about some things, and where they stand in it."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import ChainedEntry
from models.db.audit import COLUMNS, entry_of
from models.db.tables import AuditRow

_BATCH = 1000


def of_subjects(session: Session, subjects: Collection[str]) -> tuple[ChainedEntry, ...]:
    """Every entry about any of these, in order. Raises Tampered if one cannot be read."""
    query = select(*COLUMNS).where(AuditRow.subject.in_(subjects)).order_by(AuditRow.sequence)
    return tuple(entry_of(row) for row in session.execute(query))


def digests_from(session: Session, sequence: int) -> tuple[tuple[int, str], ...]:
    """Number and digest of every entry from `sequence` to the chain's end, in order."""
    query = (
        select(AuditRow.sequence, AuditRow.digest)
        .where(AuditRow.sequence >= sequence)
        .order_by(AuditRow.sequence)
        .execution_options(yield_per=_BATCH)
    )
    return tuple((number, digest) for number, digest in session.execute(query))
