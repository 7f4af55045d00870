"""The filters of a reviewer's list: what they let through, and what an address may say."""

import pytest

from quarantine.console.filters import Chosen, Traits, chosen, offered

ROWS = (
    Traits(deadline="late", rules=("cards",), team="Housing", urgent=False),
    Traits(deadline="today", rules=("cards", "marked"), team="Housing", urgent=True),
    Traits(deadline="today", rules=("marked",), team="", urgent=False),
)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        pytest.param({}, [0, 1, 2], id="nothing is chosen"),
        pytest.param({"deadline": "today"}, [1, 2], id="by deadline"),
        pytest.param({"rule": "marked"}, [1, 2], id="by rule"),
        pytest.param({"team": "Housing"}, [0, 1], id="by team"),
        pytest.param({"team": "-"}, [2], id="those of no team"),
        pytest.param({"urgent": "yes"}, [1], id="the urgent"),
        pytest.param({"deadline": "today", "rule": "cards"}, [1], id="both must fit"),
        pytest.param({"deadline": "late", "urgent": "yes"}, [], id="nothing fits both"),
        pytest.param({"deadline": "<b>", "rule": "x", "team": "y"}, [0, 1, 2], id="not offered"),
        pytest.param({"deadline": "later"}, [0, 1, 2], id="does not occur"),
        pytest.param({"urgent": "no"}, [0, 1, 2], id="another value"),
    ],
)
def test_what_is_shown(query, shown):
    wanted = chosen(query, offered(ROWS))
    assert [at for at, row in enumerate(ROWS) if wanted.lets_through(row)] == shown


def test_what_is_offered_occurs_and_is_counted():
    found = offered(ROWS)
    assert found.deadlines == (("late", 1), ("today", 2))
    assert found.rules == (("cards", 2), ("marked", 2))
    assert found.teams == (("", 1), ("Housing", 2))
    assert found.urgent == 1


def test_only_a_choice_is_one():
    assert not Chosen()
    assert Chosen(team="")
