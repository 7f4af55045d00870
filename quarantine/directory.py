"""People from a CSV file: every mistake at once, by line and column.

Columns: id, name, addresses (separated by spaces), language (cy or en), department, manager,
deputy, roles (separated by spaces), active, away (yes or no), informed (a date such as
2026-09-01). id, name and addresses must be there; the others may be left out.
"""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from models.address import parse_address
from models.errors import SettingInvalid
from models.person import Person, Role

_NEEDED = ("id", "name", "addresses")
_KNOWN = (
    *_NEEDED,
    "language",
    "department",
    "manager",
    "deputy",
    "roles",
    "active",
    "away",
    "informed",
)
_YES = {"yes": True, "no": False, "": None}


def read_people(path: Path) -> list[Person]:
    """Read everyone in a CSV file. Raises SettingInvalid with every mistake, a line each."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
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
    mistakes += _contradictions(people)
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
        manager=row.get("manager") or None,
        deputy=row.get("deputy") or None,
        roles=frozenset(_role(each) for each in row.get("roles", "").split()),
        active=_answer(row, "active", default=True),
        away=_answer(row, "away", default=False),
        informed=_date(row.get("informed", "")),
    )


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


def _contradictions(people: list[Person]) -> Iterator[str]:
    """What no single line shows: names and addresses used twice, managers who are not there."""
    ids: set[str] = set()
    owners: dict[str, str] = {}
    for each in people:
        if each.id in ids:
            yield f'id "{each.id}" stands twice'
        ids.add(each.id)
        for address in each.addresses:
            owner = owners.setdefault(parse_address(address).key, each.id)
            if owner != each.id:
                yield f'an address of "{each.id}" is also one of "{owner}"'
    for each in people:
        for column in ("manager", "deputy"):
            named = getattr(each, column)
            if named and named not in ids:
                yield f'{column} of "{each.id}" is "{named}", who is not in the file'
