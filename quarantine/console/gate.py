"""What stands before every page: who asks, in which language, with which right; and every error.

One request goes through answer(): language, session, CSRF, permission, the page's function.
Whatever is raised becomes a page in the visitor's language.
"""

import hmac
import logging
import secrets
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from models.db import held as held_messages
from models.db import people
from models.errors import (
    Conflict,
    NotFound,
    NotPermitted,
    PorthorError,
    SettingInvalid,
    Unavailable,
)
from models.held import HeldMessage
from quarantine import break_glass, permissions, sealed
from quarantine.console import pseudonyms
from quarantine.console import session as sessions
from quarantine.console.faults import in_log
from quarantine.console.history import name_of_actor
from quarantine.console.pages import render, see_other
from quarantine.console.visit import Page, Permission, Services, Visit
from quarantine.console.words import LANGUAGES
from quarantine.evidence import cases
from quarantine.evidence.rights import Refusal, has_role
from quarantine.evidence.turned_away import enter

_log = logging.getLogger(__name__)
_LANGUAGE_COOKIE = "porthor-language"
_STATUS = {
    SettingInvalid: 422,
    NotPermitted: 403,
    NotFound: 404,
    Conflict: 409,
    Unavailable: 503,
}
_REFUSALS = frozenset({403, 404})
_FAULT = 500


def answer(page: Page, services: Services, request: Request, form: dict[str, str]) -> Response:
    """Answer one request."""
    wanted = request.query_params.get("lang", "")
    if page.method == "GET" and wanted in LANGUAGES:
        return _change_language(services, request, wanted)
    visit = _stranger(services, request, form)
    try:
        visit = _recognised(visit)
        response = _checked(page, visit)
    except PorthorError as error:
        response = _error_page(visit, error)
    except Exception as error:  # noqa: BLE001 - the edge: anything else is a fault of ours
        response = _error_page(visit, error)
    return _keep_visitor(visit, response)


def no_page(services: Services, request: Request, status: int) -> Response:
    """Answer what has no line in the route table, or what could not be read as a form."""
    visit = _stranger(services, request, {})
    try:
        visit = _recognised(visit)
    except PorthorError:
        _log.warning("the visitor could not be recognised: the database cannot be reached")
    template = "error-404.html" if status in {404, 405} else "error-form.html"
    return render(visit, template, status=status)


def _checked(page: Page, visit: Visit) -> Response:
    """Ask for what the page's line in the table asks for, then call it."""
    if page.permission is not Permission.ANYONE and visit.person is None:
        here = visit.request.url.path
        return see_other(f"/sign-in?next={here}" if here != "/" else "/sign-in")
    if page.method == "POST" and not _is_ours(page, visit):
        return render(visit, "error-form.html", status=403)
    if page.permission is Permission.ADMINISTER and not break_glass.is_administrator(visit.who):
        raise NotFound("not a page of this person's")
    if page.permission is Permission.OVERSEE and not permissions.oversees(visit.who):
        raise NotFound("not a page of this person's")
    if page.permission is Permission.SEALED:
        sealed.check_hand_over(visit.who)
    if page.permission in {Permission.SEE, Permission.REVIEW, Permission.OWN}:
        visit = _with_held(page.permission, visit)
    elif page.permission in {Permission.CASES, Permission.CASE, Permission.CASE_RECORD}:
        visit = _with_case(page.permission, visit)
    return page.view(visit)


def _with_held(permission: Permission, visit: Visit) -> Visit:
    with visit.services.database.reading() as session:
        message = held_messages.get(session, str(visit.request.path_params["id"]))
    permissions.check_see(visit.who, message, visit.people)
    if permission is Permission.REVIEW:
        permissions.check_review(visit.who, message, visit.people)
    elif permission is Permission.OWN:
        permissions.check_own(visit.who, message)
    return _about(visit, message)


def _about(visit: Visit, message: HeldMessage) -> Visit:
    return replace(visit, held=message, pseudonym=pseudonyms.is_hidden(visit, message))


