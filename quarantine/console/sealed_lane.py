"""The sealed lane: a reviewer seals in two steps; named officers hand over what they never see."""

from starlette.responses import Response

from models.errors import NotPermitted, SettingInvalid
from quarantine import sealed
from quarantine.console.lists import name_of
from quarantine.console.pages import render, see_other
from quarantine.console.visit import Visit


def ask_seal(visit: Visit) -> Response:
    """Say what sealing means, and ask once more."""
    held_id = visit.message.id
    return render(visit, "seal.html", back=f"/held/{held_id}", id=held_id, nav="queue")


def seal(visit: Visit) -> Response:
    """Seal it; the reviewer does not see it again."""
    review = visit.services.review
    sealed.seal_as_reviewer(
        visit.services.database, review.post, visit.message.id, by=visit.who, now=visit.now
    )
    return render(visit, "sealed-done.html", back="/queue", nav="queue")


def ask_seal_in_case(visit: Visit) -> Response:
    """Ask the same of one who works on a case; the email is the case's business already."""
    held_id, case_id = str(visit.request.path_params["held"]), visit.the_case.id
    return render(visit, "seal.html", back=f"/cases/{case_id}/emails/{held_id}", id=held_id)


def seal_in_case(visit: Visit) -> Response:
    """Seal it; it is in no case's scope any more."""
    services, held_id = visit.services, str(visit.request.path_params["held"])
    sealed.seal_in_case(
        services.database,
        services.review.post,
        visit.the_case.id,
        held_id,
        by=visit.who,
        now=visit.now,
    )
    return render(visit, "sealed-done.html", back="/cases")


def show(visit: Visit) -> Response:
    """List what is in the lane, and say what to do."""
    return _list(visit)


def ask(visit: Visit) -> Response:
    """Ask that one be handed over."""
    item, form = str(visit.request.path_params["item"]), visit.form
    try:
        sealed.ask(
            visit.services.database,
            item,
            by=visit.who,
            reference=form.get("reference", ""),
            certificate=form.get("certificate", ""),
            now=visit.now,
        )
    except SettingInvalid:
        return _list(visit, mistaken=item)
    return see_other("/sealed")


def agree(visit: Visit) -> Response:
    """Agree to what another officer asked."""
    item = str(visit.request.path_params["item"])
    try:
        seen = visit.form.get("seen", "")
        sealed.agree(visit.services.database, item, seen=seen, by=visit.who, now=visit.now)
    except NotPermitted:
        return _list(visit, alone=item)
    return see_other("/sealed")


def hand_over(visit: Visit) -> Response:
    """Give the one copy, encrypted to the police's key, as a file."""
    item = str(visit.request.path_params["item"])
    services = visit.services
    given = sealed.hand_over(services.database, services.keyring, item, by=visit.who, now=visit.now)
    return Response(
        given,
        media_type="application/pkcs7-mime",
        headers={"content-disposition": f'attachment; filename="{item}.p7m"'},
    )


def _list(visit: Visit, *, mistaken: str = "", alone: str = "") -> Response:
    rows = [
        {
            "item": each,
            "held": message,
            "fingerprint": sealed.fingerprint_of(each),
            "by": name_of(visit, each.by) if each.by != sealed.SYSTEM else "",
            "asked_by": name_of(visit, each.asked_by) if each.asked_by else "",
            "agreed_by": name_of(visit, each.agreed_by) if each.agreed_by else "",
            "mine": each.asked_by == visit.who.id,
        }
        for each, message in sealed.lane(visit.services.database, who=visit.who)
    ]
    status = 422 if mistaken else 403 if alone else 200
    facts = {"rows": rows, "mistaken": mistaken, "alone": alone, "form": visit.form}
    return render(visit, "sealed.html", status=status, nav="sealed", **facts)
