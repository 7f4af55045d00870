"""Decisions drawn at random to be judged again, in rows. Each write takes an AuditEntry."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.db import audit
from models.db.tables import DecisionRow, HeldRow, ItemKeyRow, SampleRow
from models.decision import Choice
from models.errors import Conflict, NotFound
from models.held import HeldState

_DECIDED = (HeldState.RELEASED, HeldState.SENT, HeldState.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """One decision that was drawn, and what the second person said of it."""

    id: int
    held: str
    drawn_by: str  # a person's id
    at: datetime
    reason: str = field(repr=False)  # why a sample was drawn
    choice: Choice  # what had been decided
    agrees: bool | None = None  # None: not judged yet
    judged: datetime | None = None


def candidates(session: Session, since: datetime, *, limit: int) -> list[str]:
    """Return ids of messages at random: decided by a person, never drawn, content still there."""
    drawn = select(SampleRow.held)
    query = (
        select(HeldRow.id)
        .join(ItemKeyRow, ItemKeyRow.item == HeldRow.id)
        .where(
            HeldRow.received >= since,
            HeldRow.state.in_([each.value for each in _DECIDED]),
            HeldRow.id.in_(select(DecisionRow.held)),
            HeldRow.id.not_in(drawn),
        )
        .order_by(func.random())
        .limit(limit)
    )
    return list(session.scalars(query))


def add(
    session: Session, drawn: Sequence[tuple[str, Choice]], reason: str, entry: AuditEntry
) -> None:
    """Keep what was drawn, each a message's id and what had been decided."""
    for held, choice in drawn:
        row = SampleRow(
            held=held,
            drawn_by=entry.actor,
            at=entry.at,
            reason=reason,
            choice=choice.value,
            agrees=None,
            judged=None,
        )
        session.add(row)
    audit.append(session, entry)


def get(session: Session, sample_id: int) -> Sampled:
    """Return one. Raises NotFound."""
    row = session.get(SampleRow, sample_id)
    if row is None:
        raise NotFound("no such sample")
    return _sampled(row)


def open_of(session: Session, person: str) -> list[Sampled]:
    """Return what a person drew and has not judged yet, in the order drawn."""
    query = (
        select(SampleRow)
        .where(SampleRow.drawn_by == person, SampleRow.agrees.is_(None))
        .order_by(SampleRow.id)
    )
    return [_sampled(row) for row in session.scalars(query)]


def judge(
    session: Session, sample_id: int, *, agrees: bool, at: datetime, entry: AuditEntry
) -> None:
    """Note what the second person said. Raises Conflict if it was noted before."""
    audit.lock(session)
    changed = session.execute(
        update(SampleRow)
        .where(SampleRow.id == sample_id, SampleRow.agrees.is_(None))
        .values(agrees=agrees, judged=at)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]  # a CursorResult, as for every UPDATE
        raise Conflict("this decision has been judged again already")
    audit.append(session, entry)


def counts(session: Session, since: datetime) -> dict[tuple[Choice, bool], int]:
    """Count what was judged since an instant, by what was decided and whether they agreed."""
    query = (
        select(SampleRow.choice, SampleRow.agrees, func.count())
        .where(SampleRow.judged >= since)
        .group_by(SampleRow.choice, SampleRow.agrees)
    )
    return {
        (Choice(choice), bool(agrees)): count for choice, agrees, count in session.execute(query)
    }


def _sampled(row: SampleRow) -> Sampled:
    return Sampled(
        id=row.id,
        held=row.held,
        drawn_by=row.drawn_by,
        at=row.at,
        reason=row.reason,
        choice=Choice(row.choice),
        agrees=row.agrees,
        judged=row.judged,
    )
