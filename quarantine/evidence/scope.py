"""What a case's scope has in it now: ids, and messages without their content."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from models.body import HERE
from models.case import Case, in_scope
from models.db import case_searches, held
from models.held import HeldMessage

_AT_ONCE = 500  # messages read together
_LAST = date.max - timedelta(days=2)  # there must be a midnight after it, in every time zone


def instants(first: date | None, last: date | None) -> tuple[datetime, datetime]:
    """From the first local midnight to that after the last day."""
    if first is None or last is None:
        raise LookupError("a case that admits a search has days")
    midnight = time(0, tzinfo=HERE)
    return (
        datetime.combine(first, midnight),
        datetime.combine(min(last, _LAST) + timedelta(days=1), midnight),
    )


def ids_in_scope(session: Session, case: Case) -> list[str]:
    """Return the ids of all held messages that a case's scope has in it, the newest first."""
    days = instants(case.scope.first, case.scope.last)
    with closing(case_searches.outlines(session, case.scope, *days, ())) as found:
        return [each.id for each in found if in_scope(case, each)]


def messages_in_scope(session: Session, case: Case) -> Iterator[list[HeldMessage]]:
    """Yield them, some hundreds at a time."""
    ids = ids_in_scope(session, case)
    for start in range(0, len(ids), _AT_ONCE):
        yield held.of_ids(session, ids[start : start + _AT_ONCE])
