"""The six questions of Bărbulescu v Romania (61496/08), answered from the records.

A release gate: a body that cannot answer one of them well should not go live. A fact that is not
met says which record lacks; one that is only told is for people to weigh.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models.audit import Action
from models.db import audit, demotions, overview, people, proportion
from models.person import Role
from models.verdict import Disposition
from quarantine import retreat
from quarantine.canary_record import from_entry
from quarantine.papers.issuing import Standing, standings
from quarantine.papers.live import Live
from quarantine.papers.words import say, write_span

_LATE = timedelta(hours=36)  # since the last of what is done daily
_READERS = frozenset(
    {
        *(Role.DUTY_REVIEWER, Role.SENSITIVE_REVIEWER, Role.HR),
        *(Role.AUTHORISER, Role.PROTECTION_OFFICER),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that the records say."""

    key: str  # of words [gate]
    page: str  # of the console, where the record is
    values: Mapping[str, object] = field(default_factory=dict)
    spans: Mapping[str, float] = field(default_factory=dict)  # seconds, written in a language
    met: bool | None = None  # None: told, for people to weigh


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One question and what the records say to it."""

    key: str  # of words [questions]
    facts: tuple[Fact, ...]

    @property
    def met(self) -> bool:
        """Whether nothing that can be met is unmet."""
        return all(each.met is not False for each in self.facts)


def answer(session: Session, live: Live, now: datetime) -> tuple[Answered, ...]:
    """Answer all six, of the last 90 days."""
    since = now - retreat.WINDOW
    counted = proportion.proportion(session, since)
    readers, read = overview.readers(session, since)
    return (
        Answered(key="told", facts=tuple(_told(session, live, now))),
        Answered(key="far", facts=tuple(_far(live, counted, readers, read))),
        Answered(key="reason", facts=tuple(_reason(live, counted))),
        Answered(key="milder", facts=tuple(_milder(session, live))),
        Answered(key="followed", facts=tuple(_followed(counted))),
        Answered(key="safeguards", facts=tuple(_safeguards(session, live, now))),
    )


def question(key: str, language: str) -> str:
    """A question in words."""
    return say("questions", key, language)


def in_words(fact: Fact, language: str) -> str:
    """A fact in words."""
    spans = {name: write_span(seconds, language) for name, seconds in fact.spans.items()}
    return say("gate", fact.key, language, **fact.values, **spans)


def as_json(answered: Answered) -> dict[str, Any]:
    """A question as JSON."""
    return {
        "question": answered.key,
        "met": answered.met,
        "facts": [
            {"fact": each.key, "met": each.met, **each.values, **each.spans}
            for each in answered.facts
        ],
    }


def _told(session: Session, live: Live, now: datetime) -> Iterator[Fact]:
    yield Fact(
        key="told",
        page="/oversight/standing",
        values={"part": live.told, "whole": live.staff},
        met=bool(live.staff) and live.told == live.staff,
    )
    notice = next(each for each in standings(session, live, now) if each.name == "worker-notice")
    current = notice.standing is Standing.CURRENT
    key = "notice" if current else "notice_not"
    yield Fact(key=key, page="/oversight/papers", met=current)


def _far(live: Live, counted: proportion.Proportion, readers: int, read: int) -> Iterator[Fact]:
    values = {"held": counted.held, "read": read, "readers": readers}
    yield Fact(key="read", page="/oversight/looks", values=values)
    steps = {each: counted.looks.get(each, 0) for each in ("matches", "text", "attachments")}
    yield Fact(key="steps", page="/oversight/looks", values=steps)
    times = live.given.keeping
    spans = {"released": float(times.released), "refused": float(times.refused)}
    yield Fact(key="kept", page="/oversight/papers", spans=spans)


def _reason(live: Live, counted: proportion.Proportion) -> Iterator[Fact]:
    consent = bool(live.policy.consent)
    yield Fact(key="consent" if consent else "consent_not", page="/oversight/standing", met=consent)
    values = {
        "part": sum(live.in_force(each) for each in live.policy.rules),
        "whole": len(live.policy.rules),
    }
    yield Fact(key="papers", page="/oversight/standing", values=values)
    without = counted.without_purpose
    yield Fact(key="purpose", page="/oversight/looks", values={"count": without}, met=without == 0)


def _milder(session: Session, live: Live) -> Iterator[Fact]:
    rules = [each for each in live.policy.rules if live.in_force(each)]
    names = (Disposition.ADVISE, Disposition.CONFIRM, Disposition.HOLD, Disposition.HOLD_FOR_TWO)
    values = {each.name.lower(): sum(rule.then is each for rule in rules) for each in names}
    yield Fact(key="ladder", page="/oversight/standing", values=values)
    bare = sum(each.then >= Disposition.HOLD and not each.milder for each in live.policy.rules)
    yield Fact(key="why", page="/oversight/standing", values={"count": bare})
    watching = len(demotions.in_force(session))
    yield Fact(key="fallen", page="/oversight/rules", values={"count": watching})


def _followed(counted: proportion.Proportion) -> Iterator[Fact]:
    alone = counted.by_machine
    yield Fact(key="machine", page="/oversight", values={"count": alone}, met=alone == 0)
    values = {
        "refused": counted.refused,
        "returned": counted.returned,
        "referred": counted.referred,
        "disputed": counted.disputed,
    }
    yield Fact(key="outcomes", page="/oversight", values=values)


def _safeguards(session: Session, live: Live, now: datetime) -> Iterator[Fact]:
    both = sum(
        Role.ADMINISTRATOR in each.roles and bool(each.roles & _READERS)
        for each in people.directory(session).values()
        if each.active
    )
    yield Fact(key="apart", page="/oversight/standing", values={"count": both}, met=both == 0)
    officers = len(live.officers)
    yield Fact(
        key="officers", page="/oversight/papers", values={"count": officers}, met=officers > 0
    )
    yield _canary(session, live, now)
    anchor = audit.latest(session, Action.ANCHOR)
    fresh = anchor is not None and now - anchor.at <= _LATE
    yield Fact(key="anchor" if fresh else "anchor_not", page="/oversight/standing", met=fresh)
    opened = overview.acts(session, [Action.BREAK_GLASS], now - retreat.WINDOW)
    count = sum("opened" in each.detail for each in opened)
    yield Fact(key="glass", page="/oversight", values={"count": count})


def _canary(session: Session, live: Live, now: datetime) -> Fact:
    """Whether there are private routes, and all of them passed their last daily test."""
    page = "/oversight/standing"
    if not live.policy.exempt.routes:
        return Fact(key="routes_not", page=page, met=False)
    latest = audit.latest(session, Action.CANARY)
    if latest is None or now - latest.at > _LATE:
        return Fact(key="canary_not", page=page, met=False)
    found = from_entry(latest)
    values = {"part": found.unread, "whole": found.sent}
    return Fact(key="canary", page=page, values=values, met=found.unread == found.sent)
