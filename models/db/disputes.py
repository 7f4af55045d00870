"""Messages of which the sender said that they should not have been held, counted; no content."""

import json
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Integer, String, cast, func, select
from sqlalchemy.orm import Session

from models.db.overview import latest_since
from models.db.tables import AnswerRow, HeldRow, StatementRow
from models.held import HeldState
from models.statement import Saying


@dataclass(slots=True, kw_only=True)
class DisputedRule:
    """What one rule held, and what became of what was disputed of it."""

    held: int = 0
    disputed: int = 0
    states: dict[HeldState, int] = field(default_factory=dict)  # of those disputed
    wrongly: int = 0  # of those disputed and judged, wrongly held as reviewers answered
    judged: int = 0


def by_rule(session: Session, since: datetime) -> dict[str, DisputedRule]:
    """Return for each rule what it held since an instant, by rule id; in the order of ids."""
    rules, disputed = cast(HeldRow.rules, String), cast(_is_disputed(), Integer)
    found: dict[str, DisputedRule] = {}
    query = (
        select(rules, HeldRow.state, disputed, func.count())
        .where(HeldRow.received >= since)
        .group_by(rules, HeldRow.state, disputed)
    )
    for ids, state, is_disputed, count in session.execute(query):
        for rule in json.loads(ids):
            about = found.setdefault(rule, DisputedRule())
            about.held += count
            if is_disputed:
                about.disputed += count
                about.states[HeldState(state)] = about.states.get(HeldState(state), 0) + count
    answers = (
        select(rules, AnswerRow.should_hold, func.count())
        .join(HeldRow, AnswerRow.held == HeldRow.id)
        .where(*latest_since(since), _is_disputed())
        .group_by(rules, AnswerRow.should_hold)
    )
    for ids, should_hold, count in session.execute(answers):
        for rule in json.loads(ids):
            found[rule].judged += count
            found[rule].wrongly += 0 if should_hold else count
    return dict(sorted(found.items()))


def _is_disputed() -> ColumnElement[bool]:
    """Asked as a set, read once: asked row by row it took the index on the kind, each time anew."""
    disputed = select(StatementRow.held).where(StatementRow.kind == Saying.DISPUTED.value)
    return HeldRow.id.in_(disputed)
