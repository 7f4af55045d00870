"""What docs/requirements.md says is asked, is met where it says so, and is fresh."""

from pathlib import Path

import pytest

from scripts import draw_requirements as drawn

ROOT = Path(__file__).parents[2]
LAST = {"L": 61, "N": 12, "S": 13, "M": 14, "H": 13, "D": 14, "A": 14, "O": 12}
ASKED = [each for family in drawn.families() for each in family["requirements"]]
CLAIMED = drawn.claims()


def test_every_id_is_listed_once_and_in_order():
    listed = [each["id"] for each in ASKED]
    numbered = [f"{letter}{n}" for letter, last in LAST.items() for n in range(1, last + 1)]
    assert [each for each in listed if each[0] in LAST] == numbered
    assert len(set(listed)) == len(listed)


def test_a_test_claims_nothing_that_nobody_asked_for():
    assert set(CLAIMED) <= {each["id"] for each in ASKED}


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked["id"])
def test_a_state_is_borne_out(asked):
    claimed = asked["id"] in CLAIMED
    assert asked["state"] in drawn.STATES
    assert asked["title"]
    if asked["state"] == "met":
        assert claimed, "no test claims it: is it met?"
        assert asked["where"]
    else:
        assert asked.get("note"), "say what is missing"
    if asked["state"] in {"not yet", "not ours"}:
        assert not claimed, "a test claims it: is it not there?"
    assert "|" not in asked["title"] + asked.get("note", "")
    for each in asked.get("where", []):
        assert (ROOT / each).exists(), each


def test_the_drawn_page_is_fresh():
    assert drawn.TARGET.read_text(encoding="utf-8") == drawn.drawing()
