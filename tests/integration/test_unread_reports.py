"""A self-report that nobody has read goes on by the clock; on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from factories import DOMAIN, NOW, STAFF, a_review, an_entry, with_staff
from test_digests import notices_to

from gateway.worker import Worker
from models.audit import Action
from models.db import audit, people, statements
from models.errors import NotFound
from models.person import Standing
from quarantine import self_report
from quarantine.unread_reports import look_at_reports, passing

BY = {each.id: each for each in STAFF}
LATE = NOW + timedelta(hours=4)
A_DAY = timedelta(days=1)


@pytest.fixture
def council(database):
    return with_staff(database)


def reported(council, by="sioned"):
    return self_report.report(a_review(council), by=BY[by], text="To the wrong Jones", now=NOW)


def set_people(council, *staff):
    with council.writing() as session:
        people.replace_all(session, staff, an_entry("people", Action.IMPORT_PEOPLE))


def kept(council, report_id):
    with council.reading() as session:
        return statements.report(session, report_id)


@pytest.mark.requirement("M2")
def test_it_goes_to_the_next_person_when_the_turn_is_over(council):
    made, review = reported(council), a_review(council)
    assert look_at_reports(review, LATE - timedelta(seconds=1)) == ()
    assert look_at_reports(review, LATE) == ((made.id, "late"),)
    assert look_at_reports(review, LATE) == ()
    after = kept(council, made.id)
    assert (after.told, after.asked, after.read_at) == ("elin", ("gwen", "elin"), None)
    assert [each["To"] for each in notices_to(council, "elin")] == [f"elin@{DOMAIN}"]
    assert "Elin" in notices_to(council, "gwen")[-1].get_body(("plain",)).get_content()
    for each in (*notices_to(council, "elin"), *notices_to(council, "gwen")):
        assert "Jones" not in each.as_string()
    with council.reading() as session:
        last = list(audit.read(session, subject=made.id))[-1].entry
    assert (last.actor, last.action) == ("system", Action.REASSIGN)
    assert last.detail == "late: gwen to elin"


def test_what_was_read_stays_where_it_is(council):
    made, review = reported(council), a_review(council)
    self_report.mark_read(review, made.id, by=BY["gwen"], now=NOW)
    assert look_at_reports(review, LATE + 9 * A_DAY) == ()


def test_who_had_it_may_still_read_it_and_nobody_else_may(council):
    made, review = reported(council), a_review(council)
    look_at_reports(review, LATE)
    for who in ("marc", "sam", "carys", "sioned"):
        with pytest.raises(NotFound):
            self_report.mark_read(review, made.id, by=BY[who], now=LATE)
    self_report.mark_read(review, made.id, by=BY["gwen"], now=LATE)
    assert kept(council, made.id).read_at == LATE


def test_it_goes_round_and_is_never_with_nobody(council):
    made, review, told = reported(council), a_review(council), []
    for days in range(1, 6):
        look_at_reports(review, NOW + 7 * days * A_DAY)
        told.append(kept(council, made.id).told)
    assert told == ["elin", "carys", "gwen", "elin", "carys"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param({"away": True}, "away", id="goes away"),
        pytest.param({"standing": Standing.LEFT}, "unable", id="leaves"),
        pytest.param({"standing": Standing.SUSPENDED}, "unable", id="is suspended"),
    ],
)
def test_it_goes_on_at_once_when_who_was_told(council, change, why):
    made = reported(council)
    set_people(council, *(replace(p, **change) if p.id == "gwen" else p for p in STAFF))
    assert look_at_reports(a_review(council), NOW) == ((made.id, why),)
    assert look_at_reports(a_review(council), NOW) == ()
    assert kept(council, made.id).told == "elin"


def test_the_only_one_who_can_be_told_is_reminded_once_a_turn(council):
    set_people(council, BY["sioned"], BY["gwen"])
    made, review = reported(council), a_review(council)
    assert look_at_reports(review, LATE) == ((made.id, "late"),)
    assert look_at_reports(review, LATE) == ()
    assert len(notices_to(council, "gwen")) == 2
    with council.reading() as session:
        assert list(audit.read(session, subject=made.id))[-1].entry.action is Action.REMIND


def test_what_nobody_could_be_told_of_goes_to_the_first_who_can(council):
    made = reported(council, by="carys")
    assert look_at_reports(a_review(council), LATE) == ()
    set_people(council, *(replace(p, manager="gwen") if p.id == "carys" else p for p in STAFF))
    assert look_at_reports(a_review(council), LATE) == ((made.id, "nobody"),)
    assert kept(council, made.id).told == "gwen"


def test_when_everyone_is_away_it_stays_until_the_turn_is_over(council):
    made = replace(reported(council))
    away = {each.id: replace(each, away=True) for each in STAFF}
    assert passing(made, away, day=NOW.date(), is_over=False) is None
    assert passing(made, away, day=NOW.date(), is_over=True).to.id == "elin"


def test_the_worker_looks_at_them(council, keyring):
    made = reported(council)
    worker = Worker(database=council, keyring=keyring, review=a_review(council), courier=None)
    worker.look_at_turns(LATE)
    assert kept(council, made.id).told == "elin"
