"""The page of break-glass: asking, confirming, ending, and what an open right lets one decide."""

from contextlib import suppress
from dataclasses import dataclass

from starlette.responses import Response

from models.db import held as held_messages
from models.db import openings, people
from models.errors import Conflict, NotFound, NotPermitted
from models.held import HeldMessage, HeldState
from models.sign_in import Opening
from quarantine import break_glass
from quarantine.break_glass import LONGEST_REASON, PATIENCE, SHORTEST_REASON, Emergency
from quarantine.console.local_accounts import username_of
from quarantine.console.pages import render, see_other
from quarantine.console.visit import Visit

_MOST_SHOWN = 50
_HOURS = (1, 2, 4, 8)
_HOUR = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOpening:
    """A request or a right, as the page lists it."""

    opening: Opening
    state: str  # waits, open, ended, refused, lapsed
    can_confirm: bool
    can_end: bool


def show(visit: Visit) -> Response:
    """Show what is asked, what is open and what was."""
    return _page(visit)


def ask(visit: Visit) -> Response:
    """Ask for a right; it waits for a second administrator."""
    person_id = username_of(visit.form.get("person", ""))
    reason = visit.form.get("reason", "").replace("\r\n", "\n").strip()
    hours = visit.form.get("hours", "")
    mistake = _mistake(visit, person_id, reason, hours)
    if mistake:
        return _page(visit, mistake=mistake)
    emergency(visit).ask(
        by=visit.who,
        person_id=person_id,
        reason=reason,
        lasts=int(hours) * _HOUR,
        now=visit.now,
    )
    return see_other("/break-glass")


def confirm(visit: Visit) -> Response:
    """Open a right that another administrator asked for."""
    with suppress(Conflict):  # answered meanwhile: the page says how
        emergency(visit).confirm(_number(visit), by=visit.who, now=visit.now)
    return see_other("/break-glass")


def end(visit: Visit) -> Response:
    """End a right, or refuse a request."""
    with suppress(Conflict):
        emergency(visit).end(_number(visit), by=visit.who, now=visit.now)
    return see_other("/break-glass")


def take(visit: Visit) -> Response:
    """Take a waiting message under one's own right, and show it."""
    held_id = visit.form.get("held", "")
    emergency(visit).take(held_id, by=visit.who, now=visit.now)
    return see_other(f"/held/{held_id}")


def emergency(visit: Visit) -> Emergency:
    """What break-glass needs."""
    services = visit.services
    return Emergency(
        database=services.database,
        post=services.review.post,
        longest=services.sign_in.break_glass_longest,
    )


def _page(visit: Visit, *, mistake: str = "") -> Response:
    who, now = visit.who, visit.now
    with visit.services.database.reading() as session:
        if not break_glass.may_open_page(session, who, now):
            raise NotFound("not a page of this person's")
        mine = openings.in_force(session, who.id, now)
        found = openings.latest(session, _MOST_SHOWN)
        waiting = _waiting(visit, held_messages.find(session, states={HeldState.HELD}), mine)
    oversees = break_glass.is_administrator(who) or break_glass.is_officer(who)
    longest = visit.services.sign_in.break_glass_longest
    facts = {
        "shown": [_shown(visit, each) for each in found if oversees or each.person == who.id],
        "asks": break_glass.is_administrator(who),
        "mine": mine,
        "waiting": waiting,
        "hours": [each for each in _HOURS if each * _HOUR <= longest] or [1],
        "mistake": mistake,
        "form": visit.form if mistake else {},
        "longest_reason": LONGEST_REASON,
        "name_of": lambda key: visit.people[key].name if key in visit.people else (key or ""),
    }
    return render(visit, "break-glass.html", status=422 if mistake else 200, **facts)


def _waiting(visit: Visit, found: list[HeldMessage], mine: Opening | None) -> list[HeldMessage]:
    """What a right in force lets this person decide on, the oldest first; no content."""
    if mine is None:
        return []
    return [each for each in reversed(found) if break_glass.may_take(visit.who, each, visit.people)]


def _shown(visit: Visit, opening: Opening) -> ShownOpening:
    who, now = visit.who, visit.now
    waits, in_force = opening.waits(now, PATIENCE), opening.in_force(now)
    if in_force:
        state = "open"
    elif waits:
        state = "waits"
    elif opening.confirmed_by:
        state = "ended"
    else:
        state = "refused" if opening.ended_by else "lapsed"
    other = who.id not in (opening.asked_by, opening.person)
    return ShownOpening(
        opening=opening,
        state=state,
        can_confirm=waits and other and break_glass.is_administrator(who),
        can_end=in_force or (waits and break_glass.is_administrator(who)),
    )


def _mistake(visit: Visit, person_id: str, reason: str, hours: str) -> str:
    with visit.services.database.reading() as session:
        person = people.find(session, person_id)
        everyone = people.everyone(session)
    fault = break_glass.fault_of_person(person, visit.who)
    if fault:
        return f"person-{fault}"
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        return "reason"
    longest = visit.services.sign_in.break_glass_longest
    if not (hours.isascii() and hours.isdigit() and 0 < int(hours) * _HOUR <= longest):
        return "hours"
    return "" if any(break_glass.is_officer(each) for each in everyone) else "no-officer"


def _number(visit: Visit) -> int:
    given = visit.form.get("opening", "")
    if not (given.isascii() and given.isdigit() and len(given) <= 9):  # noqa: PLR2004 - of digits
        raise NotPermitted("no such request")
    return int(given)
