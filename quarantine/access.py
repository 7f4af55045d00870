"""The one door to content: a person, a purpose, and an audit entry in the same transaction."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry, Purpose
from models.body import HERE
from models.db import audit, cases, contents, erasures, held, people, samples
from models.db.database import Database
from models.db.keyring import Keyring
from models.errors import NotFound, Tampered
from models.finding import Text
from models.held import HeldMessage, HeldState
from models.mime import read_message
from models.person import Person
from quarantine import permissions, sampling, together
from quarantine.alike import Said, are_alike
from quarantine.attachments import Attached, attachment_tree
from quarantine.evidence.rights import Refusal, refusal_to_open
from quarantine.evidence.turned_away import TurnedAway, recorded


class Depth(StrEnum):
    """How far a message is opened; each shows what the one before it does, and more."""

    MATCHES = "matches"  # what was found, masked
    TEXT = "text"  # the subject and every text, the evidence marked
    ATTACHMENTS = "attachments"  # what is attached, and what is inside it


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A held message with what inspection read of it; findings have their excerpts again."""

    held: HeldMessage
    depth: Depth
    texts: tuple[Text, ...] = field(default=(), repr=False)  # from TEXT on
    attachments: tuple[Attached, ...] = field(default=(), repr=False)  # at ATTACHMENTS


def open_message(  # noqa: PLR0913 - a look is by someone, for something, so far
    database: Database,
    keyring: Keyring,
    held_id: str,
    *,
    who: Person,
    purpose: Purpose,
    depth: Depth = Depth.TEXT,
    now: datetime,
) -> Opened:
    """Open a held message for its sender or a reviewer as far as asked; the look is entered.

    What was passed to HR is no reviewer's to open. Raises NotFound, NotPermitted, Tampered.
    """
    with database.writing() as session:
        audit.lock(session)  # what is passed on or referred meanwhile is so after the look
        message = held.get(session, held_id)
        if purpose is Purpose.OWN:
            permissions.check_own(who, message)
        else:
            _check_reviewer(session, who, message, now)
        entry = _look(who, held_id, purpose, depth.value, now)
        sealed = _open_as_far_as(session, keyring, held_id, depth, entry)
    return _opened(message, depth, *sealed)


def open_attached(  # noqa: PLR0913 - a look is by someone, for something, at one file
    database: Database,
    keyring: Keyring,
    held_id: str,
    part: str,
    *,
    who: Person,
    purpose: Purpose,
    now: datetime,
) -> tuple[Attached, bytes]:
    """Open one attached file for a reviewer, to be drawn; the look is entered with its part.

    Raises NotFound, also if there is no such part; NotPermitted, Tampered.
    """
    with database.writing() as session:
        audit.lock(session)  # as in open_message
        message = held.get(session, held_id)
        _check_reviewer(session, who, message, now)
        entry = _look(who, held_id, purpose, f"{Depth.ATTACHMENTS}, part {part}", now)
        raw = contents.open_(session, keyring, held_id, contents.MESSAGE, entry)
        parts = read_message(raw).parts
        for each in attachment_tree(parts, (), ()):
            if each.part == part:
                return each, next(one.payload for one in parts if one.number == part)
        raise NotFound(f"nothing of that number is attached to {held_id}")


def _check_reviewer(session: Session, who: Person, message: HeldMessage, now: datetime) -> None:
    """Check that a reviewer may open it now. Raises NotFound, NotPermitted."""
    permissions.check_review(who, message, people.directory(session))
    if message.state is HeldState.REFERRED:
        raise NotFound(f"no held message {message.id}")
    together.check(session, message, who, now)


def open_in_case(  # noqa: PLR0913 - a look within a case has a reason, too
    database: Database,
    keyring: Keyring,
    case_id: str,
    held_id: str,
    *,
    who: Person,
    reason: str,
    depth: Depth = Depth.TEXT,
    now: datetime,
) -> Opened:
    """Open what a case covers, for one who works on it; the look is entered with its reason.

    Raises NotFound for every refusal, which is entered; Tampered.
    """
    day = now.astimezone(HERE).date()
    with recorded(database, who.id, case_id, "look", now), database.writing() as session:
        audit.lock(session)  # a case that is closed meanwhile is closed after the look
        try:
            case, message = cases.get(session, case_id), held.get(session, held_id)
        except NotFound:
            raise TurnedAway(Refusal.NO_CASE) from None
        if refused := refusal_to_open(who, case, message, day):
            raise TurnedAway(refused, held_id)
        if not reason.strip():
            raise TurnedAway(Refusal.NO_REASON, held_id)
        detail = f"{depth.value}, case {case_id}"
        entry = _look(who, held_id, Purpose.INVESTIGATE, detail, now)
        sealed = _open_as_far_as(session, keyring, held_id, depth, entry)
        look = cases.CaseLook(held=held_id, by=who.id, at=now, depth=depth.value, reason=reason)
        cases.add_look(session, keyring, case_id, look)
    return _opened(message, depth, *sealed)


def open_in_sample(
    database: Database,
    keyring: Keyring,
    sample_id: int,
    *,
    who: Person,
    depth: Depth,
    now: datetime,
) -> Opened:
    """Open a decided message that this person drew at random, to judge the decision again.

    Masked, or with its text; never what is attached. Raises NotFound, Tampered.
    """
    depth = Depth.MATCHES if depth is Depth.MATCHES else Depth.TEXT
    with database.writing() as session:
        sampled = sampling.own(samples.get(session, sample_id), who)
        message = held.get(session, sampled.held)
        if message.marked_personal or not sampling.can_judge(who, message):
            raise NotFound("no such sample")
        entry = _look(who, message.id, Purpose.QUALITY, depth.value, now)
        sealed = _open_as_far_as(session, keyring, message.id, depth, entry)
    return _opened(message, depth, *sealed)


