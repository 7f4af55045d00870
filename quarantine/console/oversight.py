"""The pages of the protection officer and the auditor: who looked, how rules and reviewers do.

No page here shows content or leads to it. Reading the record of looks is entered in the audit
chain, because it is a look too.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from models.audit import OF_CASES, Action, AuditEntry, Purpose
from models.case import ID as CASE_ID
from models.case import is_party
from models.db import audit, cases, demotions, overview
from models.db import held as held_messages
from models.held import HeldState
from models.person import Role
from quarantine import reports, retreat
from quarantine.console.charts import count_bars, percent, share_bars
from quarantine.console.history import decision_in_words, look_in_words
from quarantine.console.lists import name_of
from quarantine.console.pages import render, see_other
from quarantine.console.pseudonyms import Senders
from quarantine.console.visit import Visit
from quarantine.console.words import mark, translations
from quarantine.dates import write_date
from quarantine.permissions import keys_of
from quarantine.questions import ENDINGS, PATIENCE, Looked, Questionable, worth_asking

_MOST = 100
_WEEKS = 13
_QUESTIONS_SINCE = timedelta(days=30)
_ATTENTION_SINCE = timedelta(days=7)  # what is new, on the first page
_JUST_NOW = timedelta(microseconds=1)  # what came just now belongs to this week
_FOLLOWS = frozenset({*reports.DECIDING, Action.HAND_ON})
_UNKNOWN = mark("Not in the directory")
_GATHERED = mark("Gathered it, with all else there is, for the person it is about")
_GROUPS = {
    "language": {"cy": mark("Welsh"), "en": mark("English"), reports.UNKNOWN: _UNKNOWN},
    "department": {"": mark("No department"), reports.UNKNOWN: _UNKNOWN},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LookRow:
    """One look as the record shows it."""

    at: datetime
    who: str
    who_name: str
    held: str
    sender: str
    named: bool  # not by a pseudonym
    what: str
    followed: str  # what the person decided, or ""


def summary(visit: Visit) -> Response:
    """Show the proportionality report: what was held, read, decided, wrong, and what it cost."""
    since = visit.now - retreat.WINDOW
    weeks = [visit.now + _JUST_NOW - timedelta(weeks=each) for each in range(_WEEKS - 1, 0, -1)]
    begins = [since, *weeks]  # the first week is a day short: the window is 90 days
    with visit.services.database.reading() as session:
        by_week = overview.held_by_week(session, begins)
        waits = overview.waits(session, since)
        waiting = held_messages.waiting(session)
        readers, read = overview.readers(session, since)
        glass = overview.acts(session, [Action.BREAK_GLASS], since)
        watching = demotions.in_force(session)
        asking = _worth_asking(visit, session, visit.now - _ATTENTION_SINCE)
    states, answers = Counter[HeldState](), Counter[bool]()
    for week in by_week:
        states.update(week.states)
        answers.update(week.answers)
    rows = [
        (
            write_date(at.date(), visit.language),
            sum(week.states.values()),
            week.answers.get(False, 0),
        )
        for at, week in zip(begins, by_week, strict=True)
    ]
    return _page(
        visit,
        "oversight.html",
        since=since,
        total=states.total(),
        states={state.value: states[state] for state in HeldState},
        readers=readers,
        read=read,
        right=reports.Share(part=answers[True], whole=answers.total()),
        middle=round(median(waits)) if waits else None,
        longest=max(waits, default=None),
        hours=round(sum(waits) / 3600),
        waiting=waiting,
        emergencies=sum("opened" in each.detail for each in glass),
        watching=sorted(watching),
        asking=len(asking),
        weeks=rows,
        bars=count_bars(rows),
        policy=visit.services.policy,
    )


def looks(visit: Visit) -> Response:
    """List who looked at what and why, the latest first; with `who`, one person's looks."""
    who = visit.request.query_params.get("who", "")
    who = who if who in visit.people else ""  # nothing else stands in the chain's entry
    since = visit.now - retreat.WINDOW
    with visit.services.database.writing() as session:
        _note_reading(visit, session, f"looks of {who}" if who else "looks")
        found = [
            each
            for each in overview.looks(session, since, who=who, limit=_MOST)
            if not _in_a_case_of(visit, session, each)
        ]
        senders = overview.senders(session, [each.subject for each in found])
        first = min((each.at for each in found), default=visit.now)
        acts = overview.acts(session, _FOLLOWS, first)
    followed = {(each.actor, each.subject): each for each in acts}
    names = Senders(visit, senders)
    rows = [
        _look_row(visit, each, senders.get(each.subject, ""), names, followed) for each in found
    ]
    return _page(
        visit,
        "oversight-looks.html",
        rows=rows,
        who=who,
        since=since,
        officer=Role.PROTECTION_OFFICER in visit.who.roles,
    )


def _in_a_case_of(visit: Visit, session: Session, look: AuditEntry) -> bool:
    """Tell whether a look was within a case to which the visitor is a party: nobody oversees it."""
    named = CASE_ID.search(look.detail)
    if named is None or look.purpose not in OF_CASES:
        return False
    return is_party(cases.get(session, named[0]), visit.who.id)


