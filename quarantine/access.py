"""The one door to content: a person, a purpose, and an audit entry in the same transaction."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from models.audit import Action, AuditEntry, Purpose
from models.db import contents, held, people
from models.db.database import Database
from models.db.keyring import Keyring
from models.errors import Tampered
from models.finding import Text
from models.held import HeldMessage
from models.mime import read_message
from models.person import Person
from quarantine import permissions


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """What is known of an attached file without opening it."""

    name: str  # as labelled; "" if it has none
    content_type: str  # as labelled, "application/pdf"
    size: int  # octets, transfer encoding removed


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A held message with what inspection read of it; findings have their excerpts again."""

    held: HeldMessage
    texts: tuple[Text, ...] = field(repr=False)
    attachments: tuple[Attachment, ...] = field(default=(), repr=False)


def open_message(
    database: Database,
    keyring: Keyring,
    held_id: str,
    *,
    who: Person,
    purpose: Purpose,
    now: datetime,
) -> Opened:
    """Open the text of a held message for its sender or a reviewer; the look is entered.

    Raises NotFound, NotPermitted, Tampered.
    """
    with database.writing() as session:
        message = held.get(session, held_id)
        if purpose is Purpose.OWN:
            permissions.check_own(who, message)
        else:
            everyone = {each.id: each for each in people.everyone(session)}
            permissions.check_review(who, message, everyone)
        entry = AuditEntry(
            at=now,
            actor=who.id,
            action=Action.LOOK,
            subject=held_id,
            purpose=purpose,
            detail="text",
        )
        texts = contents.open_(session, keyring, held_id, contents.TEXTS, entry)
        excerpts = contents.open_more(session, keyring, held_id, contents.EXCERPTS)
        raw = contents.open_more(session, keyring, held_id, contents.MESSAGE)
    findings = tuple(
        replace(finding, excerpt=excerpt)
        for finding, excerpt in zip(message.findings, json.loads(excerpts), strict=True)
    )
    return Opened(
        held=replace(message, findings=findings),
        texts=tuple(
            Text(**{**each, "own": tuple((start, end) for start, end in each["own"])})
            for each in json.loads(texts)
        ),
        attachments=tuple(
            Attachment(
                name=part.filename or "", content_type=part.content_type, size=len(part.payload)
            )
            for part in read_message(raw).parts
            if part.filename or part.disposition == "attachment"
        ),
    )


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
