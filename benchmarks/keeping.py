"""Retention, audit verification, backup and its check, with 100,000 held items behind them.

    .venv/bin/python benchmarks/keeping.py [--items 100000] [--database URL] [--json]

Fills a database (SQLite in a scratch folder, or an empty one of --database) with held messages
that were taken back two days ago, each with 4 KB of content, and their audit chain. Each stage
then runs in a process of its own: seconds, and the most memory it had. Machines are noisy: beside
the seconds stands the ratio to a bare scan of the rows in the same run. One in a hundred items is
under a freeze, and must be there afterwards.
"""

import argparse
import os
import sys
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import insert, select

sys.path.insert(0, str(Path(__file__).parents[1]))
from stages import expect, measure

from gateway import backup
from gateway.config import Settings, load_settings
from gateway.sample import policy_text
from models.audit import Action, AuditEntry
from models.db import audit, freezes
from models.db.database import Database
from models.db.keyring import Keyring, seal
from models.db.tables import ContentRow, HeldRow, ItemKeyRow
from models.freeze import Coverage, Freeze, FreezeKind
from quarantine.settings import KeepingSettings
from quarantine.sweep import Sweep
from quarantine.working_hours import WorkingHours

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
ENDED = NOW - timedelta(days=2)
CONTENT = os.urandom(4096)
_BATCH = 2000
_FROZEN = 100  # one in so many


def fill(settings: Settings, arguments: argparse.Namespace) -> None:
    """Make the database."""
    database, keyring = Database(settings.database_url), Keyring.load(settings.keys_file)
    database.upgrade()
    for start in range(0, arguments.items, _BATCH):
        ids = [f"ID{number:08}" for number in range(start, min(arguments.items, start + _BATCH))]
        with database.writing() as session:
            session.execute(insert(HeldRow), [_held(each) for each in ids])
            made = {each: keyring.new_key(each) for each in ids}
            session.execute(
                insert(ItemKeyRow), [{"item": each, "wrapped": made[each][1]} for each in ids]
            )
            session.execute(
                insert(ContentRow),
                [_content(each, plain) for each, (plain, _) in made.items()],
            )
            for action in (Action.HOLD, Action.WITHDRAW):
                audit.append_all(
                    session,
                    [
                        AuditEntry(at=ENDED, actor="system", action=action, subject=each)
                        for each in ids
                    ],
                )
    with database.writing() as session:
        freeze = Freeze(
            id="FR1",
            kind=FreezeKind.LEGAL_HOLD,
            reason="a claim",
            owner="huw",
            placed=NOW,
            review=NOW.date(),
            covers=Coverage(
                held=frozenset(f"ID{each:08}" for each in range(0, arguments.items, _FROZEN))
            ),
        )
        entry = AuditEntry(at=NOW, actor="huw", action=Action.FREEZE, subject="FR1")
        freezes.add(session, freeze, entry)


def _content(held_id: str, key: bytes) -> dict[str, object]:
    sealed = seal(AESGCM(key), CONTENT, f"{held_id}/message".encode())
    return {"item": held_id, "kind": "message", "sealed": sealed}


def _held(held_id: str) -> dict[str, object]:
    return {
        "id": held_id,
        "state": "withdrawn",
        "received": ENDED,
        "ended": ENDED,
        "sender": "sioned@cyngor.example",
        "sender_key": "sioned@cyngor.example",
        "recipients": [{"address": "john@elsewhere.example", "options": []}],
        "options": [],
        "client": {},
        "message_id": f"<{held_id}@cyngor.example>",
        "digest": sha256(CONTENT).hexdigest(),
        "size": len(CONTENT),
        "disposition": 3,
        "rules": ["cards"],
        "findings": [],
        "policy": "0" * 64,
        "classifier": "",
        "program": "",
        "note": "",
        "involved": [],
        "apart": False,
        "asked": [],
        "declined": [],
    }


def scan(settings: Settings, arguments: argparse.Namespace) -> None:
    """The baseline: read every row of held messages, and nothing else."""
    with Database(settings.database_url).reading() as session:
        columns = select(*HeldRow.__table__.columns).execution_options(yield_per=_BATCH)
        expect(sum(1 for _ in session.execute(columns)) == arguments.items)


def verify(settings: Settings, arguments: argparse.Namespace) -> None:
    """Walk the audit chain."""
    with Database(settings.database_url).reading() as session:
        expect(audit.verify(session)[0] >= 2 * arguments.items)


def sweep(settings: Settings, arguments: argparse.Namespace) -> None:
    """Erase all that is due, with its certificate."""
    sweeping = Sweep(
        database=Database(settings.database_url),
        settings=KeepingSettings(),
        hours=WorkingHours(),
        afterwards=backup.keys_renewal(settings, Database(settings.database_url)),
    )
    given = sweeping.run(NOW, by="system")
    frozen = -(-arguments.items // _FROZEN)
    expect(given.erased == {"released": arguments.items - frozen})
    expect(given.left == {"released": {"frozen": frozen}})


def back_up(settings: Settings, arguments: argparse.Namespace) -> None:  # noqa: ARG001 - as the others
    """Make a backup."""
    backup.back_up(settings, settings.path.parent / "backups", by="os:bench", now=NOW)


def check(settings: Settings, arguments: argparse.Namespace) -> None:
    """Restore the backup for a trial: digests, rows, audit chain. What was erased stays so."""
    found = backup.check(settings, settings.path.parent / "backups", by="os:bench", now=NOW)
    expect(found.erased == arguments.items - found.held and found.opened > 0)


STAGES = {
    "fill": fill,
    "scan": scan,
    "backup": back_up,
    "verify": verify,
    "sweep": sweep,
    "verify again": verify,
    "restore check": check,
}


def prepare(folder: Path, arguments: argparse.Namespace) -> None:
    """Write settings, policy and keys."""
    url = arguments.database or f"sqlite:///{folder}/porthor.db"
    (folder / "porthor.toml").write_text(
        f'[database]\nurl = "{url}"\n[keeping]\nbackup = "backups"\n'
    )
    (folder / "policy.toml").write_text(policy_text(NOW.date(), sample=True))
    Keyring.create(folder / "keys.toml")


def main() -> int:
    """Run all stages, or the one that was asked for in this process."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--database", default="")
    return measure(parser, STAGES, prepare, lambda folder: load_settings(folder / "porthor.toml"))


if __name__ == "__main__":
    sys.exit(main())
