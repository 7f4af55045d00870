"""People in rows: the directory, whose mailbox is whose, and local passwords."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.address import parse_address
from models.audit import AuditEntry
from models.db import audit
from models.db.tables import PersonAddressRow, PersonRow
from models.errors import NotFound
from models.person import Person, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleChange:
    """What an import changed: ids."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    deactivated: tuple[str, ...]


def changes(session: Session, people: Sequence[Person]) -> PeopleChange:
    """Say what replacing everyone with these people would change."""
    known = {each.id: each for each in everyone(session)}
    given = {each.id for each in people}
    return PeopleChange(
        added=tuple(each.id for each in people if each.id not in known),
        changed=tuple(each.id for each in people if known.get(each.id, each) != each),
        deactivated=tuple(
            each.id for each in known.values() if each.active and each.id not in given
        ),
    )


def replace_all(session: Session, people: Sequence[Person], entry: AuditEntry) -> PeopleChange:
    """Make the directory these people; who is no longer there becomes inactive, never deleted."""
    change = changes(session, people)
    session.execute(delete(PersonAddressRow))
    for person in people:
        _put(session, person)
    for gone in change.deactivated:
        row = session.get_one(PersonRow, gone)
        row.facts = {**row.facts, "active": False}
    session.flush()
    for person in everyone(session):
        for address in person.addresses:
            key = parse_address(address).key
            if session.get(PersonAddressRow, key) is None:
                session.add(PersonAddressRow(key=key, person=person.id))
                session.flush()
    audit.append(session, entry)
    return change


def _put(session: Session, person: Person) -> None:
    facts: dict[str, Any] = asdict(person)
    facts["addresses"] = list(person.addresses)
    facts["roles"] = sorted(person.roles)
    facts["informed"] = person.informed.isoformat() if person.informed else None
    row = session.get(PersonRow, person.id)
    if row is None:
        session.add(PersonRow(id=person.id, facts=facts, password_hash=None))
    else:
        row.facts = facts


def get(session: Session, person_id: str) -> Person:
    """Return one person. Raises NotFound."""
    row = session.get(PersonRow, person_id)
    if row is None:
        raise NotFound("no such person in the directory")
    return _person(row)


def by_address(session: Session, address: str) -> Person | None:
    """Return the person whose mailbox it is."""
    found = session.get(PersonAddressRow, parse_address(address).key)
    return get(session, found.person) if found else None


def everyone(session: Session) -> list[Person]:
    """Return all people, inactive ones too, by id."""
    return [_person(row) for row in session.scalars(select(PersonRow).order_by(PersonRow.id))]


def set_password_hash(session: Session, person_id: str, hashed: str, entry: AuditEntry) -> None:
    """Set a local password. Raises NotFound."""
    row = session.get(PersonRow, person_id)
    if row is None:
        raise NotFound("no such person in the directory")
    row.password_hash = hashed
    audit.append(session, entry)


def password_hash(session: Session, person_id: str) -> str | None:
    """Return the hash of a local password, if there is one."""
    row = session.get(PersonRow, person_id)
    return row.password_hash if row else None


def _person(row: PersonRow) -> Person:
    facts = dict(row.facts)
    facts["addresses"] = tuple(facts["addresses"])
    facts["roles"] = frozenset(Role(each) for each in facts["roles"])
    facts["informed"] = date.fromisoformat(facts["informed"]) if facts["informed"] else None
    return Person(**facts)
