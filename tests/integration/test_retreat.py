"""A rule that is too often wrong falls back to watching; its owners are told; it can come back."""

import email
from datetime import timedelta

import pytest

from gateway.decide import decide
from models.audit import Action, AuditEntry
from models.db import answers, audit, demotions, outbox
from models.errors import Conflict, NotFound
from models.verdict import Disposition
from quarantine.retreat import Retreat, put_back
from tests.console_sample import NOW, PEOPLE, POLICY, mail, make_council

OFFICER, REVIEWERS = "dewi", ("gwen", "elin")


@pytest.fixture
def council(tmp_path, database_url):
    from models.person import Person, Role

    more = (
        Person(
            id=OFFICER,
            name="Dewi",
            addresses=("dewi@cantref.example",),
            roles=frozenset({Role.PROTECTION_OFFICER}),
        ),
    )
    made = make_council(tmp_path, database_url, (*PEOPLE, *more))
    yield made
    made.database.close()


@pytest.fixture
def retreat(council):
    return Retreat(
        database=council.database, policy=POLICY, post=council.review.post, floor=0.5, fewest=6
    )


def answer(council, numbers, *, should_hold, at=NOW, by=REVIEWERS):
    for number in numbers:
        held_id, who = council.hold(number), by[number % len(by)]
        entry = AuditEntry(at=at, actor=who, action=Action.LABEL, subject=held_id)
        with council.database.writing() as session:
            answers.put(session, held_id, who, should_hold, at, entry)


def rule_of(council):
    from models.db import held

    with council.database.reading() as session:
        return held.find(session, limit=1)[0].rules[0]


def notices_about(council, rule):
    later, lease = NOW + timedelta(days=2), timedelta(hours=1)
    with council.database.writing() as session:
        items = outbox.claim(session, later, limit=500, lease=lease)
    return [
        each.recipients[0].address
        for each in items
        if each.content and rule in str(email.message_from_bytes(each.content)["Subject"])
    ]


def demoted(council):
    with council.database.reading() as session:
        return demotions.in_force(session)


@pytest.mark.requirement("L16")
@pytest.mark.requirement("D10")
def test_a_rule_that_is_too_often_wrong_only_watches_and_its_owner_is_told(council, retreat):
    answer(council, range(5), should_hold=False)
    assert retreat.look(NOW) == ()
    answer(council, range(5, 8), should_hold=False)
    rule = rule_of(council)
    assert retreat.look(NOW) == (rule,)
    assert retreat.look(NOW) == ()
    assert demoted(council) == {rule}
    assert notices_about(council, rule) == ["dewi@cantref.example"]
    with council.database.reading() as session:
        last = [each.entry for each in audit.read(session, subject=rule)][-1]
    assert (last.action, last.detail) == (
        Action.DEMOTE,
        "0 of 8 rightly held: it only watches",
    )


def test_only_the_officer_puts_it_back_and_then_it_is_counted_anew(council, retreat):
    answer(council, range(8), should_hold=False)
    (rule,) = retreat.look(NOW)
    people = {each.id: each for each in _people(council)}
    with pytest.raises(NotFound):
        put_back(council.database, rule, by=people["gwen"], now=NOW)
    later = NOW + timedelta(minutes=1)
    put_back(council.database, rule, by=people[OFFICER], now=later)
    assert demoted(council) == frozenset()
    assert retreat.look(later) == ()
    with pytest.raises(Conflict):
        put_back(council.database, rule, by=people[OFFICER], now=later)


@pytest.mark.requirement("D10")
def test_the_answers_of_one_reviewer_alone_change_nothing(council, retreat):
    answer(council, range(10), should_hold=False, by=("gwen",))
    assert retreat.look(NOW) == ()
    answer(council, range(10, 11), should_hold=False, by=("elin",))
    assert retreat.look(NOW) == (rule_of(council),)


def test_only_the_latest_answer_about_a_message_counts(council, retreat):
    answer(council, range(8), should_hold=False)
    answer(council, range(8), should_hold=True)
    assert retreat.look(NOW) == ()


def _people(council):
    from models.db import people

    with council.database.reading() as session:
        return people.everyone(session)


def test_a_demoted_rule_watches_and_is_still_recorded():
    from classifiers.detector import detectors
    from classifiers.inspection import inspect

    given = mail(1)
    found = inspect(given, detectors(POLICY)).findings
    before = decide(given.envelope, found, POLICY, on=NOW.date())
    after = decide(given.envelope, found, POLICY, on=NOW.date(), demoted=before.rules)
    assert (before.disposition, after.disposition) == (Disposition.HOLD, Disposition.RELAY)
    assert [each.rule for each in after.outcomes[0].matches] == list(before.rules)
    assert after.outcomes[0].matches[0].watched is Disposition.HOLD
