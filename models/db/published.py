"""Counts of held mail ready to publish, drawn from the audit chain: they outlast the records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import Action
from models.db.tables import AuditRow

COUNTED = (Action.HOLD, Action.SEND, Action.REFUSE, Action.WITHDRAW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """How many messages were held, sent, refused and taken back from an instant to another."""

    first: datetime
    last: datetime
    counts: dict[Action, int]


def spans(session: Session, begins: Sequence[datetime]) -> list[Span]:
    """Count between each instant and the next; a message counts once for each kind of act."""
    return [_span(session, first, last) for first, last in pairwise(begins)]


def _span(session: Session, first: datetime, last: datetime) -> Span:
    query = (
        select(AuditRow.action, func.count(AuditRow.subject.distinct()))
        .where(
            AuditRow.action.in_([each.value for each in COUNTED]),
            AuditRow.at >= first,
            AuditRow.at < last,
        )
        .group_by(AuditRow.action)
    )
    found = {Action(action): count for action, count in session.execute(query)}
    counts = {each: found.get(each, 0) for each in COUNTED}
    return Span(first=first, last=last, counts=counts)
