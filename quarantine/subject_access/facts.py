"""What is told of each thing that is kept: names and values for data.json, others masked. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.audit import Action, AuditEntry
from models.case import Case
from models.db.answers import Answer
from models.db.subject import ReportTie, RightOpened, SessionKept, Tied
from models.decision import Decision
from models.finding import Finding, Text
from models.freeze import Freeze
from models.group import Group
from models.held import HeldMessage, HeldState
from models.message import Message
from models.person import Person
from models.policy import Policy
from models.statement import Saying, Statement
from quarantine.subject_access.masking import Form, Mask, spans_of

HAPPENED = frozenset(
    {
        *(Action.HOLD, Action.RELEASE, Action.VOTE, Action.STOP, Action.RETURN, Action.ASK_AGAIN),
        *(Action.REFUSE, Action.WITHDRAW, Action.SEND, Action.REOPEN, Action.REASSIGN),
        *(Action.HAND_ON, Action.REMIND, Action.EXPLAIN, Action.URGENT, Action.SOMEONE_ELSE),
        *(Action.DISPUTE, Action.APPEAL, Action.FOUND_PRIVATE, Action.ERASE, Action.NAME),
    }
)
DEPTHS = frozenset({"matches", "text", "attachments"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One thing about the person, as data.json has it; `section` is a key of words [sections]."""

    section: str
    facts: Mapping[str, Any] = field(repr=False)
    original: bytes | None = field(default=None, repr=False)  # the person's own message


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldParts:
    """One held message with what is kept beside it; of another's, nothing of what was done."""

    message: HeldMessage
    tied: Tied
    texts: Sequence[Text] | None = field(repr=False)  # None: the content is not here
    parsed: Message | None = field(default=None, repr=False)
    kept_back: bool = False  # what it says is a matter for the officer
    said: Sequence[Statement] = ()
    answers: Sequence[Answer] = ()
    looks: Sequence[AuditEntry] = ()  # those to be told of
    acts: Sequence[AuditEntry] = ()
    referral: bool = False  # that it went to HR is disclosed


def directory(person: Person, groups: Sequence[Group], mask: Mask) -> Record:
    """A person's entry, and the identity provider's groups that they are in."""
    absence = person.absence
    facts = {
        "id": person.id,
        "name": person.name,
        "addresses": list(person.addresses),
        "language": person.language,
        "department": person.department,
        "body": person.body,
        **{
            name: mask.person(value) if (value := getattr(person, name)) else None
            for name in ("manager", "deputy", "alternate")
        },
        "roles": sorted(person.roles),
        "standing": person.standing.value,
        "away": person.away,
        "absent_from": absence.first if absence else None,
        "absent_until": absence.last if absence else None,
        "informed": person.informed,
        "informed_by": person.informed_by,
        "source": person.source.value,
        "external_id": person.external_id,
        "groups": sorted(each.name for each in groups if person.id in each.members),
    }
    return Record(section="directory", facts=facts)


def held_message(
    parts: HeldParts, mask: Mask, policy: Policy, name: Callable[[Finding, str], str]
) -> Record:
    """A held message: as its sender sees it, unless the referral is disclosed.

    `name` gives what a finding is called in a language.
    """
    before = Counter(mask.masked)
    message = parts.message
    names = mask.names_in(parts.parsed, [each.person for each in message.involved])
    own = parts.tied.own
    decisions = message.decisions if own else ()
    facts: dict[str, Any] = {
        "id": message.id,
        "ties": list(parts.tied.ties),
        "received": message.received,
        "state": _state(parts).value,
        "sender": mask.address(message.sender),
        "recipients": [mask.address(each.address) for each in message.recipients],
        "size": message.size,
        "rules": [_rule(each, policy, mask.language) for each in message.rules],
        "findings": [
            {
                "what": name(each, mask.language),
                "detector": each.detector,
                "category": each.category,
                "score": round(each.score, 3),
            }
            for each in message.findings
        ],
        "decisions": [_decision(each, mask, names) for each in decisions],
        "statements": [_statement(each, mask, names) for each in parts.said],
        "answers": [
            {"at": each.at, "by": mask.person(each.by), "should_hold": each.should_hold}
            for each in parts.answers
        ],
        "looks": [look(each, mask) for each in parts.looks],
        "happened": [
            {"at": at, "by": mask.person(actor), "action": action.value}
            for at, actor, action in dict.fromkeys(
                (each.at, each.actor, each.action) for each in parts.acts
            )
        ],
        "content": _content(parts),
        "texts": _texts(parts, mask, names),
        "original": "with-officer" if own and parts.texts is not None else None,
    }
    facts["redactions"] = dict(mask.masked - before)
    return Record(section="held", facts=facts)


def _content(parts: HeldParts) -> str:
    if parts.kept_back:
        return "with-officer"
    return "not-here" if parts.texts is None else "given"


