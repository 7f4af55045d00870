"""When a name must wait."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarantine.throttle import Limits, locks_next, network_of, wait

NOW = datetime(2026, 11, 24, 9, 32, tzinfo=UTC)
LIMITS = Limits(attempts=10, locked_for=900.0)


def failed(*seconds_ago):
    return [NOW - timedelta(seconds=each) for each in sorted(seconds_ago, reverse=True)]


@pytest.mark.parametrize(
    ("failures", "seconds", "locked"),
    [
        pytest.param([], None, None, id="never failed"),
        pytest.param([0, 0], None, None, id="two mistakes cost nothing"),
        pytest.param([0] * 3, 1, False, id="the third costs a second"),
        pytest.param([0] * 6, 8, False, id="each one doubles it"),
        pytest.param([3] + [60] * 5, 5, False, id="counted from the last"),
        pytest.param([9] * 6, None, None, id="the wait is over"),
        pytest.param([0] * 9, 60, False, id="never more than a minute before the lock"),
        pytest.param([0] * 10, 900, True, id="all attempts used: locked"),
        pytest.param([600] + [800] * 9, 300, True, id="locked from the last failure"),
        pytest.param([901] * 10, None, None, id="the lock is over"),
        pytest.param([901] * 9 + [0], None, None, id="old failures do not count"),
    ],
)
def test_wait(failures, seconds, locked):
    found = wait(failed(*failures), NOW, LIMITS)
    if seconds is None:
        assert found is None
    else:
        assert (found.until - NOW, found.locked) == (timedelta(seconds=seconds), locked)


@pytest.mark.parametrize(("count", "locks"), [(0, False), (8, False), (9, True), (10, False)])
def test_the_failure_that_locks_is_told_once(count, locks):
    assert locks_next(failed(*[5] * count), NOW, LIMITS) is locks


@given(
    st.lists(st.integers(0, 2000), max_size=30),
    st.integers(1, 20),
    st.floats(60, 86_400, allow_nan=False),
)
def test_every_wait_ends(ago, attempts, locked_for):
    limits = Limits(attempts=attempts, locked_for=locked_for)
    found = wait(failed(*ago), NOW, limits)
    if found:
        assert NOW < found.until <= NOW + timedelta(seconds=max(locked_for, 60))
        later = found.until + timedelta(milliseconds=1)
        assert wait(failed(*ago), later, limits) is None


@given(st.integers(1, 20), st.floats(900, 7200))
def test_a_guesser_has_no_more_than_the_attempts_in_the_time_of_a_lock(attempts, locked_for):
    limits, now, made = Limits(attempts=attempts, locked_for=locked_for), NOW, []
    while now < NOW + timedelta(seconds=locked_for):
        must = wait(made, now, limits)
        if must is None:
            made.append(now)
        else:
            now = must.until + timedelta(milliseconds=1)
    assert len(made) <= attempts


def test_a_network_waits_only_when_all_its_attempts_are_used():
    limits = Limits(attempts=50, locked_for=900.0, free=50)
    assert wait(failed(*[0] * 49), NOW, limits) is None
    assert wait(failed(*[0] * 50), NOW, limits).locked


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_who_may_hold_a_whole_ipv6_network_is_counted_once(address, network):
    assert network_of(address) == network
