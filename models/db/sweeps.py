"""Sweeps in rows: begun, ended with a certificate; and what the chain says was erased."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry
from models.db import audit
from models.db.keeping_tables import SweepRow
from models.db.tables import AuditRow
from models.errors import NotFound
from models.retention import Certificate

_BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """One entry of the chain that says that something was erased."""

    sequence: int
    subject: str
    detail: str


def begin(session: Session, by: str, now: datetime) -> int:
    """Note that a sweep begins; return its number."""
    audit.lock(session)
    row = SweepRow(begun=now, by=by)
    session.add(row)
    session.flush()
    return row.id


def last_begun(session: Session) -> tuple[datetime, bool] | None:
    """Return when the newest sweep began, and whether it did all; None before the first."""
    query = select(SweepRow.begun, SweepRow.failed).order_by(SweepRow.id.desc()).limit(1)
    row = session.execute(query).one_or_none()
    return (row.begun, row.failed == "") if row else None


def is_running(session: Session, since: datetime) -> bool:
    """Tell whether a sweep begun since an instant has not ended."""
    query = select(SweepRow.id).where(SweepRow.begun >= since, SweepRow.ended.is_(None)).limit(1)
    return session.scalar(query) is not None


def certified_to(session: Session) -> int:
    """Return the last audit entry that a certificate is about; 0 before the first."""
    return session.scalar(select(func.max(SweepRow.last))) or 0


def erasures(session: Session, after: int) -> Generator[Erasure, None, None]:
    """Yield what was erased after an entry of the chain, in order."""
    query = (
        select(AuditRow.sequence, AuditRow.subject, AuditRow.detail)
        .where(AuditRow.sequence > after, AuditRow.action == Action.ERASE.value)
        .order_by(AuditRow.sequence)
        .execution_options(yield_per=_BATCH)
    )
    with session.execute(query) as rows:
        for row in rows:
            yield Erasure(sequence=row.sequence, subject=row.subject, detail=row.detail)


def finish(session: Session, given: Certificate, entry: AuditEntry) -> None:
    """Keep a sweep's certificate."""
    audit.lock(session)
    row = session.get_one(SweepRow, given.id)
    row.ended = given.at
    row.erased, row.left = dict(given.erased), dict(given.left)
    row.first, row.last, row.digest = given.first, given.last, given.digest
    row.failed, row.line = given.failed, given.line
    audit.append(session, entry)


def certificates(session: Session, *, limit: int) -> list[Certificate]:
    """Return the newest certificates, the last one first."""
    query = (
        select(SweepRow)
        .where(SweepRow.ended.is_not(None))
        .order_by(SweepRow.id.desc())
        .limit(limit)
    )
    return [_certificate(row) for row in session.scalars(query)]


def certificate(session: Session, sweep_id: int) -> Certificate:
    """Return one. Raises NotFound."""
    row = session.get(SweepRow, sweep_id)
    if row is None or row.ended is None:
        raise NotFound("no such certificate of erasure")
    return _certificate(row)


def _certificate(row: SweepRow) -> Certificate:
    return Certificate(
        id=row.id,
        at=row.ended or row.begun,
        by=row.by,
        erased=dict(row.erased or {}),
        left=dict(row.left or {}),
        first=row.first or 0,
        last=row.last or 0,
        digest=row.digest or "",
        failed=row.failed or "",
        line=row.line or "",
    )
