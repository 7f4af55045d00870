"""Whose mail rules only watch because they were not told: of one sender, and at the start."""

import logging
from datetime import UTC, datetime

from models.body import HERE
from models.db import people
from models.db.database import Database
from models.policy import Policy, UnknownSenders
from quarantine.told import all_told, is_told, was_told

_log = logging.getLogger("porthor")


def sender_was_told(database: Database, policy: Policy, sender: str) -> bool:
    """Tell whether rules may do more than watch this sender's mail. Raises Unavailable."""
    with database.reading() as session:
        return was_told(session, policy, sender, datetime.now(UTC))


def warn_of_untold(database: Database, policy: Policy) -> None:
    """Log how many have no record of having been told: rules only watch their mail (L7)."""
    today = datetime.now(UTC).astimezone(HERE).date()
    with database.reading() as session:
        active = [each for each in people.everyone(session) if each.active]
    untold = sum(not is_told(each, today) for each in active)
    if untold or not active:
        _log.warning(
            "rules only watch mail of %d of %d staff: no record that they were told",
            untold,
            len(active),
        )
    others = {
        UnknownSenders.APPLY: True,
        UnknownSenders.WATCH: False,
        UnknownSenders.WHEN_ALL_TOLD: all_told(active, today),
    }[policy.unknown_senders]
    if not others:
        _log.warning("rules only watch mail from addresses in nobody's entry (unknown_senders)")
