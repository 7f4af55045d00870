"""A case: why HR may look, at whose mail, of which days, until when, and who said so. Pure.

No case, no content (L42): a case opens nothing until someone who neither works on it nor
referred it has approved it, and nothing after its last day. Scope and dates are compared here
and nowhere else. What people wrote (the allegation, why nothing milder will do) is `Answers`,
which is sealed; a `Case` itself is safe to log.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from models.address import parse_address
from models.body import HERE
from models.envelope import Recipient
from models.held import HeldMessage, HeldState, Involved, Tie
from models.person import Person, Role

LONGEST = timedelta(days=183)  # a case is approved for half a year at most
_WORD = re.compile(r"[^\W_]+")
ID = re.compile(r"HR-\d{2}-\d{3,6}")


class CaseState(StrEnum):
    """Where a case stands."""

    DRAFT = "draft"
    WAITING = "waiting"  # for its authoriser
    OPEN = "open"
    ON_HOLD = "on-hold"  # stopped for a time: it admits nothing
    CLOSED = "closed"


TRANSITIONS: dict[CaseState, frozenset[CaseState]] = {
    CaseState.DRAFT: frozenset({CaseState.WAITING, CaseState.CLOSED}),
    CaseState.WAITING: frozenset({CaseState.OPEN, CaseState.DRAFT, CaseState.CLOSED}),
    CaseState.OPEN: frozenset({CaseState.ON_HOLD, CaseState.DRAFT, CaseState.CLOSED}),
    CaseState.ON_HOLD: frozenset({CaseState.OPEN, CaseState.DRAFT, CaseState.CLOSED}),
    CaseState.CLOSED: frozenset(),
}


class Task(StrEnum):
    """What must be answered before a case can be approved, in any order."""

    PURPOSE = "purpose"  # the allegation, or the question it answers
    BASIS = "basis"  # of the body's register
    SCOPE = "scope"  # people and dates
    REACH = "reach"  # what may be searched
    MILDER = "milder"  # why nothing less intrusive will do
    TELLING = "telling"  # whether the employee is told


class Reach(StrEnum):
    """How far into held mail a case may look, the milder first."""

    ENVELOPES = "envelopes"  # who wrote to whom, when, and under which rule; nothing is opened
    CONTENT = "content"


class Telling(StrEnum):
    """Whether the employee knows of the case."""

    TOLD = "told"
    LATER = "later"  # with a reason, and a day on which that is looked at again


class Outcome(StrEnum):
    """How a case ended, in categories that name nobody."""

    NO_CASE = "no-case"
    INFORMAL = "informal"
    FORMAL = "formal"
    ELSEWHERE = "elsewhere"  # passed to the police, a regulator, safeguarding
    STOPPED = "stopped"  # withdrawn, or no longer necessary


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose mail, of which days, how far. Mailboxes stand as they were when it was written."""

    people: tuple[str, ...] = ()  # ids; leavers and those suspended too
    mailboxes: tuple[str, ...] = field(default=(), repr=False)  # address keys: theirs, and shared
    first: date | None = None
    last: date | None = None
    reach: Reach | None = None
    complainant: str = field(default="", repr=False)  # an id or an address key; "" for nobody
    complainant_mailboxes: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case. Ids such as "HR-26-014"; days are local."""

    id: str
    body: str  # of the several a gateway may serve; "" where there is one
    title: str = field(repr=False)  # neutral: it names nobody
    state: CaseState
    opened: datetime
    workers: tuple[str, ...]  # ids of HR; the first opened it
    referred_by: str = ""  # the id of the manager who passed it to HR
    about: str = ""  # the held message it began with
    flagged: bool = False  # that message may be a protected disclosure, or union business (L45)
    basis: str = ""  # an id of the body's register of lawful bases
    scope: Scope = Scope()
    telling: Telling | None = None
    tell_on: date | None = None  # told on that day; or to be looked at again then
    authoriser: str = ""
    approved: datetime | None = None
    ends: date | None = None  # the last day on which it admits anything
    review: date | None = None  # by when to say whether it is still necessary
    outcome: Outcome | None = None
    closed: datetime | None = None
    keep_until: date | None = None
    reminded: datetime | None = None  # someone was told that a day has passed


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What people wrote in a case. Sealed under its own key."""

    allegation: str = field(default="", repr=False)
    milder: str = field(default="", repr=False)
    telling: str = field(default="", repr=False)  # why the employee is told later
    necessity: str = field(default="", repr=False)  # why it was still necessary, last time
    note: str = field(default="", repr=False)  # the authoriser's, when it was sent back or narrowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What of a held message decides whether a case covers it, read without the rest."""

    id: str
    received: datetime
    sender: str = field(repr=False)
    recipients: tuple[Recipient, ...] = field(repr=False)
    involved: tuple[Involved, ...] = ()
    apart: bool = False
    marked_personal: bool = False
    body: str = ""


