"""Rules that only watch because they were too often wrong, in rows; with their audit entries."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry
from models.db import audit
from models.db.tables import DemotedRuleRow
from models.errors import Conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class Demotion:
    """One rule's fall to watching only, and when a person put it back, if one did."""

    rule: str
    at: datetime
    rightly: int  # of the answers, those that it should have been held
    answers: int
    restored: datetime | None = None
    restored_by: str = ""  # a person's id

    @property
    def in_force(self) -> bool:
        """Whether the rule only watches now."""
        return self.restored is None


def everything(session: Session) -> list[Demotion]:
    """Return the latest demotion of each rule that ever had one, by rule id."""
    return [_demotion(each) for each in session.scalars(select(DemotedRuleRow))]


def in_force(session: Session) -> frozenset[str]:
    """Return the ids of the rules that only watch now."""
    query = select(DemotedRuleRow.rule).where(DemotedRuleRow.restored.is_(None))
    return frozenset(session.scalars(query))


def demote(session: Session, rule: str, *, rightly: int, answers: int, at: datetime) -> None:
    """Let a rule only watch. Raises Conflict if it does already."""
    audit.lock(session)
    row = session.get(DemotedRuleRow, rule)
    if row is not None and row.restored is None:
        raise Conflict(f"rule {rule} only watches already")
    if row is None:
        row = DemotedRuleRow(rule=rule)
        session.add(row)
    row.at, row.rightly, row.answers = at, rightly, answers
    row.restored = row.restored_by = None
    detail = f"{rightly} of {answers} rightly held: it only watches"
    audit.append(
        session,
        AuditEntry(at=at, actor="system", action=Action.DEMOTE, subject=rule, detail=detail),
    )


def restore(session: Session, rule: str, *, by: str, at: datetime) -> None:
    """Let a rule do again what the policy says. Raises Conflict if it does already."""
    audit.lock(session)
    row = session.get(DemotedRuleRow, rule)
    if row is None or row.restored is not None:
        raise Conflict(f"rule {rule} does what the policy says already")
    row.restored, row.restored_by = at, by
    audit.append(
        session, AuditEntry(at=at, actor=by, action=Action.RESTORE, subject=rule, detail="")
    )


def _demotion(row: DemotedRuleRow) -> Demotion:
    return Demotion(
        rule=row.rule,
        at=row.at,
        rightly=row.rightly,
        answers=row.answers,
        restored=row.restored,
        restored_by=row.restored_by or "",
    )
