"""Whose data it is, who may gather it, and what the protection officer decided beforehand."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from models.address import parse_address
from models.db import people
from models.errors import NotFound, NotPermitted, SettingInvalid
from models.person import Person, Role
from quarantine.evidence.words import REASONS
from quarantine.permissions import keys_of

DISCLOSE, UNDECIDED = "disclose", "undecided"
CHOICES = (DISCLOSE, *REASONS)
_REFERENCE = re.compile(r"(?=.*\d)[A-Za-z0-9./-]{1,32}")  # it stands in the audit chain: no name


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One person, known by the directory or by an address alone."""

    person: Person | None
    keys: frozenset[str] = field(repr=False)  # of their addresses
    given: str = field(default="", repr=False)  # the address asked about, if nobody's

    @property
    def id(self) -> str:
        """The person's id; "" for an outside correspondent."""
        return self.person.id if self.person else ""

    @property
    def name(self) -> str:
        """What they are called."""
        return self.person.name if self.person else self.given


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the officer decided: whom to show by name, and which matters to disclose."""

    reference: str  # of the request, the body's own or the register's
    show: frozenset[str] = frozenset()  # ids of people, and keys of addresses
    decided: Mapping[str, str] = field(default_factory=dict)  # a matter's id: one of CHOICES

    def discloses(self, matter: str) -> bool:
        """Tell whether a matter is disclosed: only if someone said so."""
        return self.decided.get(matter) == DISCLOSE

    def code(self, matter: str) -> str:
        """Why a matter is withheld, or that nobody has decided."""
        return self.decided.get(matter, UNDECIDED)


def choices(reference: str, show: tuple[str, ...], decided: Mapping[str, str]) -> Choices:
    """Check what the officer gave. Raises SettingInvalid."""
    if not _REFERENCE.fullmatch(reference):
        raise SettingInvalid(
            "the reference of the request is missing or is no number; expected up to 32 letters,"
            " digits and . / - such as RQ-26-014"
        )
    for matter, choice in decided.items():
        if choice not in CHOICES:
            raise SettingInvalid(
                f'{matter} is decided as "{choice}"; expected one of {", ".join(CHOICES)}'
            )
    shown = frozenset(parse_address(each).key if "@" in each else each for each in show)
    return Choices(reference=reference, show=shown, decided=dict(decided))


def find_subject(session: Session, who: str, by: Person) -> Subject:
    """Return whose data it is, by id or address; leavers too.

    Raises NotFound for an id that nobody has, NotPermitted unless `by` is the protection officer.
    """
    if not may_gather(by):
        raise NotPermitted("only the data protection officer gathers what is kept about someone")
    person = people.by_address(session, who) if "@" in who else people.find(session, who)
    if person is None and "@" not in who:
        raise NotFound("nobody of that id is in the directory; expected an id or an address")
    if person is not None and person.id == by.id:
        raise NotPermitted("nobody gathers what is kept about themselves: another officer does")
    if person is not None and person.body != by.body:
        raise NotFound("nobody of that id is in the directory; expected an id or an address")
    keys = keys_of(person) if person else frozenset({parse_address(who).key})
    return Subject(person=person, keys=keys, given="" if person else who)


def may_gather(person: Person) -> bool:
    """Tell whether a person may gather what is kept about others."""
    return (
        person.active
        and Role.PROTECTION_OFFICER in person.roles
        and Role.ADMINISTRATOR not in person.roles
    )
