"""The audit chain: what triggers and permissions stop, and what verify finds when they did not."""

import random
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from factories import CARD, NOW, a_held_message, an_entry, with_staff
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from models.audit import Action, link
from models.db import audit
from models.db.database import Database
from models.errors import Tampered

ROLES = Path(__file__).parents[2] / "deploy/postgresql/roles.sql"
LENGTH = 40
ANCHORED = 30
COLUMNS = ("at", "actor", "action", "subject", "purpose", "detail", "previous", "digest")


def grow(database, count=LENGTH):
    actions = list(Action)
    with database.writing() as session:
        for number in range(count):
            entry = replace(
                an_entry(f"S{number}", actions[number % len(actions)]),
                at=NOW + timedelta(seconds=number),
                detail=f"detail {number}",
            )
            audit.append(session, entry)


def verified(database, anchors=None):
    with database.reading() as session:
        return audit.verify(session, anchors or {})


@pytest.mark.requirement("D2")
@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE audit_entries SET actor = 'x'", id="an update"),
        pytest.param("DELETE FROM audit_entries WHERE sequence = 3", id="a deletion of the last"),
        pytest.param(
            "INSERT INTO audit_entries SELECT sequence + 5, at, actor, action, subject, purpose,"
            " detail, previous, digest FROM audit_entries WHERE sequence = 3",
            id="an entry beyond the end",
        ),
        pytest.param("DELETE FROM audit_head", id="the head taken away"),
        pytest.param("UPDATE audit_head SET length = 2", id="the head set back"),
        pytest.param("UPDATE audit_head SET digest = 'x'", id="the head's digest changed"),
        pytest.param("INSERT INTO audit_head VALUES (2, 9, 'x')", id="a second head"),
    ],
)
def test_a_trigger_refuses(database, statement):
    grow(database, 3)
    with (
        pytest.raises(Exception, match=r"audit log|head of the audit"),
        database.writing() as session,
    ):
        session.execute(text(statement))
    assert verified(database)[0] == 3


@pytest.mark.parametrize(
    "statement",
    [
        """INSERT OR REPLACE INTO audit_entries SELECT sequence, at, 'x', action, subject,
        purpose, detail, previous, digest FROM audit_entries WHERE sequence = 2""",
        "REPLACE INTO audit_head VALUES (1, 1, 'x')",
        "UPDATE OR REPLACE audit_entries SET sequence = 3 WHERE sequence = 2",
    ],
)
def test_sqlite_does_not_replace_an_entry(tmp_path, statement):
    database = Database(f"sqlite:///{tmp_path / 'porthor.db'}")
    database.upgrade()
    grow(database, 3)
    with pytest.raises(Exception, match="audit log"), database.writing() as session:
        session.execute(text(statement))
    assert verified(database)[0] == 3
    database.close()


def _edit(execute, chance, rows):
    sequence, column = chance.randint(1, LENGTH), chance.choice(COLUMNS)
    value = {
        "at": "2026-01-02 03:04:05.000006",
        "action": chance.choice(["erase", "no-such-action"]),
        "purpose": chance.choice(["learn", "", "no-such-purpose"]),
        "previous": f"{chance.getrandbits(256):064x}",
        "digest": f"{chance.getrandbits(256):064x}",
    }.get(column, f"x{chance.random()}")
    if rows[sequence - 1]._mapping[column] == value:
        value = "again"
    execute(f"UPDATE audit_entries SET {column} = '{value}' WHERE sequence = {sequence}")


def _delete(execute, chance, _rows):
    first = chance.randint(1, LENGTH - 1)
    execute(
        f"DELETE FROM audit_entries WHERE sequence BETWEEN {first}"
        f" AND {chance.randint(first, LENGTH - 1)}"
    )


