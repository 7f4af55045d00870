"""The steps of a fair hearing that a case records: the copy given, the answer, the appeal (L44).

What the employee answered is kept where the body keeps its personnel files, not here.
"""

from datetime import date, datetime
from enum import StrEnum

from models.audit import Action
from models.case import CaseState
from models.db import audit
from models.errors import Conflict
from models.person import Person
from quarantine.evidence.cases import Cases, NotUsable, acting, check_worker, entry, on_day


class Step(StrEnum):
    """What happened, in the order in which it does."""

    GIVEN = "given"  # the employee got their copy of the bundle
    ANSWERED = "answered"
    APPEALED = "appealed"


def note(
    work: Cases, case_id: str, step: Step, on: date | None, *, by: Person, now: datetime
) -> None:
    """Record one step, for who works on the case; it may be closed. Raises NotFound, NotUsable."""
    with acting(work, case_id, by, "hearing", now) as (session, case):
        check_worker(case, by)
        if case.state in {CaseState.DRAFT, CaseState.WAITING}:
            raise Conflict("this case was not approved")
        if on is None or not on_day(case.opened) <= on <= on_day(now):
            raise NotUsable("on", "out-of-range")
        audit.append(session, entry(case, by.id, Action.CHANGE_CASE, now, f"{step.value} on {on}"))
