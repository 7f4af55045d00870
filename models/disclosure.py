"""A request by an authority for exhibits of a case: two signatures before, a receipt after. Pure.

Who asked, under which reference and for what is content, and sealed with the case.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from models.case import Case, can_authorise, is_party
from models.person import Person, Role


class LegalGround(StrEnum):
    """Why the body may disclose personal data (Data Protection Act 2018, Schedule 2)."""

    CRIME = "crime"  # paragraph 2: to prevent or detect crime, to apprehend or prosecute
    ORDER = "order"  # paragraph 5(2): an enactment or the order of a court requires it
    PROCEEDINGS = "proceedings"  # paragraph 5(3): legal proceedings, advice, legal rights


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the authority's form says. Sealed under the case's key."""

    authority: str = field(default="", repr=False)
    officer: str = field(default="", repr=False)  # name and number
    reference: str = field(default="", repr=False)  # theirs
    wanted: str = field(default="", repr=False)  # what is asked for, and why it is needed


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Who took the material. Sealed under the case's key."""

    officer: str = field(repr=False)
    on: date
    digest: str  # the bundle's, as the officer read it


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """One request, and how far it has come."""

    id: str
    case: str
    ground: LegalGround
    exhibits: tuple[str, ...]  # ids: the least that answers it
    asked_by: str  # the case worker who recorded it: the first signature
    asked: datetime
    signed_by: str = ""  # the second
    signed: datetime | None = None
    export: str = ""  # the bundle that went
    receipted: datetime | None = None


def can_sign(
    person: Person, disclosure: Disclosure, case: Case, people: Mapping[str, Person]
) -> bool:
    """Tell whether a person may be the second of two: an authoriser or the protection officer.

    Never who recorded it, works on the case, referred it or is a party to it.
    """
    if person.id == disclosure.asked_by or person.id in case.workers:
        return False
    if can_authorise(person, case, people):
        return True
    return (
        person.active
        and Role.PROTECTION_OFFICER in person.roles
        and not person.roles & {Role.ADMINISTRATOR, Role.HR}
        and person.body == case.body
        and person.id != case.referred_by
        and not is_party(case, person.id)
    )
