"""What is due to be erased, in pages of bounded size, and the erasing of it.

Everything that hangs on a held message by a foreign key goes with its record. Who erases holds
the audit chain's lock (audit.lock), so that no freeze can come in between.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    ForeignKey,
    String,
    Table,
    and_,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.audit import Action, AuditEntry
from models.db import audit
from models.db.case_tables import CaseRow, ExportRow
from models.db.held import found_private, make_bare
from models.db.tables import (
    AuditRow,
    BreakdownRow,
    ContentRow,
    HeldRow,
    ItemKeyRow,
    OpenIdSubjectRow,
    PersonAddressRow,
    PersonRow,
    RecoveryCodeRow,
    Row,
    SecondFactorRow,
    SelfReportRow,
    SignInFailureRow,
    SignInRow,
    TellingRow,
)
from models.held import HeldState
from models.person import Standing
from models.retention import Due, Kept

Page = tuple[datetime, str]  # where a page ended: its last clock and id
START: Page = (datetime.fromisoformat("0001-01-02T00:00:00+00:00"), "")
_SEALED = "sealed"  # unseen by anyone (L50)
_NAMELESS = "-"  # what stands where a leaver's name stood
_STALE: dict[Kept, tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...]] = {
    Kept.SIGN_IN: (SignInRow.opened, SignInFailureRow.at),
    Kept.TELLING: (TellingRow.told,),
    Kept.BREAKDOWN: (BreakdownRow.last,),
}


def contents_due(
    session: Session,
    kept: Kept,
    states: Collection[HeldState],
    before: datetime,
    *,
    after: Page = START,
    limit: int,
) -> list[Due]:
    """Return messages of some states that ended so long ago and still have their content."""
    has_key = exists().where(ItemKeyRow.item == HeldRow.id)
    query = select(HeldRow.id, HeldRow.ended).where(
        HeldRow.state.in_([each.value for each in states]), has_key
    )
    return _page(session, query, kept, (HeldRow.ended, HeldRow.id), before, after, limit)


def records_due(
    session: Session, before: datetime, *, after: Page = START, limit: int
) -> list[Due]:
    """Return messages that ended so long ago and have no content any longer."""
    has_key = exists().where(ItemKeyRow.item == HeldRow.id)
    query = select(HeldRow.id, HeldRow.ended).where(HeldRow.ended.is_not(None), ~has_key)
    return _page(session, query, Kept.RECORD, (HeldRow.ended, HeldRow.id), before, after, limit)


def reports_due(
    session: Session, before: datetime, *, after: Page = START, limit: int
) -> list[Due]:
    """Return self-reports that someone read so long ago."""
    query = select(SelfReportRow.id, SelfReportRow.read_at)
    columns = (SelfReportRow.read_at, SelfReportRow.id)
    return _page(session, query, Kept.SELF_REPORT, columns, before, after, limit)


def cases_due(session: Session, before: datetime, *, after: Page = START, limit: int) -> list[Due]:
    """Return cases that were closed so long ago and whose words can still be read."""
    has_key = exists().where(ItemKeyRow.item == CaseRow.id)
    query = select(CaseRow.id, CaseRow.closed).where(has_key)
    return _page(session, query, Kept.CASE, (CaseRow.closed, CaseRow.id), before, after, limit)


def bundles_due(
    session: Session, before: datetime, *, after: Page = START, limit: int
) -> list[Due]:
    """Return bundles that were prepared so long ago and can still be fetched."""
    query = select(ExportRow.id, ExportRow.at)
    query = query.where(exists().where(ItemKeyRow.item == ExportRow.id))
    return _page(session, query, Kept.BUNDLE, (ExportRow.at, ExportRow.id), before, after, limit)


def leavers_due(
    session: Session, before: datetime, *, after: Page = START, limit: int
) -> list[Due]:
    """Return people who left so long ago, as the chain has it, and still have a name.

    Whose mail is still on record keeps their name for as long.
    """
    left = (
        select(AuditRow.subject, func.max(AuditRow.at).label("at"))
        .where(
            AuditRow.action == Action.CHANGE_PERSON.value,
            or_(AuditRow.detail == "standing: left", AuditRow.detail.like("standing: % to left")),
        )
        .group_by(AuditRow.subject)
        .subquery()
    )
    mail = (
        exists()
        .where(PersonAddressRow.person == PersonRow.id)
        .where(PersonAddressRow.key == HeldRow.sender_key)
    )
    named = PersonRow.facts["name"].as_string() != _NAMELESS
    query = (
        select(PersonRow.id, left.c.at)
        .join(left, left.c.subject == PersonRow.id)
        .where(PersonRow.standing == Standing.LEFT.value, named, ~mail)
    )
    return _page(session, query, Kept.LEAVER, (left.c.at, PersonRow.id), before, after, limit)


def kept_by_cases(
    session: Session, ids: Collection[str], schedule: timedelta
) -> Mapping[str, date]:
    """Return the last day on which a case keeps each of these items that belong to one.

    While a case is open there is no such day: date.max. After it, its own keep_until or, where it
    has none, the body's schedule.
    """
    found: dict[str, date] = {}
    for of_case, item in (
        *_named_by_cases(),
        (CaseRow.id, CaseRow.about),
        (CaseRow.id, CaseRow.id),
    ):
        query = select(item, CaseRow.closed, CaseRow.keep_until).where(item.in_(list(ids)))
        if of_case is not CaseRow.id:
            query = query.join(CaseRow, CaseRow.id == of_case)
        for held, closed, until in session.execute(query.distinct()):
            last = date.max if closed is None else until or (closed + schedule).date()
            found[held] = max(found.get(held, date.min), last)
    return found


def messages_of_cases(session: Session, cases: Collection[str]) -> dict[str, set[str]]:
    """Return, by case, the held messages that belong to it: a freeze on one keeps the case."""
    found: dict[str, set[str]] = {each: set() for each in cases}
    for of_case, held in (*_named_by_cases(), (CaseRow.id, CaseRow.about)):
        for case_id, held_id in session.execute(select(of_case, held).where(of_case.in_(cases))):
            found[case_id].add(held_id)
    return found


def _named_by_cases() -> list[tuple[Any, Any]]:
    """The columns by which rows of a case name a held message: the case's, and the message's."""
    return [
        (key.parent, table.c.held) for table, key in _rows_of_cases() if "held" in table.columns
    ]


def _rows_of_cases() -> list[tuple[Table, ForeignKey]]:
    """Every table whose rows belong to a case, and the key that says to which."""
    return [
        (table, key)
        for table in Row.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column is CaseRow.__table__.c.id
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What there is of a class whose clock runs."""

    count: int
    first: datetime | None  # the clock that began first
    late: int  # of them, those whose clock began before an instant


