"""Counters and timings in Prometheus' names; no address, id or content in a label.

Each program gives its own (`[metrics]`), so that none shows a zero for what another counts; those
of the console are in quarantine/metrics.py.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    start_http_server,
)

from models.errors import SettingInvalid
from models.units import HostPort

MAIL, WORK = CollectorRegistry(), CollectorRegistry()

MESSAGES = Counter(
    "porthor_messages", "Messages by what became of them", ["outcome"], registry=MAIL
)
SESSIONS = Counter("porthor_sessions", "SMTP sessions accepted", registry=MAIL)
INSPECTION_FAILURES = Counter(
    "porthor_inspection_failures",
    "Messages that broke or outlasted their inspection",
    registry=MAIL,
)
INSPECTION_SECONDS = Histogram(
    "porthor_inspection_duration_seconds",
    "From a message read to its findings",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30),
    registry=MAIL,
)
EXEMPT = Counter("porthor_exempt", "Messages on exempt routes, passed unread", registry=MAIL)
NOT_TOLD = Counter(
    "porthor_not_told",
    "Messages on which rules only watched: their sender was not told",
    registry=MAIL,
)
WAITING = Gauge(
    "porthor_held_waiting", "Held messages that wait for a person to decide", registry=WORK
)
OLDEST_UNANSWERED = Gauge(
    "porthor_held_oldest_unanswered_seconds",
    "Since the oldest of them was held; 0 if none waits",
    registry=WORK,
)
UNASSIGNED = Gauge(
    "porthor_held_unassigned",
    "Of them, those that nobody in the directory may decide on",
    registry=WORK,
)
PASSED_ON = Counter(
    "porthor_turns_passed_on", "Turns that ended without an answer", ["why"], registry=WORK
)
ERASED = Counter("porthor_erased", "Items and rows erased by sweeps", ["kept"], registry=WORK)
SWEEP_NOT_DONE = Gauge(
    "porthor_sweep_not_done",
    "1 if the last sweep could not erase all that was due",
    registry=WORK,
)


@contextmanager
def given(program: str, listen: str, registry: CollectorRegistry) -> Iterator[None]:
    """Give a program's metrics, and those of its process, as long as it runs; "" gives none.

    Raises SettingInvalid if the address cannot be used.
    """
    if not listen:
        yield
        return
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    at = HostPort.parse(listen)
    try:
        server, _ = start_http_server(at.port, at.host, registry)
    except OSError as error:
        raise SettingInvalid(
            f"metrics.{program} is {listen}; it cannot be used: {error.strerror}"
        ) from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
