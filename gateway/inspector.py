"""Runs the inspection in processes of its own, with limits on time and memory.

A parser can be made to hang, to swell or to die; then it costs one message one "could not be
read", never the gateway (R8). The processes are started afresh, not forked, so that they hold
no socket of ours: a killed gateway frees its port at once.
"""

import asyncio
import hashlib
import multiprocessing
import resource
from dataclasses import dataclass

from pebble import ProcessExpired, ProcessPool

from classifiers.detector import Detector, detectors
from classifiers.inspection import inspect
from gateway.settings import InspectionSettings
from models.envelope import Envelope
from models.errors import Unavailable
from models.finding import Finding, Inspection
from models.mail import Mail
from models.mime import read_message
from models.policy import Policy


class InspectionFailed(Unavailable):
    """The inspection broke, or took longer than its budget."""


@dataclass
class _Loaded:
    """What one worker process keeps between messages."""

    detectors: tuple[Detector, ...] = ()


_loaded = _Loaded()


def _start(policy: Policy, memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold content
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    _loaded.detectors = detectors(policy)


def _inspect(envelope: Envelope, raw: bytes) -> Inspection:
    return inspect(Mail(envelope=envelope, message=read_message(raw)), _loaded.detectors)


class Inspector:
    """The pool, and its budget."""

    def __init__(self, settings: InspectionSettings, policy: Policy) -> None:
        self._budget = float(settings.budget)
        self._pool = ProcessPool(
            max_workers=settings.workers,
            initializer=_start,
            initargs=(policy, int(settings.memory)),
            context=multiprocessing.get_context("spawn"),
        )

    async def warm(self) -> None:
        """Wait until a worker has loaded its detectors. Raises InspectionFailed if none can."""
        await asyncio.wrap_future(self._pool.schedule(len, args=[b""], timeout=self._budget))

    async def __call__(self, envelope: Envelope, raw: bytes) -> Inspection:
        """Read and inspect one message. Raises InspectionFailed."""
        future = self._pool.schedule(_inspect, args=[envelope, raw], timeout=self._budget)
        try:
            return await asyncio.wrap_future(future)
        except (TimeoutError, ProcessExpired):
            raise InspectionFailed("the inspection died or outlasted its budget") from None
        except asyncio.CancelledError:
            future.cancel()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
            raise
        except Exception as error:  # noqa: BLE001 - whatever broke in there, it is one failure
            raise InspectionFailed(f"the inspection raised {type(error).__name__}") from None

    def close(self) -> None:
        """Stop the processes."""
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
        self._pool.join()


def breakdown_key(envelope: Envelope, raw: bytes) -> str:
    """A digest by which a message that broke its inspection is known when it comes again."""
    known = hashlib.sha256(raw)
    for text in (envelope.sender, *sorted(envelope.addresses)):
        known.update(b"\0" + text.encode("utf-8", "surrogateescape"))
    return known.hexdigest()


UNREADABLE = Inspection(
    texts=(),
    findings=(
        Finding(
            detector="attachments", category="unreadable", score=1.0, part="0", reason="inspection"
        ),
    ),
)
