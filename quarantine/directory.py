"""People from a CSV file: every mistake at once, by line and column; and what the directory lacks.

Columns: id, name, addresses (separated by spaces), language (cy or en), department, body (where
one gateway serves several: HR of one sees no case of another), manager, deputy, alternate (who
decides on the mail of one who has no manager: a chief executive, a head), roles (separated by
spaces), standing (active, suspended or left; or active, yes or no), away (yes or no), informed
(when told of the monitoring, a date such as 2026-09-01), informed_by (how, such as letter). id,
name and addresses must be there; the others may be left out. Columns are parted by commas,
semicolons or tabs.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from models.address import parse_address
from models.errors import SettingInvalid
from models.person import Person, Role, Standing
from quarantine.told import is_told

_NEEDED = ("id", "name", "addresses")
_KNOWN = (
    *_NEEDED,
    "language",
    "department",
    "body",
    "manager",
    "deputy",
    "alternate",
    "roles",
    "standing",
    "active",
    "away",
    "informed",
    "informed_by",
)
_NAMING = ("manager", "deputy", "alternate")
_LONGEST_BODY = 64  # characters
_LONGEST_HOW = 40  # characters of informed_by
_ENOUGH = 2  # one may be away, or named in the message; an officer cannot agree alone
_YES = {"yes": True, "no": False, "": None}


def read_people(path: Path, kept: Iterable[Person] = ()) -> list[Person]:
    """Read everyone in a CSV file. Raises SettingInvalid with every mistake, a line each.

    Those in `kept`, whom the identity provider keeps, need not be in it to be named.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            reader = csv.DictReader(file, delimiter=max(",;\t", key=first.count))
            columns = reader.fieldnames or []
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or "it is not a CSV file in UTF-8"
        raise SettingInvalid(f"{path}: cannot be read: {reason}") from None
    mistakes = [
        f"column {each}: unknown; expected {', '.join(_KNOWN)}"
        for each in columns
        if each not in _KNOWN
    ]
    mistakes += [f"column {each}: is missing" for each in _NEEDED if each not in columns]
    if mistakes:
        raise SettingInvalid("\n".join(f"{path}: {each}" for each in mistakes))
    people: list[Person] = []
    for number, row in enumerate(rows, start=2):
        try:
            people.append(
                _person({key: (value or "").strip() for key, value in row.items() if key})
            )
        except ValueError as error:
            mistakes.append(f"line {number}: {error}")
    given = {each.id for each in people}
    mistakes += _contradictions(people, [each for each in kept if each.id not in given])
    if mistakes:
        raise SettingInvalid("\n".join(f"{path}: {each}" for each in mistakes))
    return people


def _person(row: dict[str, str]) -> Person:
    """Build one person. Raises ValueError naming the column."""
    addresses = tuple(row["addresses"].split())
    if not row["id"] or row["id"] != row["id"].lower() or " " in row["id"]:
        raise ValueError(f'id is "{row["id"]}"; expected a name in lower case, without spaces')
    if not addresses or not all("@" in each for each in addresses):
        raise ValueError("addresses: expected one or more, such as gwen@cyngor.example")
    language = row.get("language") or "cy"
    if language not in ("cy", "en"):
        raise ValueError(f'language is "{language}"; expected cy or en')
    return Person(
        id=row["id"],
        name=row["name"] or row["id"],
        addresses=addresses,
        language=language,
        department=row.get("department", ""),
        body=_body(row.get("body", "")),
        manager=row.get("manager") or None,
        deputy=row.get("deputy") or None,
        alternate=row.get("alternate") or None,
        roles=frozenset(_role(each) for each in row.get("roles", "").split()),
        standing=_standing(row),
        away=_answer(row, "away", default=False),
        informed=_date(row.get("informed", "")),
        informed_by=_how(row.get("informed_by", "")),
    )


def _body(text: str) -> str:
    if len(text) > _LONGEST_BODY or not text.isprintable():
        raise ValueError(f"body: expected a short name, at most {_LONGEST_BODY} characters")
    return text


def _standing(row: dict[str, str]) -> Standing:
    text = row.get("standing", "").lower()
    if not text:
        return Standing.ACTIVE if _answer(row, "active", default=True) else Standing.LEFT
    try:
        return Standing(text)
    except ValueError:
        raise ValueError(f'standing is "{text}"; expected active, suspended or left') from None


def _how(text: str) -> str:
    if len(text) > _LONGEST_HOW or not text.isprintable():
        raise ValueError(f"informed_by: expected a few words, at most {_LONGEST_HOW} characters")
    return text


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        known = ", ".join(each.value for each in Role)
        raise ValueError(f'roles: "{text}" is unknown; expected {known}') from None


