"""Keys of the body's own programs that may ask for a verdict, and what they publish on."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Channel(StrEnum):
    """Where a text would be published or sent."""

    EMAIL = "email"
    SMS = "sms"
    SOCIAL = "social"
    WEB = "web"
    BLOG = "blog"
    FORUM = "forum"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """One program's key; the token itself is known to that program alone."""

    name: str  # the program's, such as "sms-gateway"; of keys in force no two have the same
    channels: frozenset[Channel]
    made: datetime
    ends: date | None = None  # the last day on which it is good; None: until it is revoked
    revoked: datetime | None = None

    def good_on(self, day: date) -> bool:
        """Tell whether the key may be used on a day."""
        return self.revoked is None and (self.ends is None or day <= self.ends)