def _with_case(permission: Permission, visit: Visit) -> Visit:
    """Let in whose business cases are, and to one case its own people. A refusal is entered."""
    database, who, now = visit.services.database, visit.who, visit.now
    case_id = str(visit.request.path_params.get("case", ""))
    if permission is Permission.CASE_RECORD:
        return replace(visit, case=cases.oversee(database, case_id, who, now))
    if case_id:
        return replace(visit, case=cases.see(database, case_id, who, now))
    if not has_role(who):
        enter(database, who.id, "", f"see: {Refusal.NO_ROLE}", now)
        raise NotFound("not a page of this person's")
    return visit


def _is_ours(page: Page, visit: Visit) -> bool:
    """Tell whether a POST comes from a form of ours.

    Every form carries a token. Signing in is also open to a plain client that sends only name
    and password: there, a browser that says the form stood on another site is refused.
    """
    given = visit.form.get("csrf", "")
    if hmac.compare_digest(given.encode(), visit.csrf.encode()):
        return True
    return page.path == "/sign-in" and not given and not _from_another_site(visit.request)


def _from_another_site(request: Request) -> bool:
    """Read what browsers say (Fetch, Sec-Fetch-Site and Origin); silence is no browser."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        return site not in {"same-origin", "none"}
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


def _stranger(services: Services, request: Request, form: dict[str, str]) -> Visit:
    """Begin a visit before anyone was recognised; never touches the database."""
    _, visitor_cookie = sessions.cookie_names(services)
    return Visit(
        services=services,
        request=request,
        form=form,
        now=services.clock(),
        token=request.cookies.get(visitor_cookie) or secrets.token_urlsafe(32),
        language=_language(request),
    )


def _recognised(visit: Visit) -> Visit:
    """Find out who it is. Raises Unavailable."""
    services, cookies = visit.services, visit.request.cookies
    token = cookies.get(sessions.cookie_names(services)[0], "")
    person = sessions.recognise(services, token, visit.now)
    if person is None:
        return visit
    break_glass.lapse(services.database, person, visit.now)
    with services.database.reading() as session:
        everyone = people.directory(session)
    chosen = cookies.get(_LANGUAGE_COOKIE, "")
    language = chosen if chosen in LANGUAGES else person.language
    return replace(visit, token=token, person=person, people=everyone, language=language)


def _keep_visitor(visit: Visit, response: Response) -> Response:
    """Give a passing visitor a token, so that the form to sign in can carry one."""
    services, request = visit.services, visit.request
    _, visitor_cookie = sessions.cookie_names(services)
    known = visit.person is not None or visitor_cookie in request.cookies
    if request.url.path.startswith("/sign-in") and request.method == "GET" and not known:
        sessions.set_cookie(response, services, visitor_cookie, visit.token)
    return response


def _language(request: Request) -> str:
    """The toggle's choice, else the browser's first of ours, else Welsh."""
    chosen = request.cookies.get(_LANGUAGE_COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    for wanted in request.headers.get("accept-language", "").split(","):
        code = wanted.partition(";")[0].strip().lower()[:2]
        if code in LANGUAGES:
            return code
    return "cy"


def _change_language(services: Services, request: Request, wanted: str) -> Response:
    """Keep the choice and show the same page; the address never leads elsewhere."""
    response = see_other("/" + request.url.path.lstrip("/\\"))
    sessions.set_cookie(response, services, _LANGUAGE_COOKIE, wanted)
    return response


def _error_page(visit: Visit, error: Exception) -> Response:
    """Say what to do; what we did not expect is logged by type and place, never by its text."""
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), _FAULT)
    if isinstance(error, Conflict):
        return _conflict_page(visit)
    if status in _REFUSALS and visit.person:
        where = getattr(visit.request.scope.get("route"), "path", "?")  # as in the route table
        _log.warning("refused %s %s to %s", visit.request.method, where, visit.person.id)
    reference = secrets.token_hex(4)
    if status == _FAULT:
        _log.error("fault %s: %s", reference, in_log(error))
    return render(visit, f"error-{status}.html", status=status, reference=reference)


def _conflict_page(visit: Visit) -> Response:
    """Say who was first, and what they decided; it was theirs to see before the conflict."""
    held_id = str(visit.request.path_params.get("id", ""))
    decision, by = None, ""
    with suppress(PorthorError), visit.services.database.reading() as session:
        message = held_messages.get(session, held_id)
        decision = message.latest
        visit = _about(visit, message)
    if decision is not None:
        by = name_of_actor(visit, decision.by)
    return render(visit, "error-409.html", status=409, decision=decision, by=by, held_id=held_id)
