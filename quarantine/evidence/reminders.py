"""A case whose day has passed is told to someone; no clock closes it.

Past its last day a case admits nothing (models/case.py), whoever was told. Those who work on it
are told first; if nothing follows within a week, its authoriser is told, and so on by turns.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta

from models.audit import Action
from models.case import Case, CaseState
from models.db import cases
from models.errors import Conflict
from models.person import Person
from quarantine.evidence.cases import Cases, entry, everyone, on_day, tell
from quarantine.permissions import People

_WAIT = timedelta(days=7)


def overdue(case: Case, today: date) -> str:
    """Say which day of a case has passed: "case-ended", "case-review", or "" for none."""
    if case.state not in {CaseState.OPEN, CaseState.ON_HOLD}:
        return ""
    if case.ends is not None and case.ends < today:
        return "case-ended"
    return "case-review" if case.review is not None and case.review < today else ""


def look_at_cases(work: Cases, now: datetime) -> tuple[str, ...]:
    """Tell the next person of each case whose day has passed; return the cases' ids."""
    with work.database.reading() as session:
        found = [each for each in cases.find(session) if _is_due(each, now)]
    done = []
    for case in found:
        with suppress(Conflict), work.database.writing() as session:
            known = everyone(session)
            told = _next(case, known)
            after = replace(case, reminded=now)
            detail = f"{overdue(case, on_day(now))}: {','.join(each.id for each in told)}"
            cases.change(session, case, after, entry(case, "system", Action.REMIND, now, detail))
            for each in told:
                tell(session, work, overdue(case, on_day(now)), case, each, now)
            done.append(case.id)
    return tuple(done)


def _is_due(case: Case, now: datetime) -> bool:
    waited = case.reminded is None or now - case.reminded >= _WAIT
    return waited and bool(overdue(case, on_day(now)))


def _next(case: Case, known: People) -> list[Person]:
    """Who works on it the first time, or if nobody else can be told; then its authoriser too."""
    workers = [known[each] for each in case.workers if each in known and known[each].active]
    authoriser = known.get(case.authoriser)
    if authoriser is not None and authoriser.active and (case.reminded or not workers):
        return [*workers, authoriser]
    return workers
