"""The audit chain in rows: append under lock, read, verify."""

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import and_, insert, or_, select
from sqlalchemy.orm import Session

from models.audit import GENESIS, Action, AuditEntry, ChainedEntry, Purpose, link
from models.audit import verify as verify_chain
from models.db.tables import AuditHeadRow, AuditRow
from models.errors import Tampered

_HEAD = 1
_BATCH = 1000
COLUMNS = tuple(AuditRow.__table__.columns)


def lock(session: Session) -> None:
    """Take the chain's lock before a row's: whoever takes both takes them in this order."""
    session.get(AuditHeadRow, _HEAD, with_for_update=True)


def append(session: Session, entry: AuditEntry) -> ChainedEntry:
    """Add an entry to the end of the chain, in the caller's transaction."""
    return append_all(session, [entry])[0]


def append_all(session: Session, entries: Sequence[AuditEntry]) -> list[ChainedEntry]:
    """Add entries to the end of the chain, in their order, in the caller's transaction."""
    head = session.get(AuditHeadRow, _HEAD, with_for_update=True)
    if head is None:
        head = AuditHeadRow(id=_HEAD, length=0, digest=GENESIS)
        session.add(head)
    added = []
    for entry in entries:
        chained = link(entry, head.length + 1, head.digest)
        head.length, head.digest = chained.sequence, chained.digest
        added.append(chained)
    session.flush()
    if added:
        session.execute(insert(AuditRow), [_row(each) for each in added])
    return added


def _row(chained: ChainedEntry) -> dict[str, Any]:
    entry = chained.entry
    return {
        "sequence": chained.sequence,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action.value,
        "subject": entry.subject,
        "purpose": entry.purpose.value if entry.purpose else None,
        "detail": entry.detail,
        "previous": chained.previous,
        "digest": chained.digest,
    }


def read(session: Session, *, subject: str | None = None) -> Generator[ChainedEntry, None, None]:
    """Yield entries in order; all of them, or those about one subject."""
    query = select(*COLUMNS).order_by(AuditRow.sequence)
    if subject is not None:
        query = query.where(AuditRow.subject == subject)
    with session.execute(query.execution_options(yield_per=_BATCH)) as rows:
        for row in rows:
            yield entry_of(row)


def head(session: Session) -> tuple[int, str]:
    """Return the chain's length and last digest, as the head row has them now."""
    row = session.execute(
        select(AuditHeadRow.length, AuditHeadRow.digest).where(AuditHeadRow.id == _HEAD)
    ).one_or_none()
    return (row.length, row.digest) if row else (0, GENESIS)


def latest(session: Session, action: Action) -> AuditEntry | None:
    """Return the newest entry of one kind, or None if there is none."""
    query = select(*COLUMNS).where(AuditRow.action == action.value)
    row = session.execute(query.order_by(AuditRow.at.desc()).limit(1)).one_or_none()
    return entry_of(row).entry if row else None


def read_by(session: Session, actor: str, since: datetime) -> frozenset[str]:
    """Return the subjects whose text this actor has opened since then, attachments or not."""
    query = select(AuditRow.subject).where(
        AuditRow.action == Action.LOOK.value,
        AuditRow.at >= since,
        AuditRow.actor == actor,
        or_(AuditRow.detail.startswith("text"), AuditRow.detail.startswith("attachments")),
    )
    return frozenset(session.scalars(query))


def named_to(session: Session, actor: str, subjects: Collection[str]) -> frozenset[str]:
    """Return those of these messages whose sender this actor was shown: by name, or in its text."""
    text = or_(AuditRow.detail.startswith("text"), AuditRow.detail.startswith("attachments"))
    query = select(AuditRow.subject).where(
        AuditRow.subject.in_(list(subjects)),
        AuditRow.actor == actor,
        or_(
            AuditRow.action == Action.NAME.value,
            and_(AuditRow.action == Action.LOOK.value, text),
        ),
    )
    return frozenset(session.scalars(query))


def verify(
    session: Session,
    anchors: Mapping[int, str] = MappingProxyType({}),
    on_progress: Callable[[int], None] = lambda _: None,
) -> tuple[int, str]:
    """Walk the whole chain; return its length and last digest.

    `anchors` are lengths the chain is known to have had, each with its digest then. Others may
    append meanwhile: the head is read before and after. Raises Tampered, saying where.
    """
    length_before, digest_before = head(session)
    known = {**anchors, length_before: digest_before}
    if anchors.get(length_before, digest_before) != digest_before:
        raise Tampered(f"audit entry {length_before} is not the one that was anchored")
    with closing(_counted(session, known, on_progress)) as chain:
        length, digest = verify_chain(chain)
    if length < (anchored := max(anchors, default=0)):
        raise Tampered(
            f"the audit chain ends at entry {length}; an anchor has it at {anchored}:"
            " its tail was cut off"
        )
    if length < length_before:
        raise Tampered(
            f"the audit chain ends at entry {length}; expected {length_before}:"
            " its tail was cut off, or its head was edited"
        )
    length_after, digest_after = head(session)
    if length_after < length or (length_after == length and digest_after != digest):
        raise Tampered(
            f"the head of the audit chain says {length_after} entries; found {length}:"
            " it was edited"
        )
    return length, digest


def _counted(
    session: Session, known: Mapping[int, str], on_progress: Callable[[int], None]
) -> Generator[ChainedEntry, None, None]:
    """Yield the chain; compare it with what is known of it, and say how far it has come."""
    sequence = 0
    chain = read(session)
    try:
        for found in chain:
            sequence = found.sequence
            yield found  # verified in itself before it is compared
            if known.get(sequence, found.digest) != found.digest:
                raise Tampered(f"audit entry {sequence} is not the one the head or an anchor has")
            if sequence % _BATCH == 0:
                on_progress(sequence)
    except (ValueError, TypeError):  # what is in the row is not what the column holds
        place = _first_unreadable(session, sequence)
        raise Tampered(f"audit entry {place} was changed: it cannot be read") from None
    finally:
        chain.close()


def _first_unreadable(session: Session, after: int) -> int:
    """Find one row that cannot be read; rows come by the batch, so it is not the next one alone."""
    for sequence in range(after + 1, after + _BATCH + 1):
        try:
            session.execute(select(*COLUMNS).where(AuditRow.sequence == sequence)).all()
        except (ValueError, TypeError):
            return sequence
    return after + 1


def entry_of(row: Any) -> ChainedEntry:
    """Read an entry from a row of COLUMNS. Raises Tampered if it is not one."""
    try:
        entry = AuditEntry(
            at=row.at,
            actor=row.actor,
            action=Action(row.action),
            subject=row.subject,
            purpose=None if row.purpose is None else Purpose(row.purpose),
            detail=row.detail,
        )
    except ValueError:
        raise Tampered(
            f"audit entry {row.sequence} was changed: no such action or purpose"
        ) from None
    return ChainedEntry(
        sequence=row.sequence, entry=entry, previous=row.previous, digest=row.digest
    )
