"""What may be erased now: a table of clocks, freezes and cases, and what must always hold."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.retention import Due, Fate, Kept
from quarantine.retention import fate, kept_for
from quarantine.settings import KeepingSettings

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
TODAY = date(2026, 11, 24)
SETTINGS = KeepingSettings()


def due(kept=Kept.RELEASED, ago=timedelta(days=400), **facts):
    return Due(id="ID1", kept=kept, since=NOW - ago, **facts)


@pytest.mark.requirement("L38")
@pytest.mark.parametrize(
    ("item", "expected"),
    [
        pytest.param(due(ago=timedelta(hours=23)), Fate.WAIT, id="sent 23 hours ago"),
        pytest.param(due(ago=timedelta(hours=24)), Fate.ERASE, id="sent a day ago"),
        pytest.param(due(Kept.REFUSED, timedelta(days=29)), Fate.WAIT, id="refused 29 days ago"),
        pytest.param(due(Kept.REFUSED, timedelta(days=30)), Fate.ERASE, id="refused 30 days ago"),
        pytest.param(due(Kept.RECORD, timedelta(days=364)), Fate.WAIT, id="the record, 364 days"),
        pytest.param(due(Kept.RECORD, timedelta(days=365)), Fate.ERASE, id="the record, a year"),
        pytest.param(due(frozen=True), Fate.FROZEN, id="under a freeze"),
        pytest.param(due(case_until=date.max), Fate.IN_CASE, id="in an open case"),
        pytest.param(due(case_until=TODAY), Fate.IN_CASE, id="the last day of a case's schedule"),
        pytest.param(
            due(case_until=TODAY - timedelta(days=1)), Fate.ERASE, id="a case's schedule is over"
        ),
        pytest.param(
            due(frozen=True, case_until=date.min), Fate.FROZEN, id="a freeze outlasts a case"
        ),
    ],
)
def test_fate(item, expected):
    assert fate(item, SETTINGS, now=NOW, today=TODAY) is expected


items = st.builds(
    due,
    st.sampled_from(Kept),
    st.timedeltas(min_value=timedelta(days=-1), max_value=timedelta(days=4000)),
    frozen=st.booleans(),
    case_until=st.none() | st.dates(),
)


@pytest.mark.requirement("N10")
@given(items)
def test_nothing_under_a_freeze_or_before_its_time_is_erased(item):
    found = fate(item, SETTINGS, now=NOW, today=TODAY)
    assert fate(replace(item, frozen=True), SETTINGS, now=NOW, today=TODAY) is Fate.FROZEN
    if found is Fate.ERASE:
        assert NOW - item.since >= kept_for(item.kept, SETTINGS)
        later = NOW + timedelta(days=1)
        assert fate(item, SETTINGS, now=later, today=later.date()) is Fate.ERASE


@pytest.mark.parametrize("kept", Kept)
def test_every_class_has_a_time(kept):
    assert kept_for(kept, SETTINGS) >= timedelta(0)
