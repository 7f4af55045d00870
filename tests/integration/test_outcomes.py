"""What a reviewer may do besides sending and refusing, what a sender may say, self-reports."""

from dataclasses import replace
from datetime import timedelta

import pytest
from factories import (
    CARD,
    DOMAIN,
    NOW,
    STAFF,
    a_person,
    a_review,
    an_entry,
    an_envelope,
    hold,
    with_staff,
)

from models.audit import Action, Purpose
from models.db import answers, audit, held, outbox, people, statements
from models.errors import Conflict, NotFound, NotPermitted, SettingInvalid
from models.held import HeldState
from models.person import Role
from models.statement import Saying
from quarantine import outcomes, saying, self_report
from quarantine.access import open_message

BY = {each.id: each for each in STAFF}
HUW = a_person("huw", language="en", roles=frozenset({Role.HR}))


@pytest.fixture
def council(database):
    with_staff(database)
    with database.writing() as session:
        people.replace_all(session, (*STAFF, HUW), an_entry("people", Action.IMPORT_PEOPLE))
    return database


@pytest.fixture
def review(council):
    return replace(a_review(council), undo=timedelta(seconds=60))


def message_of(database, held_id):
    with database.reading() as session:
        return held.get(session, held_id)


def notices_of(database, subject):
    """To whom notices whose subject holds some words are queued."""
    from email import message_from_bytes, policy

    with database.writing() as session:
        found = outbox.claim(session, NOW, limit=100, lease=timedelta(0))
    parsed = [
        message_from_bytes(each.content, policy=policy.default) for each in found if each.content
    ]
    return sorted(each["To"] for each in parsed if subject in each["Subject"])


def actions_of(database, held_id):
    with database.reading() as session:
        return [each.entry.action for each in audit.read(session, subject=held_id)]


def test_a_message_given_back_is_asked_for_again(council, keyring, review):
    held_id = hold(council, keyring)
    with pytest.raises(SettingInvalid):
        outcomes.give_back(review, held_id, by=BY["gwen"], code="no such", now=NOW)
    outcomes.give_back(review, held_id, by=BY["gwen"], code="say-why", text="Pam?", now=NOW)
    given = message_of(council, held_id)
    assert (given.state, given.decisions[-1].code) == (HeldState.RETURNED, "say-why")
    assert notices_of(council, "given back to you") == [f"sioned@{DOMAIN}"]
    with pytest.raises(Conflict):
        review.release(held_id, by=BY["gwen"], now=NOW)
    with pytest.raises(NotFound):
        saying.ask_again(review, held_id, by=BY["gwen"], text="x", now=NOW)
    saying.ask_again(review, held_id, by=BY["sioned"], text="Mae'r llys yn gofyn", now=NOW)
    again = message_of(council, held_id)
    assert (again.state, again.decisions, again.reviewer) == (HeldState.HELD, (), "gwen")
    assert notices_of(council, "asks for a decision again") == [f"gwen@{DOMAIN}"]


def test_what_was_given_back_is_taken_up_again_by_a_reviewer_and_nobody_else(
    council, keyring, review
):
    held_id, later = hold(council, keyring), NOW + timedelta(days=3)
    with pytest.raises(Conflict):
        outcomes.take_up(review, held_id, by=BY["gwen"], now=later)
    outcomes.give_back(review, held_id, by=BY["gwen"], code="say-why", text="Pam?", now=NOW)
    for who, error in (("sioned", NotPermitted), ("marc", NotFound), ("sam", NotFound)):
        with pytest.raises(error):
            outcomes.take_up(review, held_id, by=BY[who], now=later)
    outcomes.take_up(review, held_id, by=BY["elin"], now=later)
    again = message_of(council, held_id)
    assert (again.state, again.decisions, again.reviewer) == (HeldState.HELD, (), "gwen")
    assert again.turn.since == later
    assert again.turn.ends > later
    with council.reading() as session:
        asked = [each.entry for each in audit.read(session, subject=held_id)]
    assert [each.actor for each in asked if each.action is Action.ASK_AGAIN] == ["elin"]
    with pytest.raises(Conflict):
        outcomes.take_up(review, held_id, by=BY["gwen"], now=later)


def test_a_message_given_back_can_be_taken_back(council, keyring, review):
    held_id = hold(council, keyring)
    outcomes.give_back(review, held_id, by=BY["gwen"], code="wrong-attachment", now=NOW)
    review.withdraw(held_id, by=BY["sioned"], now=NOW)
    assert message_of(council, held_id).state is HeldState.WITHDRAWN


