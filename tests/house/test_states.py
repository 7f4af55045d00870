"""Every state has an owner; every ending is told to the sender."""

import pytest

from models.held import ENDINGS, OWNERS, TRANSITIONS, HeldState
from quarantine import notices


def test_every_state_has_its_moves_and_an_owner():
    assert set(TRANSITIONS) == set(OWNERS) == set(HeldState)


@pytest.mark.requirement("S12")
def test_every_ending_has_a_notice():
    assert {state.value for state in ENDINGS} <= set(notices.names())
    appealed = TRANSITIONS[HeldState.REFUSED] - {HeldState.SEALED}
    assert appealed == {HeldState.HELD}
    others = ENDINGS - {HeldState.REFUSED}
    assert all(TRANSITIONS[state] <= {HeldState.SEALED} for state in others)


@pytest.mark.requirement("L51")
@pytest.mark.requirement("O6")
@pytest.mark.parametrize("name", notices.names())
def test_every_notice_is_in_both_languages_with_the_same_places(name):
    import re

    places = {
        language: {
            part: set(re.findall(r"\{(\w+)\}", text))
            for part, text in notices.words(name, language).items()
        }
        for language in ("en", "cy")
    }
    assert places["en"] == places["cy"]
