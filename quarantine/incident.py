"""The incident sheet: what is known of a breach, gathered for the protection officer (L57).

Facts alone (UK GDPR Art 33 and 34): nothing is opened, no address and no words of anybody's stand
on it, and what no record holds is named for a person to fill in. Making one is entered in the
audit chain. What went into the sealed lane has none, as if it were not there.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from models.address import in_domains, parse_address
from models.audit import BY_PEOPLE, OF_CASES, Action, AuditEntry
from models.db import audit, held, outbox, people, statements
from models.db.database import Database
from models.errors import NotFound, SettingInvalid
from models.finding import Finding
from models.held import HeldMessage, HeldState
from models.person import Person, Role
from models.policy import Policy
from quarantine.permissions import People, can_review, is_sender, sender_of

CLOCK = timedelta(hours=72)  # plain hours: weekends and bank holidays do not stop it
SYSTEM, COMMAND_LINE, SOMEONE = "system", "os", "reviewer"  # who acted, where no name is given
SENDER = "sender"
_REFERENCE = re.compile(r"[A-Za-z0-9-]{1,32}")
_GOT_IT = re.compile(r"(\d+) got it")  # as Review.reopen enters it
_DONE = frozenset(
    {
        *(Action.HOLD, Action.RELEASE, Action.VOTE, Action.STOP, Action.RETURN, Action.ASK_AGAIN),
        *(Action.REFUSE, Action.WITHDRAW, Action.SEND, Action.REOPEN, Action.APPEAL, Action.ERASE),
    }
)
_ALWAYS_MISSING = ("people", "records", "consequences", "measures", "contact", "told")
_MISSING_HELD = ("attachments", "others")
_MISSING_REPORT = ("what", "when", "whom", "deleted")
_MISSING_EMPTY = ("what", "when", "aware")


class Outcome(StrEnum):
    """What happened, in fixed words."""

    STOPPED = "stopped"  # nobody got it, as far as this system knows
    BEING_SENT = "being-sent"  # released: the worker has it
    LEFT = "left"
    LEFT_FOR_SOME = "left-for-some"
    REPORTED = "self-reported"
    UNKNOWN = "unknown"  # of the system itself: a person says it


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One act or look; `by` is a person's id, or SYSTEM, COMMAND_LINE, SOMEONE or SENDER."""

    by: str
    entry: AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """What is known of the held email."""

    held: datetime  # it was sent by its sender just then
    size: int  # octets, the whole message
    inside: int  # recipients who waited, at the body's own domains
    outside: int
    domains: tuple[str, ...] = field(repr=False)  # of those outside
    got: int  # recipients who are known to have got it
    left: datetime | None  # when the next hop took it for the last of them
    rules: tuple[str, ...]
    findings: tuple[Finding, ...]  # without excerpts
    policy: str  # digest of the policy that held it
    looks: tuple[Done, ...]  # of people at others' mail, those within an HR case left out
    done: tuple[Done, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is known of a self-report, but for its words."""

    told: str | None  # a person's id
    read: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The facts of one incident."""

    reference: str = ""  # a held message's or a self-report's; "" for one of the system itself
    outcome: Outcome = Outcome.UNKNOWN
    made: datetime
    made_by: str
    began: datetime | None = None  # it was held, or reported
    aware: datetime | None = None  # when the body knew: what the officer said, or when it began
    department: str | None = None  # the sender's; None if they are not in the directory
    email: Email | None = None
    report: Report | None = None
    missing: tuple[str, ...]  # what a person fills in: keys of the words for it

    @property
    def deadline(self) -> datetime | None:
        """When 72 hours from then end."""
        return self.aware + CLOCK if self.aware else None


def may_make(person: Person) -> bool:
    """Tell whether a person makes incident sheets."""
    return (
        person.active
        and Role.PROTECTION_OFFICER in person.roles
        and Role.ADMINISTRATOR not in person.roles
    )


def make(  # noqa: PLR0913 - of something, by someone, at some time
    database: Database,
    policy: Policy,
    reference: str,
    *,
    by: Person,
    now: datetime,
    aware: datetime | None = None,
    account: str = "",
) -> Sheet:
    """Gather what is known, of a held message, of a self-report, or with "" of nothing yet.

    `aware` is when the body knew; `account` the machine's, "os:NAME", of the command line.
    Raises NotFound for another than the officer and for what is not there for them,
    SettingInvalid if the body knew later than now.
    """
    if not may_make(by):
        raise NotFound("only the data protection officer makes incident sheets")
    if aware is not None and aware > now:
        raise SettingInvalid("when the body became aware is after now; expected a time before")
    with database.writing() as session:
        sheet = _sheet(session, policy, reference, by, now)
        if aware is not None:
            missing = tuple(each for each in sheet.missing if each != "aware")
            sheet = replace(sheet, aware=aware, missing=missing)
        facts = ["incident sheet", sheet.reference or "of the system itself"]
        facts += [f"aware {aware.isoformat()}"] if aware else []
        entry = AuditEntry(
            at=now,
            actor=by.id,
            action=Action.OVERSEE,
            subject="incident",
            detail=", ".join(filter(None, [*facts, account])),
        )
        audit.append(session, entry)
    return sheet


def _sheet(session: Session, policy: Policy, reference: str, by: Person, now: datetime) -> Sheet:
    """What is known by itself; the body knew when it began."""
    empty = Sheet(made=now, made_by=by.id, missing=(*_MISSING_EMPTY, *_ALWAYS_MISSING))
    if not reference:
        return empty
    if not _REFERENCE.fullmatch(reference):
        raise NotFound("there is no held message and no self-report of that reference")
    known = people.directory(session)
    message = _held(session, reference, by)
    if message is None:
        return _of_report(session, known, reference, by, empty)
    email = _email(session, message, known, policy)
    outcome, sender = _outcome(message, email), sender_of(message, known)
    who = ("who",) if outcome is Outcome.LEFT_FOR_SOME else ()
    return replace(
        empty,
        reference=message.id,
        outcome=outcome,
        began=message.received,
        aware=message.received,
        department=sender.department if sender else None,
        email=email,
        missing=(*who, *_MISSING_HELD, *_ALWAYS_MISSING),
    )


def _held(session: Session, reference: str, by: Person) -> HeldMessage | None:
    """The message, if there is one that this officer may know of."""
    try:
        message = held.get(session, reference)
    except NotFound:
        return None
    if message.state is HeldState.SEALED or message.body != by.body:
        return None
    return message


def _of_report(session: Session, known: People, reference: str, by: Person, empty: Sheet) -> Sheet:
    report = statements.report(session, reference)
    reporter = known.get(report.by)
    if (reporter.body if reporter else "") != by.body:
        raise NotFound("no such report")
    return replace(
        empty,
        reference=report.id,
        outcome=Outcome.REPORTED,
        began=report.at,
        aware=report.at,
        department=reporter.department if reporter else None,
        report=Report(told=report.told, read=report.read_at),
        missing=(*_MISSING_REPORT, *_ALWAYS_MISSING),
    )


def _email(session: Session, message: HeldMessage, known: People, policy: Policy) -> Email:
    entries = [each.entry for each in audit.read(session, subject=message.id)]
    domains = [parse_address(each.address).domain for each in message.recipients]
    outside = [each for each in domains if not in_domains(each, policy.domains)]
    looks = [each for each in entries if _is_look(each)]
    acts = [each for each in entries if each.action in _DONE]
    sent = [each.at for each in entries if each.action is Action.SEND]
    return Email(
        held=message.received,
        size=message.size,
        inside=len(domains) - len(outside),
        outside=len(outside),
        domains=tuple(sorted(set(outside))),
        got=_got(session, message, entries),
        left=sent[-1] if sent else None,
        rules=message.rules,
        findings=message.findings,
        policy=message.policy,
        looks=_done(looks, message, known),
        done=_done(acts, message, known),
    )


def _is_look(entry: AuditEntry) -> bool:
    """Tell whether a person opened it; what a case looked at stands in the case's record."""
    return entry.action is Action.LOOK and entry.purpose in BY_PEOPLE - OF_CASES


def _got(session: Session, message: HeldMessage, entries: Sequence[AuditEntry]) -> int:
    """Count the recipients who are known to have got it.

    When the next hop rejects a release for good, those who got it leave the row, and their number
    is entered; while it tries again, they have left the worker's queue.
    """
    before = [
        int(found[1])
        for each in entries
        if each.action is Action.REOPEN and (found := _GOT_IT.search(each.detail))
    ]
    now = 0
    if message.state is HeldState.SENT:
        now = len(message.recipients)
    elif message.state is HeldState.RELEASED:
        left = outbox.still_to_get(session, message.id)
        now = len(message.recipients) - left if left is not None else 0
    return sum(before) + now


def _outcome(message: HeldMessage, email: Email) -> Outcome:
    if message.state is HeldState.SENT:
        return Outcome.LEFT
    if email.got:
        return Outcome.LEFT_FOR_SOME
    return Outcome.BEING_SENT if message.state is HeldState.RELEASED else Outcome.STOPPED


def _done(entries: Sequence[AuditEntry], message: HeldMessage, known: People) -> tuple[Done, ...]:
    """Who did what, in order; an act that took two entries once."""
    found = {
        (each.at, each.actor, each.action, each.purpose): Done(
            by=_who(each.actor, message, known), entry=each
        )
        for each in reversed(entries)
    }
    return tuple(reversed(found.values()))


def _who(actor: str, message: HeldMessage, known: People) -> str:
    """Whom to name: never that it was HR, as on the message's own page."""
    if actor.startswith("os:"):
        return COMMAND_LINE
    person = known.get(actor)
    if person is None:
        return SYSTEM
    if is_sender(person, message):
        return SENDER
    hidden = Role.HR in person.roles and not can_review(person, message, known)
    return SOMEONE if hidden else person.id


def as_json(sheet: Sheet, policy: Policy) -> dict[str, Any]:
    """The sheet as data: ids, counts, instants with their zone; `missing` has keys of words."""
    email, report = sheet.email, sheet.report
    return {
        "reference": sheet.reference or None,
        "outcome": sheet.outcome.value,
        "made": sheet.made.isoformat(),
        "made_by": sheet.made_by,
        "began": _iso(sheet.began),
        "aware": _iso(sheet.aware),
        "deadline": _iso(sheet.deadline),
        "department": sheet.department,
        "email": _email_as_json(email, policy) if email else None,
        "report": {"told": report.told, "read": _iso(report.read)} if report else None,
        "missing": list(sheet.missing),
    }


def _email_as_json(email: Email, policy: Policy) -> dict[str, Any]:
    rules = [(each, policy.rule(each)) for each in email.rules]
    return {
        "left": _iso(email.left),
        "size": email.size,
        "recipients": {"inside": email.inside, "outside": email.outside, "got": email.got},
        "domains": list(email.domains),
        "found": dict(Counter(each.detector for each in email.findings)),
        "rules": [{"id": each, "clause": rule.clause if rule else None} for each, rule in rules],
        "policy": email.policy,
        "looks": [
            {**_done_as_json(each), "purpose": each.entry.purpose, "how": each.entry.detail}
            for each in email.looks
        ],
        "done": [{**_done_as_json(each), "action": each.entry.action.value} for each in email.done],
    }


def _done_as_json(done: Done) -> dict[str, Any]:
    return {"at": done.entry.at.isoformat(), "by": done.by}


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
