"""Freezes in rows: add, get, list, lift; and which items are under one."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.address import parse_address
from models.audit import AuditEntry
from models.db import audit
from models.db.case_tables import CaseRow
from models.db.keeping_tables import FreezeItemRow, FreezeRow
from models.db.tables import HeldRow, ItemKeyRow, SelfReportRow
from models.errors import NotFound
from models.freeze import Coverage, Freeze, FreezeKind, Item, covers
from models.held import HeldState, Tie

_AT_ONCE = 500  # ids in one query


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What a held message's time to be erased is counted from."""

    id: str
    state: HeldState
    ended: datetime | None  # None: it waits for a person


def add(session: Session, freeze: Freeze, entry: AuditEntry) -> None:
    """Keep a new freeze. From the commit on nothing that it covers is erased."""
    audit.lock(session)  # a sweep holds it while it erases, so one of the two is first
    session.add(
        FreezeRow(
            id=freeze.id,
            kind=freeze.kind.value,
            reason=freeze.reason,
            owner=freeze.owner,
            body=freeze.body,
            placed=freeze.placed,
            review=freeze.review,
            case=freeze.case,
            covers=_coverage_to_json(freeze.covers),
        )
    )
    session.flush()
    session.add_all(FreezeItemRow(freeze=freeze.id, item=each) for each in freeze.covers.held)
    audit.append(session, entry)


def get(session: Session, freeze_id: str) -> Freeze:
    """Return one. Raises NotFound."""
    return _freezes(session, [_row(session, freeze_id)])[0]


def listed(
    session: Session, *, in_force: bool = False, case: str | None = None, limit: int | None = None
) -> list[Freeze]:
    """Return freezes, the newest first: all, those in force, or those of a case."""
    query = select(FreezeRow).order_by(FreezeRow.placed.desc(), FreezeRow.id).limit(limit)
    if in_force:
        query = query.where(FreezeRow.lifted.is_(None))
    if case is not None:
        query = query.where(FreezeRow.case == case)
    return _freezes(session, list(session.scalars(query)))


def review_again(session: Session, freeze_id: str, review: date, entry: AuditEntry) -> None:
    """Note that it is still needed, and when to ask again; who asked to lift it asks anew."""
    audit.lock(session)
    row = _row(session, freeze_id)
    row.review = review
    row.asked_to_lift_by = row.asked_to_lift = None
    audit.append(session, entry)


def ask_to_lift(session: Session, freeze_id: str, entry: AuditEntry) -> None:
    """Note the first of two who lift it."""
    audit.lock(session)
    row = _row(session, freeze_id)
    row.asked_to_lift_by, row.asked_to_lift = entry.actor, entry.at
    audit.append(session, entry)


def lift(session: Session, freeze_id: str, entry: AuditEntry) -> None:
    """Note the second; it covers nothing any longer."""
    audit.lock(session)
    row = _row(session, freeze_id)
    row.lifted_by, row.lifted = entry.actor, entry.at
    audit.append(session, entry)


def frozen(session: Session, ids: Collection[str]) -> frozenset[str]:
    """Return which of these items are under a freeze that is in force.

    Who is about to erase takes the audit chain's lock first (audit.lock): then no freeze can be
    placed between this answer and the erasing.
    """
    wanted = sorted(set(ids))
    broad = [each for each in _in_force(session) if each.covers.broad] if wanted else []
    found: set[str] = set()
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        found.update(session.scalars(_by_id(some)))
        if broad:
            items = _items(session, some)
            found.update(each.id for each in items if any(covers(one, each) for one in broad))
    return frozenset(found)


def frozen_beside(session: Session, ids: Collection[str]) -> frozenset[str]:
    """Return which of these ids are of people, of self-reports or of cases under a freeze.

    A case is if the freeze is its own, or on mail of someone whom its scope names.
    """
    active = _in_force(session)
    people = frozenset().union(*(each.covers.people for each in active))
    keys = frozenset().union(*(each.covers.senders | each.covers.recipients for each in active))
    cases = frozenset(each.case for each in active if each.case)
    query = select(SelfReportRow.id).where(
        SelfReportRow.id.in_(list(ids)), SelfReportRow.by.in_(sorted(people))
    )
    found = frozenset(session.scalars(query)) | ((people | cases) & frozenset(ids))
    return found | _cases_naming(session, ids, people | keys)


def _cases_naming(session: Session, ids: Collection[str], who: frozenset[str]) -> frozenset[str]:
    """Return which of these are cases whose scope names one of these people or addresses."""
    query = select(CaseRow.id, CaseRow.scope).where(CaseRow.id.in_(list(ids)))
    return frozenset(
        row.id for row in session.execute(query) if not who.isdisjoint(_named(row.scope))
    )


