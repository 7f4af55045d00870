"""The administrator's page: health, queue age and the settings in force. It leads to no mail."""

from datetime import datetime, timedelta

from starlette.responses import Response

from models.body import HERE
from models.db import held as held_messages
from models.db import overview
from models.db.database import HEAD
from quarantine.console.pages import render
from quarantine.console.visit import Visit
from quarantine.directory import coverage

_LATE = timedelta(minutes=5)  # the worker looks every second


def show(visit: Visit) -> Response:
    """Show how the system is."""
    with visit.services.database.reading() as session:
        waiting = held_messages.waiting(session)
        outbox = overview.outbox(session, visit.now)
    counted = coverage(visit.people.values(), visit.now.astimezone(HERE).date())
    return render(
        visit,
        "system.html",
        nav="system",
        waiting=waiting,
        oldest=_age(waiting.oldest, visit.now),
        outbox=outbox,
        worker_late=outbox.overdue is not None and visit.now - outbox.overdue > _LATE,
        revision=HEAD,
        policy=visit.services.policy,
        informed=sum(each.informed for each in counted),
        staff=sum(each.people for each in counted),
        settings=visit.services.in_force,
    )


def _age(since: datetime | None, now: datetime) -> tuple[int, int] | None:
    """Hours and minutes since an instant."""
    if since is None:
        return None
    minutes = int((now - since).total_seconds() // 60)
    return divmod(max(0, minutes), 60)
