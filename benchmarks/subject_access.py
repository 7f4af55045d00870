"""Everything about one person, with 100,000 held messages behind it.

    .venv/bin/python benchmarks/subject_access.py [--items 100000] [--one-in 100] [--json]

Fills a SQLite database in a scratch folder with held messages of 4 KB each, content and all, one
in `--one-in` of them the person's own, and gathers that person's as `porthor subject-access` does.
Each stage runs in a process of its own: seconds, and the most memory it had; the ratio is to a
bare scan of the held rows in the same run. Nothing here is asserted in a test.
"""

import argparse
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import insert, select

sys.path.insert(0, str(Path(__file__).parents[1]))
from stages import expect, measure

from models.audit import Action, AuditEntry
from models.db import audit, people
from models.db.database import Database
from models.db.keyring import Keyring, seal
from models.db.tables import ContentRow, HeldRow, ItemKeyRow
from models.finding import Text
from models.person import Person, Role
from models.policy import Policy
from quarantine.console.names import name_in
from quarantine.subject_access.gathering import gathering
from quarantine.subject_access.subject import choices
from quarantine.subject_access.writing import write_folder

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
POLICY = Policy(version="1", digest="0" * 64, domains=frozenset(), clauses=(), rules=())
STAFF = 2000
SUBJECT, OFFICER = "p0000", "p1995"
_BATCH = 2000
_WORDS = "Annwyl Person 17 Evans, please see the figures that we spoke of on Thursday. " * 50


def everyone() -> list[Person]:
    """The body's people."""
    return [
        Person(
            id=f"p{each:04}",
            name=f"Person {each} {'Evans' if each % 2 else 'Parry'}",
            addresses=(f"p{each:04}@cyngor.example",),
            language="en",
            roles=frozenset({Role.PROTECTION_OFFICER} if f"p{each:04}" == OFFICER else ()),
        )
        for each in range(STAFF)
    ]


def fill(folder: Path, arguments: argparse.Namespace) -> None:
    """Make the database."""
    database, keyring = _open(folder)
    database.upgrade()
    entry = AuditEntry(at=NOW, actor="os:bench", action=Action.IMPORT_PEOPLE, subject="people")
    with database.writing() as session:
        people.replace_all(session, everyone(), entry)
    for start in range(0, arguments.items, _BATCH):
        numbers = range(start, min(arguments.items, start + _BATCH))
        with database.writing() as session:
            rows = [_held(each, _sender(each, arguments.one_in)) for each in numbers]
            session.execute(insert(HeldRow), rows)
            keys = {row["id"]: keyring.new_key(str(row["id"])) for row in rows}
            session.execute(
                insert(ItemKeyRow), [{"item": each, "wrapped": keys[each][1]} for each in keys]
            )
            session.execute(
                insert(ContentRow),
                [one for row in rows for one in _content(row, keys[row["id"]][0])],
            )
            held = Action.HOLD
            audit.append_all(
                session,
                [AuditEntry(at=NOW, actor="system", action=held, subject=each) for each in keys],
            )


def _sender(number: int, one_in: int) -> str:
    who = 0 if number % one_in == 0 else 1 + number % (STAFF - 1)
    return f"p{who:04}@cyngor.example"


def _raw(sender: str) -> bytes:
    return f"From: {sender}\r\nTo: john@elsewhere.example\r\nSubject: x\r\n\r\n{_WORDS}".encode()


def _content(row: dict[str, object], key: bytes) -> list[dict[str, object]]:
    texts = json.dumps([asdict(Text(part="1", kind="visible", content=_WORDS, own=()))]).encode()
    made = {"message": _raw(str(row["sender"])), "texts": texts}
    return [
        {
            "item": row["id"],
            "kind": kind,
            "sealed": seal(AESGCM(key), plain, f"{row['id']}/{kind}".encode()),
        }
        for kind, plain in made.items()
    ]


def _held(number: int, sender: str) -> dict[str, object]:
    return {
        "id": f"ID{number:08}",
        "state": "sent",
        "received": NOW - timedelta(minutes=number),
        "sender": sender,
        "sender_key": sender,
        "recipients": [{"address": "john@elsewhere.example", "options": []}],
        "options": [],
        "client": {"address": "127.0.0.1", "port": 25, "name": "mail"},
        "message_id": f"<{number}@cyngor.example>",
        "digest": sha256(_raw(sender)).hexdigest(),
        "size": len(_raw(sender)),
        "disposition": 3,
        "rules": ["cards"],
        "findings": [],
        "policy": "0" * 64,
        "classifier": "",
        "program": "",
        "note": "",
        "involved": [{"person": sender.partition("@")[0], "tie": "author"}],
        "apart": False,
        "asked": [],
        "declined": [],
    }


def scan(folder: Path, arguments: argparse.Namespace) -> None:
    """The baseline: read every row of held messages, and nothing else."""
    with _open(folder)[0].reading() as session:
        columns = select(*HeldRow.__table__.columns).execution_options(yield_per=_BATCH)
        expect(sum(1 for _ in session.execute(columns)) == arguments.items)


def gather(folder: Path, arguments: argparse.Namespace) -> None:
    """Gather all about one person into a folder."""
    database, keyring = _open(folder)
    with database.reading() as session:
        officer = people.get(session, OFFICER)
    given = choices("RQ-26-001", (), {})
    found = gathering(database, keyring, POLICY, SUBJECT, given, by=officer, now=NOW, name=name_in)
    write_folder(found, folder / "out")
    wanted = -(-arguments.items // arguments.one_in)
    expect((found.walked, found.matched, found.opened) == (arguments.items, wanted, wanted))


def _open(folder: Path) -> tuple[Database, Keyring]:
    url = f"sqlite:///{folder / 'porthor.db'}"
    return Database(url), Keyring.load(folder / "keys.toml")


STAGES = {"fill": fill, "scan": scan, "gather": gather}


def prepare(folder: Path, _arguments: argparse.Namespace) -> None:
    """Make the keys."""
    Keyring.create(folder / "keys.toml")


def main() -> int:
    """Run all stages, or the one that was asked for in this process."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--one-in", type=int, default=100, help="so many are the person's")
    return measure(parser, STAGES, prepare, lambda folder: folder)


if __name__ == "__main__":
    sys.exit(main())
