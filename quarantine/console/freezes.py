"""The freezes of a body: who, what, when, until; and the two signatures that lift one."""

from datetime import timedelta

from starlette.responses import Response

from models.db import freezes as kept
from models.errors import NotFound, SettingInvalid
from models.freeze import Freeze, FreezeKind
from models.person import Role
from quarantine.console.lists import name_of
from quarantine.console.pages import render, see_other
from quarantine.console.visit import Visit
from quarantine.console.words import mark
from quarantine.dates import write_date
from quarantine.freezes import Freezes, can_freeze, may_know

_MOST = 200
_AGAIN = timedelta(days=91)  # a freeze that is still needed is looked at again then
KINDS = {
    FreezeKind.LEGAL_HOLD: mark("Legal hold"),
    FreezeKind.INFORMATION_REQUEST: mark("Request for information"),
    FreezeKind.ACCESS_REQUEST: mark("Request for one's own data"),
}
_READERS = frozenset({Role.HR, Role.AUTHORISER, Role.PROTECTION_OFFICER, Role.AUDITOR})


def show(visit: Visit) -> Response:
    """List the freezes of the visitor's body, those in force first."""
    with visit.services.database.reading() as session:
        listed = kept.listed(session, limit=_MOST)
        found = [
            each for each in listed if _may_see(visit, each) and may_know(session, visit.who, each)
        ]
    if not visit.who.roles & _READERS:
        raise NotFound("there is no such page for this person")
    freezing = freezes_of(visit)
    today = visit.services.review.hours.today(visit.now)
    found.sort(key=lambda each: not each.in_force)
    return render(
        visit,
        "freezes.html",
        nav="freezes",
        rows=[
            (each, freezing.may_be_lifted(each), can_freeze(visit.who, each.kind, each.body))
            for each in found
        ],
        kinds=KINDS,
        today=today,
        name_of=lambda person: name_of(visit, person),
        day=lambda at: write_date(at, visit.language),
    )


def act(visit: Visit) -> Response:
    """Ask to lift a freeze, lift it, or keep it on; who may not is turned away and entered."""
    freeze_id = str(visit.request.path_params["freeze"])
    freezing = freezes_of(visit)
    match visit.form.get("act"):
        case "ask":
            freezing.ask_to_lift(freeze_id, by=visit.who, now=visit.now)
        case "lift":
            freezing.lift(freeze_id, by=visit.who, now=visit.now)
        case "keep":
            review = visit.services.review.hours.today(visit.now) + _AGAIN
            freezing.keep_on(freeze_id, review=review, by=visit.who, now=visit.now)
        case _:
            raise SettingInvalid("what is to be done with the freeze is not said")
    return see_other("/freezes")


def freezes_of(visit: Visit) -> Freezes:
    """What freezing needs, from the console's services."""
    services = visit.services
    return Freezes(
        database=services.database, settings=services.keeping, hours=services.review.hours
    )


def _may_see(visit: Visit, freeze: Freeze) -> bool:
    """HR sees the legal holds; the others who keep or check records see all of their body."""
    if freeze.body != visit.who.body or not visit.who.active:
        return False
    if visit.who.roles & (_READERS - {Role.HR}):
        return True
    return Role.HR in visit.who.roles and freeze.kind is FreezeKind.LEGAL_HOLD
