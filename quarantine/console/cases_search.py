"""Searching a case: ask, see how far it is, the counts, then the list.

A search runs beside the console, so that a page can be left and come back to; a short one is
done before the page is answered. It needs no script: "See how far it is" is a link.
"""

import logging
import threading
from dataclasses import replace

from starlette.responses import Response

from models.db import case_searches
from models.db.case_searches import Search, SearchState, Terms
from models.errors import NotFound
from quarantine.console.cases import about_case, form_page, has_day, read_day, render_case, work_of
from quarantine.console.lists import Row, name_of_sender
from quarantine.console.pages import see_other
from quarantine.console.shown import shown_reasons
from quarantine.console.visit import Visit
from quarantine.evidence import search as searching
from quarantine.evidence.cases import NotUsable
from quarantine.evidence.envelopes import envelopes

_log = logging.getLogger(__name__)
_SHORT = 1.5  # seconds that a page waits for a search
_ON_A_PAGE = 50
_DIGITS = 9  # of a search's number: what the databases take


def ask(visit: Visit) -> Response:
    """Ask what to look for."""
    return _form(visit, None)


def take(visit: Visit) -> Response:
    """Begin a search, and lead to how far it is."""
    work, case = work_of(visit), visit.the_case
    try:
        begun = searching.begin(work, case.id, _terms(visit), by=visit.who, now=visit.now)
    except NotUsable as mistake:
        return _form(visit, mistake)
    run = threading.Thread(target=_run, args=(visit, begun), daemon=True)
    run.start()
    run.join(_SHORT)
    return see_other(f"/cases/{case.id}/searches/{begun.id}")


def _form(visit: Visit, mistake: NotUsable | None) -> Response:
    with visit.services.database.reading() as session:
        before = case_searches.of_case(session, visit.the_case.id)
    rules = [
        (each.id, each.title.in_language(visit.language)) for each in visit.services.policy.rules
    ]
    return form_page(visit, "case-search.html", mistake, before=before[::-1], rules=rules)


def _terms(visit: Visit) -> Terms:
    """What was filled in. Raises NotUsable for a day that is none."""
    form = visit.form
    for name in ("first", "last"):
        if has_day(visit, name) and read_day(visit, name) is None:
            raise NotUsable(name, "out-of-range")
    return Terms(
        words=form.get("words", ""),
        first=read_day(visit, "first"),
        last=read_day(visit, "last"),
        sender=form.get("sender", ""),
        domain=form.get("domain", ""),
        rule=form.get("rule", ""),
        attached=form.get("attached") == "yes",
    )


def _run(visit: Visit, begun: Search) -> None:
    """Run a search in a thread of its own; what goes wrong ends it, and is logged without words."""
    work = work_of(visit)
    try:
        searching.run(work, begun, visit.services.policy, by=visit.who, clock=visit.services.clock)
    except Exception as error:  # noqa: BLE001 - the thread's edge
        _log.error("case %s, search %d: %s", begun.case, begun.id, type(error).__name__)
        searching.give_up(work, begun, now=visit.services.clock())


def show(visit: Visit) -> Response:
    """Say how far it is; when it has ended the counts, then the list."""
    work, case = work_of(visit), visit.the_case
    with work.database.reading() as session:
        found = case_searches.get(session, case.id, _number(visit))
        terms = case_searches.terms(session, work.keyring, case.id, found.id)
        results = case_searches.results(session, work.keyring, case.id, found.id)
    page = _page(visit)
    ids = results.matched[(page - 1) * _ON_A_PAGE : page * _ON_A_PAGE]
    facts = about_case(visit)
    listed = visit.request.query_params.get("list") == "yes" and facts["working"]
    rows = [
        Row(
            held=each,
            sender=name_of_sender(visit, each),
            reasons=shown_reasons(visit, each.rules, each.findings),
        )
        for each in (envelopes(work, case.id, ids, by=visit.who, now=visit.now) if listed else ())
    ]
    lost = found.state is SearchState.RUNNING and visit.now - found.heard > searching.LOST
    why = {
        reason: [each for each, given in results.unsearched.items() if given == reason]
        for reason in (searching.ERASED, searching.UNREADABLE, searching.INVOLVED)
    }
    return render_case(
        visit,
        "case-results.html",
        **facts,
        search=replace(found, state=SearchState.STOPPED) if lost else found,
        terms=terms,
        rows=rows,
        listed=listed,
        unsearched=why,
        page=page,
        pages=-(-len(results.matched) // _ON_A_PAGE),
    )


def _number(visit: Visit) -> int:
    """The number of the search that the address names. Raises NotFound."""
    given = str(visit.request.path_params["search"])
    if not given.isdecimal() or len(given) > _DIGITS:
        raise NotFound("no such search")
    return int(given)


def _page(visit: Visit) -> int:
    given = visit.request.query_params.get("page", "1")
    return max(int(given), 1) if given.isdecimal() and len(given) < 6 else 1  # noqa: PLR2004


def cancel(visit: Visit) -> Response:
    """Stop one that runs."""
    case, number = visit.the_case, _number(visit)
    searching.cancel(work_of(visit), case.id, number, by=visit.who, now=visit.now)
    return see_other(f"/cases/{case.id}/searches/{number}")
