"""A sender's own held messages: the list, taking back, confirming, and what a sender may say."""

from collections.abc import Callable
from dataclasses import replace

from starlette.responses import Response

from models.db import held as held_messages
from models.errors import Conflict
from models.held import HeldState
from models.statement import Saying
from quarantine import appeals, outcomes, permissions, saying
from quarantine.console.held import Attempt, as_seen, may_appeal, page
from quarantine.console.pages import render, see_other
from quarantine.console.visit import Visit
from quarantine.review import LONGEST_REASON

_MOST = 200
_URGENT = {"harm": Saying.HARM, "legal": Saying.LEGAL}
_TEXT_NEEDED = frozenset({"explain", "again", "appeal"})
_DONE = {
    "explain": "explained",
    "urgent": "urgent",
    "someone-else": "someone-else",
    "dispute": "disputed",
    "again": "again",
    "appeal": "appealed",
}
_OPEN = {
    "again": frozenset({HeldState.RETURNED}),
    "dispute": frozenset(HeldState),
    "appeal": frozenset({HeldState.REFUSED}),
}  # and for everything else: while it waits


def mine(visit: Visit) -> Response:
    """List this person's held messages, the newest first."""
    with visit.services.database.reading() as session:
        keys = permissions.keys_of(visit.who)
        found = held_messages.find(session, senders=keys, limit=_MOST)
    rows = [replace(each, state=each.seen_by_sender) for each in found]
    return render(visit, "mine.html", rows=rows, nav="mine")


def withdraw(visit: Visit) -> Response:
    """Take a message back."""
    review = visit.services.review
    return _done(
        visit,
        lambda: review.withdraw(visit.message.id, by=visit.who, now=visit.now),
        "withdrawn",
    )


def confirm(visit: Visit) -> Response:
    """Send a message that only asked its sender to confirm."""
    review = visit.services.review

    def act() -> None:
        review.confirm(visit.message.id, by=visit.who, now=visit.now)

    return _done(visit, act, "released")


def stop(visit: Visit) -> Response:
    """Stop what one confirmed, if it has not left."""
    review = visit.services.review
    return _done(
        visit,
        lambda: outcomes.stop_sending(review, visit.message.id, by=visit.who, now=visit.now),
        "stopped",
    )


def ask_explain(visit: Visit) -> Response:
    """Ask why it needs to be sent."""
    return _ask(visit, Attempt(choice="explain"))


def explain(visit: Visit) -> Response:
    """Take the explanation."""
    return _say(visit, "explain")


def ask_urgent(visit: Visit) -> Response:
    """Ask why it is urgent."""
    return _ask(visit, Attempt(choice="urgent"))


def urgent(visit: Visit) -> Response:
    """Take that it is urgent."""
    return _say(visit, "urgent")


def ask_someone_else(visit: Visit) -> Response:
    """Say what follows from asking for someone else."""
    return _ask(visit, Attempt(choice="someone-else"))


def someone_else(visit: Visit) -> Response:
    """Take that someone else is asked for."""
    return _say(visit, "someone-else")


def ask_dispute(visit: Visit) -> Response:
    """Ask why it should not have been held."""
    return _ask(visit, Attempt(choice="dispute"))


def dispute(visit: Visit) -> Response:
    """Take that it should not have been held."""
    return _say(visit, "dispute")


def ask_again(visit: Visit) -> Response:
    """Ask why what was given back needs to be sent as it is."""
    return _ask(visit, Attempt(choice="again"))


def again(visit: Visit) -> Response:
    """Take that a decision is asked for anew."""
    return _say(visit, "again")


def ask_appeal(visit: Visit) -> Response:
    """Ask why another person should decide."""
    return _ask(visit, Attempt(choice="appeal"))


def appeal(visit: Visit) -> Response:
    """Take the appeal."""
    return _say(visit, "appeal")


def _ask(visit: Visit, attempt: Attempt) -> Response:
    message = as_seen(visit)
    if attempt.choice == "appeal" and not may_appeal(visit):
        return see_other(f"/held/{message.id}")
    if message.state not in _OPEN.get(attempt.choice, frozenset({HeldState.HELD})):
        return see_other(f"/held/{message.id}")
    status = 422 if attempt.mistake else 200
    return render(visit, "own-say.html", status=status, held=message, attempt=attempt, nav="mine")


def _say(visit: Visit, what: str) -> Response:
    kind = visit.form.get("kind", "")
    text = visit.form.get("text", "").replace("\r\n", "\n").strip()
    attempt = Attempt(choice=what, code=kind, text=text)
    if what == "urgent" and kind not in _URGENT:
        return _ask(visit, replace(attempt, wrong="kind", mistake="kind-missing"))
    if what in _TEXT_NEEDED and not text:
        return _ask(visit, replace(attempt, wrong="text", mistake="text-missing"))
    if len(text) > LONGEST_REASON:
        return _ask(visit, replace(attempt, wrong="text", mistake="text-long"))
    return _done(visit, lambda: _acts(visit, attempt), _DONE[what])


def _acts(visit: Visit, said: Attempt) -> None:
    review, held_id, who, now = visit.services.review, visit.message.id, visit.who, visit.now
    match said.choice:
        case "explain":
            saying.explain(review, held_id, by=who, text=said.text, now=now)
        case "urgent":
            kind = _URGENT[said.code]
            saying.mark_urgent(review, held_id, by=who, kind=kind, text=said.text, now=now)
        case "someone-else":
            saying.ask_someone_else(review, held_id, by=who, now=now)
        case "dispute":
            saying.dispute(review, held_id, by=who, text=said.text, now=now)
        case "appeal":
            appeals.appeal(review, held_id, by=who, text=said.text, now=now)
        case _:
            saying.ask_again(review, held_id, by=who, text=said.text, now=now)


def _done(visit: Visit, act: Callable[[], None], done: str) -> Response:
    """Do it and show the page; or show the page as it is now, and that nothing was done.

    An appeal that can still be made was not taken because nobody else may decide.
    """
    try:
        act()
    except Conflict:
        with visit.services.database.reading() as session:
            now = replace(visit, held=held_messages.get(session, visit.message.id))
        nobody_else = done == _DONE["appeal"] and may_appeal(now)
        return page(now, too_late=True, nobody_else=nobody_else)
    return see_other(f"/held/{visit.message.id}?done={done}")
