"""What is kept of signing in, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import inspect, text

from models.audit import Action, AuditEntry
from models.db import openings, second_factors, sign_ins
from models.db.tables import Row
from models.errors import Conflict, NotFound, Tampered
from models.sign_in import Method, SecondFactor
from quarantine import throttle

LIMITS = throttle.Limits(attempts=3, locked_for=900.0)


def entry(now, detail=""):
    return AuditEntry(at=now, actor="ann", action=Action.BREAK_GLASS, subject="nia", detail=detail)


def test_sessions_are_listed_and_ended(database, now):
    since = now - timedelta(hours=1)
    with database.writing() as session:
        for number, person in enumerate(("gwen", "gwen", "elin")):
            at = now + timedelta(minutes=number)
            sign_ins.open_(session, f"t{number}", person, at, method=Method.OPENID, browser="Edge")
    with database.reading() as session:
        found = sign_ins.of_person(session, "gwen", opened_since=since, used_since=since)
    assert [each.handle for each in found] == [sign_ins.handle_of("t1"), sign_ins.handle_of("t0")]
    assert {each.method for each in found} == {Method.OPENID}
    with database.writing() as session:
        assert not sign_ins.close_one(session, "elin", sign_ins.handle_of("t0"))
        assert not sign_ins.close_one(session, "gwen", "%" * 20)
        assert sign_ins.close_one(session, "gwen", sign_ins.handle_of("t0"))
        assert sign_ins.close_all(session, None, but="t2") == 1
        assert sign_ins.person(session, "t2", opened_since=since, used_since=since) == "elin"


def test_attempts_made_side_by_side_never_find_the_same_count(database, now):
    def attempt(_):
        with database.writing() as session:
            failures = sign_ins.failures(session, "name", now - timedelta(minutes=15))
            if throttle.wait(failures, now, LIMITS) is None:
                sign_ins.note_failure(session, "name", now)
                return True
        return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(24))) == 3


def test_old_sessions_and_failures_are_forgotten(database, now):
    with database.writing() as session:
        sign_ins.open_(session, "t", "gwen", now, method=Method.PASSWORD, browser="")
        sign_ins.note_failure(session, "name", now)
        sign_ins.forget_old(session, opened_before=now + timedelta(seconds=1))
        assert sign_ins.failures(session, "name", now - timedelta(days=1)) == []
        assert sign_ins.close_all(session, None) == 0


def test_a_step_and_a_recovery_code_are_taken_once(database, now):
    factor = SecondFactor(person="gwen", sealed=b"sealed", made=now, last_step=10)
    with database.writing() as session:
        second_factors.put(session, factor, ["a", "b"])
    with database.writing() as session:
        assert second_factors.get(session, "gwen") == factor
        assert [second_factors.use_step(session, "gwen", each) for each in (10, 9, 11, 11)] == [
            *(False, False, True, False)
        ]
        assert not second_factors.use_step(session, "elin", 11)
        assert not second_factors.use_code(session, "elin", "a")
        assert second_factors.use_code(session, "gwen", "a")
        assert not second_factors.use_code(session, "gwen", "a")
        assert second_factors.codes_left(session, "gwen") == 1
        second_factors.put(session, factor, ["c"])
        assert not second_factors.use_code(session, "gwen", "b")
        assert second_factors.remove(session, "gwen")
        assert not second_factors.remove(session, "gwen")
        assert second_factors.codes_left(session, "gwen") == 0


def test_a_code_typed_twice_at_once_is_taken_once(database, now):
    factor = SecondFactor(person="gwen", sealed=b"sealed", made=now, last_step=10)
    with database.writing() as session:
        second_factors.put(session, factor, ["a"])

    def use(number):
        with database.writing() as session:
            if number % 2:
                return second_factors.use_step(session, "gwen", 11)
            return second_factors.use_code(session, "gwen", "a")

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(16))) == 2


def test_a_subject_is_bound_to_one_person(database, now):
    with database.writing() as session:
        sign_ins.bind(session, "https://a.example", "s", "gwen", now)
        assert sign_ins.subject(session, "https://a.example", "s") == "gwen"
        assert sign_ins.subject(session, "https://b.example", "s") is None
        assert sign_ins.is_bound(session, "gwen")
        assert sign_ins.unbind(session, "gwen")
        assert not sign_ins.unbind(session, "gwen")


def test_a_right_is_opened_once_and_ended_once(database, now):
    facts = {"person": "nia", "reason": "why", "by": "ann", "lasts": 3600}
    with database.writing() as session:
        asked = openings.ask(session, **facts, entry=entry(now))
        assert asked.waits(now, 3600)
        assert not asked.waits(now + timedelta(hours=1), 3600)
        assert openings.in_force(session, "nia", now) is None
        opened = openings.confirm(session, asked.id, "bob", entry(now))
        assert openings.in_force(session, "nia", now) == opened
        assert openings.in_force(session, "nia", now + timedelta(hours=1)) is None
        with pytest.raises(Conflict):
            openings.confirm(session, asked.id, "bob", entry(now))
        openings.end(session, asked.id, "dai", entry(now))
        assert openings.in_force(session, "nia", now) is None
        with pytest.raises(Conflict):
            openings.end(session, asked.id, "dai", entry(now))
        with pytest.raises(NotFound):
            openings.get(session, 99)
        with pytest.raises(NotFound):
            openings.confirm(session, 99, "bob", entry(now))
        with pytest.raises(NotFound):
            openings.take(session, opened, "POR000000", entry(now))
        assert [each.id for each in openings.latest(session, 5)] == [asked.id]


def test_a_secret_opens_only_for_what_it_was_sealed_for(keyring):
    sealed = keyring.seal_secret(b"key", "second-factor:gwen")
    assert keyring.open_secret(sealed, "second-factor:gwen") == b"key"
    for bound in ("second-factor:elin", "step:code", ""):
        with pytest.raises(Tampered):
            keyring.open_secret(sealed, bound)
    _, wrapped = keyring.new_key("gwen")
    with pytest.raises(Tampered):
        keyring.open_secret(wrapped, "gwen")


def test_a_database_of_the_release_before_is_brought_up(database):
    new = ("opening_takes", "openings", "openid_subjects", "recovery_codes", "second_factors")
    with database.writing() as session:
        for table in new:
            session.execute(text(f"DROP TABLE {table}"))
        for column in ("method", "browser"):
            session.execute(text(f"ALTER TABLE sign_ins DROP COLUMN {column}"))
        session.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    database.upgrade()
    with database.reading() as session:
        found = inspect(session.connection())
        assert set(new) <= set(found.get_table_names())
        columns = {each["name"] for each in found.get_columns("sign_ins")}
    assert columns == {each.name for each in Row.metadata.tables["sign_ins"].columns}
