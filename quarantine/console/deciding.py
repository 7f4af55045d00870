"""A reviewer's decision: the choice, what it needs, and what must be confirmed; stopping a release.

Sending takes effect at once and can be stopped for a minute. Giving back, refusing, passing to
HR, a note, and a release that needs two people go through a second page, which says to whom and
what follows.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from starlette.responses import Response

from models.db import held as held_messages
from models.errors import Conflict, NotFound
from models.held import HeldState
from models.verdict import Disposition
from quarantine import access, outcomes
from quarantine.codes import REFUSE_CODES, RETURN_CODES
from quarantine.console.held import Attempt, can_decide, decided_together, page
from quarantine.console.lists import look_the_same, name_of_sender
from quarantine.console.pages import render, see_other
from quarantine.console.visit import Visit
from quarantine.review import LONGEST_REASON

CHOICES = ("release", "note", "return", "refuse", "refer", "other")
_SECOND_PAGE = frozenset({"note", "return", "refuse", "refer"})
_CODES = {"return": RETURN_CODES, "refuse": REFUSE_CODES}
_TEXT_NEEDED = frozenset({"note", "refer"})
_DONE = {"note": "released", "release": "released", "return": "returned", "refuse": "refused"}
_ALSO = "also-"


def decide(visit: Visit) -> Response:
    """Take the choice; ask for what it needs; then do it."""
    form = _read(visit)
    if form.choice not in CHOICES or (form.choice == "refer" and not _hr(visit)):
        return page(visit, attempt=replace(form, wrong="choice", mistake="choose"))
    two = form.choice == "release" and visit.message.disposition is Disposition.HOLD_FOR_TWO
    if form.choice in _SECOND_PAGE or two:
        if not can_decide(visit):
            raise Conflict("someone else decided this one first; nothing of yours was saved")
        if visit.form.get("stage") != "details":
            return _ask(visit, form)
        if mistaken := _mistaken(form):
            return _ask(visit, mistaken)
    return _carry_out(visit, form)


def take_up(visit: Visit) -> Response:
    """Decide anew on what was given back."""
    outcomes.take_up(visit.services.review, visit.message.id, by=visit.who, now=visit.now)
    return see_other(f"/held/{visit.message.id}")


def stop(visit: Visit) -> Response:
    """Stop what one released oneself, and what was decided together with it, if it has not left."""
    review, together = visit.services.review, decided_together(visit, visit.message)
    outcomes.stop_sending(review, visit.message.id, by=visit.who, now=visit.now)
    for each in together:
        with suppress(Conflict, NotFound):  # it has left, or was stopped before
            outcomes.stop_sending(review, each, by=visit.who, now=visit.now)
    return see_other(f"/held/{visit.message.id}?done=stopped")


def _read(visit: Visit) -> Attempt:
    form = visit.form
    should_hold = form.get("should_hold", "")
    return Attempt(
        choice=form.get("choice", ""),
        code=form.get("code", ""),
        text=form.get("text", "").replace("\r\n", "\n").strip(),
        should_hold=should_hold if should_hold in {"yes", "no"} else "",
        also=tuple(sorted(each.removeprefix(_ALSO) for each in form if each.startswith(_ALSO))),
    )


def _mistaken(form: Attempt) -> Attempt | None:
    """Return the form with its mistake, or None."""
    if form.choice in _CODES and form.code not in _CODES[form.choice]:
        return replace(form, wrong="code", mistake="code-missing")
    if form.choice in _TEXT_NEEDED and not form.text:
        return replace(form, wrong="text", mistake=f"{form.choice}-missing")
    if len(form.text) > LONGEST_REASON:
        return replace(form, wrong="text", mistake="text-long")
    return None


def _ask(visit: Visit, form: Attempt) -> Response:
    """Show the second page."""
    codes = _CODES.get(form.choice, {})
    facts = {
        "held": visit.message,
        "attempt": form,
        "codes": [(code, words.in_language(visit.language)) for code, words in codes.items()],
        "sender_name": name_of_sender(visit, visit.message),
        "nav": "queue",
    }
    return render(visit, "deciding.html", status=422 if form.mistake else 200, **facts)


def _carry_out(visit: Visit, form: Attempt) -> Response:
    """Do it, to this message first and then to those that say the same; each is recorded."""
    review, held_id, who, now = visit.services.review, visit.message.id, visit.who, visit.now
    if form.choice == "other":
        return _hand_on(visit, form)
    if form.choice == "refer":
        outcomes.refer(review, held_id, by=who, why=form.text, now=now)
        return render(visit, "handed-on.html", choice=form.choice, nav="queue")
    same = _same(visit, form)
    state = _one(visit, form)(held_id)
    _label(visit, form, held_id)
    for each in same:
        with suppress(Conflict, NotFound):  # decided or moved meanwhile: it is left as it is
            _one(visit, form)(each)
            _label(visit, form, each)
    done = "agreed" if state is HeldState.HELD else _DONE[form.choice]
    return see_other(f"/held/{held_id}?done={done}")


def _hand_on(visit: Visit, form: Attempt) -> Response:
    """Say that someone else should decide; if nobody else may, the page says so."""
    try:
        visit.services.review.hand_on(visit.message.id, by=visit.who, now=visit.now)
    except Conflict:
        with visit.services.database.reading() as session:
            now = replace(visit, held=held_messages.get(session, visit.message.id))
        if not can_decide(now):
            raise
        return page(now, nobody_else=True)
    return render(visit, "handed-on.html", choice=form.choice, nav="queue")


def _one(visit: Visit, form: Attempt) -> Callable[[str], HeldState]:
    """What is done to one message; it returns the state that follows."""
    review, who, now = visit.services.review, visit.who, visit.now

    def act(held_id: str) -> HeldState:
        match form.choice:
            case "return":
                outcomes.give_back(review, held_id, by=who, code=form.code, text=form.text, now=now)
                return HeldState.RETURNED
            case "refuse":
                review.refuse(held_id, by=who, reason=form.text, code=form.code, now=now)
                return HeldState.REFUSED
            case _:
                note = form.text if form.choice == "note" else ""
                return review.release(held_id, by=who, reason=note, now=now)

    return act


def _label(visit: Visit, form: Attempt, held_id: str) -> None:
    """Keep the answer to the other question, if there is one."""
    if form.should_hold:
        outcomes.label(
            visit.services.review,
            held_id,
            by=visit.who,
            should_hold=form.should_hold == "yes",
            now=visit.now,
        )


def _same(visit: Visit, form: Attempt) -> tuple[str, ...]:
    """Those that were asked to be decided too, look the same, and say the same."""
    if not form.also:
        return ()
    candidates = {each.id for each in look_the_same(visit, visit.message)}
    wanted = [each for each in form.also if each in candidates]
    services = visit.services
    return access.compare(
        services.database,
        services.keyring,
        visit.message.id,
        wanted,
        who=visit.who,
        now=visit.now,
    )


def _hr(visit: Visit) -> bool:
    able = outcomes.human_resources(visit.message, visit.people)
    return any(each.id != visit.who.id for each in able)
