"""How a person proved who they are, and the sessions and emergency rights that follow from it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Method(StrEnum):
    """How a session began."""

    PASSWORD = "password"  # noqa: S105 - the name of a way to sign in, not a password
    TWO_FACTORS = "two-factors"  # a password, and a code from an app
    RECOVERY = "recovery"  # a password, and a recovery code
    OPENID = "openid"  # the body's own identity provider vouched


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSession:
    """One session of the console; its token is known to nobody but the browser."""

    handle: str  # names it on the page that ends it; opens nothing
    person: str
    opened: datetime
    used: datetime
    method: Method | None  # None: begun before methods were kept
    browser: str = ""  # "Firefox, Windows"; no more, so that it is no trail


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """A person's key for codes that change with time (RFC 6238), sealed."""

    person: str
    sealed: bytes = field(repr=False)
    made: datetime
    last_step: int  # of 30 seconds; a code is taken once, and none before it


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Break-glass: one person may decide on held mail for a time, as two administrators say."""

    id: int
    person: str
    reason: str = field(repr=False)
    asked_by: str
    asked: datetime
    lasts: int  # seconds from the second administrator's yes
    confirmed_by: str | None = None
    opened: datetime | None = None
    ends: datetime | None = None
    ended_by: str | None = None  # who ended it before its time, or refused it

    def in_force(self, now: datetime) -> bool:
        """Tell whether the right is open at an instant."""
        return (
            self.opened is not None
            and self.ends is not None
            and self.opened <= now < self.ends
            and self.ended_by is None
        )

    def waits(self, now: datetime, patience: float) -> bool:
        """Tell whether the second administrator may still say yes, `patience` in seconds."""
        waited = (now - self.asked).total_seconds()
        return self.confirmed_by is None and self.ended_by is None and waited < patience
