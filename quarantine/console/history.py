"""What happened to a held message, from the audit chain, in words: who looked, how far and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.audit import OF_CASES, Action, AuditEntry, Purpose
from models.db import audit
from models.person import Person, Role
from quarantine.access import Depth
from quarantine.appeals import NOBODY
from quarantine.console.pseudonyms import THE_SENDER
from quarantine.console.visit import Visit
from quarantine.console.words import mark, translations
from quarantine.permissions import can_review, is_sender, sender_of

_SYSTEM = mark("The automatic check")
_COMMAND_LINE = mark("Someone at the system's command line")
_A_REVIEWER = mark("A reviewer")
_HAPPENED = {
    Action.HOLD: mark("Held for checking"),
    Action.RELEASE: mark("Decided that it should be sent"),
    Action.VOTE: mark("Agreed that it should be sent; a second person must agree too"),
    Action.STOP: mark("Stopped it before it was sent, so it waits for a decision again"),
    Action.RETURN: mark("Gave it back to the sender to fix"),
    Action.ASK_AGAIN: mark("Asked for a decision again"),
    Action.REFUSE: mark("Decided that it should not be sent"),
    Action.WITHDRAW: mark("Taken back by the sender"),
    Action.SEND: mark("Sent: the next mail server accepted it"),
    Action.REOPEN: mark("The next mail server rejected it, so it waits for a decision again"),
    Action.REASSIGN: mark("Passed to another reviewer"),
    Action.HAND_ON: mark("Said that someone else should decide"),
    Action.REMIND: mark("Asked the same reviewer again"),
    Action.EXPLAIN: mark("Explained why it needs to be sent"),
    Action.URGENT: mark("Said that it is urgent"),
    Action.SOMEONE_ELSE: mark("Asked for someone else to check it"),
    Action.DISPUTE: mark("Said that it should not have been held"),
    Action.APPEAL: mark("Appealed: another person is to decide"),
    Action.ERASE: mark("Content erased"),
    Action.NAME: mark("Was shown who sent it"),
    Action.SECOND_PERSON: mark("Asked, or agreed, to open it together with someone"),
}
_APPEALED_IN_VAIN = mark("Appealed, but nobody else could decide")
_LOOKS = {
    (Purpose.DECIDE, Depth.MATCHES): mark("Opened what was found, masked, to decide"),
    (Purpose.DECIDE, Depth.TEXT): mark("Opened the text, to decide"),
    (Purpose.DECIDE, Depth.ATTACHMENTS): mark("Opened the text and attachments, to decide"),
    (Purpose.ANSWER, Depth.MATCHES): mark(
        "Opened what was found, masked, to answer for a decision"
    ),
    (Purpose.ANSWER, Depth.TEXT): mark("Opened the text, to answer for a decision"),
    (Purpose.ANSWER, Depth.ATTACHMENTS): mark(
        "Opened the text and attachments, to answer for a decision"
    ),
}
_SAMPLED = mark("Opened to judge a decision drawn at random again")
_OWN = mark("Opened by its sender")
_DELIVERING = mark("Opened by the automatic check, to send it")
_COMPARING = mark("Compared by the automatic check with other emails of the same sender")
_LOOKED = mark("Opened the email")
_IN_A_CASE = mark("Opened the email within a case")
_PASSED_TO_HR = mark("Passed it to HR")
_UNSAID = frozenset({"again", "back from HR"})  # the turn of the same person begins anew; HR
_NEVER_SHOWN = frozenset(  # nor what HR does, to anyone but HR; nor the sealed lane
    {
        Action.REFER,
        Action.LABEL,
        Action.SEAL,
        Action.HAND_OVER,
        Action.TURN_AWAY,
        Action.FOUND_PRIVATE,
    }
)


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
    return tuple(dict.fromkeys(_happened(visit, each) for each in _shown(entries)))


def name_of_actor(visit: Visit, actor: str) -> str:
    """The name of a person, or what acted in no person's name; never that it was HR."""
    words = translations(visit.language)
    if actor in visit.people:
        person = visit.people[actor]
        if visit.pseudonym and _is_whose(visit, person):
            return words.gettext(THE_SENDER)
        hidden = Role.HR in person.roles and not can_review(person, visit.message, visit.people)
        return words.gettext(_A_REVIEWER) if hidden else person.name
    return words.gettext(_COMMAND_LINE if actor.startswith("os:") else _SYSTEM)


def _is_whose(visit: Visit, person: Person) -> bool:
    """Whether the visit's message is this person's, from their own mailbox or a shared one."""
    sender = sender_of(visit.message, visit.people)
    return is_sender(person, visit.message) or (sender is not None and sender.id == person.id)


def _shown(entries: Sequence[AuditEntry]) -> list[AuditEntry]:
    """Without what went to HR, and what a case looked at: the page tells everyone so, always."""
    return [
        each
        for each in entries
        if each.action not in _NEVER_SHOWN
        and each.purpose not in OF_CASES
        and each.purpose is not Purpose.HAND_OVER
        and not (each.action is Action.REASSIGN and each.detail in _UNSAID)
    ]


def _happened(visit: Visit, entry: AuditEntry) -> Happened:
    what = _HAPPENED.get(entry.action, entry.action.value)
    if entry.action is Action.LOOK:
        what = look_in_words(entry)
    elif entry.action is Action.APPEAL and entry.detail == NOBODY:
        what = _APPEALED_IN_VAIN
    words = translations(visit.language)
    return Happened(at=entry.at, who=name_of_actor(visit, entry.actor), what=words.gettext(what))


def decision_in_words(action: Action) -> str:
    """What a person did about a message, to be translated; what went to HR is said so."""
    return _PASSED_TO_HR if action is Action.REFER else _HAPPENED[action]


def look_in_words(entry: AuditEntry) -> str:
    """How far a message was opened and why, to be translated."""
    depth = entry.detail.partition(",")[0]  # a file that was drawn is told after it
    match entry.purpose:
        case Purpose.DELIVER:
            return _DELIVERING
        case Purpose.COMPARE:
            return _COMPARING
        case Purpose.OWN:
            return _OWN
        case Purpose.INVESTIGATE | Purpose.EVIDENCE:
            return _IN_A_CASE
        case Purpose.QUALITY:
            return _SAMPLED
        case Purpose.DECIDE | Purpose.ANSWER if depth in set(Depth):
            return _LOOKS[entry.purpose, Depth(depth)]
        case _:
            return _LOOKED