def _look(who: Person, held_id: str, purpose: Purpose, detail: str, now: datetime) -> AuditEntry:
    return AuditEntry(
        at=now,
        actor=who.id,
        action=Action.LOOK,
        subject=held_id,
        purpose=purpose,
        detail=detail,
    )


def _open_as_far_as(
    session: Session, keyring: Keyring, held_id: str, depth: Depth, entry: AuditEntry
) -> tuple[bytes, bytes, bytes]:
    """Return excerpts, texts and the message's bytes, those that the depth asks for."""
    excerpts = contents.open_(session, keyring, held_id, contents.EXCERPTS, entry)
    texts, raw = b"[]", b""
    if depth is not Depth.MATCHES:
        texts = contents.open_more(session, keyring, held_id, contents.TEXTS)
    if depth is Depth.ATTACHMENTS:
        raw = contents.open_more(session, keyring, held_id, contents.MESSAGE)
    return excerpts, texts, raw


def _opened(
    message: HeldMessage, depth: Depth, excerpts: bytes, texts: bytes, raw: bytes
) -> Opened:
    found = with_excerpts(message, excerpts)
    read = read_texts(texts)
    parts = read_message(raw).parts if raw else ()
    return Opened(
        held=found,
        depth=depth,
        texts=read,
        attachments=attachment_tree(parts, read, found.findings),
    )


def compare(
    database: Database,
    keyring: Keyring,
    held_id: str,
    others: Sequence[str],
    *,
    who: Person,
    now: datetime,
) -> tuple[str, ...]:
    """Return which of the others say what one message says, for its reviewer.

    The program opens them and shows nothing; each is entered. Raises NotFound, NotPermitted.
    """
    said: dict[str, Said] = {}
    with database.writing() as session:
        everyone = people.directory(session)
        for each in (held_id, *others):
            permissions.check_review(who, held.get(session, each), everyone)
            entry = AuditEntry(
                at=now,
                actor="system",
                action=Action.LOOK,
                subject=each,
                purpose=Purpose.COMPARE,
                detail=f"for {who.id}",
            )
            excerpts = contents.open_(session, keyring, each, contents.EXCERPTS, entry)
            texts = contents.open_more(session, keyring, each, contents.TEXTS)
            raw = contents.open_more(session, keyring, each, contents.MESSAGE)
            said[each] = Said(
                texts=read_texts(texts),
                excerpts=tuple(json.loads(excerpts)),
                files=tuple(
                    sha256(part.payload).hexdigest()
                    for part in read_message(raw).parts
                    if part.filename or part.disposition == "attachment"
                ),
            )
    return tuple(each for each in others if are_alike(said[held_id], said[each]))


def with_excerpts(message: HeldMessage, excerpts: bytes) -> HeldMessage:
    """Give a message's findings their excerpts again."""
    findings = tuple(
        replace(finding, excerpt=excerpt)
        for finding, excerpt in zip(message.findings, json.loads(excerpts), strict=True)
    )
    return replace(message, findings=findings)


def read_texts(stored: bytes) -> tuple[Text, ...]:
    """Read the texts that were sealed."""
    return tuple(
        Text(**{**each, "own": tuple((start, end) for start, end in each["own"])})
        for each in json.loads(stored)
    )


def open_sample(session: Session, keyring: Keyring, *, limit: int) -> int:
    """Open some messages of a restored copy and compare them with their digests: how many.

    Nothing is shown to anyone, and what was sealed unseen is left so. Raises Tampered.
    """
    opened = 0
    for held_id, digest in erasures.sample(session, limit=limit):
        raw = contents.open_more(session, keyring, held_id, contents.MESSAGE)
        if sha256(raw).hexdigest() != digest:
            raise Tampered(f"the content of {held_id} is not what its digest says")
        opened += 1
    return opened


def open_to_send(
    database: Database, keyring: Keyring, held_id: str, *, now: datetime
) -> tuple[HeldMessage, bytes]:
    """Open a released message's bytes for the worker; they must be those that were approved.

    Raises Tampered if the digest is another, NotFound if it was erased.
    """
    entry = AuditEntry(
        at=now,
        actor="system",
        action=Action.LOOK,
        subject=held_id,
        purpose=Purpose.DELIVER,
        detail="to send it",
    )
    with database.writing() as session:
        message = held.get(session, held_id)
        raw = contents.open_(session, keyring, held_id, contents.MESSAGE, entry)
    if sha256(raw).hexdigest() != message.digest:
        raise Tampered(f"the content of {held_id} is not what was approved; it was not sent")
    return message, raw


def open_to_learn(
    database: Database, keyring: Keyring, held_id: str, *, actor: str, now: datetime
) -> tuple[HeldMessage, tuple[Text, ...]]:
    """Open a message's texts for the program to learn from; no person reads them.

    Raises NotFound if it was erased, or its sender marked it personal (N12).
    """
    entry = AuditEntry(
        at=now,
        actor=actor,
        action=Action.LOOK,
        subject=held_id,
        purpose=Purpose.LEARN,
        detail="to learn from an answer",
    )
    with database.writing() as session:
        message = held.get(session, held_id)
        if message.marked_personal:
            raise NotFound(f"{held_id} is marked personal: nothing is learnt from it")
        texts = contents.open_(session, keyring, held_id, contents.TEXTS, entry)
    return message, read_texts(texts)
