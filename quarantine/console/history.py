"""What happened to a held message, from the audit chain, in words."""

from dataclasses import dataclass
from datetime import datetime

from models.audit import Action, AuditEntry, Purpose
from models.db import audit
from quarantine.console.visit import Visit
from quarantine.console.words import mark, translations

_SYSTEM = mark("The automatic check")
_COMMAND_LINE = mark("Someone at the system's command line")
_HAPPENED = {
    Action.HOLD: mark("Held for checking"),
    Action.RELEASE: mark("Decided that it should be sent"),
    Action.VOTE: mark("Agreed that it should be sent; a second person must agree too"),
    Action.REFUSE: mark("Decided that it should not be sent"),
    Action.WITHDRAW: mark("Taken back by the sender"),
    Action.SEND: mark("Sent: the next mail server accepted it"),
    Action.REOPEN: mark("The next mail server rejected it, so it waits for a decision again"),
    Action.REASSIGN: mark("Passed to another reviewer"),
    Action.LOOK: mark("Opened the email"),
    Action.ERASE: mark("Content erased"),
}
_DELIVERING = mark("Opened by the automatic check, to send it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One line of what happened."""

    at: datetime
    who: str
    what: str


def history(visit: Visit) -> tuple[Happened, ...]:
    """Who did what and when, in order; an act that took two entries is shown once."""
    with visit.services.database.reading() as session:
        entries = [each.entry for each in audit.read(session, subject=visit.message.id)]
    return tuple(dict.fromkeys(_happened(visit, each) for each in entries))


def name_of_actor(visit: Visit, actor: str) -> str:
    """The name of a person, or what acted in no person's name."""
    if actor in visit.people:
        return visit.people[actor].name
    words = translations(visit.language)
    return words.gettext(_COMMAND_LINE if actor.startswith("os:") else _SYSTEM)


def _happened(visit: Visit, entry: AuditEntry) -> Happened:
    what = _HAPPENED.get(entry.action, entry.action.value)
    if entry.action is Action.LOOK and entry.purpose is Purpose.DELIVER:
        what = _DELIVERING
    words = translations(visit.language)
    return Happened(at=entry.at, who=name_of_actor(visit, entry.actor), what=words.gettext(what))
