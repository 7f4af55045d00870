"""Signing in with the body's identity provider: there, back, and whose account it is.

The provider's subject decides who it is (ASVS 5.0, 10.5.2). The first time, a claim of the
settings names a person of the directory, who is then bound to that subject for good: an
address that is given to someone else later opens nothing. Coming back is a GET, as the
standard has it; it signs in only the browser that was sent, once, with a code and a nonce.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from models.audit import Action
from models.db import people, sign_ins
from models.errors import NotFound, NotPermitted
from models.person import Person
from models.sign_in import Method
from quarantine.console import steps
from quarantine.console.openid import Provider, same
from quarantine.console.pages import render
from quarantine.console.session import active, begin, note, wanted_path
from quarantine.console.visit import Visit

_LONGEST = 255  # characters of a claim


def there(visit: Visit) -> Response:
    """Send the browser to the provider."""
    begun = _provider(visit).begin()
    response = RedirectResponse(begun.address, status_code=303)
    return steps.give(
        response,
        visit,
        steps.OPENID,
        state=begun.state,
        nonce=begun.nonce,
        verifier=begun.verifier,
        next=wanted_path(visit),
    )


def back(visit: Visit) -> Response:
    """Take what the provider sent the browser back with, and begin the session."""
    provider, query = _provider(visit), visit.request.query_params
    step = steps.read(visit, steps.OPENID)
    if step is None or not same(query.get("state", ""), step["state"]):
        return _refused(visit, "old")
    if "error" in query:
        return _refused(visit, "cancelled")
    try:
        claims = provider.redeem(query, nonce=step["nonce"], verifier=step["verifier"])
    except NotPermitted:
        with visit.services.database.writing() as session:
            note(session, visit, Action.SIGN_IN_FAILED, "unknown", detail="openid")
        return _refused(visit, "refused")
    with visit.services.database.writing() as session:
        person = _person(session, visit, provider.issuer, claims)
        if person is None:
            note(session, visit, Action.SIGN_IN_FAILED, "unknown", detail="openid: no such person")
    if person is None:
        return _refused(visit, "unknown")
    return steps.forget(begin(visit, person, Method.OPENID, step["next"]), visit)


def _person(
    session: Session, visit: Visit, issuer: str, claims: Mapping[str, Any]
) -> Person | None:
    """Return whose account it is, if they may sign in; bind it the first time."""
    subject = str(claims["sub"])[:_LONGEST]
    bound = sign_ins.subject(session, issuer, subject)
    if bound is not None:
        return active(session, bound)
    claim = visit.services.sign_in.claim
    named = str(claims.get(claim, "")).strip().casefold()[:_LONGEST]
    if not named or (claim == "email" and claims.get("email_verified") is False):
        return None
    found = people.find(session, named)
    if found is None and "@" in named:
        found = people.by_address(session, named)
    if found is None or not found.active or sign_ins.is_bound(session, found.id):
        return None
    sign_ins.bind(session, issuer, subject, found.id, visit.now)
    note(session, visit, Action.LINK_ACCOUNT, found.id, actor=found.id, detail=f"by {claim}")
    return found


def _provider(visit: Visit) -> Provider:
    if visit.services.provider is None:
        raise NotFound("there is no identity provider")
    return visit.services.provider


def _refused(visit: Visit, why: str) -> Response:
    return steps.forget(render(visit, "sign-in-refused.html", status=403, why=why), visit)
