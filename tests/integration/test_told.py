"""Who was told of the monitoring, by the directory and by the policy (L7)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from factories import NOW, POLICY, STAFF, an_entry

from models.audit import Action
from models.db import people
from models.policy import UnknownSenders
from quarantine.told import was_told

TODAY = NOW.date()


def asked(database, sender, *, informed, unknown=UnknownSenders.WHEN_ALL_TOLD, now=NOW):
    staff = [replace(each, informed=informed.get(each.id, date(2026, 1, 5))) for each in STAFF]
    with database.writing() as session:
        people.replace_all(session, staff, an_entry("people", Action.IMPORT_PEOPLE))
    with database.reading() as session:
        return was_told(session, replace(POLICY, unknown_senders=unknown), sender, now)


SIONED = "Sioned@cyngor-enghraifft.example"
SHARED = "tai@cyngor-enghraifft.example"
TOMORROW = TODAY + timedelta(days=1)


@pytest.mark.requirement("L7")
@pytest.mark.parametrize(
    ("sender", "informed", "told"),
    [
        pytest.param(SIONED, {}, True, id="told in January"),
        pytest.param(SIONED, {"sioned": TODAY}, True, id="told today"),
        pytest.param(SIONED, {"sioned": TOMORROW}, False, id="told from tomorrow"),
        pytest.param(SIONED, {"sioned": None}, False, id="a new starter"),
        pytest.param(SIONED, {"marc": None}, True, id="another was not told"),
        pytest.param(SHARED, {}, True, id="a shared mailbox where all were told"),
        pytest.param(SHARED, {"marc": None}, False, id="a shared mailbox where one was not"),
        pytest.param("", {}, True, id="the null sender where all were told"),
    ],
)
def test_who_was_told(database, sender, informed, told):
    assert asked(database, sender, informed=informed) is told


@pytest.mark.parametrize(
    ("unknown", "told"), [(UnknownSenders.APPLY, True), (UnknownSenders.WATCH, False)]
)
def test_the_policy_says_what_holds_for_addresses_in_nobodys_entry(database, unknown, told):
    assert asked(database, SHARED, informed={"marc": None}, unknown=unknown) is told
    assert asked(database, SIONED, informed={}, unknown=unknown) is True


def test_the_day_is_the_bodys_own(database):
    late = NOW.replace(month=6, hour=23, minute=30)  # already tomorrow, in summer time
    tomorrow = late.date() + timedelta(days=1)
    assert asked(database, SIONED, informed={"sioned": tomorrow}, now=late)


def test_of_an_empty_directory_nothing_is_known(database):
    with database.reading() as session:
        assert not was_told(session, POLICY, SHARED, NOW)
