"""Bundles in the console: asked for, confirmed, prepared, fetched by who prepared them.

A bundle is made beside the console, so that a page can be left and come back to; it needs no
script: "See how far it is" is a link.
"""

import logging
import threading
from typing import Any

from starlette.responses import Response

from models.db import exports as kept
from models.errors import SettingInvalid, Unavailable
from models.exhibit import ExportPurpose, ExportState
from quarantine.console.cases import about_case, form_page, read_day, render_case, work_of
from quarantine.console.disclosures import disclosure_of
from quarantine.console.lists import name_of
from quarantine.console.pages import see_other
from quarantine.console.visit import Visit
from quarantine.console.words import mark, translations
from quarantine.evidence import exhibits as producing
from quarantine.evidence import exports as exporting
from quarantine.evidence import hearing
from quarantine.evidence.cases import NotUsable
from quarantine.evidence.contents import BundleForm
from quarantine.evidence.exports import Preparing, Wanted
from quarantine.evidence.hearing import Step
from quarantine.evidence.signing import fingerprint

_log = logging.getLogger(__name__)
_SHORT = 1.5  # seconds that a page waits for a bundle
PURPOSES = {
    ExportPurpose.HEARING: mark("A disciplinary hearing"),
    ExportPurpose.APPEAL: mark("An appeal"),
    ExportPurpose.TRIBUNAL: mark("An employment tribunal"),
    ExportPurpose.EMPLOYEE: mark("The employee's own copy before a hearing"),
    ExportPurpose.DISCLOSURE: mark("An authority's request, signed by two"),
}
_FIELDS = ("form", "purpose", "for_whom", "certificate", "disclosure")


def show_list(visit: Visit) -> Response:
    """List the bundles of a case, and ask for the steps of its hearing."""
    return _list(visit, None)


def note_step(visit: Visit) -> Response:
    """Record that the employee got their copy, answered or appealed."""
    case_id, given = visit.the_case.id, visit.form.get("step", "")
    try:
        hearing.note(
            work_of(visit),
            case_id,
            _step(given),
            read_day(visit, "on"),
            by=visit.who,
            now=visit.now,
        )
    except NotUsable as mistake:
        return _list(visit, mistake)
    return see_other(f"/cases/{case_id}/record")


def _step(given: str) -> Step:
    if given not in set(Step):
        raise NotUsable("step", "choose")
    return Step(given)


def _list(visit: Visit, mistake: NotUsable | None) -> Response:
    with visit.services.database.reading() as session:
        found = kept.of_case(session, visit.the_case.id)
    rows = [(each, name_of(visit, each.by)) for each in found]
    return form_page(visit, "exports.html", mistake, rows=rows, **_words(visit))


def ask(visit: Visit) -> Response:
    """Ask what is to be in it, for whom, and how it is protected."""
    return _form(visit, None, visit.request.query_params.get("disclosure", ""))


def take(visit: Visit) -> Response:
    """Say that the copy will be out of the system's hands; begin once that was confirmed."""
    work, case_id = work_of(visit), visit.the_case.id
    try:
        wanted = _wanted(visit)
        if visit.form.get("confirmed") != "yes":
            chosen = exporting.check(work, case_id, wanted, by=visit.who, now=visit.now)
            return _confirm(visit, wanted, [each.label for each in chosen])
        begun = exporting.begin(work, case_id, wanted, by=visit.who, now=visit.now)
    except NotUsable as mistake:
        return _form(visit, mistake, visit.form.get("disclosure", ""))
    run = threading.Thread(target=_run, args=(visit, begun), daemon=True)
    run.start()
    run.join(_SHORT)
    return see_other(f"/cases/{case_id}/exports/{begun.export.id}")