def _named(scope: dict[str, Any]) -> list[str]:
    mailboxes = (*scope["mailboxes"], *scope["complainant_mailboxes"])
    return [*scope["people"], scope["complainant"], *mailboxes]


def covered(session: Session, freeze: Freeze) -> int:
    """Count the held messages whose record is here and that a freeze covers; walks them all."""
    columns = select(*_ITEM_COLUMNS).execution_options(yield_per=_AT_ONCE)
    return sum(covers(freeze, _item(row)) for row in session.execute(columns))


def clocks(session: Session, ids: Sequence[str]) -> Iterator[Clock]:
    """Yield the clock of each of these messages that still has its content."""
    for start in range(0, len(ids), _AT_ONCE):
        query = (
            select(HeldRow.id, HeldRow.state, HeldRow.ended)
            .join(ItemKeyRow, ItemKeyRow.item == HeldRow.id)
            .where(HeldRow.id.in_(ids[start : start + _AT_ONCE]))
        )
        for row in session.execute(query):
            yield Clock(id=row.id, state=HeldState(row.state), ended=row.ended)


def _by_id(ids: list[str]) -> Any:
    return (
        select(FreezeItemRow.item)
        .join(FreezeRow, FreezeRow.id == FreezeItemRow.freeze)
        .where(FreezeItemRow.item.in_(ids), FreezeRow.lifted.is_(None))
    )


def _in_force(session: Session) -> list[Freeze]:
    rows = session.scalars(select(FreezeRow).where(FreezeRow.lifted.is_(None)))
    return [_freeze(row, frozenset()) for row in rows]


_ITEM_COLUMNS = (
    HeldRow.id,
    HeldRow.sender_key,
    HeldRow.recipients,
    HeldRow.involved,
    HeldRow.received,
)


def _items(session: Session, ids: list[str]) -> Iterator[Item]:
    query = select(*_ITEM_COLUMNS).where(HeldRow.id.in_(ids))
    return (_item(row) for row in session.execute(query))


def _item(row: Any) -> Item:
    return Item(
        id=row.id,
        sender=row.sender_key,
        recipients=frozenset(parse_address(each["address"]).key for each in row.recipients),
        people=frozenset(each["person"] for each in row.involved or ()),
        authors=frozenset(
            each["person"] for each in row.involved or () if each["tie"] == Tie.AUTHOR.value
        ),
        received=row.received,
    )


def _row(session: Session, freeze_id: str) -> FreezeRow:
    row = session.get(FreezeRow, freeze_id, populate_existing=True)
    if row is None:
        raise NotFound(f"no freeze {freeze_id}")
    return row


def _freezes(session: Session, rows: list[FreezeRow]) -> list[Freeze]:
    items: dict[str, set[str]] = {row.id: set() for row in rows}
    query = select(FreezeItemRow).where(FreezeItemRow.freeze.in_(list(items)))
    for each in session.scalars(query):
        items[each.freeze].add(each.item)
    return [_freeze(row, frozenset(items[row.id])) for row in rows]


def _freeze(row: FreezeRow, held: frozenset[str]) -> Freeze:
    return Freeze(
        id=row.id,
        kind=FreezeKind(row.kind),
        reason=row.reason,
        owner=row.owner,
        body=row.body,
        placed=row.placed,
        review=row.review,
        case=row.case,
        covers=replace(_coverage_from_json(row.covers), held=held),
        asked_to_lift_by=row.asked_to_lift_by,
        asked_to_lift=row.asked_to_lift,
        lifted_by=row.lifted_by,
        lifted=row.lifted,
    )


def _coverage_to_json(given: Coverage) -> dict[str, Any]:
    return {
        "senders": sorted(given.senders),
        "authors": sorted(given.authors),
        "recipients": sorted(given.recipients),
        "people": sorted(given.people),
        "since": given.since.isoformat() if given.since else None,
        "until": given.until.isoformat() if given.until else None,
        "new_mail": given.new_mail,
    }


def _coverage_from_json(stored: dict[str, Any]) -> Coverage:
    since, until = (
        datetime.fromisoformat(stored[each]) if stored[each] else None
        for each in ("since", "until")
    )
    return Coverage(
        senders=frozenset(stored["senders"]),
        authors=frozenset(stored.get("authors", ())),
        recipients=frozenset(stored["recipients"]),
        people=frozenset(stored["people"]),
        since=since,
        until=until,
        new_mail=stored["new_mail"],
    )
