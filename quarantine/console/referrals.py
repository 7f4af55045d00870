"""What reviewers passed to HR: why, and two ways on. HR opens no message here."""

from dataclasses import dataclass

from starlette.responses import Response

from models.db import held as held_messages
from models.db import statements
from models.errors import NotFound
from models.held import HeldMessage, HeldState
from models.person import Role
from models.statement import Statement
from quarantine import outcomes
from quarantine.codes import REFUSE_CODES
from quarantine.console.lists import name_of
from quarantine.console.pages import render, see_other
from quarantine.console.reasons import Reason
from quarantine.console.shown import shown_reasons
from quarantine.console.visit import Visit

_MOST = 50  # that wait, and that do not


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """One message that was passed to HR, as its list shows it."""

    held: HeldMessage
    said: Statement
    by: str
    reasons: tuple[Reason, ...]


def show(visit: Visit) -> Response:
    """List what was passed to HR: what has waited longest first, then what has ended."""
    return _list(visit, "")


def hand_back(visit: Visit) -> Response:
    """Give one to another reviewer."""
    _check_hr(visit)
    held_id = str(visit.request.path_params["held"])
    outcomes.hand_back(visit.services.review, held_id, by=visit.who, now=visit.now)
    return see_other("/referrals")


def refuse(visit: Visit) -> Response:
    """Decide that one is not sent."""
    _check_hr(visit)
    code = visit.form.get("code", "")
    held_id = str(visit.request.path_params["held"])
    if code not in REFUSE_CODES:
        return _list(visit, held_id)
    review = visit.services.review
    outcomes.refuse_for_hr(review, held_id, by=visit.who, code=code, now=visit.now)
    return see_other("/referrals")


def _check_hr(visit: Visit) -> None:
    if Role.HR not in visit.who.roles:
        raise NotFound("there is no such page for this person")


def _list(visit: Visit, mistaken: str) -> Response:
    _check_hr(visit)
    found: list[Referral] = []
    with visit.services.database.reading() as session:
        waiting = statements.referred(session, waiting=True, limit=_MOST)
        referred = [*waiting, *statements.referred(session, waiting=False, limit=_MOST)]
        messages = held_messages.of_ids(session, {each.held for each in referred})
        by_id = {each.id: each for each in messages}
        for said in referred:
            message = by_id[said.held]
            sealed = message.state is HeldState.SEALED
            if not sealed and outcomes.is_hr_for(visit.who, message):
                found.append(
                    Referral(
                        held=message,
                        said=said,
                        by=name_of(visit, said.by),
                        reasons=shown_reasons(visit, message.rules, message.findings),
                    )
                )
    facts = {
        "waiting": [each for each in found if each.held.state is HeldState.REFERRED],
        "ended": [each for each in found if each.held.state is not HeldState.REFERRED],
        "codes": [(code, w.in_language(visit.language)) for code, w in REFUSE_CODES.items()],
        "mistaken": mistaken,
        "full": len(waiting) == _MOST,
        "nav": "referrals",
    }
    return render(visit, "referrals.html", status=422 if mistaken else 200, **facts)
