"""What the body gives to be registered: a CSV file, documents, a list of domains.

Mistakes are said by line and column, with the shape of what was found and never the value:
"99/99/9999", not someone's date of birth.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from classifiers.detectors.own_records import KINDS, forms
from classifiers.registers import words_of
from classifiers.text.folding import fold
from classifiers.text.reading import read
from models.errors import SettingInvalid
from models.message import Message, Part

_NAMES = ("forename", "surname")
_HEADINGS = {
    "name": "name|full name|enw|enw llawn|company|organisation|cwmni|sefydliad|supplier|client",
    "forename": "forename|forenames|first name|given name|enw cyntaf",
    "surname": "surname|last name|family name|cyfenw",
    "date": "date|date of birth|dob|birth date|dyddiad|dyddiad geni",
    "postcode": "postcode|post code|cod post",
    "email": "email|e mail|email address|ebost|e bost|cyfeiriad ebost",
    "telephone": "telephone|phone|mobile|tel|telephone number|ffon|rhif ffon|ffon symudol",
}
_KIND_OF = {heading: kind for kind, each in _HEADINGS.items() for heading in each.split("|")}
_EXPECTED = {
    "name": "a name of letters",
    "date": "a date such as 2014-03-09 or 09/03/2014",
    "postcode": "a postcode such as CF10 1AA",
    "email": "an address such as gwen@cyngor.example",
    "telephone": "a telephone number such as 01632 960001",
    "reference": "5 to 20 letters and digits, of which one at least is a digit",
}
_MOST_COLUMNS = 63
_MOST_SHOWN = 20  # mistakes, and characters of a shape
_CELL = 100_000  # characters

Record = list[tuple[int, str, str]]
"""Column, kind and value of each value of one record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A CSV file's records."""

    columns: tuple[str, ...]
    records: list[Record] = field(repr=False)


def read_table(path: Path, wanted: str) -> Table:
    """Read some columns of a CSV file: "Full name=name,DOB=date,reference".

    Without "=" the kind is told from the heading; what has no kind of its own is a reference.
    Forename and surname make one name. Raises SettingInvalid with every mistake, a line each.
    """
    csv.field_size_limit(_CELL)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            heading = file.readline()
            divider = max(",;\t", key=heading.count)
            headings = next(csv.reader([heading], delimiter=divider), [])
            columns = _columns(path, wanted, [each.strip() for each in headings])
            rows = [
                (number, row)
                for number, row in enumerate(csv.reader(file, delimiter=divider), start=2)
                if any(each.strip() for each in row)
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or "it is not a CSV file in UTF-8"
        raise SettingInvalid(f"{path}: cannot be read: {reason}") from None
    mistakes: list[str] = []
    records = [_record(number, row, columns, mistakes) for number, row in rows]
    if not rows:
        mistakes.append("holds no records; expected a line of headings and a line a record")
    if mistakes:
        shown = [f"{path}: {each}" for each in mistakes[:_MOST_SHOWN]]
        if more := len(mistakes) - len(shown):
            shown.append(f"{path}: and {more} more mistakes")
        raise SettingInvalid("\n".join(shown))
    return Table(columns=tuple(each.heading for each in columns), records=records)


@dataclass(frozen=True, slots=True)
class _Column:
    heading: str
    kind: str
    at: int  # where it stands in a row
    number: int  # columns of one number are parts of one value


def _columns(path: Path, wanted: str, headings: list[str]) -> list[_Column]:
    lower = [each.lower() for each in headings]
    columns: list[_Column] = []
    mistakes: list[str] = []
    for number, each in enumerate(wanted.split(",")):
        heading, _, kind = (part.strip() for part in each.partition("="))
        kind = kind or _KIND_OF.get(" ".join(_plain(heading)), "reference")
        if heading.lower() not in lower:
            found = ", ".join(headings)
            mistakes.append(f'line 1: has no column "{heading}"; found {found}')
        elif kind not in (*KINDS, *_NAMES):
            known = ", ".join((*KINDS, *_NAMES))
            mistakes.append(f'--columns: "{heading}" is "{kind}"; expected one of {known}')
        else:
            shared = next((known.number for known in columns if known.kind in _NAMES), number)
            place = shared if kind in _NAMES else number
            columns.append(_Column(heading, kind, lower.index(heading.lower()), place))
    if len(columns) > _MOST_COLUMNS:
        mistakes.append(f"--columns: has {len(columns)}; expected at most {_MOST_COLUMNS}")
    if mistakes:
        raise SettingInvalid("\n".join(f"{path}: {each}" for each in mistakes))
    return columns


def _plain(heading: str) -> list[str]:
    return [word.decode() for word in words_of(fold(heading).text)]


def _record(number: int, row: list[str], columns: list[_Column], mistakes: list[str]) -> Record:
    record: Record = []
    names: dict[str, str] = {}
    for column in columns:
        value = row[column.at].strip() if column.at < len(row) else ""
        if column.kind in _NAMES:
            names[column.kind] = value
        elif value and forms(column.kind, value):
            record.append((column.number, column.kind, value))
        elif value:
            mistakes.append(
                f'line {number}: {column.heading} is like "{_shape(value)}";'
                f" expected {_EXPECTED[column.kind]}"
            )
    if any(names.values()):
        shared = next(each.number for each in columns if each.kind in _NAMES)
        whole = " ".join(names.get(each, "").replace(",", " ") for each in _NAMES)
        record.append((shared, "name", whole))
    return record


def _shape(value: str) -> str:
    """What a value looks like: letters as "a", digits as "9"."""
    shape = "".join("9" if each.isdigit() else "a" if each.isalpha() else each for each in value)
    return shape if len(shape) <= _MOST_SHOWN else shape[: _MOST_SHOWN - 1] + "…"


def files_in(paths: Iterable[Path]) -> list[Path]:
    """The files named, and every file below the folders named. Raises SettingInvalid."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(each for each in path.rglob("*") if each.is_file())
        elif path.is_file():
            found.append(path)
        else:
            raise SettingInvalid(f"{path}: is not there")
    return found


def document_words(path: Path) -> tuple[list[bytes], tuple[str, ...]]:
    """Read a document as attachments are read: its words, and why anything could not be read."""
    try:
        payload = path.read_bytes()
    except OSError as error:
        raise SettingInvalid(f"{path}: cannot be read: {error.strerror}") from None
    part = Part(
        number="1",
        content_type="application/octet-stream",
        filename=path.name,
        disposition="attachment",
        payload=payload,
    )
    reading = read(Message(raw=b"", digest="", fields=(), parts=(part,)))
    words = [
        word
        for text, folded in reading.texts
        if text.kind != "header" and "~" not in text.part
        for word in words_of(folded.text)
    ]
    return words, tuple(dict.fromkeys(each.reason for each in reading.unread))


def read_domains(path: Path) -> set[str]:
    """Read domains, one a line; "#" starts a comment. Raises SettingInvalid."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise SettingInvalid(f"{path}: cannot be read: {reason}") from None
    found = list(_domains(lines))
    mistakes = [
        f'{path}: line {number}: is like "{_shape(domain)}"; expected a domain such as'
        " cyngor.example"
        for number, domain in found
        if "." not in domain.strip(".") or not set(domain).isdisjoint("@ /:,")
    ]
    if mistakes:
        raise SettingInvalid("\n".join(mistakes[:_MOST_SHOWN]))
    return {domain.rstrip(".") for _, domain in found}


def _domains(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, start=1):
        if domain := line.partition("#")[0].strip().lower():
            yield number, domain
