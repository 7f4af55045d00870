"""Deadlines in the body's working time: nights, weekends, bank holidays of Wales, summer time."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarantine.settings import ReviewSettings
from quarantine.working_hours import DAYS, WorkingHours, working_hours

HOURS = WorkingHours()


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.requirement("M2")
@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        pytest.param("2026-11-24T09:30", "2026-11-24T13:30", id="within a day"),
        pytest.param("2026-11-24T15:00", "2026-11-25T11:00", id="over a night"),
        pytest.param("2026-11-24T13:00", "2026-11-24T17:00", id="until closing"),
        pytest.param("2026-11-24T17:00", "2026-11-25T13:00", id="from closing"),
        pytest.param("2026-11-24T03:00", "2026-11-24T13:00", id="before opening"),
        pytest.param("2026-11-27T16:00", "2026-11-30T12:00", id="over a weekend"),
        pytest.param("2026-11-28T12:00", "2026-11-30T13:00", id="from a Saturday"),
        pytest.param("2026-12-24T16:00", "2026-12-29T12:00", id="Christmas, 28 December in lieu"),
        pytest.param("2026-04-02T15:00", "2026-04-07T11:00", id="Easter, and summer time"),
        pytest.param("2026-03-27T16:00", "2026-03-30T11:00", id="the clocks go forward"),
        pytest.param("2026-10-23T15:00", "2026-10-26T12:00", id="the clocks go back"),
        pytest.param("2026-07-01T08:00", "2026-07-01T12:00", id="in summer it opens at 8:00 UTC"),
    ],
)
def test_a_turn_of_four_hours_ends(begins, ends):
    assert HOURS.turn_ends(utc(begins)) == utc(ends)


@pytest.mark.parametrize(
    ("part", "day", "works"),
    [
        pytest.param("wales", date(2026, 8, 31), False, id="late summer in Wales"),
        pytest.param("scotland", date(2026, 8, 31), True, id="not in Scotland"),
        pytest.param("none", date(2026, 12, 25), True, id="a body that never closes"),
        pytest.param("wales", date(2026, 3, 1), False, id="a Sunday"),
        pytest.param("wales", date(2027, 3, 1), True, id="St David's Day is no bank holiday"),
    ],
)
def test_bank_holidays_are_those_of_the_body_s_part_of_the_kingdom(part, day, works):
    assert WorkingHours(bank_holidays=part).works_on(day) is works


def test_a_day_of_the_body_s_own_is_closed():
    hours = working_hours(ReviewSettings(closed=("2027-03-01",)))
    assert not hours.works_on(date(2027, 3, 1))
    assert working_hours(ReviewSettings()) == HOURS


def test_a_body_that_never_opens_still_has_a_deadline():
    closed = WorkingHours(days=frozenset())
    assert closed.turn_ends(utc("2026-11-24T09:30")) > utc("2027-11-24T09:30")


instants = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)).map(  # noqa: DTZ001
    lambda at: at.replace(tzinfo=UTC)
)
bodies = st.builds(
    lambda days, opens, length: WorkingHours(
        days=frozenset(days), opens=time(opens), closes=time(min(23, opens + length))
    ),
    st.sets(st.sampled_from(DAYS), min_size=1),
    st.integers(0, 22),
    st.integers(1, 10),
)
spans = st.integers(1, 200_000).map(lambda seconds: timedelta(seconds=seconds))


@given(bodies, instants, spans, spans)
def test_a_later_begin_or_a_longer_span_never_ends_earlier(body, begins, span, more):
    ends = body.after(begins, span)
    assert ends >= begins + span
    assert body.after(begins, span + more) >= ends
    assert body.after(begins + more, span) >= ends


@given(bodies, instants, spans)
def test_a_turn_ends_while_the_body_works(body, begins, span):
    from zoneinfo import ZoneInfo

    local = body.after(begins, span).astimezone(ZoneInfo(body.zone))
    assert body.works_on(local.date())
    assert body.opens <= local.time() <= body.closes
