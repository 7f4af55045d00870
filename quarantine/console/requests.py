"""The register of requests: entering one, its clock, its answer, and counts ready to publish."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from models.address import parse_address
from models.audit import Action
from models.db import published
from models.db import requests as kept
from models.errors import NotFound, SettingInvalid
from models.freeze import Coverage
from models.request import Answer, PauseReason, Request, RequestKind
from quarantine.console.cases import has_day, read_day
from quarantine.console.freezes import freezes_of
from quarantine.console.lists import name_of
from quarantine.console.pages import render, see_other
from quarantine.console.visit import Visit
from quarantine.console.words import mark
from quarantine.dates import write_date
from quarantine.permissions import keys_of
from quarantine.requests import FREEZES, Requests, may_register, quarters, statistics
from quarantine.statutory import acknowledge_by, due, is_late

_YEAR = timedelta(days=365)
_MOST_MAILBOXES = 50
_QUARTERS = 8
KINDS = {
    RequestKind.INFORMATION: mark("Request for information"),
    RequestKind.ACCESS: mark("Request for one's own data"),
    RequestKind.CORRECTION: mark("Request for a correction"),
    RequestKind.OBJECTION: mark("Objection"),
    RequestKind.COMPLAINT: mark("Complaint"),
}
ANSWERS = {
    Answer.FULL: mark("Given in full"),
    Answer.PART: mark("Given in part"),
    Answer.REFUSED: mark("Turned down"),
    Answer.NOTHING_HELD: mark("Nothing is held"),
    Answer.WITHDRAWN: mark("Withdrawn by who asked"),
}
COLUMNS = {
    Action.HOLD: mark("Held"),
    Action.SEND: mark("Sent"),
    Action.REFUSE: mark("Not sent"),
    Action.WITHDRAW: mark("Taken back"),
}
PAUSES = {
    PauseReason.CLARIFICATION: mark("Asked what is meant"),
    PauseReason.IDENTITY: mark("Asked who they are"),
}


def show(visit: Visit) -> Response:
    """List what is open, the first due first, and count the last year."""
    today = _today(visit)
    begins = quarters(today, visit.services.review.hours.zone, _QUARTERS)
    with visit.services.database.reading() as session:
        found = kept.since(session, today - _YEAR, body=visit.who.body)
        spans = published.spans(session, begins)
    waiting = sorted((each for each in found if each.open), key=lambda each: _last(each, today))
    return _page(
        visit,
        "requests.html",
        waiting=[_row(each, today) for each in waiting],
        answered=[_row(each, today) for each in found if not each.open],
        counted=statistics((each for each in found if each.received >= today - _YEAR), today),
        since=today - _YEAR,
        spans=[(_quarter(each.first), each.counts) for each in reversed(spans)],
        columns=COLUMNS,
    )


def ask(visit: Visit) -> Response:
    """Show the form of a new request."""
    _check_keeper(visit, visit.who.body)
    return _form(visit)


def take(visit: Visit) -> Response:
    """Enter a request, and freeze what it asks for; say what is missing."""
    kind = next((each for each in RequestKind if each.value == visit.form.get("kind")), None)
    received, mailboxes = read_day(visit, "received"), _mailboxes(visit)
    if mistake := _mistake(visit, kind, received, mailboxes):
        return _form(visit, mistake)
    request = _register(visit).take(
        kind or RequestKind.COMPLAINT,
        reference=visit.form.get("reference", ""),
        received=received or _today(visit),
        covers=_coverage(visit, mailboxes or ()),
        by=visit.who,
        now=visit.now,
    )
    return see_other(f"/oversight/requests/{request.id}")


def one(visit: Visit) -> Response:
    """Show one request."""
    return _one(visit, _wanted(visit))


def act(visit: Visit) -> Response:
    """Note one thing about a request."""
    register, request = _register(visit), _wanted(visit)
    by: dict[str, Any] = {"by": visit.who, "now": visit.now}
    match visit.form.get("act"):
        case "acknowledge":
            register.acknowledge(request.id, **by)
        case "pause":
            reason = next((r for r in PauseReason if r.value == visit.form.get("reason")), None)
            if reason is None:
                return _one(visit, request, "reason")
            register.pause(request.id, reason, **by)
        case "resume":
            register.resume(request.id, **by)
        case "extend":
            register.extend(request.id, **by)
        case "answer":
            answer = next((a for a in Answer if a.value == visit.form.get("answer")), None)
            searched = visit.form.get("searched", "").replace("\r\n", "\n")
            if answer is None or not searched.strip():
                return _one(visit, request, "answer" if answer is None else "searched")
            register.answer(request.id, answer, searched=searched, **by)
        case _:
            raise SettingInvalid("what is to be noted is not said")
    return see_other(f"/oversight/requests/{request.id}")


def _mistake(
    visit: Visit, kind: RequestKind | None, received: date | None, mailboxes: tuple[str, ...] | None
) -> str:
    """The first thing that is wrong with a new request, or ""."""
    today = _today(visit)
    first, last = read_day(visit, "first"), read_day(visit, "last")
    if kind is None:
        return "kind"
    if not visit.form.get("reference", "").strip():
        return "reference"
    if received is None or not today - _YEAR <= received <= today:
        return "received"
    if mailboxes is None:
        return "mailboxes"
    for name, day in (("first", first), ("last", last)):
        if has_day(visit, name) and day is None:
            return name
    if first and last and last < first:
        return "last"
    if kind in FREEZES and _coverage(visit, mailboxes).empty:
        return "nothing"
    return ""


def _mailboxes(visit: Visit) -> tuple[str, ...] | None:
    """The addresses of the form, by their keys; None if one is no address."""
    lines = visit.form.get("mailboxes", "").split()
    if len(lines) > _MOST_MAILBOXES or not all("@" in each.strip("@") for each in lines):
        return None
    return tuple(parse_address(each).key for each in lines)


def _coverage(visit: Visit, mailboxes: tuple[str, ...]) -> Coverage:
    """What the form asks for: mail of, to or about these mailboxes, or everyone's, of some days."""
    keys = frozenset(mailboxes)
    people = frozenset(each.id for each in visit.people.values() if keys_of(each) & keys)
    first, last = read_day(visit, "first"), read_day(visit, "last")
    return Coverage(
        senders=keys,
        recipients=keys,
        people=people,
        since=_begin(visit, first) if first else None,
        until=_begin(visit, last + timedelta(days=1)) if last else None,
    )


