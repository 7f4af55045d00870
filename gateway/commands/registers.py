"""porthor registers add-records, add-documents, add-domains, show, remove."""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import track

from classifiers.detectors.fingerprints import shingles_of
from gateway.config import load_settings
from gateway.register_sources import document_words, files_in, read_domains, read_table
from gateway.registers import NewList, Registered, load, registers_folder, save
from models.errors import SettingInvalid

_T = TypeVar("_T")


def add_records(arguments: argparse.Namespace) -> int:
    """Register the records of a CSV file."""
    folder = _folder(arguments)
    table = read_table(arguments.file, arguments.columns)
    new = _new(arguments, load(folder), "records")
    records = _tracked(table.records, "Hashing records")
    return _kept(arguments, new.with_records(table.columns, records, len(table.records)))


def add_documents(arguments: argparse.Namespace) -> int:
    """Register documents; 1 if one could not be read, wholly or at all."""
    folder = _folder(arguments)
    new = _new(arguments, load(folder), "documents")
    left_out = {
        shingle
        for given in arguments.boilerplate
        for shingle in shingles_of(document_words(given)[0])
    }
    documents = []
    lacking: dict[str, tuple[str, ...]] = {}
    for path in _tracked(files_in(arguments.paths), "Reading documents"):
        words, unread = document_words(path)
        if words:
            documents.append(words)
        if unread or not words:
            lacking[str(path)] = unread or ("no-text",)
    if not documents:
        raise SettingInvalid("none of the documents could be read; nothing was registered")
    _kept(arguments, new.with_documents(documents, left_out))
    for name, reasons in lacking.items():
        sys.stderr.write(f"porthor: {name}: not read, or not wholly: {', '.join(reasons)}\n")
    return 1 if lacking else 0


def add_domains(arguments: argparse.Namespace) -> int:
    """Register domains that the body writes to."""
    folder = _folder(arguments)
    domains = read_domains(arguments.file)
    return _kept(arguments, _new(arguments, load(folder), "domains").with_domains(domains))


def show(arguments: argparse.Namespace) -> int:
    """Show each list's name, size and date; of what it holds there is nothing to show."""
    folder = _folder(arguments)
    lists = load(folder).lists if folder.exists() else ()
    for each in lists:
        facts = {key: value for key, value in asdict(each).items() if key != "number"}
        columns = ", ".join(each.columns)
        line = f"{each.name:<24} {each.kind:<10} {each.count:>8}  {each.added}  {columns}"
        sys.stdout.write((json.dumps(facts) if arguments.json else line.rstrip()) + "\n")
    if not lists and not arguments.json:
        sys.stdout.write("Nothing is registered.\n")
    return 0


def remove(arguments: argparse.Namespace) -> int:
    """Take one list out."""
    folder = _folder(arguments)
    save(folder, load(folder).without(arguments.list))
    line = f"{arguments.list}: removed; restart to have it forgotten"
    sys.stdout.write((json.dumps({"removed": arguments.list}) if arguments.json else line) + "\n")
    return 0


def _folder(arguments: argparse.Namespace) -> Path:
    return registers_folder(load_settings(arguments.config).path)


def _new(arguments: argparse.Namespace, registered: Registered, kind: str) -> NewList:
    return NewList(registered, arguments.list, kind, datetime.now(UTC).date())


def _tracked(things: Sequence[_T], what: str) -> Iterable[_T]:
    """The same, with a progress bar where someone watches."""
    console = Console(stderr=True)
    return track(things, what, console=console, transient=True, disable=not console.is_terminal)


def _kept(arguments: argparse.Namespace, registered: Registered) -> int:
    save(_folder(arguments), registered)
    made = registered.lists[-1]
    facts = {"list": made.name, "kind": made.kind, "count": made.count}
    line = f"{made.name}: {made.count} {made.kind} registered; restart to have them used"
    sys.stdout.write((json.dumps(facts) if arguments.json else line) + "\n")
    return 0
