"""Opening mail marked personal with a second person: asking, agreeing, and saying it is private."""

from starlette.responses import Response

from models.errors import Conflict
from models.held import HeldState
from quarantine import together
from quarantine.console.held import can_decide
from quarantine.console.pages import render, see_other
from quarantine.console.visit import Visit


def ask(visit: Visit) -> Response:
    """Ask for a second person."""
    held_id, services = visit.message.id, visit.services
    together.ask(services.database, services.review.post, held_id, by=visit.who, now=visit.now)
    return see_other(f"/held/{held_id}#email")


def show(visit: Visit) -> Response:
    """List what this person is asked to be the second for; references and names alone."""
    with visit.services.database.reading() as session:
        asked = together.to_agree(session, visit.who, visit.people, visit.now)
    rows = [(each, visit.people[each.asked_by].name) for each in asked]
    return render(visit, "second-person.html", rows=rows, nav="second-person")


def agree(visit: Visit) -> Response:
    """Agree."""
    params = visit.request.path_params
    together.agree(
        visit.services.database,
        str(params["held"]),
        visit.form.get("asked_by", ""),
        by=visit.who,
        now=visit.now,
    )
    return see_other("/second-person")


def ask_private(visit: Visit) -> Response:
    """Say what finding it private means, and ask once more."""
    return render(visit, "private.html", held=visit.message, nav="queue")


def find_private(visit: Visit) -> Response:
    """Let it go, and keep nothing of it."""
    if not can_decide(visit):
        raise Conflict("someone else decided this one first; nothing of yours was saved")
    review, held_id = visit.services.review, visit.message.id
    state = review.find_private(held_id, by=visit.who, now=visit.now)
    done = "agreed" if state is HeldState.HELD else "released"
    return see_other(f"/held/{held_id}?done={done}")
