"""People in rows: the directory, whose mailbox is whose, and local passwords."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from sqlalchemy import Row, delete, select
from sqlalchemy.orm import Session

from models.address import parse_address
from models.audit import Action, AuditEntry
from models.db import audit, sign_ins
from models.db.tables import DirectoryRow, PersonAddressRow, PersonRow
from models.directory import Directory
from models.errors import Conflict, NotFound
from models.person import Absence, Person, Role, Source, Standing

_read: dict[str, Directory] = {}  # the directory read last, by its version; no two are the same
_REVIEWING = ("manager", "deputy", "alternate", "roles", "standing", "body")  # who may read what


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One fact of one person that an import changes, as text; addresses only as how many."""

    person: str
    fact: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleChange:
    """What an import changed: ids, and each fact of those who were known before."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    deactivated: tuple[str, ...]  # no longer in the file: they have left
    differences: tuple[Difference, ...] = ()


def changes(session: Session, people: Sequence[Person]) -> PeopleChange:
    """Say what replacing everyone with these people would change.

    Whoever the identity provider keeps does not leave by not being among them, and is at work,
    suspended or gone as it says.
    """
    known = {each.id: each for each in everyone(session)}
    people = _as_kept(people, known)
    given = {each.id for each in people}
    differences = {
        each.id: _differences(known[each.id], each) for each in people if each.id in known
    }
    return PeopleChange(
        added=tuple(each.id for each in people if each.id not in known),
        changed=tuple(each for each, found in differences.items() if found),
        deactivated=tuple(
            each.id
            for each in known.values()
            if each.id not in given
            and each.standing is not Standing.LEFT
            and each.source is Source.IMPORT
        ),
        differences=tuple(each for found in differences.values() for each in found),
    )


def _as_kept(people: Iterable[Person], known: Mapping[str, Person]) -> list[Person]:
    """People of an import, with what the identity provider says of those it keeps."""
    return [
        replace(
            each,
            source=before.source,
            external_id=before.external_id,
            standing=before.standing if before.source is Source.SCIM else each.standing,
        )
        if (before := known.get(each.id))
        else each
        for each in people
    ]


def _differences(before: Person, after: Person) -> list[Difference]:
    """Every fact that differs. What a person says of their own absence is not the directory's."""
    return [
        Difference(
            person=after.id,
            fact=each.name,
            before=_shown(getattr(before, each.name)),
            after=_shown(getattr(after, each.name)),
        )
        for each in fields(Person)
        if each.name != "absence" and getattr(before, each.name) != getattr(after, each.name)
    ]