def counted(
    session: Session, kept: Kept, states: Collection[HeldState], before: datetime
) -> Counted | None:
    """Count a class, held messages of some states; None for a class that has no items."""
    has_key = exists().where(ItemKeyRow.item == HeldRow.id)
    case_has_key = exists().where(ItemKeyRow.item == CaseRow.id)
    bundle_has_key = exists().where(ItemKeyRow.item == ExportRow.id)
    of_states = HeldRow.state.in_([each.value for each in states])
    since, condition = {
        Kept.RELEASED: (HeldRow.ended, and_(of_states, has_key)),
        Kept.REFUSED: (HeldRow.ended, and_(of_states, has_key)),
        Kept.RECORD: (HeldRow.ended, ~has_key),
        Kept.SELF_REPORT: (SelfReportRow.read_at, true()),
        Kept.CASE: (CaseRow.closed, case_has_key),
        Kept.BUNDLE: (ExportRow.at, bundle_has_key),
    }.get(kept, (None, true()))
    if since is None:
        return None
    query = select(func.count(), func.min(since), func.count(case((since < before, 1))))
    count, first, late = session.execute(query.where(since.is_not(None), condition)).one()
    return Counted(count=count, first=first, late=late)


def erase(session: Session, kept: Kept, ids: Sequence[str], entries: Sequence[AuditEntry]) -> None:
    """Erase items of one class, each with its entry; a case's exhibits have theirs too."""
    match kept:
        case Kept.RECORD:
            _erase_records(session, ids)
        case Kept.SELF_REPORT:
            session.execute(delete(SelfReportRow).where(SelfReportRow.id.in_(ids)))
        case Kept.LEAVER:
            _cut_names(session, ids)
        case Kept.CASE:
            beside = _sealed_beside(session, ids)
            entries = [*entries, *(replace(entries[0], subject=each) for each in beside)]
            _destroy(session, [*ids, *beside])
        case Kept.RELEASED:
            _destroy(session, ids)
            make_bare(session, found_private(session, ids))  # what a freeze kept until now
        case _:
            _destroy(session, ids)
    audit.append_all(session, entries)


