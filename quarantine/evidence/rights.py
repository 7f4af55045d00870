"""Who may see a case, work on it and open what it covers: each answers a refusal or None. Pure.

The refusals are for the record (turned_away.py); the person is told none of them.
"""

from datetime import date
from enum import StrEnum

from models.address import parse_address
from models.case import Case, CaseState, Outline, Reach, can_work, in_scope, is_party
from models.held import HeldMessage
from models.person import Person, Role
from quarantine.permissions import keys_of


class Refusal(StrEnum):
    """Which rule kept someone out; for the record alone."""

    NO_ROLE = "no-role"  # neither of HR nor an authoriser, or an administrator
    NO_CASE = "no-case"
    OTHER_BODY = "other-body"
    NOT_THEIRS = "not-theirs"  # another's case
    PARTY = "party"  # it is about them, they complained, or they referred it
    NOT_APPROVED = "not-approved"
    ON_HOLD = "on-hold"
    CLOSED = "closed"
    EXPIRED = "expired"
    ENVELOPES_ONLY = "envelopes-only"
    OUT_OF_SCOPE = "out-of-scope"
    INVOLVED = "involved"  # the worker sent that message, got it, or is named in it
    NO_REASON = "no-reason"
    NOT_AUTHORISER = "not-authoriser"
    ONE_SIGNATURE = "one-signature"  # a disclosure needs two
    SAME_PERSON = "same-person"  # both signatures would be of one
    NOT_A_SIGNATORY = "not-a-signatory"
    NOT_READY = "not-ready"  # there is no bundle to be had, or to be receipted


_NOT_OPEN = {
    CaseState.DRAFT: Refusal.NOT_APPROVED,
    CaseState.WAITING: Refusal.NOT_APPROVED,
    CaseState.ON_HOLD: Refusal.ON_HOLD,
    CaseState.CLOSED: Refusal.CLOSED,
}


def has_role(person: Person) -> bool:
    """Tell whether cases are any of this person's business."""
    roles = person.roles
    return (
        person.active
        and bool(roles & {Role.HR, Role.AUTHORISER})
        and Role.ADMINISTRATOR not in roles
    )


def refusal_to_see(person: Person, case: Case) -> Refusal | None:
    """Say what keeps a person from knowing of a case: its workers do, and its authoriser."""
    if not has_role(person):
        return Refusal.NO_ROLE
    if person.body != case.body:
        return Refusal.OTHER_BODY
    if is_party(case, person.id) or person.id == case.referred_by:
        return Refusal.PARTY
    if is_worker(person, case) or is_authoriser(person, case):
        return None
    return Refusal.NOT_THEIRS


def refusal_to_oversee(person: Person, case: Case) -> Refusal | None:
    """Say what keeps a person from a case's record: its own people, and the protection officer."""
    officer = Role.PROTECTION_OFFICER in person.roles and Role.ADMINISTRATOR not in person.roles
    if not (person.active and officer and not is_party(case, person.id)):
        return refusal_to_see(person, case)
    return None if person.body == case.body else Refusal.OTHER_BODY


def is_worker(person: Person, case: Case) -> bool:
    """Tell whether a person works on a case."""
    return person.id in case.workers and can_work(person, case)


def is_authoriser(person: Person, case: Case) -> bool:
    """Tell whether a case came to this person for approval."""
    return (
        person.id == case.authoriser
        and case.state is not CaseState.DRAFT
        and Role.AUTHORISER in person.roles
        and person.id not in case.workers
    )


def refusal_to_search(person: Person, case: Case, on: date) -> Refusal | None:
    """Say what keeps a person from searching what a case covers on a day."""
    if refused := refusal_to_see(person, case):
        return refused
    if not is_worker(person, case):
        return Refusal.NOT_THEIRS
    if case.state is not CaseState.OPEN:
        return _NOT_OPEN[case.state]
    if case.approved is None:
        return Refusal.NOT_APPROVED
    if case.ends is None or on > case.ends:
        return Refusal.EXPIRED
    return None


def refusal_to_open(person: Person, case: Case, held: HeldMessage, on: date) -> Refusal | None:
    """Say what keeps a person from opening a held message within a case on a day."""
    if refused := refusal_to_search(person, case, on):
        return refused
    if case.scope.reach is not Reach.CONTENT:
        return Refusal.ENVELOPES_ONLY
    if not in_scope(case, held):
        return Refusal.OUT_OF_SCOPE
    return Refusal.INVOLVED if is_involved(person, held) else None


def is_involved(person: Person, held: HeldMessage | Outline) -> bool:
    """Tell whether a person sent a message, got it or is named in it: they do not open it."""
    if any(each.person == person.id for each in held.involved):
        return True
    mailboxes = keys_of(person)
    addresses = (held.sender, *(each.address for each in held.recipients))
    return any(parse_address(each).key in mailboxes for each in addresses)
