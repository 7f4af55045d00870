"""The worker's loop: claim what is due, send it, note what became of it.

A claim is a lease: if this worker is killed, what it had comes due again. Between the next
hop's 250 and noting it there is one instant in which dying sends twice; SMTP gives nobody a
way round it.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from gateway import metrics
from gateway.delivery import Courier, Result, is_release
from models.db import breakdowns, held, outbox
from models.db.database import Database
from models.db.keyring import Keyring
from models.db.outbox import OutboxItem
from models.errors import Conflict, NotFound, SettingInvalid, Tampered, Unavailable
from models.held import HeldState
from quarantine.access import open_to_send
from quarantine.anchors import Anchoring
from quarantine.digests import send_due
from quarantine.evidence.cases import cases_of
from quarantine.evidence.reminders import look_at_cases
from quarantine.retreat import Retreat
from quarantine.review import Review
from quarantine.sweep import Sweep
from quarantine.turns import look_at_waiting
from quarantine.unread_reports import look_at_reports

_log = logging.getLogger("porthor.worker")
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=4)
_GIVE_UP = timedelta(days=5)
_LEASE = timedelta(minutes=15)  # longer than a delivery can take
_BATCH = 8
_MOST_DOUBLINGS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Sends released mail and notices."""

    database: Database
    keyring: Keyring
    review: Review
    courier: Courier
    every: float = 1.0  # seconds between looks at the outbox
    every_turn: float = 5.0  # seconds between looks at whose turn it is
    retreat: Retreat | None = None  # which rules must only watch
    every_rule: float = 300.0  # seconds between looks at how often rules are wrong
    anchoring: Anchoring | None = None  # the end of the audit chain, once a day
    sweep: Sweep | None = None  # what is due to be erased, once a day
    every_day: float = 600.0  # seconds between looks at whether something daily is due

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._send())
            group.create_task(self._pass_on())
            group.create_task(self._judge_rules())
            group.create_task(self._anchor())
            group.create_task(self._sweep())

    async def _send(self) -> None:
        while True:
            try:
                busy = await self.once()
            except Unavailable as error:
                _log.error("worker: %s", error)
                busy = False
            if not busy:
                await asyncio.sleep(self.every)

    async def _pass_on(self) -> None:
        after = ""
        while True:
            try:
                after = await asyncio.to_thread(self.look_at_turns, datetime.now(UTC), after)
            except Unavailable as error:
                _log.error("worker: %s", error)
                after = ""
            if not after:
                await asyncio.sleep(self.every_turn)

    async def _judge_rules(self) -> None:
        while self.retreat is not None:
            try:
                for rule in await asyncio.to_thread(self.retreat.look, datetime.now(UTC)):
                    _log.warning("rule %s only watches now: it was too often wrong", rule)
            except (Conflict, Unavailable) as error:
                _log.error("worker: %s", error)
            await asyncio.sleep(self.every_rule)

    async def _anchor(self) -> None:
        while self.anchoring is not None:
            try:
                await asyncio.to_thread(self.anchor_if_due, self.anchoring, datetime.now(UTC))
            except (SettingInvalid, Unavailable) as error:
                _log.error("worker: %s", error)
            await asyncio.sleep(self.every_day)

    async def _sweep(self) -> None:
        while self.sweep is not None:
            try:
                await asyncio.to_thread(self.sweep_if_due, self.sweep, datetime.now(UTC))
            except (Conflict, Unavailable) as error:
                _log.error("worker: %s", error)
            await asyncio.sleep(self.every_day)

    def sweep_if_due(self, sweep: Sweep, now: datetime) -> None:
        """Erase what is due if that was not done today; what could not be done is an alert."""
        if sweep.due(now):
            given = sweep.run(now, by="system")
            metrics.SWEEP_NOT_DONE.set(bool(given.failed))
            for kept, count in given.erased.items():
                metrics.ERASED.labels(kept).inc(count)

    def anchor_if_due(self, anchoring: Anchoring, now: datetime) -> None:
        """Write down the end of the audit chain if that was not done for a day."""
        if anchoring.due(now):
            anchor = anchoring.make(by="system", now=now)
            _log.info("audit chain anchored: entries=%d", anchor.entries)

    def look_at_turns(self, now: datetime, after: str = "") -> str:
        """Pass on what nobody answered in time; return where the next look begins.

        This is all that a clock does with a held message: it becomes the next person's turn.
        """
        looked = look_at_waiting(self.database, self.review.turns, now, after=after)
        for held_id, why in looked.passed:
            metrics.PASSED_ON.labels(why.value).inc()
            _log.info("%s: turn=passed-on, why=%s", held_id, why.value)
        for report_id, why_next in look_at_reports(self.review, now):
            _log.info("self-report %s: passed-on, why=%s", report_id, why_next)
        work = cases_of(self.database, self.keyring, self.review.post, self.review.policy)
        for case_id in look_at_cases(work, now):
            _log.info("case %s: someone was told that a day has passed", case_id)
        with suppress(Conflict):  # another worker sends them
            send_due(self.database, self.review.post, now)
        with self.database.reading() as session:
            waiting = held.waiting(session)
        oldest = (now - waiting.oldest).total_seconds() if waiting.oldest else 0.0
        metrics.WAITING.set(waiting.count)
        metrics.OLDEST_UNANSWERED.set(oldest)
        metrics.UNASSIGNED.set(waiting.unassigned)
        return looked.next_after

    async def once(self) -> bool:
        """Send what is due now, a few at a time; tell whether there was anything."""
        items = await asyncio.to_thread(self._claim)
        async with asyncio.TaskGroup() as group:
            for item in items:
                group.create_task(self._deliver(item))
        return bool(items)

    def _claim(self) -> list[OutboxItem]:
        with self.database.reading() as session:
            if not outbox.is_due(session, datetime.now(UTC)):
                return []
        with self.database.writing() as session:
            now = datetime.now(UTC)
            breakdowns.forget_before(session, now - _GIVE_UP)
            return outbox.claim(session, now, limit=_BATCH, lease=_LEASE)

    async def _deliver(self, item: OutboxItem) -> None:
        try:
            message, raw = None, item.content or b""
            if is_release(item) and item.held:
                message, raw = await asyncio.to_thread(
                    open_to_send, self.database, self.keyring, item.held, now=datetime.now(UTC)
                )
                if message.state is not HeldState.RELEASED:
                    raise Conflict("it is no longer released")  # noqa: TRY301 - as open_to_send
            result = await self.courier.deliver(item, message, raw)
        except (Tampered, NotFound, Conflict) as error:
            kind = type(error).__name__
            _log.error("%s: not sent, %s", item.held or f"notice {item.id}", kind)
            result = Result(rejected=f"554 5.3.0 {kind}", unsent=item.recipients)
        await asyncio.to_thread(self._note, item, result)

    def _note(self, item: OutboxItem, result: Result) -> None:
        now = datetime.now(UTC)
        with self.database.writing() as session:
            if result.left and now - item.created < _GIVE_UP:
                outbox.narrow(session, item.id, (*result.left, *result.unsent))
                outbox.retry_at(session, item.id, now + wait_after(item.attempts))
                status = "deferred"
            else:
                status = self._end(session, item, result, now)
        _log.info(
            "%s: kind=%s, attempt=%d, status=%s, answer=%s",
            item.held or f"notice {item.id}",
            item.kind,
            item.attempts,
            status,
            result.rejected[:3] or "-",
        )

    def _end(self, session: Session, item: OutboxItem, result: Result, now: datetime) -> str:
        outbox.done(session, item.id)
        rejected = result.rejected or ("451 4.4.7 no answer for five days" if result.left else "")
        if not is_release(item) or item.held is None:
            return "rejected" if rejected else "sent"
        message = held.get(session, item.held)
        if message.state is not HeldState.RELEASED:
            return "ended elsewhere"
        if rejected:
            unsent = (*result.left, *result.unsent)
            got = len(message.recipients) - len(unsent)
            self.review.reopen(session, message, rejected, now, got=got)
            held.narrow(session, message.id, unsent)
            return "rejected"
        self.review.sent(session, message, now)
        return "sent"


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: five seconds, doubling, at most four hours."""
    doublings = min(attempts - 1, _MOST_DOUBLINGS)
    return min(_LONGEST_WAIT, _FIRST_WAIT * (1 << doublings))
