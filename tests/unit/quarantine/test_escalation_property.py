"""Whatever the organisation and whatever happens to it, a held message is in the right hands.

500 organisations, 20 messages each, and six things that happen to each of them: 10,000 messages
through every absence, leaver, conflict, hand-over and vote, and none of them answered.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from factories import NOW, POLICY, POST
from hypothesis import given, settings
from organisations import (
    a_message,
    able,
    an_organisation,
    anyone_able,
    away,
    changed,
    may_see,
    messages,
    organisations,
    seeds,
    sizes,
    the_few,
)

from models.decision import Choice, Decision
from models.verdict import Disposition
from quarantine.appeals import _anew
from quarantine.escalation import ladder, next_step, step_past, why_look
from quarantine.permissions import can_review
from quarantine.review import Review
from quarantine.turns import Turns
from quarantine.working_hours import WorkingHours

REVIEW = Review(database=None, policy=POLICY, post=POST)
TURNS = Turns(policy=POLICY, post=POST, hours=WorkingHours())
MESSAGES, EVENTS = 20, 6


def given_to(held, step, now):
    """What quarantine/turns.py records, without its database."""
    return replace(
        held, reviewer=step and step.person, turn=TURNS._turn(held, step and step.person, now)
    )


def look(held, people, now):
    day = TURNS.hours.today(now)
    why = why_look(held, people, now, day)
    if why is None:
        return held
    step = next_step(held, people, day)
    if step is None and why.value == "unable":
        return given_to(held, None, now)
    return held if step is None else given_to(held, step, now)


def check(held, people, now):
    day = TURNS.hours.today(now)
    if held.reviewer is None:
        assert anyone_able(held, people) == set(), "it is with nobody though someone may decide"
        return
    reviewer = people[held.reviewer]
    assert may_see(reviewer, held)
    assert held.reviewer in the_few(held, people)
    assert can_review(reviewer, held, people)
    if away(reviewer, day):
        assert all(away(people[each], day) for each in able(held, people))
    for person in people.values():
        allowed = may_see(person, held) and person.id in the_few(held, people)
        assert allowed or not can_review(person, held, people)


def _votes(held):
    return [each for each in held.decisions if each.choice is Choice.RELEASE]


def something_happens(held, people, rng):
    """A reviewer hands on, or agrees to send what two must agree to; or nobody does anything."""
    what = rng.choice(["nothing", "nothing", "nothing", "hand-on", "vote"])
    if held.reviewer is None or held.reviewer not in people:
        return held
    if what == "hand-on":
        declined = (*held.turn.declined, held.reviewer)
        return replace(held, turn=replace(held.turn, declined=declined))
    if what == "vote" and held.disposition is Disposition.HOLD_FOR_TWO and not _votes(held):
        vote = Decision(by=held.reviewer, choice=Choice.RELEASE, at=NOW)
        return replace(held, decisions=(*held.decisions, vote))
    return held


@pytest.mark.requirement("M1")
@pytest.mark.requirement("M2")
@pytest.mark.requirement("M7")
@pytest.mark.requirement("L23")
@settings(max_examples=500, deadline=None)
@given(seeds, sizes)
def test_none_is_with_the_wrong_person_and_none_with_nobody(rng, size):
    now, people = NOW, an_organisation(rng, size)
    waiting = []
    for number in range(MESSAGES):
        held, step = TURNS.first(a_message(rng, number), people, now)
        assert (step is None) == (held.reviewer is None)
        check(held, people, now)
        waiting.append(held)
    for _ in range(EVENTS):
        now += timedelta(hours=rng.choice([1, 5, 26, 100]))
        people = changed(people, rng)
        looked = []
        for before in waiting:
            held = look(something_happens(before, people, rng), people, now)
            check(held, people, now)
            assert look(held, people, now).reviewer == held.reviewer  # it does not go to and fro
            assert held == replace(
                before, reviewer=held.reviewer, turn=held.turn, decisions=held.decisions
            )
            looked.append(held)
        waiting = looked


def refused_and_appealed(held, people, now):
    """Whose turn it is refuses it and its sender appeals; None if nobody else may decide."""
    refusal = Decision(by=held.reviewer, choice=Choice.REFUSE, at=now)
    asked = _anew(REVIEW, replace(held, decisions=(*held.decisions, refusal)), now)
    step = next_step(asked, people, TURNS.hours.today(now))
    if step is None:
        assert anyone_able(asked, people) == set()
        return None
    turn = replace(asked.turn, since=now, ends=TURNS.ends(asked, now), asked=(step.person,))
    return replace(asked, reviewer=step.person, turn=turn)


@pytest.mark.requirement("S11")
@pytest.mark.requirement("L31")
@settings(max_examples=300, deadline=None)
@given(seeds, sizes)
def test_what_was_appealed_never_reaches_who_decided_it(rng, size):
    people = an_organisation(rng, size)
    for number in range(MESSAGES):
        now, (held, _) = NOW, TURNS.first(a_message(rng, number), people, NOW)
        held = look(something_happens(held, people, rng), people, now)
        earlier = {each.by for each in held.decisions} | {held.reviewer}
        if held.reviewer is None or (held := refused_and_appealed(held, people, now)) is None:
            continue
        assert set(held.appeal.decided) == earlier
        later = people
        for _ in range(EVENTS):
            check(held, later, now)
            assert not {held.reviewer, *held.turn.asked} & earlier
            assert not any(can_review(later[each], held, later) for each in earlier)
            now += timedelta(hours=rng.choice([1, 5, 26, 100]))
            later = changed(later, rng)
            held = look(something_happens(held, later, rng), later, now)


@pytest.mark.requirement("M2")
@settings(max_examples=300, deadline=None)
@given(organisations, messages)
def test_if_nobody_answers_everyone_who_may_decide_is_asked(people, message):
    day = TURNS.hours.today(NOW)
    held, _ = TURNS.first(message, people, NOW)
    present = {each for each in able(held, people) if not away(people[each], day)}
    for _ in people:
        step = next_step(held, people, day)
        if step is not None:
            held = given_to(held, step, NOW)
    assert set(held.turn.asked) >= present


@settings(max_examples=300, deadline=None)
@given(organisations, messages)
def test_the_ladder_holds_everyone_who_may_decide_once(people, message):
    steps = [each.person for each in ladder(message, people)]
    assert len(steps) == len(set(steps))
    assert set(steps) >= able(message, people)
    assert all(may_see(people[each], message) for each in steps)
    assert set(steps) <= the_few(message, people)


@pytest.mark.requirement("L23")
@settings(max_examples=300, deadline=None)
@given(organisations, messages)
def test_asking_for_someone_else_shows_it_to_no_wider_circle(people, message):
    held, _ = TURNS.first(replace(message, narrow=True), people, NOW)
    at_first = the_few(held, people)
    for _ in people:
        declined = (*held.turn.declined, held.reviewer)
        without = replace(held, turn=replace(held.turn, declined=declined))
        step = step_past(held, without, people, TURNS.hours.today(NOW))
        if held.reviewer is None or step is None:
            break
        held = given_to(without, step, NOW)
        assert held.reviewer in at_first
