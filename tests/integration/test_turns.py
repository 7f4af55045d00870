"""Whose turn it is, in a real database: the clock, hand-overs, leavers, second votes, notices."""

import email
import random
import threading
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from factories import (
    CARD,
    NOW,
    POLICY,
    POST,
    STAFF,
    a_person,
    a_review,
    an_entry,
    an_envelope,
    hold,
    with_staff,
)
from organisations import a_message, an_organisation, anyone_able, changed, may_see, the_few
from sqlalchemy import text

from models.audit import Action
from models.db import audit, held, people
from models.errors import Conflict, NotFound
from models.held import HeldState, Tie
from models.person import Absence, Role, Standing
from quarantine import notices
from quarantine.escalation import Why
from quarantine.turns import Turns, look_at_waiting
from quarantine.working_hours import WorkingHours

TURNS = Turns(policy=POLICY, post=POST, hours=WorkingHours())
BY = {each.id: each for each in STAFF}
LATE = NOW + timedelta(hours=5)  # the turn that began at 9:30 ended at 13:30
TWO = b"Subject: x\r\nMessage-ID: <s@x.example>\r\n\r\nSECRET\r\n"
COMPLAINT = b"Subject: Bullying\r\n\r\nGwen shouts at us. Card 4111 1111 1111 1111\r\n"


@pytest.fixture
def council(database):
    return with_staff(database)


def message(database, held_id):
    with database.reading() as session:
        return held.get(session, held_id)


def look(database, now=LATE):
    return dict(look_at_waiting(database, TURNS, now).passed)


def set_people(database, *staff):
    with database.writing() as session:
        people.replace_all(session, staff, an_entry("people", Action.IMPORT_PEOPLE))


def set_away(database, person_id, absence):
    with database.writing() as session:
        people.set_absence(session, person_id, absence, an_entry(person_id, Action.SET_AWAY))


def notices_to(database, person_id):
    """Subjects of the notices queued to one person, in order."""
    with database.reading() as session:
        rows = session.execute(text("SELECT content FROM outbox WHERE kind = 'notice' ORDER BY id"))
        mails = [email.message_from_bytes(bytes(row[0])) for row in rows]
    return [each["Subject"] for each in mails if each["To"].startswith(f"{person_id}@")]


def called(name, held_id):
    """Whether a subject is that of a notice: both languages, the reference in each."""
    parts = [
        notices.words(name, each)["subject"].format(reference=held_id) for each in ("cy", "en")
    ]
    return {" | ".join(parts), " | ".join(reversed(parts))}


def decoded(subject):
    header = email.header.make_header(email.header.decode_header(subject))
    return str(header).replace("\r", "").replace("\n", "")


def test_in_time_nothing_happens(council, keyring):
    hold(council, keyring)
    assert look(council, NOW + timedelta(hours=3, minutes=59)) == {}


@pytest.mark.requirement("M2")
def test_a_clock_makes_it_the_next_person_s_turn_and_nothing_else(council, keyring):
    held_id = hold(council, keyring)
    before = message(council, held_id)
    assert look(council) == {held_id: Why.LATE}
    after = message(council, held_id)
    assert (before.reviewer, after.reviewer) == ("gwen", "elin")
    assert after == replace(before, reviewer="elin", turn=after.turn)
    assert after.turn.asked == ("gwen", "elin")
    assert after.turn.ends == NOW.replace(hour=10, minute=30) + timedelta(days=1)
    assert decoded(notices_to(council, "gwen")[-1]) in called("moved", held_id)
    assert decoded(notices_to(council, "elin")[-1]) in called("late", held_id)
    with council.reading() as session:
        entries = [each.entry for each in audit.read(session, subject=held_id)]
    assert [each.action for each in entries] == [Action.HOLD, Action.REASSIGN]
    assert (entries[-1].actor, entries[-1].detail) == ("system", "late: gwen to elin, deputy")


