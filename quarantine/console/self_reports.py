"""I sent something I should not have: telling the manager at once, and the manager's page of it."""

from starlette.responses import Response

from models.db import statements
from models.errors import NotFound
from models.statement import SelfReport
from quarantine import self_report
from quarantine.console.lists import name_of
from quarantine.console.pages import render, see_other
from quarantine.console.visit import Visit

_MOST = 50


def ask(visit: Visit) -> Response:
    """Show the form, and what this person reported before."""
    return _form(visit, "", "")


def take(visit: Visit) -> Response:
    """Take a report; who is told is told at once."""
    text = visit.form.get("text", "").replace("\r\n", "\n").strip()
    if not text:
        return _form(visit, text, "report-missing")
    if len(text) > self_report.LONGEST_REPORT:
        return _form(visit, text, "report-long")
    made = self_report.report(visit.services.review, by=visit.who, text=text, now=visit.now)
    return see_other(f"/reports/{made.id}")


def show(visit: Visit) -> Response:
    """Show a report to who made it and to who was told of it; to nobody else is it there."""
    made = _mine(visit)
    return render(
        visit,
        "report.html",
        report=made,
        by=name_of(visit, made.by),
        told=name_of(visit, made.told) if made.told else "",
        is_told=visit.who.id in made.readers,
        nav="queue" if visit.who.id in made.readers else "mine",
    )


def read(visit: Visit) -> Response:
    """Note that who was told has read it."""
    made = _mine(visit)
    self_report.mark_read(visit.services.review, made.id, by=visit.who, now=visit.now)
    return see_other(f"/reports/{made.id}")


def _mine(visit: Visit) -> SelfReport:
    with visit.services.database.reading() as session:
        made = statements.report(session, str(visit.request.path_params["report"]))
    if visit.who.id not in {made.by, *made.readers}:
        raise NotFound("no such report")
    return made


def _form(visit: Visit, text: str, mistake: str) -> Response:
    review = visit.services.review
    told = self_report.whom_to_tell(visit.who, visit.people, review.hours.today(visit.now))
    with visit.services.database.reading() as session:
        before = statements.reports_by(session, visit.who.id, limit=_MOST)
    return render(
        visit,
        "report-ask.html",
        status=422 if mistake else 200,
        told=told,
        text=text,
        mistake=mistake,
        before=before,
        longest=self_report.LONGEST_REPORT,
        nav="mine",
    )
