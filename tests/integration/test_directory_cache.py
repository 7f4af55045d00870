"""The directory is read once and shared, and every change is seen at once, whoever makes it."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from models.audit import Action
from models.db import people
from models.directory import Directory
from models.person import Absence, Role, Standing
from tests.factories import STAFF, a_person, an_entry, with_staff

CHANGE = an_entry("gwen", Action.CHANGE_PERSON)


def read(database):
    with database.reading() as session:
        return people.directory(session)


def change(database, act):
    with database.writing() as session:
        act(session)


def gwen(**facts):
    return replace(next(each for each in STAFF if each.id == "gwen"), **facts)


def test_nothing_is_read_again_when_nothing_has_changed(database):
    assert read(with_staff(database)) is read(database)


@pytest.mark.requirement("D9")
@pytest.mark.parametrize(
    ("act", "seen"),
    [
        pytest.param(
            lambda session: people.put(session, gwen(roles=frozenset({Role.HR})), CHANGE),
            lambda known: known["gwen"].roles == {Role.HR},
            id="a role is given or taken",
        ),
        pytest.param(
            lambda session: people.put(session, gwen(standing=Standing.SUSPENDED), CHANGE),
            lambda known: not known["gwen"].active,
            id="someone is suspended",
        ),
        pytest.param(
            lambda session: people.replace_all(session, STAFF[:1], CHANGE),
            lambda known: not known["gwen"].active,
            id="an import without them",
        ),
        pytest.param(
            lambda session: people.set_absence(
                session, "gwen", Absence(first=date(2026, 11, 24)), CHANGE
            ),
            lambda known: known["gwen"].absence is not None,
            id="someone says they are away",
        ),
        pytest.param(
            lambda session: people.put(session, a_person("newydd"), CHANGE),
            lambda known: "newydd" in known,
            id="someone comes",
        ),
        pytest.param(
            lambda session: session.execute(
                text("UPDATE people SET alternate = 'marc' WHERE id = 'gwen'")
            ),
            lambda known: known["gwen"].alternate == "marc",
            id="a row is changed by hand",
        ),
    ],
)
def test_a_change_is_seen_at_once(database, act, seen):
    before = read(with_staff(database))
    assert not seen(before)
    change(database, act)
    assert seen(read(database))
    assert not seen(before), "what was given before never changes"


def test_a_change_that_was_not_committed_is_not_seen(database):
    read(with_staff(database))

    class UndoneError(Exception):
        pass

    with pytest.raises(UndoneError), database.writing() as session:
        people.put(session, gwen(standing=Standing.LEFT), CHANGE)
        assert not people.directory(session)["gwen"].active
        raise UndoneError
    assert read(database)["gwen"].active


def test_a_mailbox_is_that_of_the_person_at_work():
    shared = ("old@x.example",)
    left = a_person("a", addresses=shared, standing=Standing.LEFT)
    known = Directory([left, a_person("b", addresses=("OLD@X.example", "b@x.example"))])
    assert known.owner("old@x.example").id == "b"
    assert known.owner("nobody@x.example") is None
    assert Directory.of(known) is known
