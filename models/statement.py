"""What people say about a held message beside deciding on it, and what they report themselves."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Saying(StrEnum):
    """What is said. All but the last are the sender's; none of them decides anything."""

    EXPLAINED = "explained"  # why it needs to be sent
    HARM = "harm"  # urgent: someone may come to harm
    LEGAL = "legal"  # urgent: a legal or court deadline
    SOMEONE_ELSE = "someone-else"  # another person should check it; no reason is asked
    DISPUTED = "disputed"  # it should not have been held
    APPEALED = "appealed"  # why another person should decide on what was refused
    REFERRED = "referred"  # a reviewer's: why it goes to HR

    @property
    def urgent(self) -> bool:
        """Whether it raises the message in its reviewer's list."""
        return self in {Saying.HARM, Saying.LEGAL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One thing said by one person about one held message."""

    held: str
    by: str  # a person's id
    kind: Saying
    text: str = field(default="", repr=False)
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfReport:
    """Someone says that they sent what they should not have; one person is told at once."""

    id: str  # opaque: it stands in an address
    by: str  # a person's id
    told: str | None  # a person's id; None if the directory has nobody to tell
    text: str = field(repr=False)
    at: datetime
    read_at: datetime | None = None  # when the person told said that they had read it
    told_at: datetime | None = None  # when the last person was told; then the next turn begins
    asked: tuple[str, ...] = ()  # ids of those who were told, the latest last

    @property
    def readers(self) -> frozenset[str]:
        """Who may read it besides its writer: who was told, earlier or now."""
        return frozenset((*self.asked, *filter(None, [self.told])))