def _answer(row: dict[str, str], column: str, *, default: bool) -> bool:
    text = row.get(column, "").lower()
    if text not in _YES:
        raise ValueError(f'{column} is "{text}"; expected yes or no')
    answer = _YES[text]
    return default if answer is None else answer


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError(f'informed is "{text}"; expected a date such as 2026-09-01') from None


def _contradictions(people: list[Person], kept: list[Person]) -> Iterator[str]:
    """What no single line shows: names and addresses used twice, managers who are not there."""
    ids: set[str] = set()
    owners = {parse_address(address).key: each.id for each in kept for address in each.addresses}
    for each in people:
        if each.id in ids:
            yield f'id "{each.id}" stands twice'
        ids.add(each.id)
        for address in each.addresses:
            owner = owners.setdefault(parse_address(address).key, each.id)
            if owner != each.id:
                yield f'an address of "{each.id}" is also one of "{owner}"'
    ids.update(each.id for each in kept)
    for each in people:
        for column in _NAMING:
            named = getattr(each, column)
            if named and named not in ids:
                yield f'{column} of "{each.id}" is "{named}", who is not in the file'
            if named == each.id:
                yield f'{column} of "{each.id}" is the same person'


class Lack(StrEnum):
    """What can keep held mail waiting, or from being held at all."""

    MANAGER = "no manager and no alternate"
    CIRCLE = "their managers go round in a circle"
    MANAGER_GONE = "their manager has left or is suspended"
    DEPUTY_GONE = "their deputy has left or is suspended"
    DEPUTY = "manages people and has no deputy"
    MANAGER_RUNS_IT = "manages people and is an administrator, who reads no mail"
    NOT_INFORMED = "not recorded as informed of the monitoring"
    ON_DUTY = "fewer than two duty reviewers at work"
    SENSITIVE = "fewer than two sensitive reviewers at work"
    NAMED_OFFICERS = "fewer than two named officers of the sealed lane at work"


_TWO_OF = {
    Role.DUTY_REVIEWER: Lack.ON_DUTY,
    Role.SENSITIVE_REVIEWER: Lack.SENSITIVE,
    Role.NAMED_OFFICER: Lack.NAMED_OFFICERS,
}


def lacks(people: Mapping[str, Person]) -> dict[Lack, tuple[str, ...]]:
    """Say what the directory lacks: for each kind the ids of those it concerns, sorted.

    Nothing here loses a message: quarantine/escalation.py finds someone else. It says where
    the line is so thin that mail goes to the duty reviewers.
    """
    active = [each for each in people.values() if each.active]
    managers = {each.manager for each in active}
    found: dict[Lack, set[str]] = {each: set() for each in Lack}
    for person in active:
        for lack in _lacks_of(person, people, manages=person.id in managers):
            found[lack].add(person.id)
    for role, lack in _TWO_OF.items():
        with_it = {each.id for each in active if role in each.roles}
        if len(with_it) < _ENOUGH:
            found[lack] = with_it or {"-"}
    return {lack: tuple(sorted(ids)) for lack, ids in found.items() if ids}


def _lacks_of(person: Person, people: Mapping[str, Person], *, manages: bool) -> Iterator[Lack]:
    manager, deputy = people.get(person.manager or ""), people.get(person.deputy or "")
    if manager is None and not person.alternate:
        yield Lack.MANAGER
    if manager is not None and not manager.active:
        yield Lack.MANAGER_GONE
    if _is_circular(person, people):
        yield Lack.CIRCLE
    if manages and deputy is None:
        yield Lack.DEPUTY
    if deputy is not None and not deputy.active:
        yield Lack.DEPUTY_GONE
    if manages and Role.ADMINISTRATOR in person.roles:
        yield Lack.MANAGER_RUNS_IT
    if person.informed is None:
        yield Lack.NOT_INFORMED


def _is_circular(person: Person, people: Mapping[str, Person]) -> bool:
    seen: set[str] = set()
    above: Person | None = person
    while above is not None and above.id not in seen:
        seen.add(above.id)
        above = people.get(above.manager or "")
    return above is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How many of a department's people were told of the monitoring (L7)."""

    department: str
    people: int
    informed: int


def coverage(people: Iterable[Person], on: date) -> tuple[Coverage, ...]:
    """Count, by department, who is active and who was told by a day."""
    counted: dict[str, list[bool]] = {}
    for each in people:
        if each.active:
            counted.setdefault(each.department, []).append(is_told(each, on))
    return tuple(
        Coverage(department=name, people=len(told), informed=sum(told))
        for name, told in sorted(counted.items())
    )
