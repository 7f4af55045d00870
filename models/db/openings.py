"""Break-glass rights in rows: asked for, confirmed, ended; never deleted."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.db import audit
from models.db.tables import HeldRow, OpeningRow, OpeningTakeRow
from models.errors import Conflict, NotFound
from models.held import HeldState
from models.sign_in import Opening


def ask(
    session: Session, *, person: str, reason: str, by: str, lasts: int, entry: AuditEntry
) -> Opening:
    """Note that an administrator asks for a right."""
    row = OpeningRow(person=person, reason=reason, asked_by=by, asked=entry.at, lasts=lasts)
    session.add(row)
    session.flush()
    audit.append(session, entry)
    return _opening(row)


def confirm(session: Session, opening_id: int, by: str, entry: AuditEntry) -> Opening:
    """Open a right that was asked for. Raises Conflict if it was confirmed or ended."""
    row = _locked(session, opening_id)
    if row.confirmed_by is not None or row.ended_by is not None:
        raise Conflict("somebody has answered this request already")
    row.confirmed_by = by
    row.opened = entry.at
    row.ends = entry.at + timedelta(seconds=row.lasts)
    audit.append(session, entry)
    return _opening(row)


def end(session: Session, opening_id: int, by: str, entry: AuditEntry) -> Opening:
    """End a right before its time, or refuse it. Raises Conflict if it has ended."""
    row = _locked(session, opening_id)
    over = row.ends is not None and row.ends <= entry.at
    if row.ended_by is not None or over:
        raise Conflict("this right has ended already")
    row.ended_by = by
    audit.append(session, entry)
    return _opening(row)


def get(session: Session, opening_id: int) -> Opening:
    """Return one. Raises NotFound."""
    row = session.get(OpeningRow, opening_id)
    if row is None:
        raise NotFound("no such request")
    return _opening(row)


def latest(session: Session, limit: int) -> list[Opening]:
    """Return the newest, the last asked for first."""
    query = select(OpeningRow).order_by(OpeningRow.id.desc()).limit(limit)
    return [_opening(row) for row in session.scalars(query)]


def in_force(session: Session, person: str, now: datetime) -> Opening | None:
    """Return the right a person has at an instant, the one that lasts longest."""
    query = (
        select(OpeningRow)
        .where(OpeningRow.person == person, OpeningRow.ends > now, OpeningRow.ended_by.is_(None))
        .order_by(OpeningRow.ends.desc())
        .limit(1)
    )
    row = session.scalar(query)
    found = _opening(row) if row else None
    return found if found and found.in_force(now) else None


def take(session: Session, opening: Opening, held_id: str, entry: AuditEntry) -> bool:
    """Let the person of a right decide on a waiting message; tell whether that is new.

    They become one of those who were asked; whose turn it is stays as it was. Raises NotFound,
    and Conflict if the message was decided meanwhile.
    """
    row = session.get(HeldRow, held_id, with_for_update=True)
    if row is None:
        raise NotFound(f"no held message {held_id}")
    if row.state != HeldState.HELD.value:
        raise Conflict("someone else decided this one; nothing of yours was saved")
    asked = list(row.asked or ())
    if opening.person in asked or row.reviewer == opening.person:
        return False
    row.asked = [*asked, opening.person]
    session.add(OpeningTakeRow(opening=opening.id, held=held_id, person=opening.person))
    audit.append(session, entry)
    return True


def takes(session: Session, person: str) -> list[tuple[Opening, str]]:
    """Return what a person took and under which right, whether it is in force or not."""
    query = (
        select(OpeningRow, OpeningTakeRow.held)
        .join(OpeningTakeRow, OpeningTakeRow.opening == OpeningRow.id)
        .where(OpeningTakeRow.person == person)
    )
    return [(_opening(row), held_id) for row, held_id in session.execute(query)]


def give_back(session: Session, opening_id: int, entry: AuditEntry) -> int:
    """Take a right's messages from its person again, decided or not; say how many."""
    query = select(OpeningTakeRow).where(OpeningTakeRow.opening == opening_id).with_for_update()
    found = list(session.scalars(query))
    for each in found:
        row = session.get_one(HeldRow, each.held, with_for_update=True)
        row.asked = [person for person in row.asked or () if person != each.person]
        session.delete(each)
    if found:
        audit.append(session, entry)
    return len(found)


def _locked(session: Session, opening_id: int) -> OpeningRow:
    row = session.get(OpeningRow, opening_id, with_for_update=True)
    if row is None:
        raise NotFound("no such request")
    return row


def _opening(row: OpeningRow) -> Opening:
    return Opening(
        id=row.id,
        person=row.person,
        reason=row.reason,
        asked_by=row.asked_by,
        asked=row.asked,
        lasts=row.lasts,
        confirmed_by=row.confirmed_by,
        opened=row.opened,
        ends=row.ends,
        ended_by=row.ended_by,
    )
