"""How far the checking went, counted by the database: no content, nobody's name."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import BY_PEOPLE, Action, Purpose
from models.db.tables import AuditRow

_ENDINGS = (Action.REFUSE, Action.REFER)
_SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportion:
    """Counts since an instant, but for what must never be, which is counted since ever."""

    held: int
    looks: dict[str, int]  # of people at others' mail, by how far they opened it
    refused: int  # messages, as the next three
    returned: int
    referred: int
    disputed: int
    by_machine: int  # ever: refused or referred with no person
    without_purpose: int  # ever: looks


def proportion(session: Session, since: datetime) -> Proportion:
    """Count it all; a decision and the moves it makes are entries of one message."""

    def messages(action: Action) -> int:
        query = select(func.count(AuditRow.subject.distinct()))
        query = query.where(AuditRow.action == action.value, AuditRow.at >= since)
        return session.scalar(query) or 0

    return Proportion(
        held=messages(Action.HOLD),
        looks=_looks(session, since),
        refused=messages(Action.REFUSE),
        returned=messages(Action.RETURN),
        referred=messages(Action.REFER),
        disputed=messages(Action.DISPUTE),
        by_machine=_ever(session, _ENDINGS, AuditRow.actor == _SYSTEM),
        without_purpose=_ever(session, (Action.LOOK,), AuditRow.purpose.is_(None)),
    )


def _looks(session: Session, since: datetime) -> dict[str, int]:
    query = (
        select(AuditRow.purpose, AuditRow.detail, func.count())
        .where(
            AuditRow.action == Action.LOOK.value,
            AuditRow.at >= since,
            AuditRow.purpose.in_([each.value for each in BY_PEOPLE]),
        )
        .group_by(AuditRow.purpose, AuditRow.detail)
    )
    found: dict[str, int] = {}
    for purpose, detail, count in session.execute(query):
        whole = purpose == Purpose.EVIDENCE.value  # its detail names the exhibit
        depth = "attachments" if whole else detail.partition(",")[0]
        found[depth] = found.get(depth, 0) + count
    return found


def _ever(session: Session, actions: tuple[Action, ...], condition: object) -> int:
    query = (
        select(func.count())
        .select_from(AuditRow)
        .where(AuditRow.action.in_([each.value for each in actions]))
    )
    return session.scalar(query.where(condition)) or 0  # type: ignore[arg-type]  # a SQL condition
