"""Rules that retreat (D10): one that is surely too often wrong falls back to watching only.

What reports.py decides is noted here with its audit entry, and its owners are told: the protection
officers, who alone may let it hold again, and the administrators, who look after the policy.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.db import demotions, overview, people
from models.db.database import Database
from models.errors import NotFound
from models.person import Person, Role
from models.policy import Policy
from quarantine import notices
from quarantine.notices import LANGUAGES, Post
from quarantine.reports import Judged, Share, by_rule, share, to_demote

WINDOW = timedelta(days=90)  # answers about older messages say nothing about a rule today
_OWNERS = frozenset({Role.PROTECTION_OFFICER, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Retreat:
    """What a rule must keep to, given once."""

    database: Database
    policy: Policy
    post: Post
    floor: float = 0.5  # 0.0 to 1.0
    fewest: int = 20  # answers before a rule is judged at all

    def look(self, now: datetime) -> tuple[str, ...]:
        """Let the rules that must only watch; return their ids. Raises Unavailable."""
        with self.database.reading() as session:
            if not self._falling(session, now):
                return ()
        with self.database.writing() as session:
            falling = self._falling(session, now)
            for rule, share in falling.items():
                demotions.demote(session, rule, rightly=share.part, answers=share.whole, at=now)
                self._tell(session, rule, share, now)
        return tuple(falling)

    def _falling(self, session: Session, now: datetime) -> dict[str, Share]:
        found = _of_rules(session, now, "by")
        ours = {rule: about for rule, about in found.items() if self.policy.rule(rule)}
        watching = demotions.in_force(session)
        falling = to_demote(ours, floor=self.floor, fewest=self.fewest, watching=watching)
        return {rule: share(ours[rule]) for rule in falling}

    def _tell(self, session: Session, rule_id: str, share: Share, now: datetime) -> None:
        rule = self.policy.rule(rule_id)
        values = {
            language: {
                "rule": rule_id,
                "title": rule.title.in_language(language) if rule else rule_id,
                "rightly": str(share.part),
                "answers": str(share.whole),
                "floor": str(round(self.floor * 100)),
            }
            for language in LANGUAGES
        }
        for person in people.everyone(session):
            if person.active and person.roles & _OWNERS:
                notices.queue(
                    session, self.post, "rule-demoted", person, values, held=None, now=now
                )


def judged(session: Session, since: datetime, *alike_in: str) -> list[Judged]:
    """Return the messages since an instant that a reviewer judged, apart by what is named."""
    return [
        Judged(
            should_hold=each.should_hold,
            count=each.count,
            rules=each.rules,
            sender=each.sender,
            by=each.by,
        )
        for each in overview.answered(session, since, *alike_in)
    ]


def precision_of_rules(session: Session, now: datetime) -> dict[str, Share]:
    """Return how often each rule held rightly, counted anew since it was last put back."""
    return {rule: share(about) for rule, about in _of_rules(session, now).items()}


def _of_rules(session: Session, now: datetime, *alike_in: str) -> dict[str, list[Judged]]:
    """What was judged of each rule; messages from before it was last put back do not count."""
    since = now - WINDOW
    found = by_rule(judged(session, since, "rules", *alike_in))
    for each in demotions.everything(session):
        if each.restored is not None and each.restored > since and each.rule in found:
            later = by_rule(judged(session, each.restored, "rules", *alike_in))
            found[each.rule] = later.get(each.rule, [])
    return {rule: about for rule, about in found.items() if about}


def put_back(database: Database, rule: str, *, by: Person, now: datetime) -> None:
    """Let a rule do again what the policy says. Raises NotFound, Conflict."""
    if not by.active or Role.PROTECTION_OFFICER not in by.roles:
        raise NotFound("there is no such page for this person")
    with database.writing() as session:
        demotions.restore(session, rule, by=by.id, at=now)
