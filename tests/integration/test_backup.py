"""Backups, drilled: hold, back up, erase, restore; and every way in which one is not whole."""

import dataclasses
import json
import shutil
import sqlite3
import threading
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from gateway import backup
from gateway.config import load_settings
from models.audit import Action
from models.db import audit, contents, copies, erasures, outbox
from models.db import held as held_messages
from models.db.database import Database
from models.db.keyring import Keyring
from models.db.tables import ItemKeyRow, Row
from models.errors import NotFound, SettingInvalid, Tampered
from models.held import HeldState
from quarantine.settings import KeepingSettings
from quarantine.sweep import Sweep
from tests import databases
from tests.factories import CARD, NOW, a_held_message, an_entry, an_envelope, with_staff

DAY = timedelta(days=1)
TOKENS = {each: f"TOKEN-{each}-HERON".encode() for each in (1, 2, 3)}


@pytest.fixture
def settings(tmp_path, database_url, keyring):  # noqa: ARG001 - it makes the key file
    from gateway.sample import policy_text

    (tmp_path / "policy.toml").write_text(policy_text(NOW.date(), sample=True))
    (tmp_path / "porthor.toml").write_text(
        f'[database]\nurl = "{database_url}"\n[keeping]\nbackup = "backups"\n'
    )
    return load_settings(tmp_path / "porthor.toml")


@pytest.fixture
def held(database, keyring):
    with_staff(database)
    return {
        number: a_held_message(
            database, keyring, state, raw=CARD + TOKENS[number], envelope=an_envelope(number)
        )
        for number, state in (
            (1, HeldState.WITHDRAWN),
            (2, HeldState.HELD),
            (3, HeldState.RELEASED),
        )
    }


def make(settings, now=NOW):
    return backup.back_up(settings, settings.path.parent / "backups", by="os:test", now=now)


