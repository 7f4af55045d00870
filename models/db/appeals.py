"""Appeals in rows: one made, and how many there were. Each write takes an AuditEntry."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.db import audit
from models.db.appeal_tables import AppealRow
from models.db.held import clear_decisions, turn_to_row
from models.db.tables import HeldRow
from models.errors import Conflict
from models.held import HeldMessage, HeldState

_OPEN = (HeldState.HELD.value, HeldState.REFERRED.value)


def add(session: Session, given: HeldMessage, entry: AuditEntry) -> None:
    """Let a refused message wait for another person, or raise Conflict if it is so no longer.

    `given` has the state that was seen, the appeal, and whose turn it is now. What is sealed
    stays sealed: whose turn it is changes there too, for its sender to see.
    """
    audit.lock(session)
    seen, appeal = given.state, given.appeal
    if appeal is None:
        raise Conflict(f"{given.id} is not appealed; nothing was saved")
    after = seen if seen is HeldState.SEALED else HeldState.HELD
    changed = session.execute(
        update(HeldRow)
        .where(HeldRow.id == given.id, HeldRow.state == seen.value)
        .values(state=after.value, ended=None, reviewer=given.reviewer, **turn_to_row(given.turn))
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]  # a CursorResult, as for every UPDATE
        raise Conflict("something else happened to it first; nothing of yours was saved")
    clear_decisions(session, given.id)
    session.add(AppealRow(held=given.id, at=appeal.at, due=appeal.due, decided=[*appeal.decided]))
    audit.append(session, entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeals:
    """How many appeals there were, and what became of them; nobody's name."""

    made: int = 0
    changed: int = 0  # it is sent now, or was
    upheld: int = 0  # a second person refused it too
    waiting: int = 0
    late: int = 0  # decided after the set day, or not yet though it is over


def counted(session: Session, since: datetime, now: datetime) -> Appeals:
    """Count the appeals made since an instant."""
    state = HeldRow.state
    open_still = and_(AppealRow.answered.is_(None), state.in_(_OPEN))
    behind = and_(open_still, AppealRow.due < now)
    conditions = {
        "changed": state.in_((HeldState.RELEASED.value, HeldState.SENT.value)),
        "upheld": state == HeldState.REFUSED.value,
        "waiting": open_still,
        "late": or_(AppealRow.answered > AppealRow.due, behind),
    }
    query = (
        select(func.count(), *(func.count(case((each, 1))) for each in conditions.values()))
        .select_from(AppealRow)
        .join(HeldRow, HeldRow.id == AppealRow.held)
        .where(AppealRow.at >= since)
    )
    counts = session.execute(query).one()
    return Appeals(**dict(zip(("made", *conditions), counts, strict=True)))
