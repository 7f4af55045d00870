"""Sessions on the server's side: the cookies, whose session it is, and how one begins.

The cookie holds an opaque token of 256 bits; the database holds its digest. Whoever signs in
gets a new token, whatever the browser came with, and the session it came with ends.
"""

import re
import secrets
from datetime import datetime, timedelta

from sqlalchemy.orm import Session
from starlette.responses import Response

from models.audit import Action, AuditEntry
from models.db import audit, people, sign_ins
from models.person import Person
from models.sign_in import Method
from quarantine.console.pages import see_other
from quarantine.console.visit import Services, Visit

_TOUCH_EVERY = timedelta(minutes=1)
_OUR_PATHS = re.compile(r"/(held/[A-Za-z0-9_-]{1,64}|queue|decided|mine|help|account|break-glass)?")
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"))
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"))
_OTHER_SYSTEMS = (("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))


def cookie_names(services: Services) -> tuple[str, str]:
    """The names of the session's cookie and of a passing visitor's."""
    return cookie_name(services, "porthor"), cookie_name(services, "porthor-visitor")


def cookie_name(services: Services, name: str) -> str:
    """A cookie's name; over HTTPS no other host or path can set one of it (RFC 6265bis)."""
    return f"__Host-{name}" if services.settings.secure else name


def set_cookie(response: Response, services: Services, name: str, value: str) -> None:
    """Set a cookie that ends with the browser and that no script can read."""
    secure = services.settings.secure
    response.set_cookie(name, value, httponly=True, samesite="lax", secure=secure, path="/")


def delete_cookie(response: Response, services: Services, name: str) -> None:
    """Tell the browser to forget a cookie."""
    secure = services.settings.secure
    response.delete_cookie(name, httponly=True, samesite="lax", secure=secure, path="/")


def good_since(services: Services, now: datetime) -> tuple[datetime, datetime]:
    """Return since when a session must have been opened, and used, to be good still."""
    settings = services.settings
    opened = now - timedelta(seconds=settings.session_longest)
    return opened, now - timedelta(seconds=settings.session_idle)


def recognise(services: Services, token: str, now: datetime) -> Person | None:
    """Return whose session it is; a session of someone who has left ends here."""
    if not token:
        return None
    database = services.database
    opened_since, used_since = good_since(services, now)
    with database.reading() as session:
        found = sign_ins.person(session, token, opened_since=opened_since, used_since=used_since)
        person = active(session, found)
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


def begin(visit: Visit, person: Person, method: Method, wanted: str) -> Response:
    """Begin a session under a new token, end the one before it, and go where was wanted."""
    services, token = visit.services, secrets.token_urlsafe(32)
    opened_since, _ = good_since(services, visit.now)
    with services.database.writing() as session:
        sign_ins.forget_old(session, opened_before=opened_since - timedelta(days=1))
        if visit.person:
            sign_ins.close(session, visit.token)
        browser = browser_of(visit.request.headers.get("user-agent", ""))
        sign_ins.open_(session, token, person.id, visit.now, method=method, browser=browser)
        note(session, visit, Action.SIGN_IN, person.id, actor=person.id, detail=method.value)
    response = see_other(safe_path(wanted))
    session_cookie, visitor_cookie = cookie_names(services)
    set_cookie(response, services, session_cookie, token)
    delete_cookie(response, services, visitor_cookie)
    return response


def browser_of(user_agent: str) -> str:
    """Name a browser and its system, as much as a person needs to know their own again."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    if not browser and "Safari/" in user_agent:
        browser = "Safari"
    systems = (*_SYSTEMS, *_OTHER_SYSTEMS)
    system = next((name for sign, name in systems if sign in user_agent), "")
    return ", ".join(each for each in (browser, system) if each)


def safe_path(wanted: str) -> str:
    """Return the page that was wanted if it is one of ours, else the first."""
    return wanted if _OUR_PATHS.fullmatch(wanted) else "/"


def wanted_path(visit: Visit) -> str:
    """Return the page that was wanted before signing in."""
    return safe_path(visit.form.get("next") or visit.request.query_params.get("next", "/"))


def active(session: Session, person_id: str | None) -> Person | None:
    """Return a person who may sign in."""
    person = people.find(session, person_id) if person_id else None
    return person if person and person.active else None


def note(
    session: Session,
    visit: Visit,
    action: Action,
    subject: str,
    *,
    actor: str | None = None,
    detail: str = "",
) -> None:
    """Append an audit entry of what the visitor did."""
    who = actor or (visit.person.id if visit.person else "unknown")
    entry = AuditEntry(at=visit.now, actor=who, action=action, subject=subject, detail=detail)
    audit.append(session, entry)
