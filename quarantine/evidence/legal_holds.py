"""Legal holds of a case: what they cover, what follows from that, and the placing of one.

A hold on a case keeps the case and its exhibits, and the originals that it names. How a hold is
lifted is in quarantine/freezes.py: two people, the second an authoriser, and a wait.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from models.case import Case
from models.db import erasures, exhibits, freezes
from models.freeze import Coverage, Freeze, FreezeKind
from models.person import Person
from quarantine.evidence.cases import Cases, NotUsable, acting, checked, on_day
from quarantine.evidence.exhibits import check_open
from quarantine.evidence.scope import ids_in_scope, instants
from quarantine.evidence.turned_away import recorded
from quarantine.freezes import LONGEST_REASON, LONGEST_REVIEW, Freezes
from quarantine.retention import CLASS_OF, kept_for
from quarantine.settings import KeepingSettings

_AT_ONCE = 500  # emails in one query


class Covering(StrEnum):
    """What of a case a legal hold keeps."""

    EXHIBITS = "exhibits"  # and their originals
    SCOPE = "scope"  # everything in it now
    NEW_MAIL = "new-mail"  # and what comes into it


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What follows from a hold."""

    emails: int  # whose content is here and will not be deleted
    waiting: int  # of them, those without a clock: they wait for a person, or a case has them
    first: date | None  # when the first of the others would have been deleted


def effect(
    work: Cases,
    freezing: Freezes,
    case_id: str,
    covering: Covering,
    *,
    by: Person,
    now: datetime,
) -> Effect:
    """Say what a hold would keep, before it is placed. Raises NotFound, which is entered."""
    with (
        recorded(work.database, by.id, case_id, "legal hold", now),
        work.database.reading() as session,
    ):
        case = check_open(session, case_id, by, now)
        return _effect(session, sorted(_covers(session, case, covering).held), freezing.settings)


def _effect(session: Session, ids: list[str], settings: KeepingSettings) -> Effect:
    emails, ends = 0, []
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        clocks = list(freezes.clocks(session, some))
        in_cases = erasures.kept_by_cases(session, some, timedelta(0))
        emails += len(clocks)
        ends += [
            each.ended + kept_for(CLASS_OF[each.state], settings)
            for each in clocks
            if each.ended is not None and each.id not in in_cases
        ]
    first = on_day(min(ends)) if ends else None
    return Effect(emails=emails, waiting=emails - len(ends), first=first)


def place(  # noqa: PLR0913 - what a legal hold is
    work: Cases,
    freezing: Freezes,
    case_id: str,
    covering: Covering,
    *,
    reason: str,
    review: date | None,
    by: Person,
    now: datetime,
) -> Freeze:
    """Place a hold for who works on an open case. Raises NotFound, NotUsable."""
    with acting(work, case_id, by, "legal hold", now) as (session, _):
        case = check_open(session, case_id, by, now)
        text = checked_terms(reason, review, on_day(now))
        covers = _covers(session, case, covering)
        if covers.empty:
            raise NotUsable("covering", "nothing")
        return freezing.place_in(
            session,
            FreezeKind.LEGAL_HOLD,
            covers,
            reason=text,
            review=review or date.max,
            case=case.id,
            by=by,
            now=now,
        )


def checked_terms(reason: str, review: date | None, today: date) -> str:
    """Return the reason, if it and the day of review will do. Raises NotUsable."""
    text = checked(reason, "reason")
    if len(text) > LONGEST_REASON:
        raise NotUsable("reason", "too-long")
    if review is None or not today < review <= today + LONGEST_REVIEW:
        raise NotUsable("review", "out-of-range")
    return text


def _covers(session: Session, case: Case, covering: Covering) -> Coverage:
    if covering is Covering.EXHIBITS:
        return Coverage(held=frozenset(each.held for each in exhibits.of_case(session, case.id)))
    now_there = frozenset(ids_in_scope(session, case))
    if covering is Covering.SCOPE:
        return Coverage(held=now_there)
    since, until = instants(case.scope.first, case.scope.last)
    return Coverage(
        held=now_there,
        senders=frozenset(case.scope.mailboxes),
        authors=frozenset(case.scope.people),
        since=since,
        until=until,
        new_mail=True,
    )
