"""How long a case's search over 100,000 sealed messages of 4 KB takes, on both databases.

    .venv/bin/python benchmarks/evidence.py [--items 100000] [--rounds 3] [--only sqlite]

Rows are written straight into the tables in the shapes that the program writes: message, texts and
search record of each are sealed under a key of its own. In each round the bare work (reading the
rows once, then decrypting and comparing them in one loop) is done beside the search, because
machines are noisy: read the ratio. Memory is the peak of this process, the search's alone.
"""

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import and_, create_engine, insert, select, text

sys.path.insert(0, str(Path(__file__).parents[1]))
from models.audit import Action, AuditEntry
from models.body import Body
from models.case import Answers, Case, CaseState, Reach, Scope
from models.db import cases, contents, people
from models.db.case_searches import Terms
from models.db.database import Database
from models.db.keyring import Keyring, seal
from models.db.tables import ContentRow, HeldRow, ItemKeyRow
from models.finding import Text
from models.person import Person, Role
from models.search_text import make_record, needles
from quarantine.evidence import search
from quarantine.evidence.cases import cases_of
from quarantine.notices import Post
from quarantine.settings import NoticeSettings
from tests.console_sample import POLICY
from tests.postgresql_server import running

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SIZE = 4096  # octets of text in each message
SENDER = "sioned.parry@cantref.example"
QUERY = 'cyfarfod "rhif y cerdyn"'
WORDS = (
    *("council", "housing", "meeting", "minutes", "planning", "school", "rota", "budget"),
    *("cyngor", "tŷ", "cyfarfod", "cofnodion", "ysgol", "adroddiad", "rhif", "y", "cerdyn"),
)
HR = Person(id="huw", name="Huw", addresses=("huw@cantref.example",), roles=frozenset({Role.HR}))
_BATCH = 2000


def items(count: int, keyring: Keyring) -> Iterator[tuple[dict[str, Any], ...]]:
    """Yield the rows of each message: held, key, and three sealed contents."""
    rng = random.Random(6)  # noqa: S311 - a repeatable corpus
    texts = [_text(rng) for _ in range(200)]
    for number in range(count):
        item = f"POR{number:07}"
        said = texts[number % 200]
        plain, wrapped = keyring.new_key(item)
        key = AESGCM(plain)
        read = Text(part="1", kind="visible", content=said, own=((0, len(said)),))
        kinds = {
            contents.MESSAGE: said.encode(),
            contents.TEXTS: json.dumps([asdict(read)]).encode(),
            contents.SEARCH: make_record([read], attached=False, unread=False),
        }
        yield (
            _held(item, number),
            {"item": item, "wrapped": wrapped},
            *(
                {"item": item, "kind": kind, "sealed": seal(key, each, f"{item}/{kind}".encode())}
                for kind, each in kinds.items()
            ),
        )


def _text(rng: random.Random) -> str:
    words = []
    while sum(map(len, words)) + len(words) < SIZE:
        words.append(rng.choice(WORDS))
    return " ".join(words)


def _held(item: str, number: int) -> dict[str, Any]:
    return {
        "id": item,
        "state": "refused",
        "received": NOW - timedelta(seconds=number),
        "sender": SENDER,
        "sender_key": SENDER,
        "recipients": [{"address": "john@example.org", "options": []}],
        "options": [],
        "client": {"address": "127.0.0.1", "port": 1, "name": "mail"},
        "message_id": "",
        "digest": "0" * 64,
        "size": SIZE,
        "disposition": 3,
        "rules": ["cards"],
        "findings": [],
        "policy": "0" * 64,
        "classifier": "",
        "program": "",
        "note": "",
        "involved": [{"person": "sioned", "tie": "author"}],
        "apart": False,
        "body": "",
    }


