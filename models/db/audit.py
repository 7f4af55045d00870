"""The audit chain in rows: append under lock, read, verify."""

from collections.abc import Generator
from contextlib import closing

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import GENESIS, Action, AuditEntry, ChainedEntry, Purpose, link
from models.audit import verify as verify_chain
from models.db.tables import AuditHeadRow, AuditRow
from models.errors import Tampered

_HEAD = 1
_BATCH = 1000


def lock(session: Session) -> None:
    """Take the chain's lock before a row's: whoever takes both takes them in this order."""
    session.get(AuditHeadRow, _HEAD, with_for_update=True)


def append(session: Session, entry: AuditEntry) -> ChainedEntry:
    """Add an entry to the end of the chain, in the caller's transaction."""
    head = session.get(AuditHeadRow, _HEAD, with_for_update=True)
    if head is None:
        head = AuditHeadRow(id=_HEAD, length=0, digest=GENESIS)
        session.add(head)
    chained = link(entry, head.length + 1, head.digest)
    head.length, head.digest = chained.sequence, chained.digest
    session.add(
        AuditRow(
            sequence=chained.sequence,
            at=entry.at,
            actor=entry.actor,
            action=entry.action.value,
            subject=entry.subject,
            purpose=entry.purpose.value if entry.purpose else None,
            detail=entry.detail,
            previous=chained.previous,
            digest=chained.digest,
        )
    )
    session.flush()
    return chained


def read(session: Session, *, subject: str | None = None) -> Generator[ChainedEntry, None, None]:
    """Yield entries in order; all of them, or those about one subject."""
    query = select(AuditRow).order_by(AuditRow.sequence)
    if subject is not None:
        query = query.where(AuditRow.subject == subject)
    with session.scalars(query.execution_options(yield_per=_BATCH)) as rows:
        for row in rows:
            yield _entry(row)


def verify(session: Session) -> tuple[int, str]:
    """Walk the whole chain; return its length and last digest. Raises Tampered, saying where."""
    with closing(read(session)) as chain:
        length, digest = verify_chain(chain)
    head = session.get(AuditHeadRow, _HEAD)
    expected = (head.length, head.digest) if head else (0, GENESIS)
    if (length, digest) != expected:
        raise Tampered(
            f"the audit chain ends at entry {length}; expected {expected[0]}: its tail was cut off"
        )
    return length, digest


def _entry(row: AuditRow) -> ChainedEntry:
    try:
        entry = AuditEntry(
            at=row.at,
            actor=row.actor,
            action=Action(row.action),
            subject=row.subject,
            purpose=Purpose(row.purpose) if row.purpose else None,
            detail=row.detail,
        )
    except ValueError:
        raise Tampered(f"audit entry {row.sequence} was changed: no such action") from None
    return ChainedEntry(
        sequence=row.sequence, entry=entry, previous=row.previous, digest=row.digest
    )
