"""The retention clock: what is kept, what goes next, what a freeze keeps, what was erased.

For the protection officer and the auditor; counts alone.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session
from starlette.responses import PlainTextResponse, Response

from models.db import erasures, sweeps
from models.errors import NotFound
from models.retention import Certificate, Fate, Kept
from quarantine.console.pages import render
from quarantine.console.visit import Visit
from quarantine.console.words import mark
from quarantine.dates import write_date
from quarantine.retention import CLASS_OF, begun_before, kept_for

_MOST = 100  # certificates on the page: a day each
_LATE = timedelta(days=1)  # a sweep is a day apart
CLASSES = {
    Kept.RELEASED: mark("Content of emails that were sent or taken back"),
    Kept.REFUSED: mark("Content of emails that were not sent"),
    Kept.CASE: mark("Content of closed cases"),
    Kept.BUNDLE: mark("Evidence bundles that were prepared"),
    Kept.RECORD: mark("Records of decisions"),
    Kept.SELF_REPORT: mark("Reports of one's own mistakes"),
    Kept.LEAVER: mark("Names and addresses of people who left"),
    Kept.SIGN_IN: mark("Sign-ins to the console"),
    Kept.TELLING: mark("Which reviewer was told of which email"),
    Kept.BREAKDOWN: mark("Fingerprints of emails that could not be read"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One class as the page shows it; counts are None where rows are not counted."""

    name: str
    kept_for: timedelta
    count: int | None
    next: date | None  # when the first of them goes
    frozen: int
    in_case: int
    overdue: int


def show(visit: Visit) -> Response:
    """Show each class's clock, and the certificates of what was erased."""
    with visit.services.database.reading() as session:
        found = {kept: _counted(visit, session, kept) for kept in Kept}
        given = sweeps.certificates(session, limit=_MOST)
    last = given[0] if given else None
    return render(
        visit,
        "retention.html",
        nav="oversight",
        clocks=[_clock(visit, kept, found[kept], last) for kept in Kept],
        last=last,
        certificates=given,
        classes={each.value: text for each, text in CLASSES.items()},
        stale=last is None or visit.now - last.at > _LATE * 2,
        day=lambda at: write_date(at, visit.language),
    )


def certificate(visit: Visit) -> Response:
    """Give a certificate as it was signed."""
    number = str(visit.request.path_params["number"])
    if not number.isdecimal():
        raise NotFound("no such certificate")
    with visit.services.database.reading() as session:
        given = sweeps.certificate(session, int(number))
    return PlainTextResponse(given.line + "\n")


def _counted(visit: Visit, session: Session, kept: Kept) -> erasures.Counted | None:
    states = [each for each in CLASS_OF if CLASS_OF[each] is kept]
    before = begun_before(kept, visit.services.keeping, visit.now - _LATE)
    return erasures.counted(session, kept, states, before)


def _clock(
    visit: Visit, kept: Kept, counted: erasures.Counted | None, last: Certificate | None
) -> Clock:
    settings = visit.services.keeping
    left = last.left.get(kept.value, {}) if last else {}
    first = counted.first if counted else None
    lasts = timedelta(seconds=settings.case) if kept is Kept.CASE else kept_for(kept, settings)
    goes = visit.services.review.hours.today(first + lasts) if first else None
    today = visit.services.review.hours.today(visit.now)
    return Clock(
        name=CLASSES[kept],
        kept_for=lasts,
        count=counted.count if counted else None,
        next=goes if goes and goes >= today else None,  # before: a freeze or a case keeps it
        frozen=left.get(Fate.FROZEN.value, 0),
        in_case=left.get(Fate.IN_CASE.value, 0),
        overdue=max(0, counted.late - sum(left.values())) if counted else 0,
    )
