"""Held messages of a case without their content: who, to whom, when, and why they were held."""

from collections.abc import Sequence
from datetime import datetime

from models.case import in_scope
from models.db import held
from models.held import HeldMessage
from models.person import Person
from quarantine.evidence.cases import Cases, fetch, on_day
from quarantine.evidence.rights import Refusal, is_involved, refusal_to_search
from quarantine.evidence.turned_away import TurnedAway, recorded


def envelopes(
    work: Cases, case_id: str, ids: Sequence[str], *, by: Person, now: datetime
) -> list[HeldMessage]:
    """Return messages that an open case covers, in the order asked for, for one who works on it.

    Raises NotFound if one of them is not covered, or names this person; that is entered.
    """
    with (
        recorded(work.database, by.id, case_id, "see email", now),
        work.database.reading() as session,
    ):
        case = fetch(session, case_id, by)
        if refused := refusal_to_search(by, case, on_day(now)):
            raise TurnedAway(refused)
        found = {each.id: each for each in held.of_ids(session, ids)}
        for each in ids:
            if each not in found or not in_scope(case, found[each]):
                what = each if each in found else ""
                raise TurnedAway(Refusal.OUT_OF_SCOPE, what)
            if is_involved(by, found[each]):
                raise TurnedAway(Refusal.INVOLVED, each)
        return [found[each] for each in ids]
