"""Precision, retreat, wrong holds and reviewers' care, counted from planted facts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.person import Person, Role
from quarantine.questions import MANY, Looked, Question, worth_asking
from quarantine.reports import (
    Decided,
    Judged,
    Share,
    by_rule,
    care,
    share,
    to_demote,
    wrongly_held,
)

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PEOPLE = {
    each.id: each
    for each in (
        Person(id="sioned", name="Sioned", addresses=("s@x.example",), manager="gwen"),
        Person(id="gwen", name="Gwen", addresses=("g@x.example",), deputy="elin", manager="top"),
        Person(id="elin", name="Elin", addresses=("e@x.example",)),
        Person(id="top", name="Top", addresses=("t@x.example",)),
        Person(id="marc", name="Marc", addresses=("m@x.example",)),
        Person(
            id="dyl",
            name="Dyl",
            addresses=("d@x.example",),
            roles=frozenset({Role.DUTY_REVIEWER}),
        ),
    )
}


def judged(should_hold, *, count=1, rules=("R1",), by="gwen", sender="s@x.example"):
    return Judged(should_hold=should_hold, count=count, rules=rules, by=by, sender=sender)


def look(who="gwen", *, at=NOW, held="POR1", undecided=False):
    return Looked(who=who, held=held, at=at, sender=PEOPLE["sioned"], undecided=undecided)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        pytest.param(0, 0, 0.0, 1.0, id="nothing says nothing"),
        pytest.param(7, 10, 0.3968, 0.8922, id="seven of ten"),
        pytest.param(0, 10, 0.0, 0.2775, id="none of ten is not surely none"),
        pytest.param(81, 263, 0.2553, 0.3662, id="81 of 263, as in Newcombe (1998)"),
    ],
)
def test_wilsons_interval(part, whole, low, high):
    assert Share(part=part, whole=whole).interval == pytest.approx((low, high), abs=1e-4)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_rate_and_stays_between_nothing_and_all(numbers):
    share = Share(part=numbers[0], whole=numbers[1])
    low, high = share.interval
    assert 0.0 <= low <= share.rate + 1e-12
    assert share.rate - 1e-12 <= high <= 1.0


def test_an_answer_counts_for_every_rule_that_held_the_message():
    found = by_rule([judged(True, rules=("R1", "R2")), judged(False, count=3)])
    assert {rule: share(about) for rule, about in found.items()} == {
        "R1": Share(part=1, whole=4),
        "R2": Share(part=1, whole=1),
    }


@pytest.mark.requirement("D10")
@pytest.mark.parametrize(
    ("part", "whole", "watching", "falls"),
    [
        pytest.param(0, 19, (), False, id="too few answers"),
        pytest.param(9, 20, (), False, id="below the floor, perhaps by chance"),
        pytest.param(4, 20, (), True, id="surely below the floor"),
        pytest.param(20, 20, (), False, id="always right"),
        pytest.param(4, 20, ("R1",), False, id="watches already"),
    ],
)
def test_which_rules_retreat(part, whole, watching, falls):
    about = [
        judged(True, count=part),
        judged(False, count=whole - part - 1),
        judged(False, by="elin"),
    ]
    demoted = to_demote({"R1": about}, floor=0.5, fewest=20, watching=watching)
    assert demoted == (("R1",) if falls else ())


@pytest.mark.requirement("D10")
def test_one_reviewer_alone_makes_no_rule_retreat():
    alone = [judged(False, count=200), judged(True, by="elin")]
    assert to_demote({"R1": alone}, floor=0.5, fewest=20, watching=()) == ()
    both = [*alone, judged(False, by="elin")]
    assert to_demote({"R1": both}, floor=0.5, fewest=20, watching=()) == ("R1",)


@pytest.mark.requirement("D11")
def test_a_small_group_is_withheld():
    def rows(**sizes):
        return [
            judged(should_hold, count=count, sender=sender)
            for sender, size in sizes.items()
            for should_hold, count in ((False, 1), (True, size - 1))
        ]

    def shown(**sizes):
        found = wrongly_held(rows(**sizes), lambda each: each.sender)
        return {sender: share.whole for sender, share in found.items() if share}

    assert shown(cy=5, en=6) == {"cy": 5, "en": 6}
    assert shown(cy=4, en=1, both=7) == {"both": 7}
    assert shown(cy=4, en=6, both=7) == {"both": 7}, "or the whole less the others tells it"
    assert shown(cy=4) == {}


@pytest.mark.requirement("L33")
@pytest.mark.requirement("D12")
def test_who_releases_unread_and_at_once_is_seen():
    hasty = Decided(by="gwen", decisions=12, sent=12, unread=12, waits=(2, 3, 4))
    careful = Decided(by="elin", decisions=12, sent=0, unread=0, waits=(180,) * 12)
    answers = [
        judged(True, count=12),
        judged(True, count=8, by="elin"),
        judged(False, count=4, by="elin"),
    ]
    elin, gwen = care([hasty, careful], answers, PEOPLE)
    assert (gwen.quick, gwen.unreading, gwen.agreeing) == (True, True, True)
    assert (elin.quick, elin.unreading, elin.agreeing) == (False, False, False)
    assert gwen.waited == timedelta(seconds=3)


def test_nothing_is_said_about_a_few_decisions():
    few = [Decided(by="gwen", decisions=1, sent=1, unread=1, waits=(1,))]
    (gwen,) = care(few, [judged(True)], PEOPLE)
    assert (gwen.quick, gwen.unreading, gwen.agreeing) == (False, False, False)


NIGHT = NOW.replace(hour=2)
ONE_BY_ONE = [look(held=f"POR{each}") for each in range(MANY + 1)]


@pytest.mark.requirement("L61")
@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        pytest.param([look()], [], id="a look"),
        pytest.param([look(undecided=True)], [Question.NO_DECISION], id="no decision after a look"),
        pytest.param(ONE_BY_ONE, [Question.MANY], id="many on one day"),
        pytest.param(ONE_BY_ONE[:MANY], [], id="as many as is usual"),
        pytest.param(ONE_BY_ONE[:1] * MANY * 2, [], id="one message often"),
        pytest.param([look(at=NIGHT)], [Question.NIGHT], id="night"),
        pytest.param(
            [look(at=datetime(2026, 7, 1, 5, 30, tzinfo=UTC))], [], id="a summer's half past six"
        ),
        pytest.param([look("marc")], [Question.OTHER_LINE], id="another line"),
        pytest.param([look("elin")], [], id="the deputy"),
        pytest.param([look("top")], [], id="the manager's manager"),
        pytest.param([look("dyl")], [], id="a duty reviewer"),
    ],
)
def test_a_planted_pattern_is_found(looks, expected):
    assert [each.why for each in worth_asking(looks, PEOPLE)] == expected
