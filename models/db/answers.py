"""Whether a kind of mail should have been held, as reviewers answered. Only this trains anything.

It is asked apart from the decision: an email that was rightly held may be sent all the same.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.db import audit
from models.db.tables import AnswerRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One person's answer about one held message."""

    held: str
    by: str  # a person's id
    should_hold: bool
    at: datetime


def put(
    session: Session, held_id: str, by: str, should_hold: bool, at: datetime, entry: AuditEntry
) -> None:
    """Keep an answer; one given before by the same person about the same message is kept too."""
    session.add(AnswerRow(held=held_id, by=by, should_hold=should_hold, at=at))
    audit.append(session, entry)


def everything(session: Session) -> list[Answer]:
    """Return all answers, the oldest first; of one person about one message the latest alone."""
    latest: dict[tuple[str, str], Answer] = {}
    for row in session.scalars(select(AnswerRow).order_by(AnswerRow.id)):
        latest.pop((row.held, row.by), None)
        latest[row.held, row.by] = Answer(
            held=row.held, by=row.by, should_hold=row.should_hold, at=row.at
        )
    return list(latest.values())
