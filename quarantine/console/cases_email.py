"""One held message within a case: its envelope and reasons, then its content for a stated reason.

The reason is asked for each opening and kept with the case; what was written last on the same day
stands there again, to be changed.
"""

from starlette.responses import Response

from models.db import cases as case_rows
from quarantine import access
from quarantine.console.cases import about_case, render_case, work_of
from quarantine.console.lists import name_of_sender
from quarantine.console.names import KINDS, name_of_unread
from quarantine.console.shown import has_weights, shown_reasons, shown_texts
from quarantine.console.visit import Visit
from quarantine.console.words import translations
from quarantine.evidence.cases import LONGEST_TEXT, on_day
from quarantine.evidence.envelopes import envelopes


def show(visit: Visit) -> Response:
    """Show the envelope and why it was held."""
    return _page(visit, None, _last_reason(visit), "")


def show_content(visit: Visit) -> Response:
    """Open it as far as it was asked; the look is entered with its reason."""
    reason, wanted = visit.form.get("reason", "").strip(), visit.form.get("depth", "")
    if not reason or len(reason) > LONGEST_TEXT:
        return _page(visit, None, reason, "missing" if not reason else "too-long")
    opened = access.open_in_case(
        visit.services.database,
        visit.services.keyring,
        visit.the_case.id,
        str(visit.request.path_params["held"]),
        who=visit.who,
        reason=reason,
        depth=access.Depth(wanted) if wanted in set(access.Depth) else access.Depth.TEXT,
        now=visit.now,
    )
    return _page(visit, opened, reason, "")


def _page(visit: Visit, opened: access.Opened | None, reason: str, mistake: str) -> Response:
    held_id = str(visit.request.path_params["held"])
    [message] = envelopes(work_of(visit), visit.the_case.id, [held_id], by=visit.who, now=visit.now)
    found = opened.held if opened else message
    texts = shown_texts(visit, opened.texts, found.findings, found.rules) if opened else ()
    words = translations(visit.language)
    return render_case(
        visit,
        "case-email.html",
        status=422 if mistake else 200,
        **about_case(visit),
        held=message,
        sender_name=name_of_sender(visit, message),
        reasons=shown_reasons(visit, message.rules, found.findings),
        other_policy=visit.services.policy.digest != message.policy,
        opened=opened.depth.value if opened else "",
        texts=texts,
        legend=has_weights(texts),
        attachments=opened.attachments if opened else (),
        kinds={kind: words.gettext(name) for kind, name in KINDS.items()},
        unread_because=lambda why: words.gettext(name_of_unread(why)),
        reason=reason,
        mistake=mistake,
    )


def _last_reason(visit: Visit) -> str:
    """What this person said they were checking, last time today."""
    with visit.services.database.reading() as session:
        looks = case_rows.looks(session, visit.services.keyring, visit.the_case.id)
    mine = [
        each.reason
        for each in looks
        if each.by == visit.who.id and on_day(each.at) == on_day(visit.now)
    ]
    return mine[-1] if mine else ""
