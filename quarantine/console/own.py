"""A sender's own held messages: the list, taking one back, confirming one."""

from starlette.responses import Response

from models.db import held as held_messages
from quarantine import permissions
from quarantine.console.pages import render, see_other
from quarantine.console.visit import Visit

_MOST = 200


def mine(visit: Visit) -> Response:
    """List this person's held messages, the newest first."""
    with visit.services.database.reading() as session:
        keys = permissions.keys_of(visit.who)
        found = held_messages.find(session, senders=keys, limit=_MOST)
    return render(visit, "mine.html", rows=found, nav="mine")


def withdraw(visit: Visit) -> Response:
    """Take a message back."""
    visit.services.review.withdraw(visit.message.id, by=visit.who, now=visit.now)
    return see_other(f"/held/{visit.message.id}?done=withdrawn")


def confirm(visit: Visit) -> Response:
    """Send a message that only asked its sender to confirm."""
    visit.services.review.confirm(visit.message.id, by=visit.who, now=visit.now)
    return see_other(f"/held/{visit.message.id}?done=released")
