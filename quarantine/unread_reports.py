"""A self-report that nobody has read goes to the next person, as a turn to decide does.

Who had it may still read it. When all have been told, the round begins again with who was told
longest ago. Only who is told changes: no clock marks a report as read.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry
from models.db import people, statements
from models.errors import Conflict
from models.person import Person
from models.statement import SelfReport
from quarantine import notices
from quarantine.dates import write_time
from quarantine.notices import LANGUAGES
from quarantine.permissions import People
from quarantine.review import Review
from quarantine.self_report import able_to_hear

_BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """Who is to be told of a report next, and why now."""

    to: Person
    why: str  # "late", "away", "unable" or "nobody"


def passing(report: SelfReport, known: People, *, day: date, is_over: bool) -> Passing | None:
    """Say who must be told next, if anyone must. `is_over`: its turn has ended. Pure."""
    sender = known.get(report.by)
    able = able_to_hear(sender, known) if sender else []
    present = [each for each in able if not each.away_on(day)]
    pool = present or able
    if not pool:
        return None
    order = {each: place for place, each in enumerate(report.asked)}
    following = min(pool, key=lambda each: order.get(each.id, -1))
    told = known.get(report.told or "")
    if report.told is None:
        why = "nobody"
    elif told is None or not told.active:
        why = "unable"
    elif is_over:
        why = "late"
    elif told.away_on(day) and present:
        why = "away"
    else:
        return None
    return Passing(to=following, why=why)


def look_at_reports(review: Review, now: datetime) -> tuple[tuple[str, str], ...]:
    """Tell the next person of each report that must go on; return ids, and why."""
    with review.database.reading() as session:
        unread = statements.unread(session, limit=_BATCH)
        known = people.directory(session) if unread else {}
    if not any(_next(review, each, known, now) for each in unread):
        return ()
    done = []
    with review.database.writing() as session:
        known = people.directory(session)
        for report in unread:
            step = _next(review, report, known, now)
            if step is not None:
                with suppress(Conflict):  # it was read meanwhile, or another worker was first
                    _pass_on(session, review, report, step, known, now)
                    done.append((report.id, step.why))
    return tuple(done)


def _next(review: Review, report: SelfReport, known: People, now: datetime) -> Passing | None:
    ends = review.hours.turn_ends(report.told_at or report.at)
    return passing(report, known, day=review.hours.today(now), is_over=ends <= now)


def _pass_on(
    session: Session,
    review: Review,
    report: SelfReport,
    step: Passing,
    known: People,
    now: datetime,
) -> None:
    again = step.to.id == report.told
    entry = AuditEntry(
        at=now,
        actor="system",
        action=Action.REMIND if again else Action.REASSIGN,
        subject=report.id,
        detail=f"{step.why}: {report.told or 'nobody'} to {step.to.id}",
    )
    asked = (*(each for each in report.asked if each != step.to.id), step.to.id)
    given = replace(report, told=step.to.id, told_at=now, asked=asked)
    statements.pass_report(session, report, given, entry)
    sender = known[report.by]
    values = {
        language: {
            "sender": sender.name,
            "at": write_time(report.at, language),
            "report": f"{review.post.console_url}/reports/{report.id}",
            "reader": step.to.name,
        }
        for language in LANGUAGES
    }
    notices.queue(session, review.post, "self-report", step.to, values, held=None, now=now)
    before = known.get(report.told or "")
    if before is not None and before.active and not again:
        notices.queue(session, review.post, "self-report-moved", before, values, held=None, now=now)