def _state(parts: HeldParts) -> HeldState:
    if parts.referral and parts.message.state is HeldState.REFERRED:
        return HeldState.REFERRED
    return parts.message.seen_by_sender


def _rule(rule_id: str, policy: Policy, language: str) -> dict[str, str]:
    rule = policy.rule(rule_id)
    return {
        "id": rule_id,
        "title": rule.title.in_language(language) if rule else "",
        "clause": rule.clause if rule else "",
    }


def _texts(parts: HeldParts, mask: Mask, names: Sequence[Form]) -> list[dict[str, str]]:
    found = parts.message.findings
    return [
        {
            "part": each.part,
            "kind": each.kind,
            "text": mask.text(each.content, names, spans_of(found, each.part, each.kind)),
        }
        for each in parts.texts or ()
    ]


def _decision(decision: Decision, mask: Mask, names: Sequence[Form] = ()) -> dict[str, Any]:
    return {
        "at": decision.at,
        "by": mask.person(decision.by),
        "choice": decision.choice.value,
        "code": decision.code,
        "reason": mask.text(decision.reason, names),
    }


def _statement(said: Statement, mask: Mask, names: Sequence[Form] = ()) -> dict[str, Any]:
    return {
        "at": said.at,
        "by": mask.person(said.by),
        "kind": said.kind.value,
        "text": mask.text(said.text, names),
    }


def look(entry: AuditEntry, mask: Mask) -> dict[str, Any]:
    """One look: who, when, why and how far."""
    depth = entry.detail.partition(",")[0]
    return {
        "at": entry.at,
        "by": mask.person(entry.actor),
        "purpose": entry.purpose.value if entry.purpose else None,
        "depth": depth if depth in DEPTHS else None,
    }


def decision_made(held: str, decision: Decision, mask: Mask) -> Record:
    """A decision of the person's; the reason is their own words, but may name others."""
    facts = _decision(decision, mask)
    del facts["by"]
    return Record(section="decision", facts={"held": held, **facts})


def said(statement: Statement, mask: Mask) -> Record:
    """What the person said about a held message."""
    facts = _statement(statement, mask)
    del facts["by"]
    return Record(section="statement", facts={"held": statement.held, **facts})


def answered(answer: Answer) -> Record:
    """What the person answered about holding."""
    facts = {"held": answer.held, "at": answer.at, "should_hold": answer.should_hold}
    return Record(section="answer", facts=facts)


def self_report(report: ReportTie, mask: Mask) -> Record:
    """A report of theirs, in their words; of one that they were told, only that there was one."""
    theirs = report.by == mask.subject.id
    facts = {
        "id": report.id,
        "at": report.at,
        "by": mask.person(report.by),
        "read_at": report.read_at,
        "text": mask.text(report.text) if theirs else None,
    }
    return Record(section="self-report", facts=facts)


def case(found: Case, part: str, mask: Mask) -> Record:
    """A case that concerns the person, disclosed; never what others wrote in it."""
    facts = {
        "id": found.id,
        "part": part,
        "title": mask.text(found.title),
        "state": found.state.value,
        "opened": found.opened,
        "basis": found.basis,
        "approved": found.approved,
        "ends": found.ends,
        "closed": found.closed,
        "outcome": found.outcome.value if found.outcome else None,
    }
    return Record(section="case", facts=facts)


def freeze(found: Freeze) -> Record:
    """A freeze that covers the person's mail, disclosed."""
    facts = {
        "id": found.id,
        "kind": found.kind.value,
        "placed": found.placed,
        "review": found.review,
        "lifted": found.lifted,
    }
    return Record(section="freeze", facts=facts)


def emergency_right(found: RightOpened, mask: Mask) -> Record:
    """An emergency right that was asked for the person."""
    facts = {
        "asked": found.asked,
        "asked_by": mask.person(found.asked_by),
        "opened": found.opened,
        "ends": found.ends,
        "reason": mask.text(found.reason),
    }
    return Record(section="emergency-right", facts=facts)


def sign_in(found: SessionKept) -> Record:
    """A session of the console."""
    facts = {
        "opened": found.opened,
        "used": found.used,
        "method": found.method,
        "browser": found.browser,
    }
    return Record(section="sign-in", facts=facts)


def entry(found: AuditEntry, mask: Mask) -> Record:
    """One entry of the audit chain that the person made, or that is about them."""
    about = found.subject
    facts = {
        "at": found.at,
        "by": mask.person(found.actor),
        "action": found.action.value,
        "on": mask.person(about) if about in mask.everyone else about,
        "purpose": found.purpose.value if found.purpose else None,
    }
    return Record(section="entry", facts=facts)


def without_referral(statements: Iterable[Statement]) -> list[Statement]:
    """Leave out why a message went to HR: a matter of its own."""
    return [each for each in statements if each.kind is not Saying.REFERRED]
