"""Requests by authorities: recorded and signed, signed again by another, given, receipted."""

from typing import Any

from starlette.responses import Response

from models.case import Case
from models.db import cases as case_rows
from models.db import disclosures as kept
from models.db import exports
from models.disclosure import Asked, Disclosure, LegalGround, Receipt, can_sign
from models.errors import NotFound
from quarantine.console.cases import about_case, form_page, read_day, render_case, work_of
from quarantine.console.lists import name_of
from quarantine.console.pages import see_other
from quarantine.console.visit import Visit
from quarantine.console.words import mark, translations
from quarantine.evidence import disclosure as disclosing
from quarantine.evidence import exhibits as producing
from quarantine.evidence.cases import NotUsable, oversee
from quarantine.evidence.rights import refusal_to_oversee

GROUNDS = {
    LegalGround.CRIME: mark("To prevent or detect crime, or to prosecute"),
    LegalGround.ORDER: mark("A law or the order of a court requires it"),
    LegalGround.PROCEEDINGS: mark("Legal proceedings, advice or rights"),
}


def show_list(visit: Visit) -> Response:
    """List the requests of a case."""
    with visit.services.database.reading() as session:
        found = kept.of_cases(session, [visit.the_case.id])
    return render_case(visit, "disclosures.html", **about_case(visit), found=found, **_words(visit))


def ask(visit: Visit) -> Response:
    """Ask for what the authority's form says."""
    return _form(visit, None)


def take(visit: Visit) -> Response:
    """Record it, which signs it first."""
    form, work, case = visit.form, work_of(visit), visit.the_case
    chosen = [
        each.id
        for each in producing.of_case(work, case.id)
        if form.get(f"exhibit-{each.id}") == "yes"
    ]
    given = Asked(
        **{each: form.get(each, "") for each in ("authority", "officer", "reference", "wanted")}
    )
    try:
        asked = disclosing.ask(
            work,
            case.id,
            given,
            ground=_ground(form.get("ground", "")),
            chosen=chosen,
            by=visit.who,
            now=visit.now,
        )
    except NotUsable as mistake:
        return _form(visit, mistake)
    return see_other(f"/cases/{case.id}/disclosures/{asked.id}")


def _ground(given: str) -> LegalGround:
    if given not in set(LegalGround):
        raise NotUsable("ground", "choose")
    return LegalGround(given)


def _form(visit: Visit, mistake: NotUsable | None) -> Response:
    found = producing.of_case(work_of(visit), visit.the_case.id)
    return form_page(visit, "disclosure-new.html", mistake, exhibits=found, **_words(visit))


def show(visit: Visit) -> Response:
    """Show one, and what comes next."""
    return _page(visit, None)


def act(visit: Visit) -> Response:
    """Sign it second, or record who took the material."""
    work, case = work_of(visit), visit.the_case
    asked = _asked(visit)
    if visit.form.get("act") == "sign":
        disclosing.sign(work, asked.id, by=visit.who, now=visit.now)
        return see_other(f"/cases/{case.id}/disclosures/{asked.id}")
    try:
        given = _receipt(visit)
        disclosing.take_receipt(work, case.id, asked.id, given, by=visit.who, now=visit.now)
    except NotUsable as mistake:
        return _page(visit, mistake)
    return see_other(f"/cases/{case.id}/disclosures/{asked.id}")


def _receipt(visit: Visit) -> Receipt:
    on = read_day(visit, "on")
    if on is None:
        raise NotUsable("on", "out-of-range")
    form = visit.form
    return Receipt(officer=form.get("officer", ""), on=on, digest=form.get("digest", ""))


def disclosure_of(visit: Visit, disclosure_id: str) -> Disclosure:
    """Return a request of the case that is visited. Raises NotFound."""
    with visit.services.database.reading() as session:
        found = kept.get(session, disclosure_id)
    if found.case != visit.the_case.id:
        raise NotFound("there is no such request")
    return found


def _asked(visit: Visit) -> Disclosure:
    return disclosure_of(visit, str(visit.request.path_params["disclosure"]))


def _page(visit: Visit, mistake: NotUsable | None) -> Response:
    asked = _asked(visit)
    return form_page(visit, "disclosure.html", mistake, **_about(visit, asked, visit.the_case))


def _about(visit: Visit, asked: Disclosure, case: Case) -> dict[str, Any]:
    """What a request says, and what this person may do with it."""
    services = visit.services
    with services.database.reading() as session:
        form = kept.form(session, services.keyring, asked)
        receipt = kept.receipt(session, services.keyring, asked)
        export = exports.get(session, case.id, asked.export) if asked.export else None
    labels = {each.id: each.label for each in producing.of_case(work_of(visit), case.id)}
    return {
        "asked": asked,
        "asked_form": form,
        "receipt": receipt,
        "export": export,
        "labels": [labels[each] for each in asked.exhibits if each in labels],
        "first": name_of(visit, asked.asked_by),
        "second": name_of(visit, asked.signed_by) if asked.signed_by else "",
        "may_sign": not asked.signed_by and can_sign(visit.who, asked, case, visit.people),
        **_words(visit),
    }


def show_to_officer(visit: Visit) -> Response:
    """List the requests of the body, for the protection officer, who may sign one."""
    with visit.services.database.reading() as session:
        every = case_rows.find(session, body=visit.who.body)
        known = {each.id: each for each in every if refusal_to_oversee(visit.who, each) is None}
        found = kept.of_cases(session, known)
    rows = [
        (each, not each.signed_by and can_sign(visit.who, each, known[each.case], visit.people))
        for each in found
    ]
    facts: dict[str, Any] = {"rows": rows, "name_of": lambda who: name_of(visit, who)}
    return render_case(visit, "oversight-disclosures.html", **facts, **_words(visit))


def show_one_to_officer(visit: Visit) -> Response:
    """Show one request to the officer: what is asked for, not what the emails say. A look."""
    asked, case = _overseen(visit)
    facts = {"case": case, **_about(visit, asked, case)}
    return render_case(visit, "oversight-disclosure.html", **facts)


def sign_as_officer(visit: Visit) -> Response:
    """Sign it second."""
    asked, _ = _overseen(visit)
    disclosing.sign(work_of(visit), asked.id, by=visit.who, now=visit.now)
    return see_other(f"/oversight/disclosures/{asked.id}")


def _overseen(visit: Visit) -> tuple[Disclosure, Case]:
    """Return a request of a case that this person oversees; the look, or a refusal, is entered."""
    database = visit.services.database
    with database.reading() as session:
        asked = kept.get(session, str(visit.request.path_params["disclosure"]))
    return asked, oversee(database, asked.case, visit.who, visit.now)


def _words(visit: Visit) -> dict[str, Any]:
    words = translations(visit.language)
    return {"grounds": {each.value: words.gettext(name) for each, name in GROUNDS.items()}}
