"""What people say about held messages, and self-reports, in rows. Each write has an AuditEntry."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.db import audit
from models.db.tables import HeldRow, SelfReportRow, StatementRow
from models.errors import Conflict, NotFound
from models.held import HeldState
from models.statement import Saying, SelfReport, Statement


def add(session: Session, statement: Statement, entry: AuditEntry) -> None:
    """Keep what was said."""
    session.add(
        StatementRow(
            held=statement.held,
            by=statement.by,
            kind=statement.kind.value,
            text=statement.text,
            at=statement.at,
        )
    )
    audit.append(session, entry)


def about(session: Session, held: Collection[str]) -> dict[str, tuple[Statement, ...]]:
    """Return what was said about each of some messages, the oldest first; an entry for each."""
    found: dict[str, list[Statement]] = {each: [] for each in held}
    query = select(StatementRow).where(StatementRow.held.in_(list(found))).order_by(StatementRow.id)
    for row in session.scalars(query):
        found[row.held].append(_statement(row))
    return {each: tuple(said) for each, said in found.items()}


def referred(session: Session, *, waiting: bool, limit: int) -> list[Statement]:
    """Return why messages went to HR: of those that wait there, or of the others.

    The oldest of those that wait come first, so that a limit leaves none behind for good.
    """
    with_hr = HeldRow.state == HeldState.REFERRED.value
    query = (
        select(StatementRow)
        .join(HeldRow, HeldRow.id == StatementRow.held)
        .where(StatementRow.kind == Saying.REFERRED.value, with_hr if waiting else ~with_hr)
        .order_by(StatementRow.id if waiting else StatementRow.id.desc())
        .limit(limit)
    )
    return [_statement(row) for row in session.scalars(query)]


def _statement(row: StatementRow) -> Statement:
    return Statement(held=row.held, by=row.by, kind=Saying(row.kind), text=row.text, at=row.at)


def add_report(session: Session, report: SelfReport, entry: AuditEntry) -> None:
    """Keep a self-report."""
    session.add(
        SelfReportRow(
            id=report.id,
            by=report.by,
            told=report.told,
            text=report.text,
            at=report.at,
            read_at=report.read_at,
            told_at=report.told_at,
            asked=list(report.asked),
        )
    )
    audit.append(session, entry)


def report(session: Session, report_id: str) -> SelfReport:
    """Return one. Raises NotFound."""
    row = session.get(SelfReportRow, report_id)
    if row is None:
        raise NotFound("no such report")
    return _report(row)


def reports_to(session: Session, person: str, *, limit: int) -> list[SelfReport]:
    """Return what a person was told and has not yet said they have read, the oldest first."""
    query = (
        select(SelfReportRow)
        .where(SelfReportRow.told == person, SelfReportRow.read_at.is_(None))
        .order_by(SelfReportRow.at, SelfReportRow.id)
        .limit(limit)
    )
    return [_report(row) for row in session.scalars(query)]


def reports_by(session: Session, person: str, *, limit: int) -> list[SelfReport]:
    """Return what a person reported, the newest first."""
    query = (
        select(SelfReportRow)
        .where(SelfReportRow.by == person)
        .order_by(SelfReportRow.at.desc(), SelfReportRow.id)
        .limit(limit)
    )
    return [_report(row) for row in session.scalars(query)]


def reports_since(session: Session, since: datetime, *, limit: int) -> list[SelfReport]:
    """Return what was reported since an instant, the newest first."""
    query = (
        select(SelfReportRow)
        .where(SelfReportRow.at >= since)
        .order_by(SelfReportRow.at.desc(), SelfReportRow.id)
        .limit(limit)
    )
    return [_report(row) for row in session.scalars(query)]


def unread(session: Session, *, limit: int) -> list[SelfReport]:
    """Return what nobody has read, who was told longest ago first."""
    query = (
        select(SelfReportRow)
        .where(SelfReportRow.read_at.is_(None))
        .order_by(func.coalesce(SelfReportRow.told_at, SelfReportRow.at), SelfReportRow.id)
        .limit(limit)
    )
    return [_report(row) for row in session.scalars(query)]


def pass_report(session: Session, seen: SelfReport, given: SelfReport, entry: AuditEntry) -> None:
    """Note who is told now. Raises Conflict if it is no longer unread, or as it was seen."""
    audit.lock(session)
    changed = session.execute(
        update(SelfReportRow)
        .where(
            SelfReportRow.id == seen.id,
            SelfReportRow.read_at.is_(None),
            SelfReportRow.told.is_not_distinct_from(seen.told),
            SelfReportRow.told_at.is_not_distinct_from(seen.told_at),
        )
        .values(told=given.told, told_at=given.told_at, asked=list(given.asked))
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]  # a CursorResult, as for every UPDATE
        raise Conflict("this report was read or passed on by another")
    audit.append(session, entry)


def mark_read(session: Session, report_id: str, at: datetime, entry: AuditEntry) -> None:
    """Note that the person told has read it. Raises Conflict if that was noted before."""
    changed = session.execute(
        update(SelfReportRow)
        .where(SelfReportRow.id == report_id, SelfReportRow.read_at.is_(None))
        .values(read_at=at)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]  # a CursorResult, as for every UPDATE
        raise Conflict("this report has been read already")
    audit.append(session, entry)


def _report(row: SelfReportRow) -> SelfReport:
    return SelfReport(
        id=row.id,
        by=row.by,
        told=row.told,
        text=row.text,
        at=row.at,
        read_at=row.read_at,
        told_at=row.told_at,
        asked=tuple(row.asked or filter(None, [row.told])),
    )