def _shown(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case frozenset():
            return " ".join(sorted(value))
        case tuple():
            return f"{len(value)} addresses"
        case _:
            return str(value)


def replace_all(session: Session, people: Sequence[Person], entry: AuditEntry) -> PeopleChange:
    """Make the directory these people; who is no longer there has left, and is never deleted.

    Who may read whose mail, and who was told of the monitoring, is entered person by person.
    """
    audit.lock(session)
    change = changes(session, people)
    people = _as_kept(people, {each.id: each for each in everyone(session)})
    session.execute(delete(PersonAddressRow))
    for person in people:
        _put(session, person)
        if not person.active:
            sign_ins.close_all(session, person.id)
    for gone in change.deactivated:
        row = session.get_one(PersonRow, gone)
        row.facts = {**row.facts, "active": False}
        row.standing = Standing.LEFT.value
        sign_ins.close_all(session, gone)
    session.flush()
    taken: set[str] = set()
    for person in sorted(everyone(session), key=lambda each: not each.active):
        for address in person.addresses:
            key = parse_address(address).key
            if key not in taken:
                taken.add(key)
                session.add(PersonAddressRow(key=key, person=person.id))
    audit.append(session, entry)
    for each in _to_enter(change, people, entry):
        audit.append(session, each)
    return change


def _to_enter(
    change: PeopleChange, people: Sequence[Person], entry: AuditEntry
) -> Iterator[AuditEntry]:
    """The entries about single people that an import makes."""
    for each in change.differences:
        if each.fact in _REVIEWING:
            detail = f"{each.fact}: {each.before or '-'} to {each.after or '-'}"
            yield replace(entry, action=Action.CHANGE_PERSON, subject=each.person, detail=detail)
    for gone in change.deactivated:
        yield replace(entry, action=Action.CHANGE_PERSON, subject=gone, detail="standing: left")
    told = set(change.added)
    told |= {each.person for each in change.differences if each.fact.startswith("informed")}
    for person in people:
        if person.id in told and person.informed:
            detail = f"{person.informed} {person.informed_by}".strip()
            yield replace(entry, action=Action.INFORM, subject=person.id, detail=detail)


def put(session: Session, person: Person, entry: AuditEntry) -> None:
    """Add or change one person. Raises Conflict if an address is another's.

    Who may read whose mail is entered fact by fact, as an import does.
    """
    audit.lock(session)
    before = find(session, person.id)
    keys = {parse_address(each).key for each in person.addresses}
    others = select(PersonAddressRow.key).where(
        PersonAddressRow.key.in_(keys), PersonAddressRow.person != person.id
    )
    if session.scalars(others).first() is not None:
        raise Conflict("an address of this person is also another's")
    _put(session, person)
    if not person.active:
        sign_ins.close_all(session, person.id)
    session.execute(delete(PersonAddressRow).where(PersonAddressRow.person == person.id))
    session.flush()
    session.add_all(PersonAddressRow(key=each, person=person.id) for each in sorted(keys))
    audit.append(session, entry)
    if before is not None:
        for each in _differences(before, person):
            if each.fact in _REVIEWING:
                detail = f"{each.fact}: {each.before or '-'} to {each.after or '-'}"
                audit.append(session, replace(entry, detail=detail))


def set_absence(
    session: Session, person_id: str, absence: Absence | None, entry: AuditEntry
) -> None:
    """Note that a person is away, or is back. Raises NotFound."""
    audit.lock(session)
    row = session.get(PersonRow, person_id)
    if row is None:
        raise NotFound("no such person in the directory")
    row.absent_from = absence.first if absence else None
    row.absent_until = absence.last if absence else None
    audit.append(session, entry)


def _put(session: Session, person: Person) -> None:
    facts: dict[str, Any] = asdict(person)
    for column in (
        "standing",
        "alternate",
        "informed_by",
        "absence",
        "source",
        "external_id",
    ):  # in columns of their own
        del facts[column]
    facts["active"] = person.active
    facts["addresses"] = list(person.addresses)
    facts["roles"] = sorted(person.roles)
    facts["informed"] = person.informed.isoformat() if person.informed else None
    row = session.get(PersonRow, person.id)
    if row is None:
        row = PersonRow(id=person.id, password_hash=None)
        session.add(row)
    row.facts = facts
    row.standing = person.standing.value
    row.alternate = person.alternate
    row.informed_by = person.informed_by
    row.source = person.source.value
    row.external_id = person.external_id


def get(session: Session, person_id: str) -> Person:
    """Return one person. Raises NotFound."""
    row = session.get(PersonRow, person_id)
    if row is None:
        raise NotFound("no such person in the directory")
    return _person(row)


def find(session: Session, person_id: str) -> Person | None:
    """Return one person, or None."""
    row = session.get(PersonRow, person_id)
    return _person(row) if row else None


def by_address(session: Session, address: str) -> Person | None:
    """Return the person whose mailbox it is."""
    found = session.get(PersonAddressRow, parse_address(address).key)
    return get(session, found.person) if found else None


def everyone(session: Session) -> list[Person]:
    """Return all people, inactive ones too, by id."""
    facts = select(
        PersonRow.facts,
        PersonRow.standing,
        PersonRow.alternate,
        PersonRow.informed_by,
        PersonRow.absent_from,
        PersonRow.absent_until,
        PersonRow.source,
        PersonRow.external_id,
    )
    return [_person(row) for row in session.execute(facts.order_by(PersonRow.id))]


def directory(session: Session) -> Directory:
    """Return everyone as they are now; read anew only if anything changed since the last time.

    A trigger gives the directory a new version, at random, with every change of a person's row.
    """
    version = _version(session)
    known = _read.get(version or "")
    if known is not None:
        return known
    made = Directory(everyone(session))
    if version is not None and version == _version(session):  # nothing changed meanwhile
        _read.clear()
        _read[version] = made
    return made


def _version(session: Session) -> str | None:
    return session.scalar(select(DirectoryRow.version))


def set_password_hash(session: Session, person_id: str, hashed: str, entry: AuditEntry) -> None:
    """Set a local password. Raises NotFound."""
    audit.lock(session)
    row = session.get(PersonRow, person_id)
    if row is None:
        raise NotFound("no such person in the directory")
    row.password_hash = hashed
    audit.append(session, entry)


def password_hash(session: Session, person_id: str) -> str | None:
    """Return the hash of a local password, if there is one."""
    row = session.get(PersonRow, person_id)
    return row.password_hash if row else None


def _person(row: PersonRow | Row[Any]) -> Person:
    facts = dict(row.facts)
    facts["addresses"] = tuple(facts["addresses"])
    facts["roles"] = frozenset(Role(each) for each in facts["roles"])
    facts["informed"] = date.fromisoformat(facts["informed"]) if facts["informed"] else None
    active = facts.pop("active")
    before_0002 = Standing.ACTIVE if active else Standing.LEFT
    return Person(
        **facts,
        standing=Standing(row.standing) if row.standing else before_0002,
        alternate=row.alternate,
        informed_by=row.informed_by or "",
        absence=Absence(first=row.absent_from, last=row.absent_until) if row.absent_from else None,
        source=Source(row.source) if row.source else Source.IMPORT,
        external_id=row.external_id or "",
    )
