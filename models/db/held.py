"""Held messages in rows: add, get, find, move. Each write takes an AuditEntry."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, delete, func, or_, select, update
from sqlalchemy.orm import Session

from models.address import parse_address
from models.audit import AuditEntry
from models.db import audit
from models.db.appeal_tables import AppealRow
from models.db.sealed_tables import SecondLookRow
from models.db.tables import AnswerRow, DecisionRow, HeldRow, StatementRow
from models.decision import PRIVATE, Choice, Decision
from models.envelope import Client, Recipient
from models.errors import Conflict, NotFound
from models.finding import Finding, Weight
from models.held import ENDED, Appeal, HeldMessage, HeldState, Involved, Tie, Turn, can_move
from models.verdict import Disposition

_NOT_DECIDED = (HeldState.HELD.value, HeldState.SEALED.value)
_WAITING = frozenset({HeldState.HELD, HeldState.REFERRED})


def add(session: Session, held: HeldMessage, entry: AuditEntry) -> None:
    """Keep a new held message; findings without their excerpts."""
    session.add(
        HeldRow(
            id=held.id,
            state=held.state.value,
            received=held.received,
            sender=held.sender,
            sender_key=parse_address(held.sender).key,
            recipients=recipients_to_json(held.recipients),
            options=list(held.options),
            client=asdict(held.client),
            message_id=held.message_id,
            digest=held.digest,
            size=held.size,
            disposition=int(held.disposition),
            rules=list(held.rules),
            findings=[{**asdict(each), "excerpt": ""} for each in held.findings],
            policy=held.policy,
            classifier=held.classifier,
            program=held.program,
            reviewer=held.reviewer,
            note=held.note,
            involved=[{"person": each.person, "tie": each.tie.value} for each in held.involved],
            apart=held.apart,
            narrow=held.narrow,
            body=held.body,
            **turn_to_row(held.turn),
        )
    )
    audit.append(session, entry)


def get(session: Session, held_id: str) -> HeldMessage:
    """Return one. Raises NotFound."""
    row = session.get(HeldRow, held_id)
    if row is None:
        raise NotFound(f"no held message {held_id}")
    return _held(session, [row])[0]


def of_ids(session: Session, ids: Collection[str]) -> list[HeldMessage]:
    """Return those of these that are there."""
    return _held(session, list(session.scalars(select(HeldRow).where(HeldRow.id.in_(ids)))))


def find(
    session: Session,
    *,
    states: Collection[HeldState] | None = None,
    senders: Collection[str] | None = None,
    limit: int | None = None,
) -> list[HeldMessage]:
    """Return held messages, newest first; `senders` are address keys."""
    query = select(HeldRow).order_by(HeldRow.received.desc(), HeldRow.id).limit(limit)
    if states is not None:
        query = query.where(HeldRow.state.in_([each.value for each in states]))
    if senders is not None:
        query = query.where(HeldRow.sender_key.in_(list(senders)))
    return _held(session, list(session.scalars(query)))


def may_wait_for(
    session: Session, person: str, senders: Collection[str], *, limit: int
) -> list[HeldMessage]:
    """Return what waits and could be this person's to decide on, the soonest first.

    That is: whose turn it is or was theirs, or that comes from `senders` (address keys). Who may
    decide is settled by permissions.
    """
    asked = cast(HeldRow.asked, String).contains(json.dumps(person), autoescape=True)
    query = (
        select(HeldRow)
        .where(
            HeldRow.state == HeldState.HELD.value,
            or_(HeldRow.reviewer == person, HeldRow.sender_key.in_(list(senders)), asked),
        )
        .order_by(HeldRow.turn_ends.is_(None), HeldRow.turn_ends, HeldRow.received, HeldRow.id)
        .limit(limit)
    )
    return _held(session, list(session.scalars(query)))


def decided_by(session: Session, person: str, *, limit: int) -> list[HeldMessage]:
    """Return what a person decided on and no longer waits, their latest decision first."""
    query = (  # from the end of the index on person and instant, until there are enough
        select(HeldRow)
        .join(DecisionRow, DecisionRow.held == HeldRow.id)
        .where(DecisionRow.by == person, HeldRow.state.not_in(_NOT_DECIDED))
        .order_by(DecisionRow.at.desc(), HeldRow.id)
        .limit(limit)
    )
    return _held(session, list(dict.fromkeys(session.scalars(query))))


def find_same(
    session: Session, *, digest: str, sender: str, recipients: Sequence[str], since: datetime
) -> HeldMessage | None:
    """Return the newest held copy of the same bytes and envelope, if a server tried again."""
    query = (
        select(HeldRow)
        .where(
            HeldRow.digest == digest,
            HeldRow.sender_key == parse_address(sender).key,
            HeldRow.received >= since,
            HeldRow.state != HeldState.WITHDRAWN.value,
        )
        .order_by(HeldRow.received.desc())
    )
    wanted = sorted(recipients)
    for row in session.scalars(query):
        if sorted(each["address"] for each in row.recipients) == wanted:
            return _held(session, [row])[0]
    return None


def move(
    session: Session,
    held_id: str,
    before: HeldState,
    after: HeldState,
    entry: AuditEntry,
    *,
    note: str = "",
) -> None:
    """Move from the state the caller saw to another, or raise Conflict: compare and set."""
    if not can_move(before, after):
        raise Conflict(f"a message that is {before.value} cannot become {after.value}")
    audit.lock(session)
    changed = session.execute(
        update(HeldRow)
        .where(HeldRow.id == held_id, HeldRow.state == before.value)
        .values(state=after.value, note=note, ended=entry.at if after in ENDED else None)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]  # a CursorResult, as for every UPDATE
        raise Conflict("someone else decided this one first; nothing of yours was saved")
    _answer_appeal(session, held_id, before, after, entry.at)
    audit.append(session, entry)


def _answer_appeal(
    session: Session, held_id: str, before: HeldState, after: HeldState, at: datetime
) -> None:
    """Note when an appeal, if there is one, was decided on; a release undone undoes that."""
    change = update(AppealRow).where(AppealRow.held == held_id)
    if before in _WAITING and after not in _WAITING | {HeldState.SEALED}:
        session.execute(change.where(AppealRow.answered.is_(None)).values(answered=at))
    elif (before, after) == (HeldState.RELEASED, HeldState.HELD):
        session.execute(change.values(answered=None))


def decide(session: Session, held_id: str, decision: Decision, entry: AuditEntry) -> None:
    """Add one person's choice."""
    session.add(
        DecisionRow(
            held=held_id,
            by=decision.by,
            choice=decision.choice.value,
            code=decision.code or None,
            reason=decision.reason,
            at=decision.at,
        )
    )
    audit.append(session, entry)


