"""A council of 2,000 people with a year of held mail and its audit chain, for console.py.

Rows are written straight into the tables, in the shapes that the program itself writes; the few
messages that are opened are held by the program. Everything follows from one seed.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry, Purpose, link
from models.db import audit, people
from models.db.database import Database
from models.db.keyring import Keyring
from models.db.tables import (
    AnswerRow,
    AuditHeadRow,
    AuditRow,
    DecisionRow,
    HeldRow,
    OutboxRow,
    SelfReportRow,
    StatementRow,
)
from models.person import Person, Role
from tests.factories import CARD, DOMAIN, POLICY, an_envelope, hold

NOW = datetime(2026, 11, 24, 11, 30, tzinfo=UTC)  # a Tuesday
STAFF = 2000
FANOUT = 8  # people whose manager one person is
BUSY_SENDER, BUSY_MANAGER, DEPUTY = "p0500", "p0062", "p0063"
ROLES = {
    "p1990": Role.DUTY_REVIEWER,
    "p1991": Role.DUTY_REVIEWER,
    "p1992": Role.HR,
    "p1993": Role.AUTHORISER,
    "p1994": Role.NAMED_OFFICER,
    "p1995": Role.PROTECTION_OFFICER,
    "p1996": Role.AUDITOR,
    "p1997": Role.ADMINISTRATOR,
    "p1998": Role.ADMINISTRATOR,
}
VISITORS = {
    "a sender": BUSY_SENDER,
    "a manager": BUSY_MANAGER,
    "a deputy": DEPUTY,
    "a duty reviewer": "p1990",
    "HR": "p1992",
    "an authoriser": "p1993",
    "a named officer": "p1994",
    "the protection officer": "p1995",
    "an auditor": "p1996",
    "an administrator": "p1997",
}
_DEPARTMENTS = ("Housing", "Planning", "Schools", "Highways", "Finance", "Social care", "Leisure")
_RULES = [rule.id for rule in POLICY.rules]
_BATCH = 5000
_ENDS = (  # of a message that is no longer waiting: state, choice, action, how often in 100
    ("sent", "release", Action.RELEASE, 64),
    ("refused", "refuse", Action.REFUSE, 14),
    ("withdrawn", "withdraw", Action.WITHDRAW, 17),
    ("returned", "return", Action.RETURN, 4),
    ("referred", None, Action.REFER, 1),
)


def a_council() -> list[Person]:
    """Return everyone: a tree of managers, each eighth person a manager."""
    return [_person(number) for number in range(STAFF)]


def _person(number: int) -> Person:
    person = f"p{number:04}"
    manager = f"p{(number - 1) // FANOUT:04}" if number else None
    leads = number * FANOUT + 1 < STAFF
    return Person(
        id=person,
        name=f"Enw Cyfenw {number}",
        addresses=(f"{person}@{DOMAIN}", f"enw.cyfenw.{number}@{DOMAIN}"),
        language=("cy", "en", "en")[number % 3],
        department=_DEPARTMENTS[number % len(_DEPARTMENTS)],
        manager=manager,
        deputy=f"p{number + 1:04}" if leads else None,
        roles=frozenset({ROLES[person]} if person in ROLES else ()),
    )


@dataclass(slots=True)
class Rows:
    """What is to be written, by table; entries of the chain are put in order of time first."""

    held: list[dict[str, Any]] = field(default_factory=list)
    decisions: list[dict[str, Any]] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)
    statements: list[dict[str, Any]] = field(default_factory=list)
    entries: list[AuditEntry] = field(default_factory=list)

    def enter(self, at: datetime, actor: str, action: Action, held: str, **facts: Any) -> None:
        """Note an entry of the chain."""
        entry = AuditEntry(at=at, actor=actor, action=action, subject=held, **facts)
        self.entries.append(entry)


def fill(database: Database, keyring: Keyring, *, messages: int, days: int) -> str:
    """Fill an empty database; return the id of the one message that can be opened."""
    everyone = a_council()
    entry = AuditEntry(at=NOW, actor="os:x", action=Action.IMPORT_PEOPLE, subject="people")
    with database.writing() as session:
        people.replace_all(session, everyone, entry)
    rows = _rows(everyone, messages, days)
    with database.writing() as session:
        for table, given in (
            (HeldRow, rows.held),
            (DecisionRow, rows.decisions),
            (AnswerRow, rows.answers),
            (StatementRow, rows.statements),
            (AuditRow, _chain(session, rows.entries)),
            (SelfReportRow, list(_reports())),
            (OutboxRow, list(_outbox())),
        ):
            for start in range(0, len(given), _BATCH):
                session.execute(insert(table), given[start : start + _BATCH])
    return hold(database, keyring, CARD, an_envelope(1, BUSY_SENDER), NOW)


def _chain(session: Session, entries: list[AuditEntry]) -> list[dict[str, Any]]:
    """Give the entries their places after what the import entered."""
    *_, last = audit.read(session)
    previous, first, made = last.digest, last.sequence + 1, []
    for sequence, entry in enumerate(sorted(entries, key=lambda each: each.at), first):
        chained = link(entry, sequence, previous)
        previous = chained.digest
        made.append(
            {
                "sequence": sequence,
                "at": entry.at,
                "actor": entry.actor,
                "action": entry.action.value,
                "subject": entry.subject,
                "purpose": entry.purpose.value if entry.purpose else None,
                "detail": entry.detail,
                "previous": chained.previous,
                "digest": chained.digest,
            }
        )
    session.execute(update(AuditHeadRow).values(length=len(made) + first - 1, digest=previous))
    return made


def _rows(everyone: list[Person], messages: int, days: int) -> Rows:
    rng = random.Random(6)  # noqa: S311 - a repeatable council
    known = {each.id: each for each in everyone}
    rows = Rows()
    for number in range(messages):
        ago = timedelta(days=days) * (number + rng.random()) / messages
        _one(rows, rng, known, f"B{number:07}", NOW - ago - timedelta(minutes=1))
    return rows


def _one(
    rows: Rows, rng: random.Random, known: dict[str, Person], held_id: str, received: datetime
) -> None:
    """One message, what became of it, and what the chain says of it."""
    sender = _sender(rng, known)
    reviewer = sender.manager or "p1990"
    age = (NOW - received) / timedelta(hours=1)
    waits = rng.random() < math.exp(-age / 40)  # half of what is a day old is decided
    asked = [reviewer]
    if rng.random() < 0.1:  # noqa: PLR2004 - one in ten comes to a duty reviewer
        asked.append(rng.choice(("p1990", "p1991")))
    rows.enter(received, "system", Action.HOLD, held_id)
    for each in asked[1:]:
        at = min(NOW, received + timedelta(hours=7))
        rows.enter(at, "system", Action.REASSIGN, held_id, detail=f"late: {reviewer} to {each}")
    rules = sorted(set(rng.choices(_RULES, k=rng.choice((1, 1, 1, 2)))))
    state = "held" if waits else _ended(rows, rng, held_id, asked[-1], received)
    rows.held.append(_held_row(rng, held_id, state, received, sender, asked, rules))
    for kind, often in (("explained", 15), ("disputed", 5), ("legal", 1), ("harm", 1)):
        if rng.random() * 100 < often:
            at = min(NOW, received + timedelta(minutes=9))
            rows.statements.append(
                {"held": held_id, "by": sender.id, "kind": kind, "text": "Rheswm", "at": at}
            )
            if kind == "disputed":
                rows.enter(at, sender.id, Action.DISPUTE, held_id, detail=kind)


def _sender(rng: random.Random, known: dict[str, Person]) -> Person:
    """Someone; one person, and those of one manager, send far more than their share."""
    chance = rng.random()
    if chance < 0.01:  # noqa: PLR2004
        return known[BUSY_SENDER]
    if chance < 0.1:  # noqa: PLR2004
        first = int(BUSY_MANAGER[1:]) * FANOUT + 1
        return known[f"p{rng.randrange(first, first + FANOUT):04}"]
    return known[f"p{rng.randrange(STAFF):04}"]


def _ended(rows: Rows, rng: random.Random, held_id: str, reviewer: str, received: datetime) -> str:
    """Enter the looks at a message, the decision, the answer; return its state."""
    state, choice, action, _ = rng.choices(_ENDS, weights=[each[3] for each in _ENDS])[0]
    looked = received + timedelta(hours=min(60, rng.expovariate(1 / 5)))
    decided = looked + timedelta(seconds=10 + rng.expovariate(1 / 90))
    if decided > NOW:
        decided = looked = received + (NOW - received) / 2
    if state != "withdrawn":
        for depth in ("matches", "text")[: rng.choice((1, 2, 2))]:
            rows.enter(looked, reviewer, Action.LOOK, held_id, purpose=Purpose.DECIDE, detail=depth)
    rows.enter(decided, reviewer, action, held_id)
    if choice:
        rows.decisions.append(
            {"held": held_id, "by": reviewer, "choice": choice, "reason": "", "at": decided}
        )
    else:
        rows.statements.append(
            {"held": held_id, "by": reviewer, "kind": "referred", "text": "", "at": decided}
        )
    if state == "sent":
        rows.enter(decided, "system", Action.LOOK, held_id, purpose=Purpose.DELIVER)
        rows.enter(decided, "system", Action.SEND, held_id)
    if state != "withdrawn" and rng.random() < 0.5:  # noqa: PLR2004 - half of them answer
        right = rng.random() < 0.8  # noqa: PLR2004
        rows.answers.append({"held": held_id, "by": reviewer, "should_hold": right, "at": decided})
        rows.enter(decided, reviewer, Action.LABEL, held_id)
    return state


def _held_row(  # noqa: PLR0913 - what a row is made of
    rng: random.Random,
    held_id: str,
    state: str,
    received: datetime,
    sender: Person,
    asked: list[str],
    rules: list[str],
) -> dict[str, Any]:
    finding = {"category": "", "score": 0.9, "part": "1", "kind": "visible", "own": True}
    finding |= {"start": 10, "end": 29, "reason": "", "weights": [], "excerpt": ""}
    address = f"{rng.randrange(9999)}@elsewhere.example"
    return {
        "id": held_id,
        "state": state,
        "received": received,
        "sender": sender.email,
        "sender_key": sender.email,
        "recipients": [{"address": address, "options": []}],
        "options": [],
        "client": {"address": "192.0.2.1", "port": 40000, "name": "mail.example"},
        "message_id": f"<{held_id}@{DOMAIN}>",
        "digest": sha256(held_id.encode()).hexdigest(),
        "size": rng.randrange(2000, 90000),
        "disposition": 3,
        "rules": rules,
        "findings": [{**finding, "detector": each} for each in rules for _ in range(2)],
        "policy": POLICY.digest,
        "classifier": "",
        "program": "0.1",
        "reviewer": asked[-1],
        "note": "",
        "involved": [],
        "apart": False,
        "asked": asked,
        "declined": [],
        "turn_since": received,
        "turn_ends": received + timedelta(hours=rng.choice((7, 24, 48))),
    }


def _reports() -> Iterator[dict[str, Any]]:
    for number in range(400):
        told = BUSY_MANAGER if number < 20 else f"p{number % 200:04}"  # noqa: PLR2004
        by = BUSY_SENDER if number < 20 else f"p{number:04}"  # noqa: PLR2004
        at = NOW - timedelta(hours=number)
        read_at = None if number < 30 else at  # noqa: PLR2004
        yield {
            "id": f"R{number}",
            "by": by,
            "told": told,
            "text": "Neges",
            "at": at,
            "read_at": read_at,
            "told_at": at,
            "asked": [told],
        }


def _outbox() -> Iterator[dict[str, Any]]:
    for number in range(200):
        yield {
            "kind": "notice",
            "held": None,
            "sender": "",
            "recipients": [],
            "options": [],
            "content": b"",
            "attempts": 0,
            "created": NOW,
            "due": NOW + timedelta(seconds=number),
        }
