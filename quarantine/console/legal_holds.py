"""Legal holds of a case: those there are, and placing one after its effect was shown."""

from datetime import date

from starlette.responses import Response

from models.db import freezes as kept
from quarantine.console.cases import about_case, form_page, read_day, render_case, work_of
from quarantine.console.freezes import freezes_of
from quarantine.console.lists import name_of
from quarantine.console.pages import see_other
from quarantine.console.visit import Visit
from quarantine.evidence import legal_holds
from quarantine.evidence.cases import NotUsable, on_day
from quarantine.evidence.legal_holds import Covering


def show(visit: Visit) -> Response:
    """List the holds of a case, and ask for a new one."""
    return _page(visit, None)


def take(visit: Visit) -> Response:
    """Show what a hold would keep; place it once that was confirmed."""
    form, work, case_id = visit.form, work_of(visit), visit.the_case.id
    freezing = freezes_of(visit)
    reason, review = form.get("reason", ""), read_day(visit, "review")
    try:
        covering = _covering(form.get("covering", ""))
        legal_holds.checked_terms(reason, review, on_day(visit.now))
        if form.get("confirmed") != "yes":
            return _confirm(visit, covering, review)
        legal_holds.place(
            work,
            freezing,
            case_id,
            covering,
            reason=reason,
            review=review,
            by=visit.who,
            now=visit.now,
        )
    except NotUsable as mistake:
        return _page(visit, mistake)
    return see_other(f"/cases/{case_id}/legal-hold?done=placed")


def _covering(given: str) -> Covering:
    if given not in set(Covering):
        raise NotUsable("covering", "choose")
    return Covering(given)


def _confirm(visit: Visit, covering: Covering, review: date | None) -> Response:
    """Spell out the effect. Raises NotUsable if there is none."""
    work, case_id = work_of(visit), visit.the_case.id
    found = legal_holds.effect(
        work, freezes_of(visit), case_id, covering, by=visit.who, now=visit.now
    )
    if not found.emails and covering is not Covering.NEW_MAIL:
        raise NotUsable("covering", "nothing")
    return render_case(
        visit,
        "legal-hold-confirm.html",
        **about_case(visit),
        effect=found,
        covering=covering,
        review=review,
        given=visit.form,
    )


def _page(visit: Visit, mistake: NotUsable | None) -> Response:
    freezing = freezes_of(visit)
    with visit.services.database.reading() as session:
        found = kept.listed(session, case=visit.the_case.id)
        rows = [(each, kept.covered(session, each), freezing.may_be_lifted(each)) for each in found]
    return form_page(
        visit,
        "legal-hold.html",
        mistake,
        rows=sorted(rows, key=lambda row: not row[0].in_force),
        name_of=lambda who: name_of(visit, who),
        done=visit.request.query_params.get("done", ""),
    )
