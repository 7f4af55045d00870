"""The live settings that papers are made of, and what the database says beside them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy.orm import Session

from models.body import HERE, Body
from models.db import people
from models.person import Person, Role
from models.policy import Policy, Rule
from quarantine import retreat
from quarantine.papers.classifier import ClassifierFacts, read_classifier
from quarantine.reports import Share, wrongly_held_by
from quarantine.settings import KeepingSettings, ReviewSettings
from quarantine.told import is_told


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a program is started with, beside the body and the policy."""

    keeping: KeepingSettings = KeepingSettings()
    review: ReviewSettings = ReviewSettings()
    settings: tuple[tuple[str, str], ...] = ()  # every setting as people may see it
    classifier: Path | None = None  # the folder of the one in force
    program: str = ""  # our version


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """Everything that papers say, at one moment."""

    body: Body
    policy: Policy
    given: Given
    today: date
    staff: int  # who work for the body now
    told: int  # of them
    roles: Mapping[Role, int]  # how many people hold each
    officers: tuple[Person, ...] = field(repr=False)  # of data protection
    classifier: ClassifierFacts | None
    by_language: Mapping[str, Share | None]  # wrongly held; None is withheld
    by_department: Mapping[str, Share | None]

    @property
    def settings_digest(self) -> str:
        """SHA-256 over every setting, a line each."""
        lines = "".join(f"{name}={value}\n" for name, value in self.given.settings)
        return sha256(lines.encode()).hexdigest()

    def setting(self, name: str) -> str:
        """One setting as people see it; "" if it is not given."""
        return dict(self.given.settings).get(name, "")

    def in_force(self, rule: Rule) -> bool:
        """Tell whether a rule may do more than watch today."""
        return bool(self.policy.consent) and rule.enforceable(self.today)


def gather(session: Session, body: Body, policy: Policy, given: Given, now: datetime) -> Live:
    """Put it all together. Raises SettingInvalid if the classifier cannot be read."""
    everyone = people.directory(session)
    active = [each for each in everyone.values() if each.active]
    today = now.astimezone(HERE).date()
    judged = retreat.judged(session, now - retreat.WINDOW, "sender")
    roles = Counter(role for each in active for role in each.roles)
    return Live(
        body=body,
        policy=policy,
        given=given,
        today=today,
        staff=len(active),
        told=sum(is_told(each, today) for each in active),
        roles={role: roles[role] for role in Role},
        officers=tuple(each for each in active if Role.PROTECTION_OFFICER in each.roles),
        classifier=read_classifier(given.classifier) if given.classifier else None,
        by_language=wrongly_held_by("language", judged, everyone),
        by_department=wrongly_held_by("department", judged, everyone),
    )
