"""Refused, and the refusal recorded: in a transaction of its own, and without saying why.

Whoever is refused learns only that there is no such thing for them; the entry in the audit
chain says which rule it was. Trying is what the protection officer wants to see.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from models.audit import Action, AuditEntry
from models.case import ID
from models.db import audit
from models.db.database import Database
from models.errors import NotFound
from quarantine.evidence.rights import Refusal


class TurnedAway(NotFound):
    """Raised where it is found; `recorded` enters it and lets a plain NotFound go on."""

    def __init__(self, why: Refusal, what: str = "") -> None:
        """Keep which rule it was, and the id of what it was about, if there is such a thing."""
        super().__init__(_SENTENCE)
        self.why = f"{why} {what}".strip()


_SENTENCE = "there is no such case, or it is not open to you"


@contextmanager
def recorded(database: Database, who: str, case_id: str, act: str, now: datetime) -> Iterator[None]:
    """Do one act on a case; if it is refused, enter that and raise NotFound without telling why."""
    try:
        yield
    except TurnedAway as refused:
        enter(database, who, case_id, f"{act}: {refused.why}", now)
        raise NotFound(_SENTENCE) from None


def enter(database: Database, who: str, case_id: str, detail: str, now: datetime) -> None:
    """Enter a refusal. What does not look like a case's id is not written down."""
    entry = AuditEntry(
        at=now,
        actor=who,
        action=Action.TURN_AWAY,
        subject=case_id if ID.fullmatch(case_id) else "cases",
        detail=detail,
    )
    with database.writing() as session:
        audit.append(session, entry)
