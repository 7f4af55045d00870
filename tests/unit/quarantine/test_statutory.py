"""The clocks that the law sets on requests."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.request import Pause, PauseReason, Request, RequestKind
from quarantine.requests import quarters
from quarantine.statutory import acknowledge_by, due, is_late, is_working_day

TODAY = date(2026, 11, 24)  # a Tuesday


def a_request(kind=RequestKind.INFORMATION, received=TODAY, **facts):
    return Request(
        id="RQ-26-001",
        kind=kind,
        body="",
        reference="FOI 1",
        received=received,
        taken_by="dewi",
        taken=datetime(2026, 11, 24, tzinfo=UTC),
        **facts,
    )


def paused(since, until=None):
    return (Pause(since=since, until=until, reason=PauseReason.CLARIFICATION),)


@pytest.mark.requirement("L35")
@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        pytest.param(
            a_request(), date(2026, 12, 23), id="20 working days, without St Andrew's Day"
        ),
        pytest.param(
            a_request(received=date(2026, 12, 18)),
            date(2027, 1, 21),
            id="over Christmas and the New Year in Scotland",
        ),
        pytest.param(
            a_request(pauses=paused(date(2026, 11, 25), date(2026, 11, 27))),
            date(2026, 12, 29),
            id="two working days of clarification, then Christmas",
        ),
        pytest.param(a_request(RequestKind.ACCESS), date(2026, 12, 24), id="one month"),
        pytest.param(
            a_request(RequestKind.ACCESS, date(2027, 1, 31)),
            date(2027, 3, 1),
            id="the month's last day is a Sunday: the Monday after",
        ),
        pytest.param(
            a_request(RequestKind.ACCESS, extended=True), date(2027, 2, 24), id="two months more"
        ),
        pytest.param(
            a_request(RequestKind.ACCESS, pauses=paused(TODAY, date(2026, 12, 1))),
            date(2026, 12, 31),
            id="a week of asking who it is",
        ),
        pytest.param(a_request(RequestKind.COMPLAINT), None, id="a complaint: no day"),
    ],
)
def test_due(request_, expected):
    assert due(request_, date(2027, 6, 1)) == expected


@pytest.mark.requirement("L37")
def test_a_complaint_is_acknowledged_within_thirty_days():
    request = a_request(RequestKind.COMPLAINT)
    assert acknowledge_by(request) == date(2026, 12, 24)
    assert acknowledge_by(a_request()) is None
    assert not is_late(request, date(2026, 12, 24))
    assert is_late(request, date(2026, 12, 25))
    told = a_request(RequestKind.COMPLAINT, acknowledged=date(2026, 12, 1))
    assert not is_late(told, date(2027, 12, 1))


def test_what_stands_still_is_not_late():
    asked = a_request(pauses=paused(date(2026, 12, 1)))
    assert not is_late(asked, date(2027, 6, 1))
    assert is_late(a_request(), date(2026, 12, 24))
    assert not is_late(a_request(answered=date(2026, 12, 23)), date(2027, 6, 1))
    assert is_late(a_request(answered=date(2026, 12, 24)), date(2026, 12, 24))


@given(
    st.sampled_from([RequestKind.INFORMATION, RequestKind.ACCESS]),
    st.dates(date(2025, 1, 1), date(2030, 1, 1)),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_a_pause_never_makes_the_day_sooner_and_it_is_a_working_day(kind, received, begins, days):
    first = received + timedelta(days=begins)
    plain = a_request(kind, received)
    with_pause = a_request(kind, received, pauses=paused(first, first + timedelta(days=days)))
    later = received + timedelta(days=400)
    assert due(with_pause, later) >= due(plain, later)
    assert is_working_day(due(with_pause, later))


def test_quarters_begin_where_the_body_is():
    begins = quarters(date(2026, 5, 9), "Europe/London", 4)
    assert [f"{each:%Y-%m-%d}" for each in begins] == [
        "2025-07-01",
        "2025-10-01",
        "2026-01-01",
        "2026-04-01",
        "2026-07-01",
    ]
    assert begins[0].utcoffset() == timedelta(hours=1)