def test_who_was_late_may_still_answer_first(council, keyring):
    held_id = hold(council, keyring)
    look(council)
    assert a_review(council).release(held_id, by=BY["gwen"], now=LATE) is HeldState.RELEASED
    assert look(council, LATE + timedelta(days=3)) == {}


def test_it_goes_up_to_the_duty_reviewer_and_round_again(council, keyring):
    held_id, asked, now = hold(council, keyring), [], NOW
    for _ in range(4):
        now += timedelta(days=7)
        look(council, now)
        asked.append(message(council, held_id).reviewer)
    assert asked == ["elin", "carys", "gwen", "elin"]


def test_who_goes_away_loses_the_turn_at_once_and_keeps_the_right(council, keyring):
    held_id = hold(council, keyring)
    set_away(council, "gwen", Absence(first=NOW.date()))
    assert look(council, NOW) == {held_id: Why.AWAY}
    assert message(council, held_id).reviewer == "elin"
    assert look(council, NOW) == {}
    assert a_review(council).release(held_id, by=BY["gwen"], now=NOW) is HeldState.RELEASED


@pytest.mark.requirement("H13")
@pytest.mark.parametrize("standing", [Standing.LEFT, Standing.SUSPENDED])
def test_who_leaves_or_is_suspended_loses_the_turn_and_is_not_told(council, keyring, standing):
    held_id = hold(council, keyring)
    told = len(notices_to(council, "gwen"))
    gone = replace(BY["gwen"], standing=standing)
    set_people(council, *(gone if each.id == "gwen" else each for each in STAFF))
    assert look(council, NOW) == {held_id: Why.UNABLE}
    assert len(notices_to(council, "gwen")) == told
    with pytest.raises(NotFound):
        a_review(council).release(held_id, by=gone, now=NOW)


def test_when_everyone_is_away_someone_has_it_all_the_same(council, keyring):
    for each in STAFF:
        set_away(council, each.id, Absence(first=NOW.date()))
    held_id = hold(council, keyring)
    assert message(council, held_id).reviewer == "carys"  # the duty reviewer
    assert look(council, NOW) == {}
    assert look(council) == {held_id: Why.LATE}
    assert message(council, held_id).reviewer == "carys"
    assert decoded(notices_to(council, "carys")[-1]) in called("reminder", held_id)
    set_away(council, "elin", None)
    assert look(council, LATE) == {held_id: Why.AWAY}
    assert message(council, held_id).reviewer == "elin"


@pytest.mark.requirement("M7")
def test_a_complaint_about_the_manager_passes_manager_and_deputy(council, keyring):
    held_id = hold(council, keyring, raw=COMPLAINT)
    held_message = message(council, held_id)
    assert held_message.reviewer == "carys"
    assert {(each.person, each.tie) for each in held_message.involved} == {
        ("sioned", Tie.AUTHOR),
        ("gwen", Tie.NAMED),
    }
    for who in ("gwen", "elin"):
        with pytest.raises(NotFound):
            a_review(council).release(held_id, by=BY[who], now=NOW)
        assert notices_to(council, who) == []


@pytest.mark.requirement("M7")
def test_who_had_their_copy_at_once_does_not_decide_on_the_rest(council, keyring):
    """Some recipients wait and others do not; both are recipients."""
    raw = CARD.replace(b"Subject", b"To: gwen@cyngor-enghraifft.example\r\nSubject")
    assert message(council, hold(council, keyring, raw=raw)).reviewer == "elin"


@pytest.mark.requirement("M7")
def test_mail_to_hr_does_not_go_to_the_sender_s_own_line(council, keyring):
    set_people(council, *STAFF, a_person("helen", roles=frozenset({Role.HR})))
    envelope = an_envelope(recipients=("helen@cyngor-enghraifft.example", "x@elsewhere.example"))
    held_message = message(council, hold(council, keyring, envelope=envelope))
    assert (held_message.apart, held_message.reviewer) == (True, "carys")


