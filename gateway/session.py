"""One SMTP session, mirrored to the next hop: its replies are the client's replies.

MAIL and RCPT go on as they come, parameters and letter case untouched. DATA waits for the
verdict. Any fault of ours is 4xx and closes the next hop's transaction.
"""

import asyncio
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from gateway import maillog, metrics, replies
from gateway.exempt import exempt
from gateway.inspector import Inspector, breakdown_key
from gateway.nexthop import Connection, NextHop, NextHopGone
from gateway.pipeline import process
from gateway.replies import Reply
from gateway.settings import InspectionSettings, SmtpSettings
from gateway.trace import received_field
from models.address import in_domains, parse_address
from models.db import breakdowns, demotions
from models.db.database import Database
from models.envelope import Client, Envelope, Recipient
from models.errors import Unavailable
from models.finding import Inspection
from models.mail import Mail
from models.mime import read_message
from models.policy import Policy
from models.verdict import Disposition, Verdict
from quarantine.holding import Holding
from quarantine.told import was_told

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O or U to misread


def new_id() -> str:
    """Make a queue id: twelve letters, sixty bits, unguessable and easy to read out."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What every session shares."""

    hostname: str
    smtp: SmtpSettings
    inspection: InspectionSettings
    next_hop: NextHop
    inspector: Inspector
    policy: Policy
    database: Database
    holding: Holding


class Session:
    """The state between EHLO and QUIT: one transaction at a time."""

    def __init__(self, house: House, client: Client) -> None:
        self.house = house
        self.client = client
        self.envelope: Envelope | None = None
        self._hop: Connection | None = None
        self._mail_line = b""

    async def mail(self, sender: str, options: tuple[str, ...]) -> Reply:
        """Open a transaction, here and at the next hop."""
        if self.envelope is not None:
            return replies.NESTED_MAIL
        if not self._ours(sender):
            return replies.NOT_OUR_SENDER
        self._mail_line = _line(b"MAIL FROM:", sender, options)
        answer = await self._open(self._mail_line)
        if answer.accepted:
            self.envelope = Envelope(
                id=new_id(),
                sender=sender,
                recipients=(),
                options=options,
                client=self.client,
                received=datetime.now(UTC),
            )
        else:
            self._release()
        return answer

    def _ours(self, sender: str) -> bool:
        allowed = frozenset(self.house.smtp.sender_domains)
        return not (allowed and sender) or in_domains(parse_address(sender).domain, allowed)

    async def _open(self, line: bytes) -> Reply:
        """Say MAIL on a pooled connection, and once more on a fresh one if it had died."""
        timeout = self.house.next_hop.settings.reply_timeout
        self._hop = await self._take(fresh=False)
        pooled = not self._hop.fresh
        try:
            answer = await self._hop.command(line, timeout)
            if not (pooled and answer.code == 421):  # noqa: PLR2004 - RFC 5321: it is closing
                self._hop.clean = not answer.accepted
                return answer
        except NextHopGone:
            if not pooled:
                raise
        self._drop()
        self._hop = await self._take(fresh=True)
        answer = await self._hop.command(line, timeout)
        self._hop.clean = not answer.accepted
        return answer

    async def _take(self, *, fresh: bool) -> Connection:
        try:
            return await self.house.next_hop.take(fresh=fresh)
        except Unavailable as error:
            raise NextHopGone(str(error)) from None

    async def rcpt(self, recipient: Recipient) -> Reply:
        """Offer one recipient to the next hop and mirror its answer."""
        if self.envelope is None or self._hop is None:
            return replies.MAIL_FIRST
        if len(self.envelope.recipients) >= self.house.smtp.max_recipients:
            return replies.TOO_MANY_RECIPIENTS
        line = _line(b"RCPT TO:", recipient.address, recipient.options)
        answer = await self._hop.command(line, self.house.next_hop.settings.reply_timeout)
        if answer.accepted:
            self.envelope = replace(
                self.envelope, recipients=(*self.envelope.recipients, recipient)
            )
        return answer

    async def data(self, stuffed: bytes) -> Reply:
        """Take a whole message, dot-stuffed as it came, to its end. The transaction is over."""
        envelope, began = self.envelope, time.monotonic()
        if envelope is None:
            return replies.MAIL_FIRST
        raw = stuffed.replace(b"\r\n..", b"\r\n.") if b"\r\n.." in stuffed else stuffed
        raw = raw[1:] if raw.startswith(b"..") else raw
        action = _Transaction(self, envelope, stuffed, raw)
        try:
            answer = _malformed(raw, self.house.smtp) or await process(
                envelope,
                raw,
                policy=self.house.policy,
                inspect=self._inspect,
                actions=action,
                on=datetime.now(UTC).date(),
            )
        finally:
            await self.reset()
        outcome = action.outcome or ("refused" if answer.permanent else "deferred")
        metrics.MESSAGES.labels(outcome).inc()
        if exempt(envelope, self.house.policy):
            metrics.EXEMPT.inc()
        maillog.log_outcome(
            envelope,
            outcome,
            size=len(raw),
            reply=answer.code,
            delay=time.monotonic() - began,
        )
        return answer

    async def _inspect(self, envelope: Envelope, raw: bytes) -> Inspection:
        with metrics.INSPECTION_SECONDS.time():
            return await self.house.inspector(envelope, raw)

    async def relay(self, envelope: Envelope, recipients: Sequence[str], stuffed: bytes) -> Reply:
        """Send the message on to some or all of the recipients; return the next hop's reply."""
        hop, timeout = self._hop, self.house.next_hop.settings.reply_timeout
        if hop is None:
            raise NextHopGone("the transaction with the next hop is gone")
        if len(recipients) < len(envelope.recipients):
            wanted = set(recipients)
            await hop.command(b"RSET", timeout)
            await hop.command(self._mail_line, timeout)
            for each in envelope.recipients:
                if each.address in wanted:
                    line = _line(b"RCPT TO:", each.address, each.options)
                    answer = await hop.command(line, timeout)
                    if not answer.accepted:  # it took this one a moment ago: let the sender retry
                        return replies.OUR_FAULT
        head = received_field(
            by=self.house.hostname, client=self.client, id=envelope.id, at=envelope.received
        )
        return await hop.data(head, stuffed, self.house.next_hop.settings)

    async def reset(self) -> None:
        """End the transaction, if one is open, here and at the next hop."""
        self.envelope = None
        if self._hop is None:
            return
        if not self._hop.clean:
            try:
                answer = await self._hop.command(b"RSET", 5)
                self._hop.clean = answer.accepted
            except NextHopGone:
                pass
        self._release()

    def close(self) -> None:
        """The client is gone: an unfinished transaction's connection is closed with it."""
        self.envelope = None
        self._release()

    def _release(self) -> None:
        if self._hop is not None:
            self.house.next_hop.give_back(self._hop)
            self._hop = None

    def _drop(self) -> None:
        if self._hop is not None:
            self._hop.close()
            self._release()


