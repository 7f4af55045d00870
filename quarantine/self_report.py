"""Someone says that they sent what they should not have: their manager is told at once.

If there is no manager, or the manager is away, it is the manager's deputy, the named alternate,
or a duty reviewer, as the policy's "another manager or colleague".
"""

import secrets
from collections.abc import Iterator
from datetime import date, datetime

from models.audit import Action, AuditEntry
from models.db import people, statements
from models.errors import NotFound, SettingInvalid
from models.person import Person, Role
from models.statement import SelfReport
from quarantine import notices
from quarantine.dates import write_time
from quarantine.notices import LANGUAGES
from quarantine.permissions import People
from quarantine.review import Review

LONGEST_REPORT = 2000  # characters


def whom_to_tell(sender: Person, known: People, day: date) -> Person | None:
    """Return who is told of a self-report; who is at work rather than who is away. Pure."""
    able = able_to_hear(sender, known)
    present = [each for each in able if not each.away_on(day)]
    return next(iter(present or able), None)


def able_to_hear(sender: Person, known: People) -> list[Person]:
    """Return who may be told, the first to tell first; those who are away among them. Pure."""
    return [
        known[each]
        for each in dict.fromkeys(_in_order(sender, known))
        if each in known and known[each].active and each != sender.id
    ]


def _in_order(sender: Person, known: People) -> Iterator[str]:
    """Manager, deputy, the manager's manager and so on up, alternate, duty reviewers."""
    climbed, last = {sender.id}, sender
    while (manager := known.get(last.manager or "")) is not None and manager.id not in climbed:
        climbed.add(manager.id)
        yield manager.id
        if manager.deputy:
            yield manager.deputy
        last = manager
    for each in (sender.deputy, sender.alternate, last.alternate):
        if each:
            yield each
    yield from sorted(each.id for each in known.values() if Role.DUTY_REVIEWER in each.roles)


def report(review: Review, *, by: Person, text: str, now: datetime) -> SelfReport:
    """Keep a self-report and tell one person of it. Raises SettingInvalid without a text."""
    if not text.strip() or len(text) > LONGEST_REPORT:
        raise SettingInvalid(
            f"the report is {len(text)} characters; expected 1 to {LONGEST_REPORT}"
        )
    with review.database.writing() as session:
        known = people.directory(session)
        told = whom_to_tell(by, known, review.hours.today(now))
        made = SelfReport(
            id=secrets.token_hex(8),
            by=by.id,
            told=told.id if told else None,
            text=text.strip(),
            at=now,
            told_at=now if told else None,
            asked=(told.id,) if told else (),
        )
        detail = f"told {told.id}" if told else "nobody could be told"
        statements.add_report(session, made, _entry(made, by, Action.SELF_REPORT, now, detail))
        if told is not None:
            link = f"{review.post.console_url}/reports/{made.id}"
            values = {
                language: {"sender": by.name, "at": write_time(now, language), "report": link}
                for language in LANGUAGES
            }
            notices.queue(session, review.post, "self-report", told, values, held=None, now=now)
    return made


def mark_read(review: Review, report_id: str, *, by: Person, now: datetime) -> None:
    """Note that who was told has read it; the sender can see that. Raises NotFound, Conflict."""
    with review.database.writing() as session:
        found = statements.report(session, report_id)
        if by.id not in found.readers:
            raise NotFound("no such report")
        entry = _entry(found, by, Action.READ_REPORT, now, "")
        statements.mark_read(session, report_id, now, entry)


def _entry(made: SelfReport, by: Person, action: Action, now: datetime, detail: str) -> AuditEntry:
    return AuditEntry(at=now, actor=by.id, action=action, subject=made.id, detail=detail)
