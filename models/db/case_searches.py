"""Searches of cases in rows: counts in the clear, terms and results sealed under the case's key."""

import json
from collections.abc import Collection, Generator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import String, cast, or_, select, true, update
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.case import Outline, Scope
from models.db import audit, contents
from models.db.case_tables import CaseSearchRow
from models.db.held import recipients_from_json
from models.db.keyring import Keyring
from models.db.tables import HeldRow
from models.errors import NotFound
from models.finding import PERSONAL_MARK
from models.held import HeldState, Involved, Tie

_BATCH = 1000


class SearchState(StrEnum):
    """How far a search has come."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"  # by a person
    STOPPED = "stopped"  # the program was stopped, or the case no longer admits it


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was looked for. Empty fields ask for nothing."""

    words: str = field(default="", repr=False)
    first: date | None = None
    last: date | None = None
    sender: str = field(default="", repr=False)  # an id or an address within the scope
    domain: str = field(default="", repr=False)  # of a recipient, with those below it
    rule: str = ""  # the id of a rule, or the number of a clause
    attached: bool = False  # only what has something attached


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One search of a case, and how far it has come."""

    id: int
    case: str
    by: str
    at: datetime
    state: SearchState
    total: int  # messages that its scope and envelope terms leave
    scanned: int
    matched: int
    unsearched: int  # of those scanned, what could not be searched or not wholly
    heard: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What a search found: ids, the newest first; and why others could not be searched."""

    matched: tuple[str, ...] = ()
    unsearched: dict[str, str] = field(default_factory=dict)  # id: a fixed word


def add(
    session: Session, keyring: Keyring, case_id: str, terms: Terms, by: str, at: datetime
) -> Search:
    """Keep a search that begins."""
    stored = asdict(terms)
    for day in ("first", "last"):
        stored[day] = stored[day].isoformat() if stored[day] else None
    sealed = _seal(session, keyring, case_id, "terms", stored)
    row = CaseSearchRow(
        case=case_id,
        by=by,
        at=at,
        state=SearchState.RUNNING.value,
        total=0,
        scanned=0,
        matched=0,
        unsearched=0,
        heard=at,
        terms=sealed,
    )
    session.add(row)
    session.flush()
    return _search(row)


def get(session: Session, case_id: str, search_id: int) -> Search:
    """Return one search of a case. Raises NotFound."""
    return _search(_row(session, case_id, search_id))


def of_case(session: Session, case_id: str) -> list[Search]:
    """Return the searches of a case, the oldest first."""
    query = select(CaseSearchRow).where(CaseSearchRow.case == case_id).order_by(CaseSearchRow.id)
    return [_search(row) for row in session.scalars(query)]


def terms(session: Session, keyring: Keyring, case_id: str, search_id: int) -> Terms:
    """Return what was looked for. Raises NotFound, also if the case was erased."""
    stored = _open(session, keyring, case_id, "terms", _row(session, case_id, search_id).terms)
    for day in ("first", "last"):
        stored[day] = date.fromisoformat(stored[day]) if stored[day] else None
    return Terms(**stored)


def results(session: Session, keyring: Keyring, case_id: str, search_id: int) -> Results:
    """Return what was found; nothing while it runs. Raises NotFound."""
    sealed = _row(session, case_id, search_id).results
    if sealed is None:
        return Results()
    stored = _open(session, keyring, case_id, "results", sealed)
    return Results(matched=tuple(stored["matched"]), unsearched=stored["unsearched"])


def note_progress(session: Session, search: Search) -> bool:
    """Note how far a running search has come; False if it runs no more: someone cancelled it."""
    changed = session.execute(
        update(CaseSearchRow)
        .where(CaseSearchRow.id == search.id, CaseSearchRow.state == SearchState.RUNNING.value)
        .values(
            total=search.total,
            scanned=search.scanned,
            matched=search.matched,
            unsearched=search.unsearched,
            heard=search.heard,
        )
    )
    return changed.rowcount == 1  # type: ignore[attr-defined,no-any-return]  # a CursorResult


def end(
    session: Session, keyring: Keyring, search: Search, found: Results | None, entry: AuditEntry
) -> bool:
    """End a running search; False, and nothing is entered, if it had ended before."""
    audit.lock(session)
    sealed = _seal(session, keyring, search.case, "results", asdict(found)) if found else None
    changed = session.execute(
        update(CaseSearchRow)
        .where(CaseSearchRow.id == search.id, CaseSearchRow.state == SearchState.RUNNING.value)
        .values(
            state=search.state.value,
            total=search.total,
            scanned=search.scanned,
            matched=search.matched,
            unsearched=search.unsearched,
            heard=search.heard,
            results=sealed,
        )
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]  # a CursorResult, as for every UPDATE
        return False
    audit.append(session, entry)
    return True


def outlines(
    session: Session, scope: Scope, since: datetime, before: datetime, rules: Collection[str]
) -> Generator[Outline, None, None]:
    """Yield what may be in a scope, received in [since, before), the newest first.

    `rules` are ids, of which one must have held it; none asks for nothing. What is in the scope
    is settled by models/case.py.
    """
    authors = [
        cast(HeldRow.involved, String).contains(json.dumps(each), autoescape=True)
        for each in scope.people
    ]
    held_by = [
        cast(HeldRow.rules, String).contains(json.dumps(each), autoescape=True) for each in rules
    ]
    query = (
        select(
            HeldRow.id,
            HeldRow.received,
            HeldRow.sender,
            HeldRow.recipients,
            HeldRow.involved,
            HeldRow.apart,
            HeldRow.body,
            cast(HeldRow.findings, String).contains(json.dumps(PERSONAL_MARK)).label("personal"),
        )
        .where(
            HeldRow.received >= since,
            HeldRow.received < before,
            HeldRow.state != HeldState.SEALED.value,
            or_(HeldRow.sender_key.in_(scope.mailboxes), *authors),
            or_(*held_by) if held_by else true(),
        )
        .order_by(HeldRow.received.desc(), HeldRow.id)
        .execution_options(yield_per=_BATCH)
    )
    for row in session.connection().execute(query):
        involved = tuple(
            Involved(person=each["person"], tie=Tie(each["tie"])) for each in row.involved or ()
        )
        yield Outline(
            id=row.id,
            received=row.received,
            sender=row.sender,
            recipients=recipients_from_json(row.recipients),
            involved=involved,
            apart=bool(row.apart),
            marked_personal=bool(row.personal),
            body=row.body or "",
        )


def _row(session: Session, case_id: str, search_id: int) -> CaseSearchRow:
    row = session.get(CaseSearchRow, search_id)
    if row is None or row.case != case_id:
        raise NotFound("no such search")
    return row


def _search(row: CaseSearchRow) -> Search:
    return Search(
        id=row.id,
        case=row.case,
        by=row.by,
        at=row.at,
        state=SearchState(row.state),
        total=row.total,
        scanned=row.scanned,
        matched=row.matched,
        unsearched=row.unsearched,
        heard=row.heard,
    )


def _seal(
    session: Session, keyring: Keyring, case_id: str, kind: str, stored: dict[str, Any]
) -> bytes:
    return contents.seal_beside(session, keyring, case_id, kind, json.dumps(stored).encode())


def _open(
    session: Session, keyring: Keyring, case_id: str, kind: str, sealed: bytes
) -> dict[str, Any]:
    plain = contents.open_beside(session, keyring, case_id, kind, sealed)
    return dict(json.loads(plain))