def _delete_and_close_up(execute, chance, _rows):
    first = chance.randint(1, LENGTH - 1)
    execute(f"DELETE FROM audit_entries WHERE sequence = {first}")
    for sequence in range(first + 1, LENGTH + 1):
        execute(f"UPDATE audit_entries SET sequence = {sequence - 1} WHERE sequence = {sequence}")
    execute(f"UPDATE audit_head SET length = {LENGTH - 1}")


def _reorder(execute, chance, _rows):
    one, other = chance.sample(range(1, LENGTH + 1), 2)
    for before, after in ((one, 999), (other, one), (999, other)):
        execute(f"UPDATE audit_entries SET sequence = {after} WHERE sequence = {before}")


def _truncate(execute, chance, _rows):
    execute(f"DELETE FROM audit_entries WHERE sequence > {chance.randint(0, LENGTH - 1)}")


def _truncate_and_set_head(execute, chance, rows):
    left = chance.randint(1, ANCHORED - 1)
    execute(f"DELETE FROM audit_entries WHERE sequence > {left}")
    execute(f"UPDATE audit_head SET length = {left}, digest = '{rows[left - 1].digest}'")


def _edit_head(execute, chance, rows):
    length = chance.choice([each for each in range(LENGTH * 2) if each != LENGTH])
    digest = rows[length - 1].digest if 0 < length <= LENGTH else "0" * 64
    execute(f"UPDATE audit_head SET length = {length}, digest = '{digest}'")


def _write_anew(execute, chance, rows):
    """Edit one entry and give all that follow, and the head, the digests they would have."""
    first = chance.randint(1, ANCHORED)
    previous = rows[first - 1].previous
    for chained in rows[first - 1 :]:
        entry = chained.entry
        if chained.sequence == first:
            entry = replace(entry, actor="someone-else")
        made = link(entry, chained.sequence, previous)
        execute(
            f"UPDATE audit_entries SET actor = '{entry.actor}', previous = '{made.previous}',"
            f" digest = '{made.digest}' WHERE sequence = {made.sequence}"
        )
        previous = made.digest
    execute(f"UPDATE audit_head SET digest = '{previous}'")


DAMAGES = (
    _edit,
    _delete,
    _delete_and_close_up,
    _reorder,
    _truncate,
    _truncate_and_set_head,
    _edit_head,
    _write_anew,
)


def drop_triggers(connection):
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for name in connection.scalars(text(query)).all():
            connection.execute(text(f"DROP TRIGGER {name}"))
    else:
        connection.execute(text("SET session_replication_role = replica"))


@pytest.mark.requirement("D2")
def test_a_thousand_random_changes_around_the_triggers_are_all_found(database, database_url):
    grow(database)
    with database.reading() as session:
        chain = list(audit.read(session))
    anchors = {ANCHORED: chain[ANCHORED - 1].digest}
    assert verified(database, anchors) == (LENGTH, chain[-1].digest)
    times = 1000 if database_url.startswith("sqlite") else 200
    engine, chance, missed = create_engine(database_url), random.Random(20261125), []
    with engine.connect() as connection:
        drop_triggers(connection)
        connection.commit()
        for number in range(times):
            damage = DAMAGES[number % len(DAMAGES)]
            with Session(connection) as session, session.begin():
                rows = _rows(session) if damage is not _write_anew else chain
                damage(lambda sql: session.execute(text(sql)), chance, rows)
                try:
                    audit.verify(session, anchors)
                    missed.append((number, damage.__name__))
                except Tampered:
                    pass
                session.rollback()
    engine.dispose()
    assert missed == []


def _rows(session):
    return session.execute(text("SELECT * FROM audit_entries ORDER BY sequence")).all()


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        pytest.param("UPDATE audit_entries SET detail = 'x' WHERE sequence = 7", "entry 7 was"),
        pytest.param("DELETE FROM audit_entries WHERE sequence = 7", "entry 7 is missing"),
        pytest.param("DELETE FROM audit_entries WHERE sequence > 7", "ends at entry 7"),
        pytest.param("UPDATE audit_head SET length = 7", "entry 7 is not the one the head"),
        pytest.param("UPDATE audit_entries SET purpose = '' WHERE sequence = 7", "entry 7 was"),
    ],
)
def test_verify_says_where(database, database_url, statement, place):
    grow(database)
    engine = create_engine(database_url)
    with engine.begin() as connection:
        drop_triggers(connection)
        connection.execute(text(statement))
    engine.dispose()
    with pytest.raises(Tampered, match=place):
        verified(database)