def elsewhere(settings, tmp_path):
    """The same settings with a database that is not there yet."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        return dataclasses.replace(settings, database_url=f"sqlite:///{tmp_path}/restored.db")
    name = f"{url.database}_r"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    there = url.set(database=name).render_as_string(hide_password=False)
    return dataclasses.replace(settings, database_url=there)


@pytest.fixture
def target(settings, tmp_path):
    made = elsewhere(settings, tmp_path)
    yield made
    if make_url(made.database_url).get_backend_name() == "sqlite":
        return
    engine = create_engine(settings.database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        name = make_url(made.database_url).database
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


def opens(database, settings, held_id):
    keyring = Keyring.load(settings.keys_file)
    with database.reading() as session:
        return contents.open_more(session, keyring, held_id, contents.MESSAGE)


def files(folder):
    return [each for each in folder.rglob("*") if each.is_file()]


@pytest.mark.requirement("L40")
@pytest.mark.requirement("A13")
@pytest.mark.requirement("D5")
def test_what_was_erased_stays_erased_and_the_rest_comes_back(settings, database, held, target):
    with database.reading() as session:
        wrapped = session.get(ItemKeyRow, held[1]).wrapped
        queue = outbox.waiting(session)
    before = make(settings)
    sweep = Sweep(
        database=database,
        settings=KeepingSettings(),
        afterwards=backup.keys_renewal(settings, database),
    )
    assert sweep.run(NOW + DAY, by="system").erased["released"] == 1
    with database.reading() as session:
        length, _ = audit.verify(session)

    found = backup.restore(target, before.parent, by="os:test", now=NOW + 2 * DAY)
    assert (found.held, found.erased, found.opened) == (2, 1, 2)
    restored = Database(target.database_url)
    with pytest.raises(NotFound, match="erased"):
        opens(restored, settings, held[1])
    for number in (2, 3):
        assert TOKENS[number] in opens(restored, settings, held[number])
    with restored.reading() as session:
        states = [held_messages.get(session, held[each]).state for each in (1, 2, 3)]
        assert states == [HeldState.WITHDRAWN, HeldState.HELD, HeldState.RELEASED]
        assert outbox.waiting(session) == queue
        entries = [each.entry.action for each in audit.read(session)]
        audit.verify(session)
    assert entries[-1] is Action.RESTORE_BACKUP
    assert len(entries) < length  # the chain as it was at the backup, not as it is now
    restored.close()
    for each in files(before.parent):
        assert wrapped not in each.read_bytes(), each.name
        assert not any(token in each.read_bytes() for token in TOKENS.values()), each.name


def test_a_backup_holds_no_keys_and_only_its_owner_reads_it(settings, database, held):
    with database.reading() as session:
        wrapped = [session.get(ItemKeyRow, each).wrapped for each in held.values()]
    made = make(settings)
    with database.reading() as session:
        assert audit.latest(session, Action.BACK_UP).subject == made.name
    for each in files(made.parent):
        assert not each.stat().st_mode & 0o077, each.name
        assert not any(key in each.read_bytes() for key in wrapped), each.name
    assert made.stat().st_mode & 0o777 == 0o700


def schema(connection):
    return connection.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY name").fetchall()


@pytest.mark.requirement("L40")
def test_at_no_step_of_copying_sqlite_does_a_key_stand_in_the_copy(tmp_path, keyring, monkeypatch):
    url, made, steps = databases.sqlite(tmp_path / "porthor.db"), tmp_path / "copy.sqlite", []
    with closing(Database(url)) as database:
        with_staff(database)
        held_id = a_held_message(database, keyring, HeldState.HELD)
        with database.reading() as session:
            wrapped = session.get(ItemKeyRow, held_id).wrapped
    connect = sqlite3.connect

    def watched(*given, **how):
        connection = connect(*given, **how)
        connection.set_trace_callback(lambda _: steps.append(wrapped in made.read_bytes()))
        return connection

    monkeypatch.setattr(sqlite3, "connect", watched)
    copies.copy(url, made)
    monkeypatch.undo()
    assert (any(steps), len(steps) > len(Row.metadata.tables)) == (False, True)
    with closing(connect(tmp_path / "porthor.db")) as one, closing(connect(made)) as other:
        assert schema(one) == schema(other)


@pytest.mark.requirement("A13")
@pytest.mark.requirement("N10")
def test_keys_read_before_a_sweep_are_not_written_after_it(
    settings, database, held, keyring, monkeypatch
):
    folder = make(settings).parent
    read = erasures.keys

    def sweep():
        with database.writing() as session:
            contents.erase(session, held[1], an_entry(held[1], Action.ERASE))
        backup.renew_keys(database, keyring, folder)

    sweeping = threading.Thread(target=sweep)

    def read_as_a_sweep_comes(session):
        monkeypatch.setattr(erasures, "keys", read)
        found = list(read(session))
        sweeping.start()
        sweeping.join(1)
        return found

    monkeypatch.setattr(erasures, "keys", read_as_a_sweep_comes)
    backup.renew_keys(database, keyring, folder)
    sweeping.join()
    kept = backup._keys(keyring, folder / backup.KEYS)
    assert (held[1] in kept, held[2] in kept) == (False, True)


def test_a_check_changes_nothing_but_says_that_it_was_made(settings, database, held, tmp_path):
    made = make(settings)
    with database.reading() as session:
        before = audit.verify(session)
    listed = {each: each.read_bytes() for each in files(made.parent)}
    found = backup.check(settings, made.parent, by="os:test", now=NOW)
    assert (found.held, found.erased, found.opened) == (3, 0, 3)
    assert {each: each.read_bytes() for each in files(made.parent)} == listed
    with database.reading() as session:
        after = audit.verify(session)
        assert after[0] == before[0] + 1
        assert audit.latest(session, Action.RESTORE_BACKUP).detail == "a trial: it is whole"
        assert held_messages.get(session, held[2]).state is HeldState.HELD
    assert list(tmp_path.glob("porthor-check-*")) == []


def change(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def shorten_chain(path):
    given = json.loads(path.read_text())
    path.write_text(json.dumps({**given, "entries": given["entries"] + 1}))


@pytest.mark.parametrize(
    ("damage", "names"),
    [
        pytest.param(lambda made: change(next(made.glob("database.*"))), "database", id="the copy"),
        pytest.param(lambda made: (made / "policy.toml").unlink(), "policy.toml", id="a file less"),
        pytest.param(lambda made: change(made.parent / backup.KEYS), "keys.sealed", id="the keys"),
        pytest.param(
            lambda made: shorten_chain(made / "manifest.json"), "audit chain", id="the chain"
        ),
        pytest.param(
            lambda made: (made / "manifest.json").write_text("{}"), "manifest", id="the manifest"
        ),
    ],
)
def test_damage_is_found_and_named(settings, held, damage, names):  # noqa: ARG001
    damage(made := make(settings))
    with pytest.raises(Tampered, match=names):
        backup.check(settings, made, by="os:test", now=NOW)


def test_nothing_is_restored_over_a_database(settings, held, database):  # noqa: ARG001
    made = make(settings)
    with pytest.raises(SettingInvalid, match="there is a database already"):
        backup.restore(settings, made, by="os:test", now=NOW)
    with database.reading() as session:
        audit.verify(session)


def test_another_key_file_opens_nothing(settings, held, tmp_path):  # noqa: ARG001
    made = make(settings)
    Keyring.create(tmp_path / "other.toml")
    other = dataclasses.replace(settings, keys_file=tmp_path / "other.toml")
    with pytest.raises(Tampered, match="another key file"):
        backup.check(other, made, by="os:test", now=NOW)


def test_the_newest_backup_of_a_folder_is_meant(settings, held, tmp_path):  # noqa: ARG001
    made = [make(settings, NOW + each * DAY) for each in (0, 1)]
    assert backup.newest(made[0].parent) == made[1]
    shutil.rmtree(made[1])
    assert backup.newest(made[0].parent) == made[0]
    with pytest.raises(NotFound, match="no backup"):
        backup.newest(tmp_path / "empty")
    with pytest.raises(SettingInvalid, match="there already"):
        make(settings)
