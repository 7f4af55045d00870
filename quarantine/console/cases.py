"""Cases in the console: the list, opening one, its home, and what its people may do with it.

Who may know of a case is settled in the gate; what each act asks for, in quarantine/evidence.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

from starlette.responses import Response

from models.case import Case, CaseState, Outcome, Task, can_authorise, can_work, missing
from models.db import cases as case_rows
from models.db import exhibits, freezes
from models.person import Role
from quarantine.console.lists import name_of
from quarantine.console.pages import render, see_other
from quarantine.console.visit import Visit
from quarantine.dates import write_date
from quarantine.evidence import answering
from quarantine.evidence import cases as work_on
from quarantine.evidence.cases import Cases, NotUsable, cases_of, on_day
from quarantine.evidence.rights import is_authoriser, is_worker
from quarantine.permissions import keys_of

_ORDER = tuple(CaseState)
_YEAR = 4  # digits: "26" is no year of ours


def work_of(visit: Visit) -> Cases:
    """What work on cases needs."""
    services = visit.services
    post = services.review.post
    return cases_of(services.database, services.keyring, post, services.policy)


def show_list(visit: Visit) -> Response:
    """List the cases that this person works on, or was asked to approve."""
    wanted = visit.request.query_params.get("state", "")
    with visit.services.database.reading() as session:
        found = case_rows.find(session, body=visit.who.body)
    mine = [each for each in found if is_worker(visit.who, each) or is_authoriser(visit.who, each)]
    shown = [each for each in mine if not wanted or each.state.value == wanted]
    rows = [(each, name_of(visit, each.workers[0]), next_day(each)) for each in shown]
    facts: dict[str, Any] = {
        "rows": sorted(rows, key=lambda row: _ORDER.index(row[0].state)),
        "any": bool(mine),
        "state": wanted if wanted in set(CaseState) else "",
        "opens": Role.HR in visit.who.roles,
    }
    return render_case(visit, "cases.html", **facts)


def next_day(case: Case) -> date | None:
    """The next day on which someone must do something about a case."""
    if case.state not in {CaseState.OPEN, CaseState.ON_HOLD}:
        return None
    return min(filter(None, (case.review, case.ends)), default=None)


def ask_new(visit: Visit) -> Response:
    """Ask for a title, and whom a complaint came from."""
    return _new(visit, visit.request.query_params.get("about", ""))


def take_new(visit: Visit) -> Response:
    """Open a draft."""
    about = visit.form.get("about", "")
    try:
        case = answering.open_case(
            work_of(visit),
            by=visit.who,
            title=visit.form.get("title", ""),
            about=about,
            complainant=visit.form.get("complainant", ""),
            now=visit.now,
        )
    except NotUsable as mistake:
        return _new(visit, about, mistake)
    return see_other(f"/cases/{case.id}")


def _new(visit: Visit, about: str, mistake: NotUsable | None = None) -> Response:
    return form_page(visit, "case-new.html", mistake, about=about if about.isalnum() else "")


def show(visit: Visit) -> Response:
    """Show a case as far as it has come: its tasks, what waits for approval, or its home."""
    case = visit.the_case
    if case.state is CaseState.DRAFT:
        return _tasks(visit, case)
    facts: dict[str, Any] = {
        "done": visit.request.query_params.get("done", ""),
        "colleagues": _colleagues(visit, case),
        "overdue": case.ends is not None and case.ends < on_day(visit.now),
        "review_due": case.review is not None and case.review < on_day(visit.now),
    }
    return render_case(visit, "case.html", **about_case(visit), **facts)


def _tasks(visit: Visit, case: Case) -> Response:
    facts = about_case(visit)
    left = missing(case, facts["answers"])
    return render_case(visit, "case-tasks.html", **facts, tasks=list(Task), left=left)


def _colleagues(visit: Visit, case: Case) -> list[tuple[str, str]]:
    """Who else of HR could work on it."""
    return [
        (each.id, each.name)
        for each in visit.people.values()
        if can_work(each, case) and each.id not in {*case.workers, case.authoriser}
    ]


def about_case(visit: Visit) -> dict[str, Any]:
    """What every page of a case says: whose mail, of which days, how far, until when."""
    case = visit.the_case
    with visit.services.database.reading() as session:
        answers = case_rows.answers(session, visit.services.keyring, case.id)
    theirs = {
        key
        for each in case.scope.people
        if each in visit.people
        for key in keys_of(visit.people[each])
    }
    bases = {each.id: each for each in visit.services.policy.lawful_bases}
    return {
        "case": case,
        "answers": answers,
        "subjects": [
            *(name_of(visit, each) for each in case.scope.people),
            *(each for each in case.scope.mailboxes if each not in theirs),
        ],
        "complainant": name_of(visit, case.scope.complainant),
        "basis": bases.get(case.basis),
        "workers": [name_of(visit, each) for each in case.workers],
        "authoriser": name_of(visit, case.authoriser) if case.authoriser else "",
        "working": is_worker(visit.who, case),
        "approving": is_authoriser(visit.who, case),
    }


def ask_submit(visit: Visit) -> Response:
    """Ask who is to approve it."""
    return _submit(visit)


def take_submit(visit: Visit) -> Response:
    """Pass it to its authoriser."""
    chosen = visit.form.get("authoriser", "")
    try:
        work_on.submit(
            work_of(visit), visit.the_case.id, authoriser=chosen, by=visit.who, now=visit.now
        )
    except NotUsable as mistake:
        return _submit(visit, mistake)
    return see_other(f"/cases/{visit.the_case.id}?done=submitted")


def _submit(visit: Visit, mistake: NotUsable | None = None) -> Response:
    case = visit.the_case
    able = [
        (each.id, each.name)
        for each in visit.people.values()
        if can_authorise(each, case, visit.people)
    ]
    return form_page(visit, "case-submit.html", mistake, able=able)


def pause(visit: Visit) -> Response:
    """Stop it for a time."""
    work_on.pause(work_of(visit), visit.the_case.id, by=visit.who, now=visit.now)
    return see_other(f"/cases/{visit.the_case.id}")


def resume(visit: Visit) -> Response:
    """Go on with it."""
    work_on.resume(work_of(visit), visit.the_case.id, by=visit.who, now=visit.now)
    return see_other(f"/cases/{visit.the_case.id}")


def ask_amend(visit: Visit) -> Response:
    """Say what follows from widening it."""
    return form_page(visit, "case-amend.html", None)


def take_amend(visit: Visit) -> Response:
    """Make it a draft again."""
    work_on.amend(work_of(visit), visit.the_case.id, by=visit.who, now=visit.now)
    return see_other(f"/cases/{visit.the_case.id}")


def add_worker(visit: Visit) -> Response:
    """Let one more of HR work on it."""
    given = visit.form.get("worker", "")
    with suppress(NotUsable):  # nobody was chosen: the page is as it was
        work_on.assign(work_of(visit), visit.the_case.id, worker=given, by=visit.who, now=visit.now)
    return see_other(f"/cases/{visit.the_case.id}")


def ask_review(visit: Visit) -> Response:
    """Ask whether it is still necessary."""
    return form_page(visit, "case-review.html", None)


def take_review(visit: Visit) -> Response:
    """Keep why it is, and when to ask again."""
    return take(
        visit,
        "case-review.html",
        lambda: work_on.say_necessary(
            work_of(visit),
            visit.the_case.id,
            by=visit.who,
            why=visit.form.get("why", ""),
            following=read_day(visit, "review"),
            now=visit.now,
        ),
    )


def ask_close(visit: Visit) -> Response:
    """Ask how it ended."""
    return form_page(visit, "case-close.html", None, **_left_behind(visit))


def _left_behind(visit: Visit) -> dict[str, int]:
    """How many exhibits the case has, and how many legal holds are on."""
    case_id = visit.the_case.id
    with visit.services.database.reading() as session:
        return {
            "exhibits": len(exhibits.of_case(session, case_id)),
            "holds": len(freezes.listed(session, case=case_id, in_force=True)),
        }


def take_close(visit: Visit) -> Response:
    """Close it."""
    given = visit.form.get("outcome", "")

    def act() -> None:
        if given not in set(Outcome):
            raise NotUsable("outcome", "choose")
        work_on.close(
            work_of(visit),
            visit.the_case.id,
            by=visit.who,
            outcome=Outcome(given),
            keep_until=read_day(visit, "keep_until"),
            now=visit.now,
        )

    return take(visit, "case-close.html", act, **_left_behind(visit))


def take(visit: Visit, template: str, act: Callable[[], object], **facts: Any) -> Response:
    """Do what a form asks for and lead to the case, or show the form again with its mistake."""
    try:
        act()
    except NotUsable as mistake:
        return form_page(visit, template, mistake, **facts)
    return see_other(f"/cases/{visit.the_case.id}")


def form_page(visit: Visit, template: str, mistake: NotUsable | None, **facts: Any) -> Response:
    """Show a form, as it was filled in if there was a mistake."""
    known = about_case(visit) if visit.case else {}
    attempt = {
        "given": visit.form,
        "wrong": mistake.where if mistake else "",
        "mistake": f"{mistake.where}-{mistake.mistake}" if mistake else "",
    }
    return render_case(visit, template, status=422 if mistake else 200, **known, **attempt, **facts)


def read_day(visit: Visit, name: str) -> date | None:
    """The day of three fields of a form, or None if it is none: years have four digits."""
    year, month, day = (
        visit.form.get(f"{name}-{each}", "").strip() for each in ("year", "month", "day")
    )
    try:
        return date(int(year), int(month), int(day)) if len(year) == _YEAR else None
    except (ValueError, OverflowError):
        return None


def has_day(visit: Visit, name: str) -> bool:
    """Tell whether anything stands in the three fields."""
    return any(visit.form.get(f"{name}-{each}", "").strip() for each in ("year", "month", "day"))


def render_case(visit: Visit, template: str, *, status: int = 200, **facts: Any) -> Response:
    """Answer with a page of cases; templates write days with `day`."""
    language = visit.language
    facts.setdefault("nav", "cases")
    return render(
        visit,
        template,
        status=status,
        day=lambda given: write_date(given, language) if given else "",
        today=on_day(visit.now),
        **facts,
    )
