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
from quarantine.console import (
    account,
    api,
    emergency,
    gate,
    openid_sign_in,
    scim,
    sign_in,
    standing,
)
from quarantine.console.cases_pages import CASE_PAGES
from quarantine.console.evidence_pages import EVIDENCE_PAGES
from quarantine.console.headers import SecurityHeaders
from quarantine.console.keeping_pages import KEEPING_PAGES
from quarantine.console.measuring import Measured
from quarantine.console.openid import Provider
from quarantine.console.oversight_pages import OVERSIGHT_PAGES
from quarantine.console.pages import render
from quarantine.console.review_pages import REVIEW_PAGES
from quarantine.console.rights_pages import RIGHTS_PAGES
from quarantine.console.sampling import SAMPLING_PAGES
from quarantine.console.visit import Page, Permission, Services, Visit
from quarantine.drafts import CheckDraft
from quarantine.evidence.gathering import Sources
from quarantine.papers.live import Given
from quarantine.pictures import Draw
from quarantine.review import Review
from quarantine.settings import ApiSettings, ConsoleSettings, KeepingSettings, SignInSettings

_STATIC = Path(__file__).parent.parent / "static"
_LARGEST_FORM = 64 * 1024  # octets
_LARGEST_GROUP = 2 * 1024 * 1024  # octets of a request of SCIM: a group may be everyone
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
    return render(
        visit, "privacy.html", routes=standing.routes(visit.services.policy, visit.language)
    )


PAGES: tuple[Page, ...] = (
    Page("GET", "/healthz", Permission.ANYONE, _alive),
    Page("GET", "/readyz", Permission.ANYONE, _ready),
    Page("GET", "/sign-in", Permission.ANYONE, sign_in.show),
    Page("POST", "/sign-in", Permission.ANYONE, sign_in.sign_in),
    Page("GET", "/sign-in/code", Permission.ANYONE, sign_in.ask_code),
    Page("POST", "/sign-in/code", Permission.ANYONE, sign_in.take_code),
    Page("GET", "/sign-in/set-up", Permission.ANYONE, sign_in.ask_set_up),
    Page("POST", "/sign-in/set-up", Permission.ANYONE, sign_in.take_set_up),
    Page("GET", "/sign-in/openid", Permission.ANYONE, openid_sign_in.there),
    Page("GET", "/sign-in/openid/back", Permission.ANYONE, openid_sign_in.back),
    Page("GET", "/sign-out", Permission.ANYONE, sign_in.ask_sign_out),
    Page("POST", "/sign-out", Permission.ANYONE, sign_in.sign_out),
    Page("GET", "/help", Permission.ANYONE, _help),
    Page("GET", "/accessibility", Permission.ANYONE, _accessibility),
    Page("GET", "/privacy", Permission.ANYONE, _privacy),
    Page("GET", "/account", Permission.SIGNED_IN, account.show),
    Page("POST", "/account/end-session", Permission.SIGNED_IN, account.end_session),
    Page("GET", "/account/password", Permission.SIGNED_IN, account.ask_password),
    Page("POST", "/account/password", Permission.SIGNED_IN, account.take_password),
    Page("GET", "/account/second-factor", Permission.SIGNED_IN, account.ask_second_factor),
    Page("POST", "/account/second-factor", Permission.SIGNED_IN, account.take_second_factor),
    Page("GET", "/account/recovery-codes", Permission.SIGNED_IN, account.ask_codes),
    Page("POST", "/account/recovery-codes", Permission.SIGNED_IN, account.take_codes),
    Page("GET", "/break-glass", Permission.SIGNED_IN, emergency.show),
    Page("POST", "/break-glass", Permission.ADMINISTER, emergency.ask),
    Page("POST", "/break-glass/confirm", Permission.ADMINISTER, emergency.confirm),
    Page("POST", "/break-glass/take", Permission.SIGNED_IN, emergency.take),
    Page("POST", "/break-glass/end", Permission.SIGNED_IN, emergency.end),
    *REVIEW_PAGES,
    *OVERSIGHT_PAGES,
    *SAMPLING_PAGES,
    *KEEPING_PAGES,
    *RIGHTS_PAGES,
    *CASE_PAGES,
    *EVIDENCE_PAGES,
    *scim.SCIM_PAGES,
    *api.API_PAGES,
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
    sign_in_settings: SignInSettings | None = None,
    openid_secret: str = "",
    api_settings: ApiSettings | None = None,
    keeping: KeepingSettings | None = None,
    draw: Draw | None = None,
    check_draft: CheckDraft | None = None,
    bundles: Sources | None = None,
    in_force: tuple[tuple[str, str], ...] = (),
    papers: Given | None = None,
) -> Starlette:
    """Make the application."""
    ways = sign_in_settings or SignInSettings()
    back = f"{settings.base_url}/sign-in/openid/back"
    provider = Provider(ways, openid_secret, back, clock) if ways.issuer else None
    services = Services(
        database=database,
        keyring=keyring,
        settings=settings,
        body=body,
        policy=policy,
        review=review,
        clock=clock,
        sign_in=ways,
        api=api_settings or ApiSettings(),
        keeping=keeping or KeepingSettings(),
        provider=provider,
        draw=draw,
        check_draft=check_draft,
        bundles=bundles,
        in_force=in_force,
        papers=papers or Given(),
    )
    door = api.Door(services)
    routes: list[BaseRoute] = [
        Route(page.path, _endpoint(page, services, door), methods=[page.method]) for page in PAGES
    ]
    routes.append(Mount("/static", StaticFiles(directory=_STATIC)))

    async def refused(request: Request, error: Exception) -> Response:
        if request.url.path.startswith(api.PREFIX):
            return api.refused(error)
        status = error.status_code if isinstance(error, HTTPException) else 500
        return await run_in_threadpool(gate.no_page, services, request, status)

    return Starlette(
        routes=routes,
        middleware=[Middleware(Measured), Middleware(SecurityHeaders, secure=settings.secure)],
        exception_handlers={HTTPException: refused},
    )


def _endpoint(
    page: Page, services: Services, door: api.Door
) -> Callable[[Request], Awaitable[Response]]:
    async def provision(request: Request) -> Response:
        try:
            raw = await _read_body(request, _LARGEST_GROUP)
        except HTTPException:
            return scim.too_large()
        form = {"json": raw.decode("utf-8", "replace")}
        return await run_in_threadpool(scim.answer, page, services, request, form)

    async def program(request: Request) -> Response:
        return await door.answer(page, request)

    async def endpoint(request: Request) -> Response:
        form = await _read_form(request) if page.method == "POST" else {}
        return await run_in_threadpool(gate.answer, page, services, request, form)

    if page.path.startswith(api.PREFIX):
        return program
    return provision if page.permission is Permission.PROVISION else endpoint


async def _read_form(request: Request) -> dict[str, str]:
    """Read a URL-encoded form of bounded size."""
    raw = await _read_body(request)
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise HTTPException(400) from None
    return dict(pairs)


async def _read_body(request: Request, most: int = _LARGEST_FORM) -> bytes:
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > most:
            raise HTTPException(413)
    return raw
