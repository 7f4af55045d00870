"""The console's application: the route table, a permission on every line.

Handlers are plain functions, run in threads. Signing in, language, CSRF and permission are
settled in gate.py, before a page's function is called.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from models.body import Body
from models.db.database import Database
from models.db.keyring import Keyring
from models.policy import Policy
from quarantine.console import gate, sign_in
from quarantine.console.headers import SecurityHeaders
from quarantine.console.pages import render
from quarantine.console.review_pages import REVIEW_PAGES
from quarantine.console.visit import Page, Permission, Services, Visit
from quarantine.drafts import CheckDraft
from quarantine.review import Review
from quarantine.settings import ConsoleSettings

_STATIC = Path(__file__).parent.parent / "static"
_LARGEST_FORM = 64 * 1024  # octets
_MOST_FIELDS = 50


def _alive(_: Visit) -> Response:
    return PlainTextResponse("alive\n")


def _ready(visit: Visit) -> Response:
    visit.services.database.check()
    return PlainTextResponse("ready\n")


def _help(visit: Visit) -> Response:
    return render(visit, "help.html")


def _accessibility(visit: Visit) -> Response:
    return render(visit, "accessibility.html")


def _privacy(visit: Visit) -> Response:
    return render(visit, "privacy.html")


PAGES: tuple[Page, ...] = (
    Page("GET", "/healthz", Permission.ANYONE, _alive),
    Page("GET", "/readyz", Permission.ANYONE, _ready),
    Page("GET", "/sign-in", Permission.ANYONE, sign_in.show),
    Page("POST", "/sign-in", Permission.ANYONE, sign_in.sign_in),
    Page("GET", "/sign-out", Permission.ANYONE, sign_in.ask_sign_out),
    Page("POST", "/sign-out", Permission.ANYONE, sign_in.sign_out),
    Page("GET", "/help", Permission.ANYONE, _help),
    Page("GET", "/accessibility", Permission.ANYONE, _accessibility),
    Page("GET", "/privacy", Permission.ANYONE, _privacy),
    *REVIEW_PAGES,
)


def create_app(  # noqa: PLR0913 - all that the console works with, given once
    *,
    database: Database,
    keyring: Keyring,
    settings: ConsoleSettings,
    body: Body,
    policy: Policy,
    review: Review,
    clock: Callable[[], datetime],
    check_draft: CheckDraft | None = None,
) -> Starlette:
    """Make the application."""
    services = Services(
        database=database,
        keyring=keyring,
        settings=settings,
        body=body,
        policy=policy,
        review=review,
        clock=clock,
        check_draft=check_draft,
    )
    routes: list[BaseRoute] = [
        Route(page.path, _endpoint(page, services), methods=[page.method]) for page in PAGES
    ]
    routes.append(Mount("/static", StaticFiles(directory=_STATIC)))

    async def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return await run_in_threadpool(gate.no_page, services, request, status)

    return Starlette(
        routes=routes,
        middleware=[Middleware(SecurityHeaders, secure=settings.secure)],
        exception_handlers={HTTPException: refused},
    )


def _endpoint(page: Page, services: Services) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        form = await _read_form(request) if page.method == "POST" else {}
        return await run_in_threadpool(gate.answer, page, services, request, form)

    return endpoint


async def _read_form(request: Request) -> dict[str, str]:
    """Read a URL-encoded form of bounded size."""
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > _LARGEST_FORM:
            raise HTTPException(413)
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise HTTPException(400) from None
    return dict(pairs)
