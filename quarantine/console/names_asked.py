"""The protection officer asks who sent a held message, where a pseudonym stands, and says why."""

from starlette.responses import Response

from models.db import held as held_messages
from models.errors import NotFound
from models.held import HeldMessage, HeldState
from quarantine.console import pseudonyms
from quarantine.console.lists import name_of_sender
from quarantine.console.pages import render, see_other
from quarantine.console.visit import Visit
from quarantine.console.words import mark
from quarantine.sampling import check_officer

_WHY = {  # in the form, and as it is entered
    "look": ("to ask about a look", mark("To ask about a look")),
    "right": ("for a request or a complaint", mark("For a request, an objection or a complaint")),
    "breach": ("for a breach of data", mark("For a breach of personal data")),
}


def show(visit: Visit) -> Response:
    """Ask what the name is needed for; show it to an officer who asked before."""
    return _page(visit, _wanted(visit))


def ask(visit: Visit) -> Response:
    """Enter that it was asked for, and what for."""
    message = _wanted(visit)
    why = _WHY.get(visit.form.get("why", ""))
    if why is None:
        return _page(visit, message, mistake=True)
    if pseudonyms.is_hidden(visit, message):
        pseudonyms.ask(
            visit.services.database,
            message.id,
            by=visit.who,
            purpose=None,
            why=why[0],
            now=visit.now,
        )
    return see_other(f"/oversight/looks/{message.id}/sender")


def _wanted(visit: Visit) -> HeldMessage:
    """The message, for an officer of its body. Raises NotFound, also where names stand anyway."""
    check_officer(visit.who)
    held_id = str(visit.request.path_params["held"])
    with visit.services.database.reading() as session:
        message = held_messages.get(session, held_id)
    ours = message.body == visit.who.body and message.state is not HeldState.SEALED
    if not ours or not visit.services.review.post.pseudonyms:
        raise NotFound(f"no held message {held_id}")
    return message


def _page(visit: Visit, message: HeldMessage, *, mistake: bool = False) -> Response:
    hidden = pseudonyms.is_hidden(visit, message)
    return render(
        visit,
        "oversight-sender.html",
        status=422 if mistake else 200,
        nav="oversight",
        held_id=message.id,
        name="" if hidden else name_of_sender(visit, message),
        choices={key: words for key, (_, words) in _WHY.items()},
        mistake=mistake,
    )