@pytest.mark.requirement("M12")
def test_someone_else_should_decide_and_no_reason_is_asked(council, keyring):
    held_id, review = hold(council, keyring), a_review(council)
    review.hand_on(held_id, by=BY["gwen"], now=NOW)
    after = message(council, held_id)
    assert (after.reviewer, after.turn.declined, after.state) == ("elin", ("gwen",), HeldState.HELD)
    assert decoded(notices_to(council, "elin")[-1]) in called("passed", held_id)
    with pytest.raises(NotFound):  # whoever handed it on has lost sight of it
        review.release(held_id, by=BY["gwen"], now=NOW)
    with council.reading() as session:
        last = list(audit.read(session, subject=held_id))[-1].entry
    assert (last.actor, last.action) == ("gwen", Action.HAND_ON)


def test_who_is_the_last_cannot_hand_it_on(council, keyring):
    held_id, review = hold(council, keyring), a_review(council)
    for who in ("gwen", "elin"):
        review.hand_on(held_id, by=BY[who], now=NOW)
    with pytest.raises(Conflict, match="nobody else may decide"):
        review.hand_on(held_id, by=BY["carys"], now=NOW)
    assert message(council, held_id).reviewer == "carys"


@pytest.mark.requirement("M8")
def test_after_the_first_of_two_votes_it_is_someone_else_s_turn(council, keyring):
    held_id, review = hold(council, keyring, raw=TWO), a_review(council)
    review.release(held_id, by=BY["gwen"], now=NOW)
    assert message(council, held_id).reviewer == "elin"
    look(council)
    assert message(council, held_id).reviewer == "carys"
    look(council, LATE + timedelta(days=1))
    assert message(council, held_id).reviewer == "elin"  # never the first voter again
    assert review.release(held_id, by=BY["carys"], now=LATE) is HeldState.RELEASED


def test_with_nobody_left_the_administrators_are_told_and_it_waits(council, keyring):
    set_people(council, *(each for each in STAFF if each.id in ("sioned", "gwen", "sam")))
    held_id = hold(council, keyring, raw=COMPLAINT)
    assert message(council, held_id).reviewer is None
    assert decoded(notices_to(council, "sam")[0]) in called("nobody", held_id)
    assert look(council, NOW) == {}  # they are not told again and again
    assert look(council, LATE) == {held_id: Why.NOBODY}  # but once a turn
    assert len(notices_to(council, "sam")) == 2
    assert look(council, LATE) == {}
    with council.reading() as session:
        assert held.waiting(session).unassigned == 1
    set_people(council, *STAFF)
    assert look(council, LATE) == {held_id: Why.NOBODY}
    assert message(council, held_id).reviewer == "carys"


def test_the_sender_is_asked_to_confirm_first_and_the_reviewer_only_when_late(council, keyring):
    held_id = hold_to_confirm(council, keyring)
    assert notices_to(council, "gwen") == []
    assert look(council) == {held_id: Why.LATE}
    assert message(council, held_id).reviewer == "gwen"
    assert decoded(notices_to(council, "gwen")[-1]) in called("waiting", held_id)


def test_while_the_sender_is_asked_another_reviewer_is_chosen_in_silence(council, keyring):
    held_id = hold_to_confirm(council, keyring)
    set_away(council, "gwen", Absence(first=NOW.date()))
    assert look(council, NOW) == {held_id: Why.AWAY}
    assert message(council, held_id).reviewer == "elin"
    assert notices_to(council, "gwen") == notices_to(council, "elin") == []
    assert look(council) == {held_id: Why.LATE}
    assert decoded(notices_to(council, "elin")[-1]) in called("waiting", held_id)
    assert notices_to(council, "gwen") == []


def hold_to_confirm(council, keyring):
    many = tuple(f"a{number}@b{number}.example" for number in range(25))
    raw = f"To: {', '.join(many)}\r\nSubject: x\r\n\r\nHi\r\n".encode()
    return hold(council, keyring, raw=raw, envelope=an_envelope(recipients=many))


