"""People of the body and what they are there to do."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Role(StrEnum):
    """What a person may do beyond sending mail. Being someone's manager is a fact, not a role."""

    DUTY_REVIEWER = "duty-reviewer"  # decides when no manager can
    HR = "hr"
    PROTECTION_OFFICER = "protection-officer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"  # runs the system, never reads the mail (L29)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One member of staff. Ids are sign-in names, lower case."""

    id: str
    name: str
    addresses: tuple[str, ...] = field(repr=False)  # the first is where notices go
    language: str = "cy"  # "cy" or "en"; Welsh first when there is no preference
    department: str = ""
    manager: str | None = None  # a person's id
    deputy: str | None = None  # who acts for this person
    roles: frozenset[Role] = frozenset()
    active: bool = True
    away: bool = False
    informed: date | None = None  # when told of the monitoring (L7)

    @property
    def email(self) -> str:
        """Where notices go."""
        return self.addresses[0]