def _begin(visit: Visit, day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(visit.services.review.hours.zone))


def _form(visit: Visit, mistake: str = "") -> Response:
    return _page(
        visit,
        "request-new.html",
        status=422 if mistake else 200,
        wrong=mistake,
        mistake=mistake,
        given=visit.form,
    )


def _one(visit: Visit, request: Request, mistake: str = "") -> Response:
    today = _today(visit)
    return _page(
        visit,
        "request.html",
        status=422 if mistake else 200,
        each=_row(request, today),
        request=request,
        acknowledge_by=acknowledge_by(request),
        keeper=may_register(visit.who, request.body),
        extendable=request.kind not in {RequestKind.INFORMATION, RequestKind.COMPLAINT},
        mistake=mistake,
        given=visit.form,
    )


def _wanted(visit: Visit) -> Request:
    with visit.services.database.reading() as session:
        request = kept.get(session, str(visit.request.path_params["request"]))
    if request.body != visit.who.body:
        raise NotFound("no such request")
    return request


def _check_keeper(visit: Visit, body: str) -> None:
    if not may_register(visit.who, body):
        raise NotFound("there is no such page for this person")


def _register(visit: Visit) -> Requests:
    return Requests(freezes=freezes_of(visit))


def _today(visit: Visit) -> date:
    return visit.services.review.hours.today(visit.now)


def _quarter(first: datetime) -> str:
    """Write "2026/4": the same in both languages."""
    return f"{first.year}/{(first.month + 2) // 3}"


def _last(request: Request, today: date) -> date:
    return due(request, today) or acknowledge_by(request) or today


def _row(request: Request, today: date) -> dict[str, Any]:
    return {
        "request": request,
        "due": due(request, today),
        "late": is_late(request, today),
    }


def _page(visit: Visit, template: str, *, status: int = 200, **facts: Any) -> Response:
    return render(
        visit,
        template,
        status=status,
        nav="oversight",
        kinds=KINDS,
        answers=ANSWERS,
        pauses=PAUSES,
        name_of=lambda person: name_of(visit, person),
        day=lambda at: write_date(at, visit.language),
        **facts,
    )