def test_a_person_who_is_faster_than_the_clock_wins(council, keyring):
    held_id = hold(council, keyring)
    seen = message(council, held_id)
    a_review(council).release(held_id, by=BY["gwen"], now=NOW)
    with pytest.raises(Conflict), council.writing() as session:
        TURNS.look(session, seen, BY, LATE)
    assert message(council, held_id).state is HeldState.RELEASED


def test_two_workers_pass_it_on_once(council, keyring):
    seen = message(council, hold(council, keyring))
    with council.writing() as session:
        TURNS.look(session, seen, BY, LATE)
    with pytest.raises(Conflict), council.writing() as session:
        TURNS.look(session, seen, BY, LATE)


@pytest.mark.slow
def test_who_hands_on_and_who_releases_at_once_do_not_lock_each_other_out(council, keyring):
    """The chain's lock is always taken before a row's, or PostgreSQL would end one of the two."""
    review, faults = a_review(council), []
    ids = [
        hold(council, keyring, raw=CARD + b"%d\r\n" % n, envelope=an_envelope(n)) for n in range(25)
    ]

    def attempt(act, who):
        for held_id in ids:
            try:
                act(held_id, by=BY[who], now=NOW)
            except (Conflict, NotFound):
                continue
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told below
                faults.append(error)

    threads = [
        threading.Thread(target=attempt, args=(review.hand_on, "gwen")),
        threading.Thread(target=attempt, args=(review.release, "elin")),
        threading.Thread(target=lambda: [look(council) for _ in range(5)]),
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert faults == []
    with council.reading() as session:
        audit.verify(session)


def test_many_late_ones_are_gone_through_in_looks_of_bounded_size(council):
    with council.writing() as session:
        for number in range(450):
            each = replace(
                a_message(random.Random(number), number),
                sender="sioned@cyngor-enghraifft.example",
                involved=(),
                apart=False,
                narrow=False,
            )
            given, _ = TURNS.first(each, BY, NOW)
            held.add(session, given, an_entry(each.id))
    after, passed = "", 0
    for _ in range(3):
        looked = look_at_waiting(council, TURNS, LATE, after=after)
        after, passed = looked.next_after, passed + len(looked.passed)
    assert (passed, after) == (450, "")


@pytest.mark.requirement("L19")
def test_no_notice_to_a_reviewer_holds_subject_recipient_or_text(council, keyring):
    raw = CARD.replace(b"Room", b"PLANTEDSUBJECT").replace(b"Card", b"PLANTEDTEXT")
    hold(council, keyring, raw=raw)
    for day in range(1, 4):
        look(council, NOW + timedelta(days=day))
    with council.reading() as session:
        rows = session.execute(text("SELECT recipients, content FROM outbox"))
        mails = [(str(row[0]), email.message_from_bytes(bytes(row[1]))) for row in rows]
    reviewers = [mail for to, mail in mails if "sioned@" not in to]
    assert len(reviewers) >= 6
    for mail in reviewers:
        parts = [each for each in mail.walk() if not each.is_multipart()]
        words = str(mail) + "".join(each.get_payload(decode=True).decode() for each in parts)
        assert not any(each in words for each in ("PLANTED", "john@elsewhere.example", "4111 1111"))


class Everything:
    """A random body over a real database, and everyone who was ever written to."""

    def __init__(self, database, rng):
        self.database, self.rng, self.now = database, rng, NOW
        self.people = an_organisation(rng, 12)
        self.store()

    def store(self):
        set_people(self.database, *self.people.values())
        for each in self.people.values():
            set_away(self.database, each.id, each.absence)

    def hold(self, numbers):
        with self.database.writing() as session:
            for number in numbers:
                fresh = a_message(self.rng, number)
                given, _ = TURNS.first(fresh, self.people, self.now)
                held.add(session, given, an_entry(fresh.id))

    def happen(self):
        """Time passes, people change, some hand on; then the worker looks at all of it."""
        self.now += timedelta(hours=self.rng.choice([5, 26, 100]))
        self.people = changed(self.people, self.rng)
        self.store()
        review = a_review(self.database)
        with self.database.reading() as session:
            waiting = held.find(session)
        for each in self.rng.sample(waiting, len(waiting) // 20):
            reviewer = self.people.get(each.reviewer or "")
            if reviewer and may_see(reviewer, each):
                try:
                    review.hand_on(each.id, by=reviewer, now=self.now)
                except Conflict:
                    continue
        after = ""
        while after := look_at_waiting(self.database, TURNS, self.now, after=after).next_after:
            pass

    def check(self):
        with self.database.reading() as session:
            found = held.find(session)
            rows = session.execute(
                text("SELECT held, recipients FROM outbox WHERE held IS NOT NULL")
            ).all()
            count = session.execute(
                text("SELECT count(*) FROM outbox WHERE kind <> 'notice'")
            ).scalar_one()
        by_id = {each.id: each for each in found}
        assert count == 0, "a clock sent something"
        assert {each.state for each in found} == {HeldState.HELD}
        for each in found:
            if each.reviewer is None:
                assert anyone_able(each, self.people) == set()
            else:
                assert may_see(self.people[each.reviewer], each)
                assert each.reviewer in the_few(each, self.people)
        # a notice may have gone to someone who has declined or left since: what never changes
        for held_id, recipients in rows:
            for person in self.people.values():
                if person.addresses[0] not in str(recipients):
                    continue
                involved = {each.person for each in by_id[held_id].involved}
                recipient = {each.address for each in by_id[held_id].recipients}
                bystander = Role.ADMINISTRATOR in person.roles
                assert bystander or person.id not in involved
                assert bystander or person.addresses[0] not in recipient
                assert bystander or person.addresses[0] != by_id[held_id].sender
        return Counter(each.reviewer is None for each in found)


@pytest.mark.requirement("L30")
@pytest.mark.requirement("N6")
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.requirement("M2")
def test_of_many_messages_in_a_database_none_is_sent_refused_or_lost_by_a_clock(database):
    """12 bodies, 60 messages each, each body through four changes, in a real database."""
    for number in range(12):
        body = Everything(database, random.Random(number))
        with database.writing() as session:
            session.execute(text("DELETE FROM outbox"))
            session.execute(text("DELETE FROM held_messages"))
        body.hold(range(number * 60, number * 60 + 60))
        for _ in range(4):
            body.happen()
            counted = body.check()
            assert counted.total() == 60
    with database.reading() as session:
        audit.verify(session)


@pytest.mark.requirement("L7")
def test_absence_is_kept_when_the_directory_is_imported_again(council):
    absence = Absence(first=NOW.date(), last=date(2026, 12, 1))
    set_away(council, "gwen", absence)
    set_people(council, *STAFF)
    with council.reading() as session:
        assert people.get(session, "gwen").absence == absence


ADDED = {
    "held_messages": (
        *("involved", "apart", "narrow", "asked", "declined", "turn_since", "turn_ends"),
    ),
    "people": ("standing", "alternate", "informed_by", "absent_from", "absent_until"),
}


@pytest.mark.requirement("A13")
def test_a_database_of_the_first_release_is_upgraded_with_what_it_holds(council, keyring):
    """Its messages get a turn by the first look; its people stand as they stood."""
    held_id = hold(council, keyring)
    with council.writing() as session:
        session.execute(text("DROP INDEX ix_held_messages_turn_ends"))
        for table, columns in ADDED.items():
            for column in columns:
                session.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}"))
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    council.upgrade()
    council.check()
    with council.reading() as session:
        assert people.get(session, "gwen") == BY["gwen"]
    assert look(council, NOW) == {held_id: Why.LATE}
    after = message(council, held_id)
    assert (after.reviewer, after.turn.asked) == ("gwen", ("gwen",))
    assert look(council, NOW) == {}
