"""When a name may be tried again after wrong passwords or codes. Pure.

The first few failures cost nothing, for people mistype; then each doubles the wait; then the
name is locked for a time and its person is told. It is the name that waits, whether anyone
has it or not, so that the answer gives nothing away; and the lock ends by itself, so that a
stranger cannot keep anyone out for long (ASVS 5.0, 6.3.1 and 6.1.1). Beside it the network that
the attempts come from has a number of its own: nobody can try a few passwords at every name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

_FREE = 3  # failures that cost no wait
_LONGEST_WAIT = 60.0  # seconds, before the lock


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many failures a name or a network may have, and how long it is locked after them."""

    attempts: int
    locked_for: float  # seconds
    free: int = _FREE  # failures that cost no wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A name must wait until an instant; `locked` when it had all its attempts."""

    until: datetime
    locked: bool
    network: bool = False  # it is the network that waits, whatever the name


def wait(failures: Sequence[datetime], now: datetime, limits: Limits) -> Wait | None:
    """Say whether a name must wait now, from when it failed, the last one last.

    Failures from before the time of a lock do not count.
    """
    since = now - timedelta(seconds=limits.locked_for)
    counted = [each for each in failures if each > since]
    if not counted:
        return None
    if len(counted) >= limits.attempts:
        return Wait(until=counted[-1] + timedelta(seconds=limits.locked_for), locked=True)
    if len(counted) < limits.free:
        return None
    seconds = min(2.0 ** min(len(counted) - limits.free, 10), _LONGEST_WAIT)
    until = counted[-1] + timedelta(seconds=seconds)
    return Wait(until=until, locked=False) if until > now else None


def locks_next(failures: Sequence[datetime], now: datetime, limits: Limits) -> bool:
    """Tell whether one more failure locks the name."""
    since = now - timedelta(seconds=limits.locked_for)
    return sum(each > since for each in failures) + 1 == limits.attempts


def network_of(address: str) -> str:
    """Return what attempts of an address are counted under: it, or the /64 of an IPv6 address."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(ip_network((found, 64), strict=False))
    return str(getattr(found, "ipv4_mapped", None) or found)
