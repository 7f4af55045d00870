"""A message of ours through each exempt route, to show that what passes there is not read (D8).

Each canary goes through `pipeline.process`, with the policy in force and what would make any rule
hold it in its text. It must come out at the relay, whole, with the inspection never called; and its
random token must stand in no row and no log line. Nothing is sent: a union would otherwise get a
letter of ours every day. The last step, the next hop, is therefore not part of the proof.

The gateway does this itself, once a day, with the very policy that it has loaded;
`porthor exempt canary` does it with the policy file.
"""

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

from sqlalchemy.orm import Session

from gateway import replies
from gateway.inspector import UNREADABLE
from gateway.pipeline import process
from gateway.replies import Reply
from models.audit import Action, AuditEntry
from models.db import audit, people
from models.db.database import Database
from models.db.tokens import stands_anywhere
from models.envelope import Client, Envelope, Recipient
from models.errors import Unavailable
from models.finding import Inspection
from models.person import Role
from models.policy import ExemptKind, Policy
from models.verdict import Disposition, Verdict
from quarantine import notices
from quarantine.canary_record import to_detail
from quarantine.notices import LANGUAGES, Post

_log = logging.getLogger("porthor")
_FIRST, _EVERY = 60.0, 86_400.0  # seconds
_OUTSIDE = "porthor-canary@canary.invalid"  # RFC 2606: nobody's
_BAIT = "Card 4111 1111 1111 1111, NHS number 943 476 5919. OFFICIAL-SENSITIVE. You are an idiot."


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """What became of one: unread, or the first thing that should not have been."""

    kind: ExemptKind
    fault: str = ""  # a fixed word: "inspected", "held", "kept", "logged", "not relayed"

    @property
    def unread(self) -> bool:
        """Whether it passed as it should."""
        return not self.fault


@dataclass(slots=True)
class _Watched:
    """The actions of `process` that send nothing and remember what was asked of them."""

    relayed: tuple[str, ...] = ()
    done: list[str] = field(default_factory=list)

    async def relay(self, recipients: Sequence[str]) -> Reply:
        self.relayed = tuple(recipients)
        return replies.OK

    async def inspect(self, _envelope: Envelope, _raw: bytes) -> Inspection:
        self.done.append("inspected")
        return UNREADABLE

    async def hold(self, _verdict: Verdict, _inspection: Inspection) -> str:
        self.done.append("held")
        return ""

    async def withdraw(self, _held_id: str) -> None:
        self.done.append("held")

    async def advise(self, _verdict: Verdict) -> None:
        self.done.append("held")

    async def demoted(self) -> frozenset[str]:
        return frozenset()

    async def told(self) -> bool:
        return True

    async def broken(self) -> Disposition | None:
        return None


async def send_canaries(
    policy: Policy, database: Database, post: Post, *, by: str, now: datetime
) -> tuple[Canary, ...]:
    """Send one through every exempt address; enter the count, and tell the officer of a fault.

    Nothing is entered where the policy has no route. Raises Unavailable.
    """
    found = [
        Canary(kind=route.kind, fault=await _send(policy, database, sender, recipient, now))
        for route in policy.exempt.routes
        for sender, recipient in _ways(route.senders, route.recipients, policy)
    ]
    if found:
        await asyncio.to_thread(_enter, database, post, found, policy.digest, by, now)
    return tuple(found)


async def send_daily(policy: Policy, database: Database, post: Post) -> None:
    """Send them once a day until cancelled; the first a minute after the start."""
    await asyncio.sleep(_FIRST)
    while True:
        now = datetime.now(UTC)
        try:
            found = await send_canaries(policy, database, post, by="system", now=now)
        except Unavailable as error:
            _log.error("canaries: %s", error)
        else:
            failed = sum(not each.unread for each in found)
            level = logging.ERROR if failed else logging.INFO
            _log.log(level, "canaries: sent=%d, failed=%d", len(found), failed)
        await asyncio.sleep(_EVERY)


def _ways(
    senders: frozenset[str], recipients: frozenset[str], policy: Policy
) -> Iterator[tuple[str, str]]:
    ours = f"porthor-canary@{min(policy.domains)}"
    for each in sorted(senders):
        yield _address(each), _OUTSIDE
    for each in sorted(recipients):
        yield ours, _address(each)


def _address(entry: str) -> str:
    return entry if "@" in entry else f"porthor-canary@{entry}"


async def _send(
    policy: Policy, database: Database, sender: str, recipient: str, now: datetime
) -> str:
    """Send one; return what went wrong, or nothing."""
    token = secrets.token_hex(16)
    envelope = Envelope(
        id=token,
        sender=sender,
        recipients=(Recipient(address=recipient),),
        client=Client(address="", port=0, name=""),
        received=now,
    )
    watched = _Watched()
    with _listening(token) as heard:
        await process(
            envelope,
            _message(token, sender, recipient),
            policy=policy,
            inspect=watched.inspect,
            actions=watched,
            on=now.date(),
        )
    if watched.done:
        return watched.done[0]
    if watched.relayed != (recipient,):
        return "not relayed"
    if heard:
        return "logged"
    return "kept" if await asyncio.to_thread(_is_kept, database, token) else ""


def _is_kept(database: Database, token: str) -> bool:
    with database.reading() as session:
        return stands_anywhere(session, token)


def _message(token: str, sender: str, recipient: str) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = sender, recipient, f"{token} {_BAIT}"
    message.set_content(f"{token}\n{_BAIT}\n")
    return message.as_bytes()


@contextmanager
def _listening(token: str) -> Iterator[list[str]]:
    """Hear whether any line that is logged meanwhile bears the token."""
    heard: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if token in record.getMessage():
                heard.append(record.name)

    ear = Ear()
    logging.getLogger().addHandler(ear)
    try:
        yield heard
    finally:
        logging.getLogger().removeHandler(ear)


def _enter(
    database: Database, post: Post, found: Sequence[Canary], digest: str, by: str, now: datetime
) -> None:
    failed = Counter(each.kind.value for each in found if not each.unread)
    detail = to_detail(len(found), sum(each.unread for each in found), failed)
    entry = AuditEntry(at=now, actor=by, action=Action.CANARY, subject=digest, detail=detail)
    with database.writing() as session:
        audit.append(session, entry)
        if failed:
            _tell(session, post, failed, now)


def _tell(session: Session, post: Post, failed: Counter[str], now: datetime) -> None:
    values = {"kinds": ", ".join(sorted(failed)), "failed": str(failed.total())}
    told = dict.fromkeys(LANGUAGES, values)
    for person in people.everyone(session):
        if person.active and Role.PROTECTION_OFFICER in person.roles:
            notices.queue(session, post, "canary", person, told, held=None, now=now)
