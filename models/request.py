"""Requests that people make of the body about its records, each with a clock set by law.

Nothing here says who outside asked or in what words: that stands in the body's own register,
under the reference that both have.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class RequestKind(StrEnum):
    """What was asked for."""

    INFORMATION = "information"  # FOI Act 2000, EIR 2004
    ACCESS = "access"  # UK GDPR Article 15
    CORRECTION = "correction"  # Article 16
    OBJECTION = "objection"  # Article 21
    COMPLAINT = "complaint"  # Data (Use and Access) Act 2025, section 103


class PauseReason(StrEnum):
    """Why the clock of a request stands still."""

    CLARIFICATION = "clarification"  # asked what is meant
    IDENTITY = "identity"  # asked who it is


class Answer(StrEnum):
    """How a request was answered."""

    FULL = "full"
    PART = "part"
    REFUSED = "refused"
    NOTHING_HELD = "nothing-held"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Days on which the clock stood still: from the first until the day before the last."""

    since: date
    until: date | None = None  # None: it still stands
    reason: PauseReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request in the register."""

    id: str  # "RQ-26-001"
    kind: RequestKind
    body: str  # of the several a gateway may serve; "" where there is one
    reference: str  # the body's own
    received: date
    taken_by: str
    taken: datetime
    freeze: str | None = None  # the id of the freeze it placed
    acknowledged: date | None = None
    extended: bool = False  # by two months, which its person was told
    pauses: tuple[Pause, ...] = ()
    answered: date | None = None
    answered_by: str | None = None
    answer: Answer | None = None
    searched: str = ""  # what was searched, and why that was enough

    @property
    def paused(self) -> bool:
        """Whether its clock stands still now."""
        return bool(self.pauses) and self.pauses[-1].until is None

    @property
    def open(self) -> bool:
        """Whether it waits for its answer."""
        return self.answered is None
