"""Signing in with a local account, sessions on the server's side, and signing out.

The cookie holds an opaque token of 256 bits; the database holds its digest. A wrong name and
a wrong password get the same answer in the same time, and too many failures make a name wait.
"""

import re
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy.orm import Session
from starlette.responses import Response

from models.audit import Action, AuditEntry
from models.db import audit, people, sign_ins
from models.errors import NotFound
from models.person import Person
from quarantine.console.pages import render, see_other
from quarantine.console.passwords import verify_password
from quarantine.console.visit import Services, Visit

_WINDOW = timedelta(minutes=15)  # in which failures are counted
_TOUCH_EVERY = timedelta(minutes=1)
_OUR_PATHS = re.compile(r"/(held/[A-Za-z0-9_-]{1,64}|queue|decided|mine|help)?")


def cookie_names(services: Services) -> tuple[str, str]:
    """The names of the session's cookie and of a passing visitor's."""
    prefix = "__Host-" if services.settings.secure else ""
    return f"{prefix}porthor", f"{prefix}porthor-visitor"


def recognise(services: Services, token: str, now: datetime) -> Person | None:
    """Return whose session it is; a session of someone who has left ends here."""
    if not token:
        return None
    settings, database = services.settings, services.database
    opened_since = now - timedelta(seconds=settings.session_longest)
    idle_since = now - timedelta(seconds=settings.session_idle)
    with database.reading() as session:
        found = sign_ins.person(session, token, opened_since=opened_since, used_since=idle_since)
        person = _active(session, found)
        fresh = sign_ins.person(
            session, token, opened_since=opened_since, used_since=now - _TOUCH_EVERY
        )
    if found and person is None:
        with database.writing() as session:
            sign_ins.close_all(session, found)
    elif person and not fresh:
        with database.writing() as session:
            sign_ins.touch(session, token, now)
    return person


def show(visit: Visit) -> Response:
    """Show the form, or go home when already signed in."""
    if visit.person:
        return see_other("/")
    return render(visit, "sign-in.html", next=_next(visit), failed=False, username="")


def sign_in(visit: Visit) -> Response:
    """Take name and password; a new token on success."""
    services, database = visit.services, visit.services.database
    username = visit.form.get("username", "").strip().casefold()[:200]
    counted = sha256(username.encode()).hexdigest()  # what was typed may be a password
    with database.reading() as session:
        failures = sign_ins.count_failures(session, counted, visit.now - _WINDOW)
        person = _active(session, username)
        hashed = people.password_hash(session, username) if person else None
    if failures >= services.settings.sign_in_attempts:
        return render(visit, "sign-in-wait.html", status=429)
    right = verify_password(hashed, visit.form.get("password", "")[:1000])
    if person is None or not right:
        with database.writing() as session:
            sign_ins.note_failure(session, counted, visit.now)
            _note(session, visit, Action.SIGN_IN_FAILED, person.id if person else "unknown")
        facts = {"next": _next(visit), "failed": True, "username": username}
        return render(visit, "sign-in.html", status=403, **facts)
    token = secrets.token_urlsafe(32)
    with database.writing() as session:
        sign_ins.open_(session, token, person.id, visit.now)
        _note(session, replace(visit, person=person), Action.SIGN_IN, person.id)
    response = see_other(_next(visit))
    return _with_session(response, services, token)


def ask_sign_out(visit: Visit) -> Response:
    """Show the button: a GET changes nothing."""
    return render(visit, "sign-out.html")


def sign_out(visit: Visit) -> Response:
    """End the session, here and in the database."""
    if visit.person:
        with visit.services.database.writing() as session:
            sign_ins.close(session, visit.token)
            _note(session, visit, Action.SIGN_OUT, visit.person.id)
    response = see_other("/sign-in")
    response.delete_cookie(cookie_names(visit.services)[0], secure=visit.services.settings.secure)
    return response


def _with_session(response: Response, services: Services, token: str) -> Response:
    session_cookie, visitor_cookie = cookie_names(services)
    set_cookie(response, services, session_cookie, token)
    response.delete_cookie(visitor_cookie, secure=services.settings.secure)
    return response


def set_cookie(response: Response, services: Services, name: str, value: str) -> None:
    """Set a cookie that ends with the browser and that no script can read."""
    secure = services.settings.secure
    response.set_cookie(name, value, httponly=True, samesite="lax", secure=secure, path="/")


def _active(session: Session, person_id: str | None) -> Person | None:
    if not person_id:
        return None
    try:
        person = people.get(session, person_id)
    except NotFound:
        return None
    return person if person.active else None


def _note(session: Session, visit: Visit, action: Action, subject: str) -> None:
    actor = visit.person.id if visit.person else "unknown"
    audit.append(session, AuditEntry(at=visit.now, actor=actor, action=action, subject=subject))


def _next(visit: Visit) -> str:
    wanted = visit.form.get("next") or visit.request.query_params.get("next", "/")
    return wanted if _OUR_PATHS.fullmatch(wanted) else "/"
