"""Compares two policies over an archive, on every core or on a cluster, and adds up what changes.

Each message is read once and judged by both. Only a few are ever in memory: octets go to the
processes, and what comes back is no more than the names of rules.
"""

import multiprocessing
import os
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from pebble import ProcessPool

from classifiers.learned.artefact import read_artefact
from classifiers.settings import LIMITS, ReadingSettings
from gateway.archive import Archive, Stored
from gateway.confinement import bound_processor_time, confine
from gateway.judge import Judge, Judgement
from gateway.settings import InspectionSettings
from models.errors import SettingInvalid, Unavailable
from models.policy import Policy
from models.verdict import Disposition

_IN_FLIGHT = 8  # messages for each process: one at work, the others waiting
_SECOND_TRY = 1 / 3  # of the time, for a message without its attachments
_PATIENCE = 3  # times a message's own limit, after which a silent pool is given up
_SCHEDULER = 10  # seconds in which a scheduler answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What every process needs to know."""

    policies: tuple[Policy, Policy]  # the current one and the draft
    on: date
    reading: ReadingSettings = LIMITS
    inspection: InspectionSettings = InspectionSettings()
    artefact: Path | None = None  # of the trained classifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one policy would do to one message."""

    disposition: Disposition
    held_by: frozenset[str]  # rules that would make somebody wait
    noticed_by: frozenset[str]  # rules that apply but hold nothing: they advise or only watch


Effects = tuple[Effect, Effect]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A message that the draft would treat otherwise."""

    name: str
    current: Effect
    draft: Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRead:
    """A message, or its attachments, that could not be read."""

    name: str
    reason: str  # a fixed slug
    judged: bool  # it was, without its attachments


@dataclass(slots=True)
class Comparison:
    """The sums so far."""

    messages: int = 0
    interrupted: bool = False
    outcomes: Counter[tuple[str, Disposition]] = field(default_factory=Counter)
    rules: dict[str, Counter[str]] = field(default_factory=dict)
    changed: list[Changed] = field(default_factory=list)
    not_read: list[NotRead] = field(default_factory=list)

    def add(self, name: str, effects: Effects) -> None:
        """Take in one message."""
        current, draft = effects
        for side, effect in (("current", current), ("draft", draft)):
            self.outcomes[side, effect.disposition] += 1
            self._count(effect.held_by, f"held {side}")
            self._count(effect.noticed_by, f"noticed {side}")
        self._count(draft.held_by - current.held_by, "newly")
        self._count(current.held_by - draft.held_by, "no longer")
        if (current.disposition, current.held_by) != (draft.disposition, draft.held_by):
            self.changed.append(Changed(name=name, current=current, draft=draft))

    def _count(self, rules: frozenset[str], what: str) -> None:
        for each in rules:
            self.rules.setdefault(each, Counter())[what] += 1


class Runner(Protocol):
    """Where messages are judged."""

    in_flight: int  # how many may be given to it at once
    patience: float | None  # seconds without any answer, after which what it has is given up

    def submit(self, raw: bytes, without: str) -> "Future[Effects]":
        """Judge one message, or its text alone with a reason for going `without`."""
        ...

    def close(self) -> None:
        """Stop, dropping what has not begun."""
        ...


def effects_of(judge: Judge, raw: bytes, without: str) -> Effects:
    """What both policies would do to one message; the same on every machine."""
    current, draft = judge.judge(raw, without=without)
    return _effect(current), _effect(draft)


def _effect(judged: Judgement) -> Effect:
    matches = [match for each in judged.verdict.outcomes for match in each.matches]
    held_by = frozenset(each.rule for each in matches if each.disposition.waits)
    return Effect(
        disposition=judged.verdict.disposition,
        held_by=held_by,
        noticed_by=frozenset(each.rule for each in matches) - held_by,
    )


@lru_cache(maxsize=1)
def _judge(setup: Setup) -> Judge:
    classifier = read_artefact(setup.artefact).classifier if setup.artefact else None
    return Judge(setup.policies, setup.reading, classifier, on=setup.on)


_started: list[Judge] = []  # the one of this process


def _start(setup: Setup) -> None:
    _started[:] = [_judge(setup)]
    confine(memory=int(setup.inspection.memory), programs=setup.reading.ocr)


def _in_process(raw: bytes, without: str, seconds: float) -> Effects:
    bound_processor_time(seconds)
    return effects_of(_started[0], raw, without)


class Processes:
    """This machine's cores: processes confined and timed out as those of the mail path are."""

    def __init__(self, setup: Setup, workers: int) -> None:
        self._setup, self._workers = setup, workers
        self._seconds = float(setup.inspection.budget)
        self.in_flight = _IN_FLIGHT * workers
        self.patience: float | None = _PATIENCE * self._seconds
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self._workers,
            initializer=_start,
            initargs=(self._setup,),
            context=multiprocessing.get_context("spawn"),
        )

    def submit(self, raw: bytes, without: str) -> "Future[Effects]":
        """Judge one message within its time; a second try has a third of it."""
        if not self._pool.active:  # a process that dies between messages takes the pool with it
            self._pool = self._new_pool()
        seconds = self._seconds * (_SECOND_TRY if without else 1)
        future: Future[Effects] = self._pool.schedule(
            _in_process, args=[raw, without, seconds], timeout=seconds
        )
        return future

    def close(self) -> None:
        """Stop the processes."""
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
        self._pool.join()