@pytest.mark.requirement("M6")
def test_a_release_waits_a_minute_and_can_be_stopped(council, keyring, review):
    held_id = hold(council, keyring)
    review.release(held_id, by=BY["gwen"], now=NOW)
    with council.reading() as session:
        assert outbox.leaves_at(session, held_id) == NOW + timedelta(seconds=60)
    with pytest.raises(Conflict):
        outcomes.stop_sending(review, held_id, by=BY["elin"], now=NOW)
    outcomes.stop_sending(review, held_id, by=BY["gwen"], now=NOW)
    stopped = message_of(council, held_id)
    assert (stopped.state, stopped.decisions) == (HeldState.HELD, ())
    with council.reading() as session:
        assert outbox.leaves_at(session, held_id) is None
    assert review.release(held_id, by=BY["elin"], now=NOW) is HeldState.RELEASED


def test_what_the_worker_has_taken_cannot_be_stopped(council, keyring, review):
    held_id = hold(council, keyring)
    review.release(held_id, by=BY["gwen"], now=NOW)
    later = NOW + timedelta(seconds=61)
    with council.writing() as session:
        assert held_id in {
            each.held
            for each in outbox.claim(session, later, limit=100, lease=timedelta(1))
            if each.kind == outbox.RELEASE
        }
    with pytest.raises(Conflict):
        outcomes.stop_sending(review, held_id, by=BY["gwen"], now=later)
    assert message_of(council, held_id).state is HeldState.RELEASED


@pytest.mark.requirement("M6")
def test_who_passes_it_to_hr_loses_sight_of_it_and_the_sender_hears_nothing(
    council, keyring, review
):
    held_id = hold(council, keyring)
    outcomes.refer(review, held_id, by=BY["gwen"], why="A pattern of insults", now=NOW)
    assert message_of(council, held_id).state is HeldState.REFERRED
    assert notices_of(council, "passed to HR") == [f"huw@{DOMAIN}"]
    assert notices_of(council, "Your email") == [f"sioned@{DOMAIN}"]  # that it is held, no more
    for who in ("gwen", "elin"):
        with pytest.raises(NotFound):
            open_message(council, keyring, held_id, who=BY[who], purpose=Purpose.DECIDE, now=NOW)
    with pytest.raises(NotFound):
        outcomes.hand_back(review, held_id, by=BY["elin"], now=NOW)
    outcomes.hand_back(review, held_id, by=HUW, now=NOW)
    back = message_of(council, held_id)
    assert (back.state, back.reviewer) == (HeldState.HELD, "elin")


def test_hr_refuses_in_nobodys_name(council, keyring, review):
    held_id = hold(council, keyring)
    outcomes.refer(review, held_id, by=BY["gwen"], why="Why", now=NOW)
    outcomes.refuse_for_hr(review, held_id, by=HUW, code="policy", now=NOW)
    assert message_of(council, held_id).state is HeldState.REFUSED
    assert notices_of(council, "will not be sent") == [f"sioned@{DOMAIN}"]


def test_nobody_in_hr_means_that_it_cannot_go_there(council, keyring, review):
    with council.writing() as session:
        people.replace_all(session, STAFF, an_entry("people", Action.IMPORT_PEOPLE))
    held_id = hold(council, keyring)
    with pytest.raises(Conflict):
        outcomes.refer(review, held_id, by=BY["gwen"], why="Why", now=NOW)
    assert message_of(council, held_id).state is HeldState.HELD


@pytest.mark.requirement("S4")
def test_an_explanation_reaches_the_reviewer(council, keyring, review):
    held_id = hold(council, keyring)
    saying.explain(review, held_id, by=BY["sioned"], text="Mae angen hwn heddiw", now=NOW)
    saying.explain(review, held_id, by=BY["sioned"], text="Diolch", now=NOW)
    with council.reading() as session:
        said = statements.about(session, [held_id])[held_id]
    assert [each.text for each in said] == ["Mae angen hwn heddiw", "Diolch"]
    assert notices_of(council, "has explained") == [f"gwen@{DOMAIN}"]
    with pytest.raises(NotFound):
        saying.explain(review, held_id, by=BY["marc"], text="x", now=NOW)
    with pytest.raises(SettingInvalid):
        saying.explain(review, held_id, by=BY["sioned"], text="x" * 501, now=NOW)
    for _ in range(3):
        saying.explain(review, held_id, by=BY["sioned"], text="eto", now=NOW)
    with pytest.raises(Conflict):
        saying.explain(review, held_id, by=BY["sioned"], text="eto", now=NOW)


@pytest.mark.requirement("L41")
@pytest.mark.requirement("M11")
def test_when_someone_may_come_to_harm_a_duty_reviewer_may_decide_too(council, keyring, review):
    held_id = hold(council, keyring)
    marked = {"by": BY["sioned"], "text": "", "now": NOW}
    saying.mark_urgent(review, held_id, kind=Saying.LEGAL, **marked)
    assert notices_of(council, "legal deadline") == [f"gwen@{DOMAIN}"]
    saying.mark_urgent(review, held_id, kind=Saying.HARM, **marked)
    saying.mark_urgent(review, held_id, kind=Saying.HARM, **marked)
    assert notices_of(council, "may come to harm") == [f"carys@{DOMAIN}", f"gwen@{DOMAIN}"]
    assert message_of(council, held_id).reviewer == "gwen"
    assert review.release(held_id, by=BY["carys"], now=NOW) is HeldState.RELEASED