def fill(database: Database, keyring: Keyring, count: int) -> str:
    """Write everything; return the case's id."""
    entry = AuditEntry(at=NOW, actor="os:benchmark", action=Action.OPEN_CASE, subject="HR-26-001")
    scope = Scope(
        people=("sioned",),
        mailboxes=(SENDER,),
        first=date(2026, 1, 1),
        last=date(2026, 12, 31),
        reach=Reach.CONTENT,
    )
    case = Case(
        id="HR-26-001",
        body="",
        title="Benchmark",
        state=CaseState.OPEN,
        opened=NOW,
        workers=(HR.id,),
        scope=scope,
        approved=NOW,
        ends=date(2027, 1, 31),
    )
    with database.writing() as session:
        people.replace_all(session, [HR], entry)
        cases.add(session, keyring, case, Answers(), entry)
    rows: list[tuple[dict[str, Any], ...]] = []
    for each in items(count, keyring):
        rows.append(each)
        if len(rows) == _BATCH:
            _write(database, rows)
            rows.clear()
    _write(database, rows)
    return case.id


def _write(database: Database, rows: list[tuple[dict[str, Any], ...]]) -> None:
    if not rows:
        return
    with database.writing() as session:
        session.execute(insert(HeldRow), [each[0] for each in rows])
        session.execute(insert(ItemKeyRow), [each[1] for each in rows])
        session.execute(insert(ContentRow), [one for each in rows for one in each[2:]])


def bare(database: Database, keyring: Keyring) -> tuple[float, int]:
    """Return the CPU that only decrypting and comparing takes, a thousand rows at a time."""
    wanted, seconds, matched, after = needles(QUERY), 0.0, 0, ""
    while True:
        query = (
            select(ItemKeyRow.item, ItemKeyRow.wrapped, ContentRow.sealed)
            .join(
                ContentRow,
                and_(ContentRow.item == ItemKeyRow.item, ContentRow.kind == contents.SEARCH),
            )
            .where(ItemKeyRow.item > after)
            .order_by(ItemKeyRow.item)
            .limit(1000)
        )
        with database.reading() as session:
            rows = session.connection().execute(query).all()
        if not rows:
            return seconds, matched
        began = time.process_time()
        for item, wrapped, sealed in rows:
            key = AESGCM(keyring.unwrap(wrapped, item))
            plain = key.decrypt(sealed[:12], sealed[12:], f"{item}/search".encode())
            matched += all(each in plain for each in wanted)
        seconds += time.process_time() - began
        after = rows[-1].item


def measure(url: str, count: int, rounds: int) -> None:
    """Fill one database and print what a search of it costs."""
    with tempfile.TemporaryDirectory() as folder:
        Keyring.create(Path(folder) / "keys.toml")
        keyring = Keyring.load(Path(folder) / "keys.toml")
        database = Database(url or f"sqlite:///{folder}/porthor.db")
        database.upgrade()
        case_id = fill(database, keyring, count)
        post = Post(settings=NoticeSettings(), body=Body(), console_url="http://localhost")
        work = cases_of(database, keyring, post, POLICY)
        terms = Terms(words=QUERY)
        before = _peak()
        for number in range(rounds):
            began, used = time.perf_counter(), time.process_time()
            started = search.begin(work, case_id, terms, by=HR, now=NOW)
            ended = search.run(work, started, POLICY, by=HR, clock=lambda: NOW)
            took, cpu = time.perf_counter() - began, time.process_time() - used
            loop, matched = bare(database, keyring)
            if ended.matched != matched:
                raise SystemExit(f"the search found {ended.matched}, the bare loop {matched}")
            print(
                f"{'postgresql' if url else 'sqlite':<10} round {number + 1}: search of"
                f" {ended.total} took {took:.1f} s, {cpu:.1f} s of CPU here; the bare loop"
                f" {loop:.1f} s of CPU, ratio {cpu / loop:.1f}; {ended.matched} match;"
                f" peak memory {_peak():.0f} MB ({before:.0f} before)",
                flush=True,
            )
        database.close()


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    given = parser.parse_args()
    if given.only != "postgresql":
        measure("", given.items, given.rounds)
    if given.only != "sqlite":
        with running() as server:
            admin = create_engine(server.format(name="postgres"), isolation_level="AUTOCOMMIT")
            with admin.connect() as connection:
                connection.execute(text("CREATE DATABASE evidence"))
            measure(server.format(name="evidence"), given.items, given.rounds)
            admin.dispose()


if __name__ == "__main__":
    main()