_one_at_a_time = threading.Lock()  # a Dask worker may have threads; PDFium must not be shared


def _on_cluster(setup: Setup, raw: bytes, without: str) -> Effects:
    with _one_at_a_time:
        return effects_of(_judge(setup), raw, without)


class Cluster:
    """The workers of a Dask scheduler, each with Porthor installed."""

    def __init__(self, setup: Setup, address: str) -> None:
        """Raise SettingInvalid without the extra, Unavailable without a scheduler or workers."""
        try:
            distributed: Any = import_module("distributed")
        except ImportError:
            raise SettingInvalid(
                "--scheduler needs the extra `cluster`, which is not installed;"
                " `pip install porthor[cluster]` installs it"
            ) from None
        try:
            self._client = distributed.Client(address, timeout=_SCHEDULER)
            self._client.wait_for_workers(1, timeout=_SCHEDULER)
        except (OSError, ValueError):  # TimeoutError is an OSError
            raise Unavailable(
                f"--scheduler: no scheduler with a worker answers at {address}"
            ) from None
        self.in_flight = _IN_FLIGHT * sum(self._client.nthreads().values())
        self.patience: float | None = None
        self._setup = self._client.scatter(setup, broadcast=True)
        self._executor: Executor = self._client.get_executor(pure=False)

    def submit(self, raw: bytes, without: str) -> "Future[Effects]":
        """Judge one message; the time for reading attachments is its only limit."""
        return self._executor.submit(_on_cluster, self._setup, raw, without)

    def close(self) -> None:
        """Leave the cluster as it was."""
        self._executor.shutdown(wait=False)
        self._client.close()


def cores() -> int:
    """How many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Backtest:
    """One walk over an archive."""

    def __init__(self, archive: Archive, runner: Runner, *, largest: int) -> None:
        """Messages of more than `largest` octets are not read: they would have been refused."""
        self.done = Comparison()
        self._archive = archive
        self._runner = runner
        self._largest = largest
        self._waiting: dict[Future[Effects], tuple[Stored, str]] = {}

    def run(self, advance: Callable[[int], None]) -> Comparison:
        """Compare all messages, telling `advance` of each share; an interruption ends it early."""
        try:
            for stored in self._archive:
                advance(self._archive.share(stored))
                self._send(stored)
                while len(self._waiting) >= self._runner.in_flight:
                    self._collect()
            while self._waiting:
                self._collect()
        except KeyboardInterrupt:
            self.done.interrupted = True
        finally:
            self._runner.close()
        return self.done

    def _send(self, stored: Stored, without: str = "") -> None:
        if stored.size > self._largest:
            self._not_read(stored, "too-large")
            return
        try:
            raw = stored.read()
        except OSError:
            self._not_read(stored, "cannot-be-opened")
            return
        self._waiting[self._runner.submit(raw, without)] = (stored, without)

    def _collect(self) -> None:
        """Take in what is done; what broke its reader goes again, without its attachments."""
        patience = self._runner.patience
        done, _ = wait(self._waiting, timeout=patience, return_when=FIRST_COMPLETED)
        for future in done or tuple(self._waiting):  # all of them, if a pool fell silent
            stored, without = self._waiting.pop(future)
            try:
                effects = future.result(timeout=0)
            except CancelledError:
                raise Unavailable("the scheduler went away before the archive was done") from None
            except TimeoutError:
                reason = "out-of-time"
            except Exception:  # noqa: BLE001 - whatever broke in there, this message broke it
                reason = "broke-its-reader"
            else:
                self._judged(stored, effects, without)
                continue
            if without:
                self._not_read(stored, without)
            else:
                self._send(stored, reason)

    def _judged(self, stored: Stored, effects: Effects, without: str) -> None:
        self.done.messages += 1
        self.done.add(stored.name, effects)
        if without:
            self.done.not_read.append(NotRead(name=stored.name, reason=without, judged=True))

    def _not_read(self, stored: Stored, reason: str) -> None:
        self.done.messages += 1
        self.done.not_read.append(NotRead(name=stored.name, reason=reason, judged=False))