def test_an_instant_that_cannot_be_read_is_found_where_it_is(tmp_path):
    url = f"sqlite:///{tmp_path / 'porthor.db'}"
    database = Database(url)
    database.upgrade()
    grow(database)
    engine = create_engine(url)
    with engine.begin() as connection:
        drop_triggers(connection)
        connection.execute(text("UPDATE audit_entries SET at = 'noon' WHERE sequence = 7"))
    engine.dispose()
    with pytest.raises(Tampered, match="entry 7 was changed"):
        verified(database)
    database.close()


def test_verify_is_right_while_others_append(database):
    grow(database, 200)
    stop = threading.Event()

    def append():
        while not stop.is_set():
            with database.writing() as session:
                audit.append(session, an_entry("more"))

    other = threading.Thread(target=append)
    other.start()
    try:
        lengths = [verified(database)[0] for _ in range(20)]
    finally:
        stop.set()
        other.join()
    assert lengths == sorted(lengths)
    assert verified(database)[0] >= lengths[-1] >= 200


@pytest.fixture
def service_url(database_url):
    """A login of the role that the programs are to have, on the real server."""
    owner = Database(database_url)
    owner.upgrade()
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for _ in range(2):  # it may be run again after each upgrade
            connection.exec_driver_sql(ROLES.read_text().replace("%", "%%"))
        connection.exec_driver_sql("DROP ROLE IF EXISTS porthor_login")
        connection.exec_driver_sql("CREATE ROLE porthor_login LOGIN IN ROLE porthor_service")
    yield make_url(database_url).set(username="porthor_login").render_as_string(False)
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP OWNED BY porthor_service; DROP ROLE porthor_login")
    engine.dispose()
    owner.close()


@pytest.mark.requirement("D2")
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has no roles
def test_the_programs_own_role_can_do_its_work_and_cannot_touch_the_chain(service_url, keyring):
    database = with_staff(Database(service_url))
    database.check()
    a_held_message(database, keyring, raw=CARD)
    length = verified(database)[0]
    assert length >= 2
    for statement in (
        "UPDATE audit_entries SET actor = 'x'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
        "DELETE FROM audit_head",
        "TRUNCATE audit_head",
        "DROP TRIGGER audit_no_change ON audit_entries",
        "ALTER TABLE audit_entries DISABLE TRIGGER ALL",
        "ALTER TABLE audit_head DISABLE TRIGGER ALL",
        "DROP TABLE audit_entries",
        "SET session_replication_role = replica",
        """CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RETURN NULL; END $$""",
        "SET ROLE postgres",
        "UPDATE alembic_version SET version_num = 'x'",
    ):
        with (
            pytest.raises(Exception, match=r"permission denied|must be owner"),
            database.writing() as session,
        ):
            session.execute(text(statement))
    with pytest.raises(Exception, match="only grows"), database.writing() as session:
        session.execute(text("UPDATE audit_head SET length = 1"))
    assert verified(database)[0] == length
    database.close()


def test_the_newest_of_a_kind_is_found(database):
    with database.writing() as session:
        for minute in (1, 2, 3):
            at = datetime(2026, 11, 25, 9, minute, tzinfo=UTC)
            audit.append(session, replace(an_entry(str(minute), Action.ANCHOR), at=at))
        audit.append(session, an_entry("other"))
        newest = audit.latest(session, Action.ANCHOR)
        assert newest is not None
        assert newest.subject == "3"
        assert audit.latest(session, Action.CANARY) is None