def forget(session: Session, kept: Kept, before: datetime) -> int:
    """Delete the rows of a class that has no items: how many."""
    return sum(
        _deleted(session, delete(column.class_).where(column <= before)) for column in _STALE[kept]
    )


def keys(session: Session) -> Iterable[tuple[str, bytes]]:
    """Yield every item's id and its wrapped key."""
    query = select(ItemKeyRow.item, ItemKeyRow.wrapped).order_by(ItemKeyRow.item)
    return ((row.item, row.wrapped) for row in session.execute(query))


def readable(session: Session) -> tuple[int, int]:
    """Count the held messages whose content has a key, and those whose key is gone."""
    has_key = exists().where(ItemKeyRow.item == HeldRow.id)
    count = select(func.count()).select_from(HeldRow)
    with_key = session.scalar(count.where(has_key)) or 0
    return with_key, (session.scalar(count) or 0) - with_key


def sample(session: Session, *, limit: int) -> list[tuple[str, str]]:
    """Return some messages that have content, in no order that means anything: id and digest."""
    has_key = exists().where(ItemKeyRow.item == HeldRow.id)
    query = select(HeldRow.id, HeldRow.digest).where(has_key, HeldRow.state != _SEALED)
    return [
        (row.id, row.digest) for row in session.execute(query.order_by(HeldRow.digest).limit(limit))
    ]


def _destroy(session: Session, ids: Sequence[str]) -> None:
    session.execute(delete(ItemKeyRow).where(ItemKeyRow.item.in_(ids)))
    session.execute(delete(ContentRow).where(ContentRow.item.in_(ids)))


def _sealed_beside(session: Session, cases: Sequence[str]) -> list[str]:
    """What a case has sealed under keys of their own and still has, such as exhibits."""
    found: list[str] = []
    for table, key in _rows_of_cases():
        if "id" in table.c and isinstance(table.c.id.type, String):
            has_key = exists().where(ItemKeyRow.item == table.c.id)
            found += session.scalars(select(table.c.id).where(key.parent.in_(cases), has_key))
    return found


def _erase_records(session: Session, ids: Sequence[str]) -> None:
    for table in reversed(Row.metadata.sorted_tables):
        for key in table.foreign_keys:
            if key.column is HeldRow.__table__.c.id:
                session.execute(delete(table).where(key.parent.in_(ids)))
    session.execute(delete(HeldRow).where(HeldRow.id.in_(ids)))


def _cut_names(session: Session, ids: Sequence[str]) -> None:
    """Cut what says who a person was: their id stays in the chain, and nothing stands behind it."""
    for row in session.scalars(select(PersonRow).where(PersonRow.id.in_(ids))):
        row.facts = {**row.facts, "name": _NAMELESS, "addresses": [], "department": ""}
        row.password_hash = row.informed_by = row.external_id = None
    for of_person in (
        PersonAddressRow.person,
        SecondFactorRow.person,
        RecoveryCodeRow.person,
        OpenIdSubjectRow.person,
    ):
        session.execute(delete(of_person.class_).where(of_person.in_(ids)))


def _page(  # noqa: PLR0913 - a query, and where its page begins and ends
    session: Session,
    query: Any,
    kept: Kept,
    columns: tuple[Any, Any],
    before: datetime,
    after: Page,
    limit: int,
) -> list[Due]:
    """Return the next rows in the order of their clock, then of their id."""
    since, item = columns
    later = or_(since > after[0], and_(since == after[0], item > after[1]))
    rows = session.execute(
        query.where(since.is_not(None), since <= before, later).order_by(since, item).limit(limit)
    )
    return [Due(id=row[0], kept=kept, since=row[1]) for row in rows]


def _deleted(session: Session, statement: Any) -> int:
    result = session.execute(statement)
    return result.rowcount if isinstance(result, CursorResult) else 0
