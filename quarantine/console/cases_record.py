"""The record of a case: one timeline of what was asked, approved, searched, opened and refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from starlette.responses import Response

from models.audit import Action, AuditEntry
from models.db import audit, case_searches
from models.db import cases as case_rows
from models.db.cases import CaseLook
from quarantine.access import Depth
from quarantine.console.cases import about_case, render_case
from quarantine.console.lists import name_of
from quarantine.console.visit import Visit
from quarantine.console.words import mark, translations

_HAPPENED = {
    Action.OPEN_CASE: mark("Opened the case"),
    Action.CHANGE_CASE: mark("Changed the case"),
    Action.SUBMIT_CASE: mark("Asked for approval"),
    Action.APPROVE_CASE: mark("Approved the case"),
    Action.SEND_BACK_CASE: mark("Sent the case back"),
    Action.REVIEW_CASE: mark("Said that it is still necessary"),
    Action.CLOSE_CASE: mark("Closed the case"),
    Action.SEARCH: mark("Searched"),
    Action.TURN_AWAY: mark("Was refused"),
    Action.REMIND: mark("Reminded: a day of this case has passed"),
    Action.ADD_EXHIBIT: mark("Added an exhibit"),
    Action.REDACT: mark("Made a redacted copy"),
    Action.BUNDLE: mark("Made an evidence bundle"),
    Action.DISCLOSE: mark("Disclosed evidence"),
    Action.RECEIPT: mark("Recorded a receipt"),
    Action.FREEZE: mark("Put on a legal hold"),
    Action.ASK_UNFREEZE: mark("Asked to lift a legal hold"),
    Action.UNFREEZE: mark("Lifted a legal hold"),
}
_LOOKS = {
    Depth.MATCHES: mark("Opened what was found, masked"),
    Depth.TEXT: mark("Opened the text"),
    Depth.ATTACHMENTS: mark("Opened the text and attachments"),
}
_SYSTEM = mark("The automatic check")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the timeline."""

    at: datetime
    who: str
    what: str
    detail: str = ""  # fixed words, ids and counts
    held: str = ""  # the message that was opened
    said: str = field(default="", repr=False)  # terms of a search, or what was being checked


def show(visit: Visit) -> Response:
    """Show everything, the oldest first; it can be printed."""
    case, keyring = visit.the_case, visit.services.keyring
    with visit.services.database.reading() as session:
        entries = [each.entry for each in audit.read(session, subject=case.id)]
        looks = case_rows.looks(session, keyring, case.id)
        words = {
            each.id: case_searches.terms(session, keyring, case.id, each.id).words
            for each in case_searches.of_case(session, case.id)
        }
    lines = [_line(visit, each, words) for each in entries]
    lines += [_look(visit, each) for each in looks]
    lines.sort(key=lambda each: each.at)
    return render_case(visit, "case-record.html", **about_case(visit), lines=lines)


def _line(visit: Visit, entry: AuditEntry, terms: Mapping[int, str]) -> Line:
    words = translations(visit.language)
    said = ""
    if entry.action is Action.SEARCH:
        number = entry.detail.removeprefix("search ").partition(":")[0]
        said = terms.get(int(number), "") if number.isdecimal() else ""
    what = _HAPPENED.get(entry.action)
    return Line(
        at=entry.at,
        who=_who(visit, entry.actor),
        what=words.gettext(what) if what else entry.action.value,
        detail=entry.detail,
        said=said,
    )


def _look(visit: Visit, look: CaseLook) -> Line:
    words = translations(visit.language)
    return Line(
        at=look.at,
        who=_who(visit, look.by),
        what=words.gettext(_LOOKS[Depth(look.depth)]),
        held=look.held,
        said=look.reason,
    )


def _who(visit: Visit, actor: str) -> str:
    return (
        name_of(visit, actor)
        if actor != "system"
        else translations(visit.language).gettext(_SYSTEM)
    )