def clear_decisions(session: Session, held_id: str) -> None:
    """Forget the votes: they are taken anew. A refusal, which was appealed, stays on record."""
    refusal = DecisionRow.choice == Choice.REFUSE.value
    session.execute(delete(DecisionRow).where(DecisionRow.held == held_id, ~refusal))


def pass_on(
    session: Session, seen: HeldMessage, reviewer: str | None, turn: Turn, entry: AuditEntry
) -> None:
    """Make it a person's turn, or raise Conflict if it is no longer as it was seen.

    Changes whose turn it is and nothing else: the state stays what it was.
    """
    audit.lock(session)
    changed = session.execute(
        update(HeldRow)
        .where(
            HeldRow.id == seen.id,
            HeldRow.state == HeldState.HELD.value,
            HeldRow.reviewer.is_not_distinct_from(seen.reviewer),
            HeldRow.turn_ends.is_not_distinct_from(seen.turn.ends),
        )
        .values(reviewer=reviewer, **turn_to_row(turn))
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]  # a CursorResult, as for every UPDATE
        raise Conflict("someone else decided this one or passed it on; nothing of yours was saved")
    audit.append(session, entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many messages wait for a person, and since when the oldest does."""

    count: int
    oldest: datetime | None
    unassigned: int  # of them, those that nobody may decide on


def waiting(session: Session) -> Waiting:
    """Count what waits; an appeal waits since it was made."""
    since = func.min(func.coalesce(AppealRow.at, HeldRow.received))
    query = select(func.count(), since, func.count(HeldRow.reviewer)).select_from(HeldRow)
    query = query.outerjoin(AppealRow, AppealRow.held == HeldRow.id)
    waits = query.where(HeldRow.state == HeldState.HELD.value)
    count, oldest, assigned = session.execute(waits).one()
    return Waiting(count=count, oldest=oldest, unassigned=count - assigned)


def reviewers(session: Session) -> frozenset[str]:
    """Return the ids of those whose turn it is with some message that waits."""
    query = select(HeldRow.reviewer).where(HeldRow.state == HeldState.HELD.value).distinct()
    return frozenset(each for each in session.scalars(query) if each is not None)


def to_pass_on(
    session: Session, now: datetime, unable: Collection[str], *, after: str = "", limit: int
) -> list[HeldMessage]:
    """Return what may have to go to someone else, by id, those after an id: some may have to stay.

    That is: whose turn has ended, what is nobody's turn, what is the turn of someone in `unable`
    (away, left, suspended), and what few may see, as who they are changes with the directory.
    """
    query = (
        select(HeldRow)
        .where(
            HeldRow.state == HeldState.HELD.value,
            HeldRow.id > after,
            or_(
                HeldRow.turn_ends.is_(None),
                HeldRow.turn_ends <= now,
                HeldRow.reviewer.is_(None),
                HeldRow.reviewer.in_(list(unable)),
                HeldRow.narrow.is_(True),
            ),
        )
        .order_by(HeldRow.id)
        .limit(limit)
    )
    return _held(session, list(session.scalars(query)))


def narrow(session: Session, held_id: str, recipients: Sequence[Recipient]) -> None:
    """Keep only those who have not got it: the next hop took it for the others."""
    session.execute(
        update(HeldRow)
        .where(HeldRow.id == held_id)
        .values(recipients=recipients_to_json(recipients))
    )


def found_private(session: Session, ids: Collection[str]) -> list[str]:
    """Return those of these that someone let go because they were nobody's business (L5)."""
    query = select(DecisionRow.held).where(DecisionRow.held.in_(ids), DecisionRow.code == PRIVATE)
    return list(session.scalars(query.distinct()))


def make_bare(session: Session, ids: Collection[str]) -> None:
    """Leave of messages that they were held, when, and by which rules: a bare count (L5)."""
    session.execute(
        update(HeldRow)
        .where(HeldRow.id.in_(ids))
        .values(
            sender="",
            sender_key="",
            recipients=[],
            options=[],
            client=asdict(Client(address="", port=0, name="")),
            message_id="",
            digest="",
            findings=[],
            narrow=None,
            note="",
            reviewer=None,
            involved=[],
            asked=[],
            declined=[],
        )
    )
    session.execute(update(DecisionRow).where(DecisionRow.held.in_(ids)).values(reason=""))
    for row in (StatementRow, AnswerRow, SecondLookRow):
        session.execute(delete(row).where(row.held.in_(ids)))


def recipients_to_json(recipients: Sequence[Recipient]) -> list[Any]:
    """Recipients as JSON keeps them."""
    return [{"address": each.address, "options": list(each.options)} for each in recipients]


def recipients_from_json(rows: list[Any]) -> tuple[Recipient, ...]:
    """And back."""
    return tuple(
        Recipient(address=each["address"], options=tuple(each["options"])) for each in rows
    )


def _held(session: Session, rows: Sequence[HeldRow]) -> list[HeldMessage]:
    decisions: dict[str, list[Decision]] = {row.id: [] for row in rows}
    query = (
        select(DecisionRow).where(DecisionRow.held.in_(list(decisions))).order_by(DecisionRow.id)
    )
    for row in session.scalars(query):
        choice, code = Choice(row.choice), row.code or ""
        made = Decision(by=row.by, choice=choice, code=code, reason=row.reason, at=row.at)
        decisions[row.held].append(made)
    appeals = select(AppealRow).where(AppealRow.held.in_(list(decisions)))
    appealed = {each.held: _appeal(each) for each in session.scalars(appeals)}
    return [_message(row, tuple(decisions[row.id]), appealed.get(row.id)) for row in rows]


def _appeal(row: AppealRow) -> Appeal:
    return Appeal(at=row.at, due=row.due, decided=tuple(row.decided), answered=row.answered)


def _message(row: HeldRow, decisions: tuple[Decision, ...], appeal: Appeal | None) -> HeldMessage:
    return HeldMessage(
        id=row.id,
        state=HeldState(row.state),
        received=row.received,
        sender=row.sender,
        recipients=recipients_from_json(row.recipients),
        options=tuple(row.options),
        client=Client(**row.client),
        message_id=row.message_id,
        digest=row.digest,
        size=row.size,
        disposition=Disposition(row.disposition),
        rules=tuple(row.rules),
        findings=tuple(_finding(each) for each in row.findings),
        policy=row.policy,
        classifier=row.classifier,
        program=row.program,
        reviewer=row.reviewer,
        turn=Turn(
            since=row.turn_since,
            ends=row.turn_ends,
            asked=tuple(row.asked or ()),
            declined=tuple(row.declined or ()),
        ),
        involved=tuple(
            Involved(person=each["person"], tie=Tie(each["tie"])) for each in row.involved or ()
        ),
        apart=bool(row.apart),
        narrow=bool(row.narrow),
        body=row.body or "",
        decisions=decisions,
        appeal=appeal,
        note=row.note,
    )


def turn_to_row(turn: Turn) -> dict[str, Any]:
    """A turn as the columns of a held message."""
    return {
        "turn_since": turn.since,
        "turn_ends": turn.ends,
        "asked": list(turn.asked),
        "declined": list(turn.declined),
    }


def _finding(stored: dict[str, Any]) -> Finding:
    weights = tuple(Weight(**each) for each in stored.get("weights", ()))
    return Finding(**{**stored, "weights": weights})
