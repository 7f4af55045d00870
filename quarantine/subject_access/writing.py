"""Writes what was gathered into a folder: for the person, and apart from that for the officer.

DIR/for-the-person    report.html and report.txt in the person's language, data.json, schema.json
DIR/for-the-officer   matters to decide, who is behind each mask, the person's own messages whole

Nobody but its owner can read it. It is written beside DIR first, so that what is in DIR is whole.
"""

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO

from models.errors import SettingInvalid
from quarantine.codes import words_of
from quarantine.dates import write_date, write_time
from quarantine.papers.document import (
    Block,
    Facts,
    Heading,
    Items,
    Paragraph,
    Quoted,
    Table,
    html_lines,
    html_of,
    text_lines,
    text_of,
)
from quarantine.papers.words import keys as keys_of_papers
from quarantine.papers.words import say as say_of_papers
from quarantine.subject_access.facts import Record
from quarantine.subject_access.gathering import EXEMPTIONS, Gathering
from quarantine.subject_access.subject import CHOICES
from quarantine.subject_access.words import keys, say

FORMAT, VERSION = "porthor-subject-access", 1
PERSON, OFFICER, ORIGINALS = "for-the-person", "for-the-officer", "originals"
_CATEGORIES = frozenset(keys_of_papers("categories"))
_SCHEMA = Path(__file__).with_name("schema.json")


def write_folder(gathering: Gathering, folder: Path) -> None:
    """Gather and write it all. Raises SettingInvalid if the folder is there and not empty."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SettingInvalid(f"{folder}: is there already; expected a folder that is not, or empty")
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        for each in (part, part / PERSON, part / OFFICER, part / OFFICER / ORIGINALS):
            each.mkdir(mode=0o700, parents=True)
        _write(gathering, part)
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    except OSError as error:
        raise SettingInvalid(f"{folder}: cannot be written: {error.strerror}") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _write(gathering: Gathering, part: Path) -> None:
    person, language = part / PERSON, gathering.mask.language
    title = say("report", "title_of", language, name=gathering.subject.name)
    intro = (*_intro(gathering),)
    with ExitStack() as files:
        page, text, data = (
            files.enter_context(_private(person / name))
            for name in ("report.html", "report.txt", "data.json")
        )
        data.write(_head(gathering))
        *head, foot = html_lines(title, language, intro)
        page.writelines(head)
        text.writelines(text_lines(title, intro))
        seen: Counter[str] = Counter()
        for record in gathering.records():
            blocks = [*_opening(record, seen, language), *_blocks(record, language)]
            data.write(("" if not seen.total() else ",") + "\n" + _json(_plain(record)))
            seen[record.section] += 1
            _put(page, text, blocks)
            if record.original is not None:
                path = part / OFFICER / ORIGINALS / f"{record.facts['id']}.eml"
                with _private(path, binary=True) as file:
                    file.write(record.original)
        _put(page, text, [*_nothing(seen, language), *_searched(gathering)])
        page.write(foot)
        data.write(f'\n],\n"counts": {_json(_counts(gathering))}\n}}\n')
    with _private(person / "schema.json") as file:
        file.write(_SCHEMA.read_text(encoding="utf-8"))
    _for_officer(gathering, part / OFFICER)


def _put(page: TextIO, text: TextIO, blocks: list[Block]) -> None:
    page.writelines(html_of(each) for each in blocks)
    text.writelines("\n" + text_of(each) for each in blocks)


@contextmanager
def _private(path: Path, *, binary: bool = False) -> Iterator[Any]:
    """Open a new file that only its owner can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    mode, encoding = ("wb", None) if binary else ("w", "utf-8")
    with os.fdopen(descriptor, mode, encoding=encoding, newline=None if binary else "\n") as file:
        yield file


def _intro(gathering: Gathering) -> Iterator[Block]:
    language = gathering.mask.language
    at = write_time(gathering.now, language)
    yield Paragraph(say("report", "made", language, at=at, reference=gathering.choices.reference))
    for key in ("data", "masks", "exemptions", "rights"):
        yield Paragraph(say("report", key, language))


def _opening(record: Record, seen: Counter[str], language: str) -> Iterator[Block]:
    if not seen[record.section]:
        yield Heading(say("sections", record.section, language))


def _nothing(seen: Counter[str], language: str) -> Iterator[Block]:
    """Name what there is nothing of; not what may be kept back, for that would say so."""
    absent = [
        each for each in keys("sections") if not seen[each] and each not in {"case", "freeze"}
    ]
    for each in absent:
        yield Heading(say("sections", each, language))
        yield Paragraph(say("report", "nothing", language))


def _searched(gathering: Gathering) -> Iterator[Block]:
    """What was searched, and why that was enough (L35)."""
    language = gathering.mask.language
    counts = {"walked": gathering.walked, "matched": gathering.matched}
    key = "held" if gathering.subject.id else "held_outside"
    yield Heading(say("searched", "title", language))
    yield Items(
        (
            say("searched", key, language, **counts),
            *(say("searched", each, language) for each in ("others", "clean", "named", "erased")),
        )
    )