def admits(case: Case, on: date) -> bool:
    """Tell whether a case opens anything on a day: approved, open, and not past its end."""
    return (
        case.state is CaseState.OPEN
        and case.approved is not None
        and case.ends is not None
        and on <= case.ends
    )


def in_scope(case: Case, held: HeldMessage | Outline) -> bool:
    """Tell whether the scope, as it is written, has a held message in it.

    Mail to HR or to a protected address (a union, a whistleblowing line), and mail that its
    sender marked personal (L21), is in no case's scope, but for the message that a case began
    with: a person referred that one.
    """
    scope = case.scope
    day = held.received.astimezone(HERE).date()
    if isinstance(held, HeldMessage) and held.state is HeldState.SEALED:
        return False
    if held.body != case.body or not (scope.first and scope.last):
        return False
    if not scope.first <= day <= scope.last or (
        (held.apart or held.marked_personal) and held.id != case.about
    ):
        return False
    return _is_by(scope, held) and _is_to_complainant(scope, held)


def _is_by(scope: Scope, held: HeldMessage | Outline) -> bool:
    if parse_address(held.sender).key in scope.mailboxes:
        return True
    return any(each.tie is Tie.AUTHOR and each.person in scope.people for each in held.involved)


def _is_to_complainant(scope: Scope, held: HeldMessage | Outline) -> bool:
    """In a case that a recipient's complaint began, only what went to them counts."""
    if not scope.complainant:
        return True
    if any(
        each.tie is Tie.RECIPIENT and each.person == scope.complainant for each in held.involved
    ):
        return True
    return any(
        parse_address(each.address).key in scope.complainant_mailboxes for each in held.recipients
    )


def missing(case: Case, answers: Answers) -> tuple[Task, ...]:
    """Return what must still be answered before approval can be asked for."""
    scope = case.scope
    done = {
        Task.PURPOSE: bool(answers.allegation),
        Task.BASIS: bool(case.basis),
        Task.SCOPE: bool(scope.mailboxes and scope.first and scope.last),
        Task.REACH: scope.reach is not None,
        Task.MILDER: bool(answers.milder),
        Task.TELLING: case.telling is not None,
    }
    return tuple(each for each in Task if not done[each])


def can_move(before: CaseState, after: CaseState) -> bool:
    """Tell whether a case may go from one state to another."""
    return after in TRANSITIONS[before]


def is_party(case: Case, person: str) -> bool:
    """Tell whether a case is about this person, or began with their complaint."""
    return person in case.scope.people or person == case.scope.complainant


def can_work(person: Person, case: Case) -> bool:
    """Tell whether a person may work on a case: HR of its body, and no party to it."""
    return (
        person.active
        and Role.HR in person.roles
        and Role.ADMINISTRATOR not in person.roles
        and person.body == case.body
        and not is_party(case, person.id)
        and person.id != case.referred_by
    )


def can_authorise(person: Person, case: Case, people: Mapping[str, Person]) -> bool:
    """Tell whether a person may approve a case.

    Never who works on it, referred it, is a party to it or manages one; and of what may be a
    protected disclosure nobody of HR (L45).
    """
    managers = {people[each].manager for each in case.scope.people if each in people}
    return (
        person.active
        and Role.AUTHORISER in person.roles
        and Role.ADMINISTRATOR not in person.roles
        and person.body == case.body
        and person.id not in {*case.workers, case.referred_by, *managers}
        and not is_party(case, person.id)
        and not (case.flagged and Role.HR in person.roles)
    )


def is_narrower(scope: Scope, than: Scope) -> bool:
    """Tell whether a scope lies within another, or is the same."""
    if not (scope.first and scope.last and than.first and than.last and scope.mailboxes):
        return False
    return (
        set(scope.people) <= set(than.people)
        and set(scope.mailboxes) <= set(than.mailboxes)
        and than.first <= scope.first <= scope.last <= than.last
        and scope.reach in {than.reach, Reach.ENVELOPES}
        and scope.complainant == than.complainant
    )


def names_someone(title: str, people: Sequence[Person]) -> bool:
    """Tell whether a title names a person of the directory, whole or by surname: it must not."""
    words = _WORD.findall(title)
    joined = f" {' '.join(words).casefold()} "
    capitals = {each for each in words[1:] if each[0].isupper()}
    for each in people:
        name = _WORD.findall(each.name)
        whole, turned = " ".join(name), " ".join((*name[1:], *name[:1]))
        if len(name) > 1 and (
            f" {whole.casefold()} " in joined
            or f" {turned.casefold()} " in joined
            or name[-1] in capitals
        ):
            return True
    return "@" in title