@pytest.mark.requirement("L31")
@pytest.mark.requirement("S6")
def test_asking_for_someone_else_moves_it_once(council, keyring, review):
    held_id = hold(council, keyring)
    saying.ask_someone_else(review, held_id, by=BY["sioned"], now=NOW)
    moved = message_of(council, held_id)
    assert (moved.reviewer, moved.turn.declined) == ("elin", ("gwen",))
    with pytest.raises(NotFound):
        review.release(held_id, by=BY["gwen"], now=NOW)
    with pytest.raises(Conflict):
        saying.ask_someone_else(review, held_id, by=BY["sioned"], now=NOW)


@pytest.mark.requirement("L31")
@pytest.mark.requirement("S6")
def test_a_dispute_is_kept_and_changes_nothing(council, keyring, review):
    held_id = hold(council, keyring)
    before = message_of(council, held_id)
    saying.dispute(review, held_id, by=BY["sioned"], text="It is the room's card", now=NOW)
    assert message_of(council, held_id) == before
    assert actions_of(council, held_id)[-1] is Action.DISPUTE


def test_answers_are_kept_apart_from_decisions(council, keyring, review):
    held_id = hold(council, keyring)
    with pytest.raises(NotPermitted):
        outcomes.label(review, held_id, by=BY["sioned"], should_hold=False, now=NOW)
    outcomes.label(review, held_id, by=BY["gwen"], should_hold=False, now=NOW)
    outcomes.label(review, held_id, by=BY["gwen"], should_hold=True, now=NOW)
    with council.reading() as session:
        (answer,) = answers.everything(session)
    assert (answer.held, answer.by, answer.should_hold) == (held_id, "gwen", True)
    assert actions_of(council, held_id)[-2:] == [Action.LABEL, Action.LABEL]
    assert message_of(council, held_id).state is HeldState.HELD


@pytest.mark.parametrize(
    ("who", "told"),
    [
        pytest.param("sioned", "gwen", id="the manager"),
        pytest.param("marc", "carys", id="a duty reviewer, without a manager"),
        pytest.param("carys", None, id="nobody but oneself"),
    ],
)
def test_a_self_report_is_told_at_once(council, review, who, told):
    made = self_report.report(review, by=BY[who], text="To the wrong Jones", now=NOW)
    assert made.told == told
    assert notices_of(council, "sent something") == ([f"{told}@{DOMAIN}"] if told else [])
    if told:
        with pytest.raises(NotFound):
            self_report.mark_read(review, made.id, by=BY[who], now=NOW)
        self_report.mark_read(review, made.id, by=BY[told], now=NOW)
        with council.reading() as session:
            assert statements.report(session, made.id).read_at == NOW


def test_a_self_report_goes_past_who_is_away():
    away = {**BY, "gwen": replace(BY["gwen"], away=True)}
    assert self_report.whom_to_tell(BY["sioned"], away, NOW.date()).id == "elin"
    gone = {each: replace(person, away=True) for each, person in BY.items()}
    assert self_report.whom_to_tell(BY["sioned"], gone, NOW.date()).id == "gwen"


def test_a_reviewers_list_and_what_they_decided(council, keyring, review):
    waiting = hold(council, keyring)
    ended = hold(council, keyring, envelope=an_envelope(2), raw=CARD + b"2\r\n")
    review.refuse(ended, by=BY["gwen"], reason="", code="policy", now=NOW)
    with council.reading() as session:
        assert [each.id for each in held.may_wait_for(session, "gwen", [], limit=9)] == [waiting]
        assert held.may_wait_for(session, "wen", [], limit=9) == []
        assert [each.id for each in held.decided_by(session, "gwen", limit=9)] == [ended]
        assert held.decided_by(session, "elin", limit=9) == []


def test_a_database_of_the_release_before_is_upgraded(council, keyring, review):
    from sqlalchemy import text

    held_id = hold(council, keyring)
    with council.writing() as session:
        for statement in (
            "DROP TABLE answers",
            "DROP TABLE statements",
            "DROP TABLE self_reports",
            "ALTER TABLE decisions DROP COLUMN code",
            "UPDATE alembic_version SET version_num = '0002'",
        ):
            session.execute(text(statement))
    council.upgrade()
    saying.explain(review, held_id, by=BY["sioned"], text="Mae angen hwn", now=NOW)
    outcomes.label(review, held_id, by=BY["gwen"], should_hold=True, now=NOW)
    review.refuse(held_id, by=BY["gwen"], reason="", code="policy", now=NOW)
    assert message_of(council, held_id).decisions[-1].code == "policy"
    self_report.report(review, by=BY["sioned"], text="x", now=NOW)
