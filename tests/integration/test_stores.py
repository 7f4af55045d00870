"""The stores, on SQLite and on PostgreSQL."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from factories import (
    CARD,
    NOW,
    STAFF,
    a_held_message,
    a_review,
    an_entry,
    an_envelope,
    hold,
    with_staff,
)
from sqlalchemy import create_engine, text

from models.audit import Action
from models.db import audit, breakdowns, contents, held, outbox, people, sign_ins
from models.db.database import Database
from models.db.keyring import Keyring
from models.envelope import Recipient
from models.errors import Conflict, NotFound, SettingInvalid, Tampered, Unavailable
from models.held import HeldState
from models.sign_in import Method
from models.verdict import Disposition


def test_sealed_content_opens_and_the_look_is_entered(database, keyring):
    with database.writing() as session:
        contents.put(session, keyring, "A", {"message": b"content"})
    with database.writing() as session:
        entry = an_entry("A", Action.LOOK)
        assert contents.open_(session, keyring, "A", "message", entry) == b"content"
    with database.reading() as session:
        assert [each.entry.action for each in audit.read(session)] == [Action.LOOK]


@pytest.mark.requirement("L56")
def test_sealed_content_is_not_in_the_clear(database, keyring):
    with database.writing() as session:
        contents.put(session, keyring, "A", {"message": b"a planted word"})
    with database.reading() as session:
        sealed = session.execute(text("SELECT sealed FROM contents")).scalar_one()
    assert b"planted" not in bytes(sealed)


@pytest.mark.requirement("L56")
def test_another_key_does_not_open_it(database, keyring, tmp_path):
    with database.writing() as session:
        contents.put(session, keyring, "A", {"message": b"content"})
    Keyring.create(tmp_path / "other.toml")
    other = Keyring.load(tmp_path / "other.toml")
    with pytest.raises(Tampered), database.writing() as session:
        contents.open_(session, other, "A", "message", an_entry("A"))


def test_erased_content_is_gone_and_says_so(database, keyring):
    with database.writing() as session:
        contents.put(session, keyring, "A", {"message": b"content"})
        contents.erase(session, "A", an_entry("A", Action.ERASE))
    with pytest.raises(NotFound), database.writing() as session:
        contents.open_(session, keyring, "A", "message", an_entry("A"))


def test_a_failed_write_leaves_no_audit_entry(database):
    with pytest.raises(RuntimeError), database.writing() as session:
        audit.append(session, an_entry())
        raise RuntimeError
    with database.reading() as session:
        assert list(audit.read(session)) == []


def test_the_audit_table_refuses_change(database):
    with database.writing() as session:
        audit.append(session, an_entry())
    with pytest.raises(Exception, match="append-only"), database.writing() as session:
        session.execute(text("DELETE FROM audit_entries"))


@pytest.mark.requirement("D2")
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param("UPDATE audit_entries SET actor = 'x' WHERE sequence = 2", id="an edit"),
        pytest.param("DELETE FROM audit_entries WHERE sequence = 2", id="a deletion"),
        pytest.param("DELETE FROM audit_entries WHERE sequence = 3", id="a cut-off tail"),
        pytest.param(
            "UPDATE audit_entries SET sequence = 5 - sequence WHERE sequence > 1 AND sequence <> 4",
            id="a re-ordering",
        ),
    ],
)
def test_verify_finds(database, database_url, damage):
    with database.writing() as session:
        for subject in "abc":
            audit.append(session, an_entry(subject))
    with database.reading() as session:
        assert audit.verify(session)[0] == 3
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_no_UPDATE"))
            connection.execute(text("DROP TRIGGER audit_no_DELETE"))
        else:
            connection.execute(text("DROP TRIGGER audit_no_change ON audit_entries"))
        if "5 - sequence" in damage:  # swap two through a free place: keys are unique
            for statement in (
                "UPDATE audit_entries SET sequence = 99 WHERE sequence = 2",
                "UPDATE audit_entries SET sequence = 2 WHERE sequence = 3",
                "UPDATE audit_entries SET sequence = 3 WHERE sequence = 99",
            ):
                connection.execute(text(statement))
        else:
            connection.execute(text(damage))
    engine.dispose()
    with pytest.raises(Tampered), database.reading() as session:
        audit.verify(session)


def test_a_held_message_comes_back_as_it_was(database, keyring):
    with_staff(database)
    held_id = hold(database, keyring)
    with database.reading() as session:
        message = held.get(session, held_id)
    assert message.state is HeldState.HELD
    assert message.message_id == "<1@x.example>"
    assert message.received == NOW
    assert message.reviewer == "gwen"
    assert message.rules == ("payment-card",)
    assert all(each.excerpt == "" for each in message.findings)


def test_a_retry_of_the_same_message_finds_its_first_copy(database, keyring):
    with_staff(database)
    first = hold(database, keyring)
    again = hold(database, keyring, now=NOW + timedelta(hours=1))
    assert first == again
    with database.reading() as session:
        assert len(held.find(session)) == 1


def test_a_move_from_a_state_that_has_passed_conflicts(database, keyring):
    with_staff(database)
    held_id = a_held_message(database, keyring, HeldState.REFUSED)
    with pytest.raises(Conflict), database.writing() as session:
        held.move(session, held_id, HeldState.HELD, HeldState.RELEASED, an_entry(held_id))


@pytest.mark.slow
def test_many_threads_release_each_message_exactly_once(database, keyring):
    with_staff(database)
    raws = [CARD.replace(b"<1@", b"<%d@" % number) for number in range(20)]
    ids = [
        hold(database, keyring, raw=raw, envelope=an_envelope(number))
        for number, raw in enumerate(raws)
    ]
    gwen, conflicts, faults = STAFF[1], [], []

    def race():
        for held_id in ids:
            try:
                a_review(database).release(held_id, by=gwen, now=NOW)
            except Conflict:
                conflicts.append(held_id)
            except Exception as error:  # noqa: BLE001 - counted, then asserted on
                faults.append(repr(error))

    threads = [threading.Thread(target=race) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(conflicts) == 3 * len(ids)
    with database.writing() as session:
        due = outbox.claim(session, NOW, limit=200, lease=timedelta(minutes=1))
        assert sorted(each.held for each in due if each.kind == "release") == sorted(ids)
        audit.verify(session)


def test_two_who_agree_at_once_are_two_who_agree(database, keyring):
    with_staff(database)
    ids = [
        hold(
            database,
            keyring,
            raw=CARD.replace(b"<1@", b"<%d@" % number),
            envelope=an_envelope(number),
        )
        for number in range(20)
    ]
    for_two = int(Disposition.HOLD_FOR_TWO)
    with database.writing() as session:
        session.execute(text(f"UPDATE held_messages SET disposition = {for_two}"))
    both, elin = threading.Barrier(2), next(each for each in STAFF if each.id == "elin")

    def agree(by):
        for held_id in ids:
            both.wait(60)
            a_review(database).release(held_id, by=by, now=NOW)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(agree, by) for by in (STAFF[1], elin)]:
            done.result()
    with database.reading() as session:
        assert {held.get(session, each).state for each in ids} == {HeldState.RELEASED}


def test_what_one_worker_claimed_no_other_gets_until_its_lease_ends(database):
    with database.writing() as session:
        outbox.add(
            session,
            kind="notice",
            held=None,
            sender="",
            recipients=[Recipient(address="a@b.example")],
            content=b"x",
            now=NOW,
        )
    lease = timedelta(minutes=5)
    with database.writing() as session:
        assert len(outbox.claim(session, NOW, limit=8, lease=lease)) == 1
    with database.writing() as session:
        assert outbox.claim(session, NOW, limit=8, lease=lease) == []
    with database.writing() as session:
        again = outbox.claim(session, NOW + lease, limit=8, lease=lease)
        assert [each.attempts for each in again] == [2]


def test_who_is_no_longer_in_the_directory_becomes_inactive(database):
    with_staff(database)
    with database.writing() as session:
        change = people.replace_all(session, STAFF[:2], an_entry("people"))
        assert set(change.deactivated) == {"elin", "carys", "marc", "sam"}
        assert not people.get(session, "elin").active
        assert people.by_address(session, "SIONED@cyngor-enghraifft.example").id == "sioned"


def test_a_sign_in_ends_when_it_is_idle(database):
    with database.writing() as session:
        sign_ins.open_(session, "token", "gwen", NOW, method=Method.PASSWORD, browser="")
    with database.reading() as session:
        early, late = NOW - timedelta(1), NOW + timedelta(1)
        assert sign_ins.person(session, "token", opened_since=early, used_since=early) == "gwen"
        assert sign_ins.person(session, "token", opened_since=early, used_since=late) is None


def test_breakdowns_are_counted(database):
    with database.writing() as session:
        assert breakdowns.note(session, "key", NOW) == 1
    with database.writing() as session:
        assert breakdowns.note(session, "key", NOW) == 2


def test_a_database_that_is_not_there_says_what_to_do(tmp_path):
    with pytest.raises(Unavailable, match="porthor db upgrade"):
        Database(f"sqlite:///{tmp_path}/none.db").check()


def test_a_locked_database_is_unavailable(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/x.db"
    Database(url).upgrade()
    monkeypatch.setattr("models.db.database.SQLITE_PATIENCE", 0.1)
    with (
        Database(url).writing(),
        pytest.raises(Unavailable, match="locked"),
        Database(url).writing(),
    ):
        pass


def test_a_key_file_that_others_can_read_is_refused(tmp_path):
    Keyring.create(tmp_path / "k")
    (tmp_path / "k").chmod(0o644)
    with pytest.raises(SettingInvalid, match="chmod 600"):
        Keyring.load(tmp_path / "k")
