"""Many messages for one reviewer within an hour become one email; on both databases."""

import email
from datetime import timedelta
from email.policy import default

import pytest
from factories import (
    CARD,
    NOW,
    POLICY,
    POST,
    STAFF,
    a_review,
    an_envelope,
    hold,
    with_staff,
)
from sqlalchemy import text

from gateway.worker import Worker
from quarantine.digests import send_due
from quarantine.turns import Turns, look_at_waiting

BY = {each.id: each for each in STAFF}
HOUR = NOW + timedelta(hours=1)


@pytest.fixture
def council(database):
    return with_staff(database)


def hold_many(council, keyring, how_many, now=NOW, start=0):
    numbers = range(start, start + how_many)
    return [
        hold(council, keyring, raw=CARD + b"%d\r\n" % n, envelope=an_envelope(n), now=now)
        for n in numbers
    ]


def notices_to(council, person_id):
    with council.reading() as session:
        rows = session.execute(text("SELECT content FROM outbox WHERE kind = 'notice' ORDER BY id"))
        mails = [email.message_from_bytes(bytes(row[0]), policy=default) for row in rows]
    return [each for each in mails if each["To"].startswith(f"{person_id}@")]


@pytest.mark.requirement("M1")
def test_three_are_told_at_once_and_the_others_go_together_an_hour_later(council, keyring):
    ids = hold_many(council, keyring, 6)
    assert len(notices_to(council, "gwen")) == 3
    assert send_due(council, POST, HOUR - timedelta(seconds=1)) == ()
    assert send_due(council, POST, HOUR) == ("gwen",)
    assert send_due(council, POST, HOUR) == ()  # once
    digest = notices_to(council, "gwen")[-1]
    assert len(notices_to(council, "gwen")) == 4
    words = digest.get_body(("plain",)).get_content()
    assert "decision: 3" in digest["Subject"]
    assert "penderfyniad: 3" in digest["Subject"]
    for told, held_id in enumerate(ids):
        assert words.count(f"- {held_id}, ") == (2 if told >= 3 else 0)  # in both languages
    assert "Sioned" in words
    for secret in ("elsewhere.example", "Room", "4111 1111"):
        assert secret not in digest.as_string()
    assert (digest["Auto-Submitted"], digest["In-Reply-To"]) == ("auto-generated", None)


def test_what_was_decided_or_passed_on_meanwhile_is_left_out(council, keyring):
    ids, review = hold_many(council, keyring, 6), a_review(council)
    review.withdraw(ids[3], by=BY["sioned"], now=NOW)
    review.hand_on(ids[4], by=BY["gwen"], now=NOW)
    assert send_due(council, POST, HOUR) == ("gwen",)
    words = notices_to(council, "gwen")[-1].get_body(("plain",)).get_content()
    assert [each for each in ids if f"- {each}, " in words] == [ids[5]]


def test_with_nothing_left_to_tell_no_digest_goes(council, keyring):
    ids = hold_many(council, keyring, 4)
    a_review(council).withdraw(ids[3], by=BY["sioned"], now=NOW)
    told = len(notices_to(council, "gwen"))
    assert send_due(council, POST, HOUR) == ()
    assert send_due(council, POST, HOUR + timedelta(days=1)) == ()
    assert len(notices_to(council, "gwen")) == told


def test_a_flood_is_told_of_once_an_hour(council, keyring):
    hold_many(council, keyring, 8)
    send_due(council, POST, HOUR)
    hold_many(council, keyring, 8, now=HOUR + timedelta(minutes=1), start=10)
    assert len(notices_to(council, "gwen")) == 4
    assert send_due(council, POST, HOUR + timedelta(minutes=59)) == ()
    assert send_due(council, POST, HOUR + timedelta(hours=1)) == ("gwen",)
    assert len(notices_to(council, "gwen")) == 5


def test_what_is_due_soon_does_not_wait(council, keyring):
    short = Turns(policy=POLICY, post=POST)
    soon = NOW + timedelta(hours=2, minutes=30)
    ids = hold_many(council, keyring, 6)
    with council.reading() as session:
        from models.db import held

        message = held.get(session, ids[0])
    before = len(notices_to(council, "gwen"))
    with council.writing() as session:
        for _ in range(4):
            short.tell(session, "waiting", message, BY, soon, None)
    assert len(notices_to(council, "gwen")) == before + 4


def test_who_has_left_gets_none(council, keyring):
    hold_many(council, keyring, 5)
    with council.writing() as session:
        session.execute(text("UPDATE people SET standing = 'left' WHERE id = 'gwen'"))
    assert send_due(council, POST, HOUR) == ()


def test_the_turn_of_what_waits_for_a_digest_passes_on_all_the_same(council, keyring):
    ids = hold_many(council, keyring, 5)
    late = NOW + timedelta(hours=5)
    assert set(dict(look_at_waiting(council, Turns(policy=POLICY, post=POST), late).passed)) == set(
        ids
    )
    assert send_due(council, POST, late) == ()  # they are no longer hers
    assert len(notices_to(council, "elin")) == 3
    assert send_due(council, POST, late + timedelta(hours=1)) == ("elin",)


def test_the_worker_sends_them(council, keyring):
    hold_many(council, keyring, 4)
    worker = Worker(database=council, keyring=keyring, review=a_review(council), courier=None)
    worker.look_at_turns(HOUR)
    assert len(notices_to(council, "gwen")) == 4