def questions(visit: Visit) -> Response:
    """List the looks that are worth asking about, and by which plain rule."""
    since = visit.now - _QUESTIONS_SINCE
    with visit.services.database.writing() as session:
        _note_reading(visit, session, "looks worth asking about")
        found = _worth_asking(visit, session, since)
    rows = [(each, name_of(visit, each.who)) for each in found[:_MOST]]
    return _page(visit, "oversight-questions.html", rows=rows, since=since, patience=PATIENCE.days)


def _worth_asking(visit: Visit, session: Session, since: datetime) -> tuple[Questionable, ...]:
    found = overview.looks_by_hour(session, since, endings=ENDINGS, long_ago=visit.now - PATIENCE)
    looks = (
        Looked(
            who=each.by,
            held=each.held,
            at=each.at,
            sender=visit.people.owner(each.sender),
            expected=each.purpose in OF_CASES or each.purpose is Purpose.ACCESS,
            undecided=each.undecided,
        )
        for each in found
        if not (each.purpose in OF_CASES and each.sender in keys_of(visit.who))
    )
    return worth_asking(looks, visit.people)


def rules(visit: Visit) -> Response:
    """Show how often each rule holds rightly, and which only watch."""
    with visit.services.database.reading() as session:
        found = retreat.precision_of_rules(session, visit.now)
        fallen = {each.rule: each for each in demotions.everything(session) if each.in_force}
    policy = visit.services.policy
    names = {each.id: each.title.in_language(visit.language) for each in policy.rules}
    ids = sorted({*found, *names, *fallen})
    nothing = reports.Share(part=0, whole=0)
    rows = [(each, names.get(each, ""), found.get(each, nothing), fallen.get(each)) for each in ids]
    return _page(
        visit,
        "oversight-rules.html",
        rows=rows,
        bars=share_bars((rule, share) for rule, share in found.items()),
        officer=Role.PROTECTION_OFFICER in visit.who.roles,
    )


def put_back(visit: Visit) -> Response:
    """Let a rule hold again; only the protection officer does."""
    rule = str(visit.request.path_params["rule"])
    retreat.put_back(visit.services.database, rule, by=visit.who, now=visit.now)
    return see_other("/oversight/rules")


def fairness(visit: Visit) -> Response:
    """Show how often mail was wrongly held by the sender's language and department."""
    words = translations(visit.language)
    with visit.services.database.reading() as session:
        judged = retreat.judged(session, visit.now - retreat.WINDOW, "sender")
    tables = []
    for fact, names in _GROUPS.items():
        found = {
            words.gettext(names[group]) if group in names else group: share
            for group, share in reports.wrongly_held_by(fact, judged, visit.people).items()
        }
        bars = share_bars((name, share) for name, share in found.items() if share)
        tables.append((fact, found, bars))
    return _page(visit, "oversight-fairness.html", tables=tables, smallest=reports.SMALLEST)


def care(visit: Visit) -> Response:
    """Show how reviewers decide: signs that mail is waved through, to ask about."""
    since = visit.now - retreat.WINDOW
    with visit.services.database.reading() as session:
        decided = [
            reports.Decided(
                by=each.by,
                decisions=each.decisions,
                sent=each.sent,
                unread=each.unread,
                waits=each.waits,
            )
            for each in overview.decided(session, reports.DECIDING, since)
        ]
        judged = retreat.judged(session, since, "by")
    found = reports.care(decided, judged, visit.people)
    rows = [(each, name_of(visit, each.person)) for each in found]
    return _page(
        visit,
        "oversight-care.html",
        rows=rows,
        fewest=reports.FEWEST_DECISIONS,
        quick=round(reports.QUICK.total_seconds()),
    )


def _page(visit: Visit, template: str, **facts: Any) -> Response:
    return render(
        visit,
        template,
        nav="oversight",
        percent=percent,
        day=lambda at: write_date(at.date(), visit.language),
        **facts,
    )


def _note_reading(visit: Visit, session: Session, detail: str) -> None:
    entry = AuditEntry(
        at=visit.now, actor=visit.who.id, action=Action.OVERSEE, subject="audit", detail=detail
    )
    audit.append(session, entry)


def _look_row(
    visit: Visit,
    look: AuditEntry,
    key: str,
    names: Senders,
    followed: dict[tuple[str, str], AuditEntry],
) -> LookRow:
    words = translations(visit.language)
    sender = visit.people.owner(key)
    name = sender.name if sender else words.gettext(_UNKNOWN)
    act = followed.get((look.actor, look.subject))
    after = decision_in_words(act.action) if act and act.at >= look.at else ""
    return LookRow(
        at=look.at,
        who=look.actor,
        who_name=name_of(visit, look.actor),
        held=look.subject,
        sender=names.call(look.subject, sender.id if sender else key, name) if key else name,
        named=not key or names.knows(look.subject),
        what=words.gettext(_GATHERED if look.purpose is Purpose.ACCESS else look_in_words(look)),
        followed=words.gettext(after) if after else "",
    )