def _wanted(visit: Visit) -> Wanted:
    """What was filled in. Raises NotUsable."""
    form = visit.form
    asked = form.get("disclosure", "")
    purpose = ExportPurpose.DISCLOSURE.value if asked else form.get("purpose", "")
    if form.get("form") not in set(BundleForm):
        raise NotUsable("form", "choose")
    if purpose not in set(ExportPurpose):
        raise NotUsable("purpose", "choose")
    if form.get("protect") not in {"certificate", "none"}:
        raise NotUsable("protect", "choose")
    protected = form["protect"] == "certificate"
    recipient = exporting.read_recipient(form.get("certificate", "")) if protected else None
    if protected and recipient is None:
        raise NotUsable("certificate", "missing")
    ids = tuple(
        each.id
        for each in producing.of_case(work_of(visit), visit.the_case.id)
        if form.get(f"exhibit-{each.id}") == "yes"
    )
    if not ids:
        raise NotUsable("exhibits", "choose")
    return Wanted(
        purpose=ExportPurpose(purpose),
        for_whom=form.get("for_whom", ""),
        form=BundleForm(form["form"]),
        exhibits=ids,
        recipient=recipient,
        disclosure=asked,
    )


def _form(visit: Visit, mistake: NotUsable | None, disclosure: str) -> Response:
    found = producing.of_case(work_of(visit), visit.the_case.id)
    facts: dict[str, Any] = {"exhibits": found, "disclosure": disclosure, **_words(visit)}
    if disclosure:
        facts["asked"] = disclosure_of(visit, disclosure)
    return form_page(visit, "export-new.html", mistake, **facts)


def _confirm(visit: Visit, wanted: Wanted, labels: list[str]) -> Response:
    kept_fields = {
        name: value
        for name, value in visit.form.items()
        if name in {*_FIELDS, "protect"} or name.startswith("exhibit-")
    }
    facts: dict[str, Any] = {
        "wanted": wanted,
        "labels": labels,
        "fields": kept_fields,
        "fingerprint": fingerprint(wanted.recipient) if wanted.recipient else "",
    }
    return render_case(visit, "export-confirm.html", **about_case(visit), **facts, **_words(visit))


def _run(visit: Visit, begun: Preparing) -> None:
    """Make a bundle in a thread of its own; what goes wrong ends it, and is said on its page."""
    work, services = work_of(visit), visit.services
    if services.bundles is None:
        exporting.give_up(work, begun.export, "no [evidence] here", now=services.clock())
        return
    try:
        exporting.run(
            work, services.bundles, services.body, begun, by=visit.who, clock=services.clock
        )
    except Exception as error:  # noqa: BLE001 - the thread's edge
        _log.error(
            "case %s, bundle %s: %s", begun.export.case, begun.export.id, type(error).__name__
        )
        fault = str(error) if isinstance(error, SettingInvalid | Unavailable) else ""
        exporting.give_up(work, begun.export, fault, now=services.clock())


def show(visit: Visit) -> Response:
    """Say how far it is; when it is ready, how to check it, and offer it."""
    work, case = work_of(visit), visit.the_case
    export_id = str(visit.request.path_params["export"])
    with work.database.reading() as session:
        found = kept.get(session, case.id, export_id)
        for_whom = kept.for_whom(session, work.keyring, found)
    lost = found.state is ExportState.PREPARING and visit.now - found.heard > exporting.LOST
    facts: dict[str, Any] = {
        "export": found,
        "for_whom": for_whom,
        "by": name_of(visit, found.by),
        "lost": lost,
        "past": visit.now > found.until,
        "mine": found.by == visit.who.id,
    }
    return render_case(visit, "export.html", **about_case(visit), **facts, **_words(visit))


def fetch(visit: Visit) -> Response:
    """Give the bundle to who prepared it; it is entered."""
    case, export_id = visit.the_case, str(visit.request.path_params["export"])
    export, packed = exporting.fetch(
        work_of(visit), case.id, export_id, by=visit.who, now=visit.now
    )
    ending, kind = "tar", "application/x-tar"
    if export.encrypted_to:
        ending, kind = "tar.p7m", "application/pkcs7-mime"
    name = f"{case.id}-{export.id}.{ending}"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(packed, media_type=kind, headers=headers)


def _words(visit: Visit) -> dict[str, Any]:
    words = translations(visit.language)
    return {"purposes": {each.value: words.gettext(name) for each, name in PURPOSES.items()}}
