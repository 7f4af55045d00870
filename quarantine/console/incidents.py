"""Incident sheets for the protection officer: a form, and the sheet that it makes (L57).

Nothing is opened. A sheet is made by a POST, because that it was made is entered.
"""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from starlette.responses import Response

from models.db import statements
from models.errors import NotFound, SettingInvalid
from quarantine import incident
from quarantine.console.cases import has_day, read_day
from quarantine.console.incident_words import Writer
from quarantine.console.pages import render
from quarantine.console.visit import Visit

_REPORTS_SINCE = timedelta(days=30)
_MOST = 20
_CLOCK = re.compile(r"(\d{1,2})[:.](\d\d)")


def ask(visit: Visit) -> Response:
    """Show the form, and the self-reports of late: when, and their references alone."""
    if not incident.may_make(visit.who):
        raise NotFound("not a page of this person's")
    return _form(visit)


def make(visit: Visit) -> Response:
    """Make a sheet, or say what is wrong with the form."""
    if not incident.may_make(visit.who):
        raise NotFound("not a page of this person's")
    aware = None
    if has_day(visit, "aware") or visit.form.get("clock", "").strip():
        day, clock = read_day(visit, "aware"), _clock(visit.form.get("clock", ""))
        if day is None:
            return _form(visit, "aware")
        if clock is None:
            return _form(visit, "clock")
        aware = _instant(visit, day, clock)
    services = visit.services
    reference = visit.form.get("reference", "").strip()
    try:
        sheet = incident.make(
            services.database,
            services.policy,
            reference,
            by=visit.who,
            now=visit.now,
            aware=aware,
        )
    except NotFound:
        return _form(visit, "reference")
    except SettingInvalid:
        return _form(visit, "aware")
    sections = Writer(sheet, services.policy, visit.people, visit.language).sections()
    return render(visit, "incident.html", nav="oversight", sheet=sheet, sections=sections)


def _form(visit: Visit, wrong: str = "") -> Response:
    with visit.services.database.reading() as session:
        found = statements.reports_since(session, visit.now - _REPORTS_SINCE, limit=_MOST)
    return render(
        visit,
        "incidents.html",
        status=422 if wrong else 200,
        nav="oversight",
        wrong=wrong,
        mistake=wrong,
        given=visit.form,
        reports=[each for each in found if _is_ours(visit, each.by)],
    )


def _is_ours(visit: Visit, person: str) -> bool:
    found = visit.people.get(person)
    return (found.body if found else "") == visit.who.body


def _clock(given: str) -> time | None:
    """Read "9:32" or "09.32"; None if it is no time of the 24-hour clock."""
    found = _CLOCK.fullmatch(given.strip())
    try:
        return time(int(found[1]), int(found[2])) if found else None
    except ValueError:
        return None


def _instant(visit: Visit, day: date, clock: time) -> datetime:
    """The instant of a local time; of an hour that comes twice, the first: the clock ran then."""
    zone = ZoneInfo(visit.services.review.hours.zone)
    return datetime.combine(day, clock, zone)
