"""People of the body and what they are there to do."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Role(StrEnum):
    """What a person may do beyond sending mail. Being someone's manager is a fact, not a role."""

    DUTY_REVIEWER = "duty-reviewer"  # decides when no manager can
    SENSITIVE_REVIEWER = "sensitive-reviewer"  # decides on what shows health, belief and such (L23)
    HR = "hr"  # works on cases
    AUTHORISER = "case-authoriser"  # approves what a case may search; never works on it
    NAMED_OFFICER = "named-officer"  # of the sealed lane: hands over, and sees nothing
    PROTECTION_OFFICER = "protection-officer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"  # runs the system, never reads the mail (L29)


class Standing(StrEnum):
    """Whether a person works for the body now. Only who is active may sign in or decide."""

    ACTIVE = "active"
    SUSPENDED = "suspended"  # for a time; their mail and their records stay theirs
    LEFT = "left"  # never deleted: their held mail is still decided on


class Source(StrEnum):
    """Who keeps a person's entry, and so may say that they have left."""

    IMPORT = "import"  # the body's file of people
    SCIM = "scim"  # its identity provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """The days on which a person cannot decide, both included."""

    first: date
    last: date | None = None  # None: until they say they are back


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One member of staff. Ids are sign-in names, lower case."""

    id: str
    name: str
    addresses: tuple[str, ...] = field(repr=False)  # the first is where notices go
    language: str = "cy"  # "cy" or "en"; Welsh first when there is no preference
    department: str = ""
    body: str = ""  # of the several a gateway may serve; "" where there is one
    manager: str | None = None  # a person's id
    deputy: str | None = None  # who acts for this person
    alternate: str | None = None  # who decides on the mail of one who has no manager
    roles: frozenset[Role] = frozenset()
    standing: Standing = Standing.ACTIVE
    away: bool = False  # the directory says so
    absence: Absence | None = None  # the person says so; an import leaves it alone
    informed: date | None = None  # when told of the monitoring (L7)
    informed_by: str = ""  # and how, such as "letter" or "induction"
    source: Source = Source.IMPORT
    external_id: str = ""  # what the identity provider calls this person

    @property
    def active(self) -> bool:
        """Whether this person may sign in and decide."""
        return self.standing is Standing.ACTIVE

    def away_on(self, day: date) -> bool:
        """Tell whether this person cannot be asked to decide on a day."""
        absence = self.absence
        if absence and absence.first <= day and (absence.last is None or day <= absence.last):
            return True
        return self.away

    @property
    def email(self) -> str:
        """Where notices go."""
        return self.addresses[0]