@dataclass(slots=True)
class _Transaction:
    """The actions of `process` on one real message."""

    session: Session
    envelope: Envelope
    stuffed: bytes
    raw: bytes
    outcome: str = ""

    async def relay(self, recipients: Sequence[str]) -> Reply:
        answer = await self.session.relay(self.envelope, recipients, self.stuffed)
        if answer.accepted:
            self.outcome = "parted" if self.outcome == "held" else "relayed"
        else:
            self.outcome = ""
        return answer

    async def hold(self, verdict: Verdict, inspection: Inspection) -> str:
        house = self.session.house
        maillog.log_verdict(self.envelope, verdict)
        held_id = await asyncio.to_thread(self._hold, house.holding, verdict, inspection)
        self.outcome = "held"
        return held_id

    def _hold(self, holding: Holding, verdict: Verdict, inspection: Inspection) -> str:
        mail = Mail(envelope=self.envelope, message=read_message(self.raw))
        return holding.hold(
            mail=mail, verdict=verdict, inspection=inspection, now=datetime.now(UTC)
        )

    async def withdraw(self, held_id: str) -> None:
        holding = self.session.house.holding
        await asyncio.to_thread(holding.withdraw_unsent, held_id, now=datetime.now(UTC))

    async def advise(self, verdict: Verdict) -> None:
        holding = self.session.house.holding
        try:
            await asyncio.to_thread(holding.advise, self.envelope, verdict, now=datetime.now(UTC))
        except Unavailable as error:  # the message has gone: 250 stands
            maillog.log_fault(self.envelope.id, "advise", type(error).__name__)

    async def demoted(self) -> frozenset[str]:
        try:
            return await asyncio.to_thread(self._demoted)
        except Unavailable:  # a hold will fail too, and the client is given 451; advice can wait
            return frozenset()

    def _demoted(self) -> frozenset[str]:
        with self.session.house.database.reading() as session:
            return demotions.in_force(session)

    async def told(self) -> bool:
        try:
            told = await asyncio.to_thread(self._told)
        except Unavailable:  # as with demoted rules
            return True
        if not told:
            metrics.NOT_TOLD.inc()
            maillog.log_not_told(self.envelope)
        return told

    def _told(self) -> bool:
        house = self.session.house
        with house.database.reading() as session:
            return was_told(session, house.policy, self.envelope.sender, self.envelope.received)

    async def broken(self) -> Disposition | None:
        metrics.INSPECTION_FAILURES.inc()
        times = await asyncio.to_thread(self._note_breakdown)
        setting = self.session.house.inspection.when_it_fails
        then = "hold" if times > 1 and setting == "defer" else setting
        maillog.log_inspection_failed(self.envelope, then)
        return {"hold": Disposition.HOLD, "relay": Disposition.RELAY}.get(then)

    def _note_breakdown(self) -> int:
        with self.session.house.database.writing() as session:
            return breakdowns.note(
                session, breakdown_key(self.envelope, self.raw), datetime.now(UTC)
            )


def _line(verb: bytes, address: str, options: tuple[str, ...]) -> bytes:
    text = " ".join((f"<{address}>", *options))
    return verb + text.encode("utf-8", "surrogateescape")


def _malformed(raw: bytes, limits: SmtpSettings) -> Reply | None:
    """Refuse what must not be sent on: stray line ends, NUL, endless lines, a loop."""
    line_ends = raw.count(b"\r\n")
    if raw.count(b"\r") != line_ends or raw.count(b"\n") != line_ends:
        return replies.BARE_LINE_END
    if b"\0" in raw:
        return replies.NUL_OCTET
    if _longest_line_exceeds(raw, limits.max_line_length):
        return replies.line_too_long(limits.max_line_length)
    header = raw[: raw.find(b"\r\n\r\n") + 2]
    if (b"\r\n" + header).lower().count(b"\r\nreceived:") > limits.max_hops:
        return replies.LOOP
    return None


def _longest_line_exceeds(raw: bytes, limit: int) -> bool:
    at = 0
    while len(raw) - at > limit:
        end = raw.rfind(b"\r\n", at, at + limit + 2)
        if end < 0:
            return True
        at = end + 2
    return False
