"""Who sent a held message, by name or by a pseudonym: the text is judged, not the person (M14).

With review.pseudonyms on, a reviewer and the protection officer see "Sender 1" until they ask for
the name, which is entered, or have opened the text, where it stands. HR's cases have names.
"""

from collections.abc import Collection
from datetime import datetime

from models.audit import Action, AuditEntry, Purpose
from models.db import audit
from models.db.database import Database
from models.held import HeldMessage
from models.person import Person
from quarantine.console.visit import Visit
from quarantine.console.words import mark, translations
from quarantine.permissions import is_sender

THE_SENDER = mark("The sender")
_NUMBERED = mark("Sender %(number)s")


class Senders:
    """What senders are called on one page of many: numbered in the order they come."""

    def __init__(self, visit: Visit, held: Collection[str]) -> None:
        """Take the ids of the messages on the page."""
        self._words = translations(visit.language)
        self._numbers: dict[str, int] = {}
        self._named = frozenset(held)
        if visit.services.review.post.pseudonyms:
            with visit.services.database.reading() as session:
                self._named = audit.named_to(session, visit.who.id, held)

    def call(self, held_id: str, key: str, name: str) -> str:
        """The name, or the number of whoever has this key; one key is one number."""
        if self.knows(held_id):
            return name
        number = self._numbers.setdefault(key, len(self._numbers) + 1)
        return self._words.gettext(_NUMBERED) % {"number": number}

    def knows(self, held_id: str) -> bool:
        """Whether the visitor sees who sent it."""
        return held_id in self._named


def is_hidden(visit: Visit, message: HeldMessage) -> bool:
    """Whether a pseudonym stands for the sender on the page of one message."""
    if not visit.services.review.post.pseudonyms or is_sender(visit.who, message):
        return False
    return not Senders(visit, [message.id]).knows(message.id)


def ask(
    database: Database,
    held_id: str,
    *,
    by: Person,
    purpose: Purpose | None,
    why: str,
    now: datetime,
) -> None:
    """Enter that the name was shown, and what for: fixed words."""
    entry = AuditEntry(
        at=now, actor=by.id, action=Action.NAME, subject=held_id, purpose=purpose, detail=why
    )
    with database.writing() as session:
        audit.append(session, entry)
