"""The record of a case: one timeline of what was asked, approved, searched, opened and refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.responses import Response

from models.audit import Action, AuditEntry
from models.case import ID
from models.db import audit_extract, case_searches, exhibits, freezes
from models.db import cases as case_rows
from models.db.case_searches import Search
from models.db.cases import CaseLook
from quarantine.access import Depth
from quarantine.console.cases import about_case, next_day, render_case
from quarantine.console.lists import name_of
from quarantine.console.visit import Visit
from quarantine.console.words import mark, translations
from quarantine.evidence.rights import Refusal

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
    Action.OVERSEE: mark("Read this record"),
    Action.REMIND: mark("Reminded: a day of this case has passed"),
    Action.ADD_EXHIBIT: mark("Added an exhibit"),
    Action.REDACT: mark("Cut words in the reading copy of an exhibit"),
    Action.BUNDLE: mark("Made an evidence bundle"),
    Action.LOOK: mark("Opened an exhibit"),
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
_CHANGED = {  # the first word of a change's detail
    "purpose": mark("Answered: purpose"),
    "milder": mark("Answered: why nothing milder will do"),
    "basis": mark("Answered: lawful basis"),
    "scope": mark("Answered: who and when"),
    "reach": mark("Answered: what may be searched"),
    "telling": mark("Answered: telling the employee"),
    "on-hold": mark("Put the case on hold"),
    "resumed": mark("Went on with the case"),
    "draft": mark("Made it a draft again: its approval ended"),
    "given": mark("Gave the employee their copy"),
    "answered": mark("Recorded the employee's answer"),
    "appealed": mark("Recorded the employee's appeal"),
    "worker": mark("Let a colleague work on it"),
    "at": mark("Acted at the system's command line"),
}
_STEPS = {  # the second word of a detail: how far a bundle or a request came
    (Action.BUNDLE, "asked"): mark("Asked for an evidence bundle"),
    (Action.BUNDLE, "failed"): mark("An evidence bundle could not be made"),
    (Action.BUNDLE, "fetched"): mark("Fetched an evidence bundle"),
    (Action.DISCLOSE, "asked"): mark("Recorded an authority's request, and signed it first"),
    (Action.DISCLOSE, "signed"): mark("Signed an authority's request second"),
}
_NAMED = frozenset(  # the first word of their detail names what it was
    {Action.ADD_EXHIBIT, Action.REDACT, Action.BUNDLE, Action.DISCLOSE, Action.RECEIPT}
)
_HOLDS = frozenset({Action.FREEZE, Action.ASK_UNFREEZE, Action.UNFREEZE, Action.TURN_AWAY})
_REFUSED = {
    Refusal.OUT_OF_SCOPE: mark("Was refused: outside the scope"),
    Refusal.NOT_APPROVED: mark("Was refused: not approved"),
    Refusal.CLOSED: mark("Was refused: the case is closed"),
    Refusal.EXPIRED: mark("Was refused: past the last day"),
    Refusal.ON_HOLD: mark("Was refused: on hold"),
    Refusal.ONE_SIGNATURE: mark("Was refused: one signature of two"),
    Refusal.SAME_PERSON: mark("Was refused: both signatures would be one person's"),
    Refusal.NOT_A_SIGNATORY: mark("Was refused: not a person who may sign second"),
    Refusal.INVOLVED: mark("Was refused: the email is to, from or about them"),
}
_SYSTEM = mark("The automatic check")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the timeline."""

    at: datetime
    who: str
    what: str
    search: Search | None = None  # with its counts, if it was one
    held: str = ""  # the message that was opened, or what an exhibit, bundle or hold is called
    said: str = field(default="", repr=False)  # terms of a search, or what was being checked


def show(visit: Visit) -> Response:
    """Show everything, the oldest first; it can be printed."""
    case, keyring = visit.the_case, visit.services.keyring
    with visit.services.database.reading() as session:
        entries = _entries(session, case.id)
        looks = case_rows.looks(session, keyring, case.id)
        searches = {
            each.id: (each, case_searches.terms(session, keyring, case.id, each.id).words)
            for each in case_searches.of_case(session, case.id)
        }
    lines = [_line(visit, each, searches) for each in entries if not _only_begins(each)]
    lines += [_look(visit, each) for each in looks]
    lines.sort(key=lambda each: each.at)
    return render_case(visit, "case-record.html", **about_case(visit), lines=lines)


def _entries(session: Session, case_id: str) -> list[AuditEntry]:
    """Everything about a case, its legal holds, and the opening of its exhibits."""
    holds = {each.id for each in freezes.listed(session, case=case_id)}
    originals = {each.held for each in exhibits.of_case(session, case_id)}
    found = audit_extract.of_subjects(session, {case_id, *holds, *originals})
    return [
        each.entry
        for each in found
        if each.entry.subject == case_id
        or (each.entry.subject in holds and each.entry.action in _HOLDS)
        or each.entry.detail.startswith(f"case {case_id}: ")
    ]


def show_all(visit: Visit) -> Response:
    """List the cases of the body for who oversees it, without their titles."""
    with visit.services.database.reading() as session:
        found = case_rows.find(session, body=visit.who.body)
    rows = [(each, next_day(each)) for each in found]
    return render_case(visit, "oversight-cases.html", nav="oversight", rows=rows)


def _only_begins(entry: AuditEntry) -> bool:
    """A search is shown once: how it ended."""
    return entry.action is Action.SEARCH and entry.detail.endswith(": begins")


def _line(visit: Visit, entry: AuditEntry, searches: Mapping[int, tuple[Search, str]]) -> Line:
    words = translations(visit.language)
    number = entry.detail.removeprefix("search ").partition(":")[0]
    known = entry.action is Action.SEARCH and number.isdecimal()
    search, said = searches.get(int(number), (None, "")) if known else (None, "")
    return Line(
        at=entry.at,
        who=_who(visit, entry.actor),
        what=words.gettext(_what(entry)),
        search=search,
        held=_named(entry),
        said=said,
    )


def _named(entry: AuditEntry) -> str:
    """What an exhibit, a bundle, a request or a legal hold is called, or an opened original."""
    if entry.action in _NAMED:
        return entry.detail.partition(" ")[0].rstrip(":,")
    return "" if ID.fullmatch(entry.subject) else entry.subject


def _what(entry: AuditEntry) -> str:
    """What was done, to be translated."""
    first, _, rest = entry.detail.partition(" ")
    if entry.action is Action.CHANGE_CASE:
        return _CHANGED.get(first.rstrip(":"), _HAPPENED[entry.action])
    if entry.action is Action.TURN_AWAY:
        why = next((each for each in rest.split() if each in set(Refusal)), None)
        return (
            _REFUSED.get(Refusal(why), _HAPPENED[entry.action]) if why else _HAPPENED[entry.action]
        )
    step = rest.partition(" ")[0].rstrip(":,")
    return _STEPS.get((entry.action, step)) or _HAPPENED.get(entry.action, entry.action.value)


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
