"""The register of requests in rows. Each write takes an AuditEntry."""

from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.db import audit
from models.db.keeping_tables import RequestRow
from models.errors import NotFound
from models.request import Answer, Pause, PauseReason, Request, RequestKind


def next_id(session: Session, year: int) -> str:
    """Return the next id of a year, such as "RQ-26-014"; the chain's lock keeps it ours."""
    audit.lock(session)
    prefix = f"RQ-{year % 100:02}-"
    taken = session.scalars(select(RequestRow.id).where(RequestRow.id.startswith(prefix)))
    last = max((int(each.removeprefix(prefix)) for each in taken), default=0)
    return f"{prefix}{last + 1:03}"


def add(session: Session, request: Request, entry: AuditEntry) -> None:
    """Enter a new request."""
    session.add(RequestRow(**_columns(request)))
    audit.append(session, entry)


def get(session: Session, request_id: str) -> Request:
    """Return one. Raises NotFound."""
    row = session.get(RequestRow, request_id)
    if row is None:
        raise NotFound(f"no request {request_id}")
    return _request(row)


def change(session: Session, request: Request, entry: AuditEntry) -> None:
    """Change one, in a transaction that has read it since the chain's lock was taken."""
    row = session.get_one(RequestRow, request.id)
    for name, value in _columns(request).items():
        setattr(row, name, value)
    audit.append(session, entry)


def since(session: Session, first: date, *, body: str | None = None) -> list[Request]:
    """Return requests received since a day, and all that are open, the newest first.

    Those of one body, or of all.
    """
    query = (
        select(RequestRow)
        .where((RequestRow.received >= first) | RequestRow.answered.is_(None))
        .order_by(RequestRow.received.desc(), RequestRow.id.desc())
    )
    if body is not None:
        query = query.where(RequestRow.body == body)
    return [_request(row) for row in session.scalars(query)]


def _columns(request: Request) -> dict[str, Any]:
    return {
        **asdict(request),
        "kind": request.kind.value,
        "answer": request.answer.value if request.answer else None,
        "pauses": [
            {
                "since": each.since.isoformat(),
                "until": each.until.isoformat() if each.until else None,
                "reason": each.reason.value,
            }
            for each in request.pauses
        ],
    }


def _request(row: RequestRow) -> Request:
    return Request(
        id=row.id,
        kind=RequestKind(row.kind),
        body=row.body,
        reference=row.reference,
        received=row.received,
        taken_by=row.taken_by,
        taken=row.taken,
        freeze=row.freeze,
        acknowledged=row.acknowledged,
        extended=row.extended,
        pauses=tuple(_pause(each) for each in row.pauses),
        answered=row.answered,
        answered_by=row.answered_by,
        answer=Answer(row.answer) if row.answer else None,
        searched=row.searched,
    )


def _pause(stored: dict[str, Any]) -> Pause:
    until = date.fromisoformat(stored["until"]) if stored["until"] else None
    return Pause(
        since=date.fromisoformat(stored["since"]),
        until=until,
        reason=PauseReason(stored["reason"]),
    )