def _blocks(record: Record, language: str) -> Iterator[Block]:
    """One record as people read it: its own facts, and then each list and text."""
    facts = dict(record.facts)
    if record.section == "held":
        yield Heading(facts["id"], 3)
    texts = facts.pop("texts", [])
    yield Facts(tuple(_rows(facts, language)))
    for each in texts:
        yield Quoted(each["text"])


def _rows(facts: Mapping[str, Any], language: str) -> Iterator[tuple[str, str]]:
    """Name and value of all that there is; a list of several things has a row for each."""
    for name, value in facts.items():
        several = isinstance(value, list) and value and isinstance(value[0], dict)
        for each in value if several else [value]:
            if each not in (None, "", [], {}):
                yield say("fields", name, language), _value(name, each, language)


def _value(name: str, value: Any, language: str) -> str:
    match value:
        case bool():
            return say("values", str(value).lower(), language)
        case datetime():
            return write_time(value, language)
        case date():
            return write_date(value, language)
        case list():
            return "; ".join(_value(name, each, language) for each in value)
        case Mapping() if name == "redactions":
            return "; ".join(
                f"{say('masks', code, language)}: {count}" for code, count in value.items()
            )
        case Mapping() if name == "findings":
            return _finding(value, language)
        case Mapping():
            told = ((key, each) for key, each in value.items() if each not in (None, ""))
            return "; ".join(_value(key, each, language) for key, each in told)
        case str():
            return _word(name, value, language)
    return str(value)


def _finding(found: Mapping[str, Any], language: str) -> str:
    """What was found, what the trained classifier takes it to be, and how sure."""
    category = found["category"]
    kinds = [say_of_papers("categories", category, language)] if category in _CATEGORIES else []
    return "; ".join((found["what"], *kinds, str(found["score"])))


def _word(name: str, value: str, language: str) -> str:
    """A fixed word of ours in the person's language; anything else as it is."""
    if name in {"action", "purpose"}:
        return say("acts" if name == "action" else "purposes", value, language)
    if name == "roles":
        return say_of_papers("roles", value, language)
    if name == "code":
        return words_of(value, "", language) or value
    key = f"{name}-{value}"
    return say("values", key, language) if key in keys("values") else value


def _head(gathering: Gathering) -> str:
    facts = {
        "format": FORMAT,
        "version": VERSION,
        "made": gathering.now,
        "reference": gathering.choices.reference,
        "language": gathering.mask.language,
        "subject": {"id": gathering.subject.id or None, "name": gathering.subject.name},
    }
    return _json(facts)[:-1] + ',\n"records": ['


def _plain(record: Record) -> dict[str, Any]:
    return {"section": record.section, **record.facts}


def _counts(gathering: Gathering) -> dict[str, Any]:
    return {
        "walked": gathering.walked,
        "matched": gathering.matched,
        "opened": gathering.opened,
        "redactions": dict(gathering.mask.masked),
    }


def _json(facts: Mapping[str, Any]) -> str:
    return json.dumps(facts, ensure_ascii=False, default=lambda each: each.isoformat())


def _for_officer(gathering: Gathering, folder: Path) -> None:
    language = gathering.by.language
    title = say("officer", "title", language, reference=gathering.choices.reference)
    blocks = tuple(_officers_blocks(gathering, language))
    with _private(folder / "matters.html") as page, _private(folder / "matters.txt") as text:
        page.writelines(html_lines(title, language, blocks))
        text.writelines(text_lines(title, blocks))
    parties = [
        {"number": number, "code": "third-party", "who": who}
        for number, who in gathering.mask.parties.items()
    ]
    with _private(folder / "redactions.json") as file:
        file.write(json.dumps(parties, ensure_ascii=False, indent=1) + "\n")


def _officers_blocks(gathering: Gathering, language: str) -> Iterator[Block]:
    yield Paragraph(say("officer", "keep", language), warning=True)
    yield Heading(say("officer", "matters", language))
    if not gathering.matters:
        yield Paragraph(say("officer", "none", language))
    else:
        yield Paragraph(say("officer", "withheld", language))
        yield Paragraph(say("officer", "codes", language, codes=", ".join(CHOICES)))
        may_be = ", ".join(say("reasons", each, language) for each in EXEMPTIONS)
        yield Table(
            say("officer", "matters", language),
            tuple(
                say("officer", each, language) for each in ("matter", "what", "may_be", "decided")
            ),
            tuple(
                (each.id, say("matters", each.kind, language), may_be, each.decided)
                for each in gathering.matters.values()
            ),
        )
    yield Heading(say("officer", "counts", language))
    yield Facts(
        (
            (say("officer", "opened", language), str(gathering.opened)),
            (say("officer", "masked", language), str(gathering.mask.masked.total())),
            (say("officer", "parties", language), str(len(gathering.mask.parties))),
        )
    )
    yield from _searched(gathering)
    yield Heading(say("officer", "to_do", language))
    yield Items(tuple(say("officer", f"to_do_{each}", language) for each in range(1, 7)))
