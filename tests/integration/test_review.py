"""Who may decide, and what follows from a decision; on both databases."""

import pytest
from factories import NOW, STAFF, a_held_message, a_review, an_envelope, hold, with_staff

from models.audit import Action, Purpose
from models.db import audit, held, outbox
from models.errors import Conflict, NotFound, NotPermitted, SettingInvalid
from models.held import HeldState
from quarantine.access import open_message

BY = {each.id: each for each in STAFF}
SECRET = b"Subject: x\r\nMessage-ID: <s@x.example>\r\n\r\nSECRET\r\n"


@pytest.fixture
def council(database):
    return with_staff(database)


def state_of(database, held_id):
    with database.reading() as session:
        return held.get(session, held_id).state


@pytest.mark.requirement("M7")
@pytest.mark.parametrize(
    ("who", "error"),
    [
        pytest.param("sioned", NotPermitted, id="the sender"),
        pytest.param("marc", NotFound, id="somebody else's manager"),
        pytest.param("carys", NotFound, id="a duty reviewer to whom it was not passed"),
        pytest.param("sam", NotFound, id="an administrator"),
    ],
)
def test_who_may_not_decide(council, keyring, who, error):
    held_id = hold(council, keyring)
    with pytest.raises(error):
        a_review(council).release(held_id, by=BY[who], now=NOW)
    assert state_of(council, held_id) is HeldState.HELD


@pytest.mark.parametrize("who", ["gwen", "elin"])
def test_the_manager_and_the_deputy_may(council, keyring, who):
    held_id = hold(council, keyring)
    assert a_review(council).release(held_id, by=BY[who], now=NOW) is HeldState.RELEASED


def test_nobody_decides_on_mail_to_themselves(council, keyring):
    envelope = an_envelope(recipients=("gwen@cyngor-enghraifft.example", "x@elsewhere.example"))
    held_id = hold(council, keyring, envelope=envelope, raw=b"Subject: x\r\n\r\nyou idiot\r\n")
    with council.reading() as session:
        assert held.get(session, held_id).reviewer == "elin"
    with pytest.raises(NotFound):
        a_review(council).release(held_id, by=BY["gwen"], now=NOW)


def test_a_decision_its_outbox_and_its_audit_entry_are_one(council, keyring):
    held_id = a_held_message(council, keyring, HeldState.RELEASED)
    with council.reading() as session:
        actions = [each.entry.action for each in audit.read(session, subject=held_id)]
        assert actions == [Action.HOLD, Action.RELEASE, Action.RELEASE]
        count, _ = outbox.waiting(session)
    assert count == 3  # the sender's and the reviewer's notices, and the release


def test_the_second_decision_conflicts_and_says_who_was_first(council, keyring):
    held_id = a_held_message(council, keyring, HeldState.REFUSED)
    with pytest.raises(Conflict, match="Gwen decided this one first"):
        a_review(council).release(held_id, by=BY["elin"], now=NOW)


@pytest.mark.requirement("M8")
def test_two_people_must_agree_where_the_policy_says_so(council, keyring):
    held_id, review = hold(council, keyring, raw=SECRET), a_review(council)
    assert review.release(held_id, by=BY["gwen"], now=NOW) is HeldState.HELD
    with pytest.raises(Conflict, match="second person"):
        review.release(held_id, by=BY["gwen"], now=NOW)
    assert review.release(held_id, by=BY["elin"], now=NOW) is HeldState.RELEASED


def test_a_refusal_needs_a_reason(council, keyring):
    held_id = hold(council, keyring)
    with pytest.raises(SettingInvalid, match="reason"):
        a_review(council).refuse(held_id, by=BY["gwen"], reason=" ", now=NOW)


@pytest.mark.requirement("S4")
def test_only_the_sender_takes_a_message_back(council, keyring):
    held_id, review = hold(council, keyring), a_review(council)
    with pytest.raises(NotFound):
        review.withdraw(held_id, by=BY["gwen"], now=NOW)
    review.withdraw(held_id, by=BY["sioned"], now=NOW)
    assert state_of(council, held_id) is HeldState.WITHDRAWN


@pytest.mark.requirement("D1")
def test_opening_a_message_is_entered_with_its_purpose(council, keyring):
    held_id = hold(council, keyring)
    opened = open_message(
        council, keyring, held_id, who=BY["gwen"], purpose=Purpose.DECIDE, now=NOW
    )
    assert opened.held.findings[0].excerpt == "4111 1111 1111 1111"
    with council.reading() as session:
        last = list(audit.read(session, subject=held_id))[-1].entry
    assert (last.actor, last.action, last.purpose) == ("gwen", Action.LOOK, Purpose.DECIDE)


@pytest.mark.requirement("L56")
@pytest.mark.requirement("D9")
@pytest.mark.requirement("L29")
def test_an_administrator_opens_nothing_and_leaves_no_entry(council, keyring):
    held_id = hold(council, keyring)
    with pytest.raises(NotFound):
        open_message(council, keyring, held_id, who=BY["sam"], purpose=Purpose.DECIDE, now=NOW)
    with council.reading() as session:
        assert len(list(audit.read(session, subject=held_id))) == 1


def test_a_reopened_message_takes_its_votes_anew(council, keyring):
    held_id, review = a_held_message(council, keyring, HeldState.RELEASED), a_review(council)
    with council.writing() as session:
        review.reopen(session, held.get(session, held_id), "550 5.7.1 No", NOW)
    with council.reading() as session:
        message = held.get(session, held_id)
    assert (message.state, message.note, message.decisions) == (HeldState.HELD, "550 5.7.1 No", ())
