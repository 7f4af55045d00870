"""Runs the inspection in processes of its own, with limits on time, memory, files and network.

A parser can be made to hang, to swell or to die; then the message is read once more without its
attachments, each of which becomes a "could not be read", and the gateway goes on (R8). The
processes are started afresh, not forked, so that they hold no socket of ours: a killed gateway
frees its port at once.
"""

import asyncio
import hashlib
import logging
import multiprocessing
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from pebble import ProcessExpired, ProcessPool

from classifiers.detector import Detector, detectors
from classifiers.inspection import inspect
from classifiers.settings import LIMITS, ReadingSettings
from classifiers.text.extracting import Recogniser
from gateway.confinement import bound_processor_time, confine
from gateway.registers import load_registers
from gateway.settings import InspectionSettings
from models.envelope import Envelope
from models.errors import Unavailable
from models.finding import Finding, Inspection
from models.mail import Mail
from models.mime import read_message
from models.policy import Policy

_SECOND_TRY = 1 / 3  # of the budget, for a message without its attachments


class InspectionFailed(Unavailable):
    """The inspection broke, or took longer than its budget."""


@dataclass
class _Loaded:
    """What one worker process keeps between messages."""

    detectors: tuple[Detector, ...] = ()
    reading: ReadingSettings = LIMITS
    recogniser: Recogniser | None = None
    classifier: str = ""  # its digest


_loaded = _Loaded()


def _start(
    policy: Policy, memory: int, reading: ReadingSettings, registers: Path, artefact: Path | None
) -> None:
    logging.disable()  # what a parser has to say may hold content
    classifier = None
    if artefact:
        from classifiers.learned.artefact import read_artefact  # noqa: PLC0415 - brings NumPy along

        classifier = read_artefact(artefact).classifier
    _loaded.classifier = classifier.digest if classifier else ""
    _loaded.detectors = detectors(policy, load_registers(registers), classifier)
    _loaded.reading = reading
    if reading.ocr:
        from classifiers.ocr import tesseract  # noqa: PLC0415 - only where it was asked for

        _loaded.recogniser = tesseract()
    confine(memory=memory, programs=_loaded.recogniser is not None)


def _inspect(envelope: Envelope, raw: bytes, seconds: float, without: str) -> Inspection:
    """Inspect one message; with a reason for going `without`, nothing attached is opened."""
    bound_processor_time(seconds)
    inspection = inspect(
        Mail(envelope=envelope, message=read_message(raw)),
        _loaded.detectors,
        _loaded.reading,
        recogniser=_loaded.recogniser,
        without=without,
    )
    return replace(inspection, classifier=_loaded.classifier)


class Inspector:
    """The pool, and its budget."""

    def __init__(
        self,
        settings: InspectionSettings,
        policy: Policy,
        reading: ReadingSettings = LIMITS,
        registers: Path = Path("registers"),
        artefact: Path | None = None,
    ) -> None:
        self._budget = float(settings.budget)
        self._settings = settings
        self._start_with = (policy, int(settings.memory), reading, registers, artefact)
        self._renewing = Lock()  # the console asks from many threads
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self._settings.workers,
            initializer=_start,
            initargs=self._start_with,
            context=multiprocessing.get_context("spawn"),
        )

    async def warm(self) -> None:
        """Wait until a worker has loaded its detectors. Raises InspectionFailed if none can."""
        await asyncio.wrap_future(self._pool.schedule(len, args=[b""], timeout=self._budget))

    async def __call__(self, envelope: Envelope, raw: bytes) -> Inspection:
        """Read and inspect one message. Raises InspectionFailed."""
        try:
            return await self._run(envelope, raw, self._budget, "")
        except TimeoutError:
            reason = "out-of-time"
        except ProcessExpired:
            reason = "broke-its-reader"
        try:
            return await self._run(envelope, raw, self._budget * _SECOND_TRY, reason)
        except (TimeoutError, ProcessExpired):
            raise InspectionFailed("the inspection died or outlasted its budget") from None

    async def _run(
        self, envelope: Envelope, raw: bytes, seconds: float, without: str
    ) -> Inspection:
        with self._renewing:
            if not self._pool.active:  # a process that dies between messages takes the pool with it
                self._pool = self._new_pool()
        future = self._pool.schedule(
            _inspect, args=[envelope, raw, seconds, without], timeout=seconds
        )
        try:
            return await asyncio.wrap_future(future)
        except (TimeoutError, ProcessExpired):
            raise
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
