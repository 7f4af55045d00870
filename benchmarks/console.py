"""Every page of the console for every kind of visitor, with 100,000 held messages behind it.

    .venv/bin/python benchmarks/console.py [--messages 100000] [--days 365] [--rounds 15]
        [--only sqlite|postgresql] [--json]

Fills a database of each kind (console_data.py), starts PostgreSQL for it, signs everyone in and
asks the real application for each page in interleaved rounds. Machines are noisy: beside
milliseconds stands the ratio to the help page, which reads no mail, for the same visitor in the
same round. Exit status: 0 every page's median is under the limit, 1 one is not.
"""

import argparse
import json
import logging
import re
import statistics
import sys
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text
from starlette.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.console_data import NOW, VISITORS, fill
from models.db import sign_ins
from models.db.database import Database
from models.db.keyring import Keyring
from models.sign_in import Method
from quarantine.console.app import PAGES, create_app
from quarantine.console.visit import Page, Permission
from quarantine.settings import ConsoleSettings
from tests import postgresql_server
from tests.console_sample import BODY, check_draft
from tests.factories import POLICY, a_review

LIMIT = 200  # milliseconds
BASELINE = "GET /help"
OPENING = "/held/{id}/email"  # the one page that shows content, by a POST


@dataclass(frozen=True)
class Measured:
    """One page of one visitor: milliseconds, and how many times the baseline."""

    page: str
    median: float
    p95: float
    ratio: float
    cpu: float  # of this process, median; PostgreSQL works in others


@contextmanager
def a_database(kind: str, folder: Path) -> Iterator[Database]:
    """Give an empty database of a kind."""
    with ExitStack() as stack:
        url = f"sqlite:///{folder}/porthor.db"
        if kind == "postgresql":
            server = stack.enter_context(postgresql_server.running())
            name = f"bench_{uuid.uuid4().hex}"
            admin = create_engine(server.format(name="postgres"), isolation_level="AUTOCOMMIT")
            with admin.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name}"))
            admin.dispose()
            url = server.format(name=name)
        database = Database(url)
        database.upgrade()
        yield database
        database.close()


def settle(kind: str, database: Database) -> None:
    """Let the database count its rows, as one in use does by itself."""
    engine = database._engine  # noqa: SLF001 - no program of ours needs to
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if kind == "postgresql" else "ANALYZE"))


def a_client(database: Database, keyring: Keyring, person: str) -> TestClient:
    """Sign a person in."""
    token = uuid.uuid4().hex
    with database.writing() as session:
        sign_ins.open_(session, token, person, NOW, method=Method.OPENID, browser="")
    app = create_app(
        database=database,
        keyring=keyring,
        settings=ConsoleSettings(url="http://testserver"),
        body=BODY,
        policy=POLICY,
        review=a_review(database),
        clock=lambda: NOW,
        check_draft=check_draft,
    )
    cookies = {"porthor": token, "porthor-language": "en"}
    return TestClient(app, cookies=cookies, follow_redirects=False)


ASKED = [
    page
    for page in PAGES
    if page.permission is not Permission.PROVISION
    and (page.method == "GET" or page.path == OPENING)
]


def paths_for(client: TestClient, opened: str) -> dict[str, str]:
    """Return what stands for the parameters of addresses: what this visitor can see."""
    listed = client.get("/queue").text + client.get("/mine").text
    found = [opened, *re.findall(r'href="/held/(\w+)"', listed)]
    id_ = next((each for each in found if client.get(f"/held/{each}").status_code == 200), "none")  # noqa: PLR2004
    report = re.search(r'href="/reports/(\w+)"', client.get("/queue").text)
    return {"id": id_, "report": report[1] if report else "R0"}


def ask(
    client: TestClient, page: Page, given: dict[str, str], csrf: str
) -> tuple[int, float, float]:
    """Ask for a page; return its status, and the milliseconds taken by the clock and of CPU."""
    path = re.sub(r"{(\w+)}", lambda each: given.get(each[1], "none"), page.path)
    began, worked = time.perf_counter(), time.process_time()
    if page.method == "GET":
        answer = client.get(path)
    else:
        answer = client.post(path, data={"csrf": csrf, "depth": "attachments"})
    taken, cpu = time.perf_counter() - began, time.process_time() - worked
    return answer.status_code, 1000 * taken, 1000 * cpu


def measure(database: Database, keyring: Keyring, opened: str, rounds: int) -> list[Measured]:
    """Ask for every page of every visitor; what is not theirs is left out."""
    clients = {who: a_client(database, keyring, person) for who, person in VISITORS.items()}
    given = {who: paths_for(client, opened) for who, client in clients.items()}
    csrf = {
        who: re.search(r'name="csrf" value="(\w+)"', client.get("/report").text)[1]
        for who, client in clients.items()
    }
    taken: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for number in range(rounds + 1):
        for who, client in clients.items():
            for page in ASKED:
                status, *milliseconds = ask(client, page, given[who], csrf[who])
                if status in {200, 303} and number:  # the first round warms
                    taken[who, f"{page.method} {page.path}"].append(tuple(milliseconds))
    return [_measured(taken, who, page) for who, page in taken]


def _measured(
    taken: dict[tuple[str, str], list[tuple[float, float]]], who: str, page: str
) -> Measured:
    mine, base = ([each for each, _ in taken[who, one]] for one in (page, BASELINE))
    return Measured(
        page=f"{page}, {who}",
        median=statistics.median(mine),
        p95=sorted(mine)[min(len(mine) - 1, int(len(mine) * 0.95))],
        ratio=statistics.median(a / b for a, b in zip(mine, base, strict=True)),
        cpu=statistics.median(each for _, each in taken[who, page]),
    )


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=365, help="over which they came")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--slowest", type=int, default=30, help="rows to print")
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    logging.disable(logging.WARNING)  # each refusal is logged
    found: dict[str, list[Measured]] = {}
    for kind in (wanted.only,) if wanted.only else ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder, a_database(kind, Path(folder)) as database:
            Keyring.create(Path(folder) / "keys.toml")
            keyring = Keyring.load(Path(folder) / "keys.toml")
            opened = fill(database, keyring, messages=wanted.messages, days=wanted.days)
            settle(kind, database)
            found[kind] = measure(database, keyring, opened, wanted.rounds)
    report(found, wanted)
    return int(any(each.median >= LIMIT for rows in found.values() for each in rows))


def report(found: dict[str, list[Measured]], wanted: argparse.Namespace) -> None:
    """Print the slowest pages, or all of them as JSON."""
    if wanted.json:
        rows = {kind: [vars(each) for each in rows] for kind, rows in found.items()}
        print(json.dumps({"messages": wanted.messages, "days": wanted.days, **rows}))
        return
    for kind, rows in found.items():
        slow = sum(each.median >= LIMIT for each in rows)
        print(f"{kind}: {len(rows)} pages, {slow} of them at or over {LIMIT} ms; the slowest:")
        for each in sorted(rows, key=lambda each: -each.median)[: wanted.slowest]:
            print(
                f"{each.median:8.1f} ms {each.p95:8.1f} ms p95 {each.ratio:7.1f} x"
                f" {each.cpu:8.1f} ms CPU  {each.page}"
            )


if __name__ == "__main__":
    sys.exit(main())
