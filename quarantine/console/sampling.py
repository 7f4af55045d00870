"""The protection officer's second look by sample: draw, open as far as needed, judge again.

Content is masked until it is asked for, and each look is entered. The auditor sees the figures.
"""

from dataclasses import dataclass

from starlette.responses import Response

from models.audit import Purpose
from models.db import held as held_messages
from models.db import samples
from models.decision import Choice
from models.errors import NotFound, SettingInvalid
from models.person import Role
from quarantine import access, reports, retreat, sampling
from quarantine.console.charts import percent
from quarantine.console.pages import render, see_other
from quarantine.console.reasons import Reason
from quarantine.console.shown import shown_reasons, shown_texts
from quarantine.console.visit import Page, Permission, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One decision of the sample that is still to be judged."""

    id: int
    held: str
    sent: bool
    reasons: tuple[Reason, ...]


def show(visit: Visit) -> Response:
    """Show what is still to be judged, and how often the second look agreed."""
    return _list(visit)


def draw(visit: Visit) -> Response:
    """Draw a sample."""
    reason = visit.form.get("reason", "")
    try:
        sampling.draw(visit.services.database, by=visit.who, reason=reason, now=visit.now)
    except SettingInvalid:
        return _list(visit, mistake=True, reason=reason)
    return see_other("/oversight/sample")


def show_sampled(visit: Visit) -> Response:
    """Open one as far as it was asked to be; the look is entered in the audit chain."""
    wanted = visit.form.get("depth", "")
    opened = access.open_in_sample(
        visit.services.database,
        visit.services.keyring,
        _sample_id(visit),
        who=visit.who,
        depth=access.Depth.TEXT if wanted == "text" else access.Depth.MATCHES,
        now=visit.now,
    )
    held = opened.held
    return render(
        visit,
        "oversight-sampled.html",
        nav="oversight",
        sample=_sample_id(visit),
        held=held,
        opened=opened.depth.value,
        sent=held.decisions[-1].choice is Choice.RELEASE,
        reasons=shown_reasons(visit, held.rules, held.findings),
        other_policy=visit.services.policy.digest != held.policy,
        texts=shown_texts(visit, opened.texts, held.findings, held.rules),
    )


def judge(visit: Visit) -> Response:
    """Take whether they would have decided the same."""
    answer = visit.form.get("agrees", "")
    if answer not in {"yes", "no"}:
        return _list(visit)
    sampling.judge(
        visit.services.database,
        _sample_id(visit),
        by=visit.who,
        agrees=answer == "yes",
        now=visit.now,
    )
    return see_other("/oversight/sample")


def _sample_id(visit: Visit) -> int:
    given = str(visit.request.path_params["sample"])
    if not given.isascii() or not given.isdigit() or len(given) > len(str(2**31)) - 1:
        raise NotFound("no such sample")
    return int(given)


def _list(visit: Visit, *, mistake: bool = False, reason: str = "") -> Response:
    with visit.services.database.reading() as session:
        drawn = samples.open_of(session, visit.who.id)
        messages = held_messages.of_ids(session, [each.held for each in drawn])
        counts = samples.counts(session, visit.now - retreat.WINDOW)
    by_id = {each.id: each for each in messages}
    rows = [
        Drawn(
            id=each.id,
            held=each.held,
            sent=each.choice is Choice.RELEASE,
            reasons=shown_reasons(visit, by_id[each.held].rules, by_id[each.held].findings),
        )
        for each in drawn
        if each.held in by_id and sampling.can_judge(visit.who, by_id[each.held])
    ]
    agreed = {
        choice: reports.Share(
            part=counts.get((choice, True), 0),
            whole=counts.get((choice, True), 0) + counts.get((choice, False), 0),
        )
        for choice in (Choice.RELEASE, Choice.REFUSE)
    }
    return render(
        visit,
        "oversight-sample.html",
        status=422 if mistake else 200,
        nav="oversight",
        rows=rows,
        sent=agreed[Choice.RELEASE],
        refused=agreed[Choice.REFUSE],
        percent=percent,
        officer=Role.PROTECTION_OFFICER in visit.who.roles,
        mistake=mistake,
        reason=reason,
        number=sampling.SIZE,
    )


SAMPLING_PAGES: tuple[Page, ...] = (
    Page("GET", "/oversight/sample", Permission.OVERSEE, show),
    Page("POST", "/oversight/sample", Permission.OVERSEE, draw),
    Page(
        "POST",
        "/oversight/sample/{sample}/open",
        Permission.OVERSEE,
        show_sampled,
        purposes=(Purpose.QUALITY,),
    ),
    Page("POST", "/oversight/sample/{sample}/judge", Permission.OVERSEE, judge),
)
