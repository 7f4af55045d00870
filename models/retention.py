"""What is kept, by class: each has a time of its own, and is then erased."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Kept(StrEnum):
    """A class of what is kept. Clean mail has none, because nothing of it is kept."""

    RELEASED = "released"  # the content of a message that was sent or taken back
    REFUSED = "refused"  # the content of a message that was refused
    CASE = "case"  # what a case holds: messages, exhibits, what people wrote in it
    BUNDLE = "bundle"  # a bundle that was prepared to be fetched
    RECORD = "record"  # who decided what about a message, what was said of it, its envelope
    SELF_REPORT = "self-report"  # what someone said they sent and should not have
    LEAVER = "leaver"  # the name and addresses of someone who left
    SIGN_IN = "sign-in"  # sessions and failed sign-ins of the console
    TELLING = "telling"  # which reviewer was told of which message
    BREAKDOWN = "breakdown"  # the digest of a message that broke its inspection


class Fate(StrEnum):
    """What a clock may do with an item."""

    ERASE = "erase"
    WAIT = "wait"  # its time is not over
    FROZEN = "frozen"  # a freeze beats every clock
    IN_CASE = "in-case"  # a case needs it, or its own time after closure is not over


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An item whose class's time may be over: since when its clock runs, and what keeps it."""

    id: str
    kept: Kept
    since: datetime
    frozen: bool = False
    case_until: date | None = None  # the last day on which a case keeps it


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What one sweep erased and what it left: counts and digests, nobody's name."""

    id: int
    at: datetime
    by: str
    erased: dict[str, int]  # by class, since the certificate before
    left: dict[str, dict[str, int]]  # by class and fate: what a freeze or a case kept
    first: int  # the first audit entry it is about
    last: int  # and the last
    digest: str  # SHA-256 over the erased ids, a line each, in the order of the chain
    failed: str  # what could not be done, in fixed words; "" if nothing
    line: str  # as signed

    @property
    def total(self) -> int:
        """How many items and rows were erased."""
        return sum(self.erased.values())

    @property
    def total_left(self) -> int:
        """How many were kept though their time was over."""
        return sum(sum(fates.values()) for fates in self.left.values())
