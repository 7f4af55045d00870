"""Messages that broke their inspection, known by a digest alone: the second time they are held."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from models.db.tables import BreakdownRow


def note(session: Session, key: str, at: datetime) -> int:
    """Note one breakdown; return how many times this message has had one."""
    row = session.get(BreakdownRow, key, with_for_update=True)
    if row is None:
        row = BreakdownRow(key=key, times=0, last=at)
        session.add(row)
    row.times, row.last = row.times + 1, at
    return row.times


def forget_before(session: Session, at: datetime) -> None:
    """Forget those last seen before an instant."""
    session.execute(delete(BreakdownRow).where(BreakdownRow.last < at))
