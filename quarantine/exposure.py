"""How much of what may hurt to read one person has read of late (M12): told to them alone."""

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.db import audit, held
from models.errors import NotFound
from models.held import HeldMessage
from models.person import Person

_CATEGORIES = frozenset({"abuse", "abusive"})  # of the rules and of the trained classifier
_OF_LATE = timedelta(days=7)
_MOST = 200  # messages that are looked at; nobody reads as many


def may_hurt(message: HeldMessage) -> bool:
    """Tell whether a message may be upsetting to read, by what was found in it."""
    return any(each.category in _CATEGORIES for each in message.findings)


def read_of_late(session: Session, who: Person, now: datetime) -> int:
    """How many such messages this person has opened, their text or more, in seven days."""
    count = 0
    for each in sorted(audit.read_by(session, who.id, now - _OF_LATE))[:_MOST]:
        with suppress(NotFound):  # a case's number, or what is here no more
            count += may_hurt(held.get(session, each))
    return count
