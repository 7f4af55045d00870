"""Cases in rows, with what people wrote in them sealed under each case's own key.

Erasing a case's key (contents.erase) leaves its facts, dates and counts, and no word.
"""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.case import Answers, Case, CaseState, Outcome, Reach, Scope, Telling
from models.db import audit, contents
from models.db.case_tables import CaseLookRow, CaseRow
from models.db.keyring import Keyring
from models.errors import Conflict, NotFound

_ANSWERS = "answers"
_SAME = (  # columns that are the case's own fields, as they are
    *("id", "body", "title", "opened", "referred_by", "about", "flagged", "basis", "tell_on"),
    *("authoriser", "approved", "ends", "review", "closed", "keep_until", "reminded"),
)


def next_id(session: Session, year: int) -> str:
    """Return the next id of a year, such as "HR-26-014"; the chain's lock keeps it ours."""
    audit.lock(session)
    prefix = f"HR-{year % 100:02}-"
    taken = session.scalars(select(CaseRow.id).where(CaseRow.id.startswith(prefix)))
    last = max((int(each.removeprefix(prefix)) for each in taken), default=0)
    return f"{prefix}{last + 1:03}"


def add(
    session: Session, keyring: Keyring, case: Case, answers: Answers, entry: AuditEntry
) -> None:
    """Keep a new case."""
    contents.put(session, keyring, case.id, {})
    session.flush()
    sealed = _seal(session, keyring, case.id, answers)
    session.add(CaseRow(**_columns(case), answers=sealed))
    audit.append(session, entry)


def get(session: Session, case_id: str) -> Case:
    """Return one. Raises NotFound."""
    row = session.get(CaseRow, case_id)
    if row is None:
        raise NotFound(f"no case {case_id}")
    return _case(row)


def find(
    session: Session, *, body: str | None = None, states: Collection[CaseState] | None = None
) -> list[Case]:
    """Return cases, the newest first."""
    query = select(CaseRow).order_by(CaseRow.opened.desc(), CaseRow.id.desc())
    if body is not None:
        query = query.where(CaseRow.body == body)
    if states is not None:
        query = query.where(CaseRow.state.in_([each.value for each in states]))
    return [_case(row) for row in session.scalars(query)]


def answers(session: Session, keyring: Keyring, case_id: str) -> Answers:
    """Return what people wrote in a case. Raises NotFound if it was erased, Tampered."""
    row = session.get(CaseRow, case_id)
    if row is None:
        raise NotFound(f"no case {case_id}")
    plain = contents.open_beside(session, keyring, case_id, _ANSWERS, row.answers)
    return Answers(**json.loads(plain))


def change(session: Session, seen: Case, case: Case, entry: AuditEntry) -> None:
    """Change a case that is still as it was seen, or raise Conflict: compare and set."""
    audit.lock(session)
    changed = session.execute(
        update(CaseRow)
        .where(
            CaseRow.id == seen.id,
            CaseRow.state == seen.state.value,
            CaseRow.authoriser == seen.authoriser,
            CaseRow.approved.is_not_distinct_from(seen.approved),
            CaseRow.reminded.is_not_distinct_from(seen.reminded),
        )
        .values(_columns(case))
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]  # a CursorResult, as for every UPDATE
        raise Conflict("someone else changed this case first; nothing of yours was saved")
    audit.append(session, entry)


def write(session: Session, keyring: Keyring, case_id: str, given: Answers) -> None:
    """Put what people wrote, in the transaction of a change that is entered."""
    session.execute(
        update(CaseRow)
        .where(CaseRow.id == case_id)
        .values(answers=_seal(session, keyring, case_id, given))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLook:
    """One opening of a held message within a case, and what was being checked."""

    held: str
    by: str
    at: datetime
    depth: str
    reason: str = field(repr=False)


def add_look(session: Session, keyring: Keyring, case_id: str, look: CaseLook) -> None:
    """Keep why a message was opened, beside the look's own entry in the chain."""
    sealed = contents.seal_beside(session, keyring, case_id, "look", look.reason.encode())
    session.add(
        CaseLookRow(
            case=case_id, held=look.held, by=look.by, at=look.at, depth=look.depth, reason=sealed
        )
    )


def looks(session: Session, keyring: Keyring, case_id: str) -> list[CaseLook]:
    """Return every look of a case, the oldest first. Raises NotFound if the case was erased."""
    query = select(CaseLookRow).where(CaseLookRow.case == case_id).order_by(CaseLookRow.id)
    return [
        CaseLook(
            held=row.held,
            by=row.by,
            at=row.at,
            depth=row.depth,
            reason=contents.open_beside(session, keyring, case_id, "look", row.reason).decode(),
        )
        for row in session.scalars(query)
    ]


def _seal(session: Session, keyring: Keyring, case_id: str, given: Answers) -> bytes:
    plain = json.dumps(asdict(given)).encode()
    return contents.seal_beside(session, keyring, case_id, _ANSWERS, plain)


def _columns(case: Case) -> dict[str, Any]:
    scope = asdict(case.scope)
    for day in ("first", "last"):
        scope[day] = scope[day].isoformat() if scope[day] else None
    return {
        **{each: getattr(case, each) for each in _SAME},
        "state": case.state.value,
        "workers": list(case.workers),
        "scope": scope,
        "telling": case.telling.value if case.telling else None,
        "outcome": case.outcome.value if case.outcome else None,
    }


def _case(row: CaseRow) -> Case:
    return Case(
        **{each: getattr(row, each) for each in _SAME},
        state=CaseState(row.state),
        workers=tuple(row.workers),
        scope=_scope(row.scope),
        telling=Telling(row.telling) if row.telling else None,
        outcome=Outcome(row.outcome) if row.outcome else None,
    )


def _scope(stored: dict[str, Any]) -> Scope:
    return Scope(
        people=tuple(stored["people"]),
        mailboxes=tuple(stored["mailboxes"]),
        first=date.fromisoformat(stored["first"]) if stored["first"] else None,
        last=date.fromisoformat(stored["last"]) if stored["last"] else None,
        reach=Reach(stored["reach"]) if stored["reach"] else None,
        complainant=stored["complainant"],
        complainant_mailboxes=tuple(stored["complainant_mailboxes"]),
    )
