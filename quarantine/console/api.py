"""The HTTP API: a program of the body's own has a text checked before it sends or publishes it.

Each program has a key (`porthor api-key make`), for the channels it may publish on. A text gets the
verdict that it would get as email. Nothing of it is stored, entered or logged: it is in the answer,
masked, and nowhere else. Every refusal is a problem (RFC 9457) that says what to do.
"""

import asyncio
import base64
import json
import logging
import re
import time
from importlib.metadata import version
from typing import Any

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from models.api_key import ApiKey
from models.db import api_keys
from models.errors import Unavailable
from quarantine.console import api_answers
from quarantine.console.api_models import CheckRequest, Health
from quarantine.console.faults import in_log
from quarantine.console.openapi import document
from quarantine.console.problems import mistakes, problem
from quarantine.console.visit import Page, Permission, Services, Visit
from quarantine.drafts import NOWHERE, Draft, DraftFile
from quarantine.metrics import CHECKS

_log = logging.getLogger(__name__)
PREFIX = "/api/"
_MOST_ARRIVING = 16  # requests whose bodies are in memory
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")  # what a subject cannot hold, and spaces
_SOON = {"Retry-After": "10"}  # seconds
_SAYS = {
    404: "There is nothing at this address; /api/v1/openapi.json lists what there is.",
    405: "This address does not take this method; /api/v1/openapi.json lists what it takes.",
    500: "A fault of ours; nothing was stored. Try again, and tell whoever runs Porthor.",
}


class Door:
    """What stands before the API's pages: keys, how often each may ask, and how large a body."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._often = RateLimitItemPerMinute(services.api.per_minute)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._arriving = 0

    async def answer(self, page: Page, request: Request) -> Response:
        """Answer one request; whatever is raised becomes a problem."""
        try:
            if page.permission is Permission.ANYONE:
                return await run_in_threadpool(page.view, self._visit(request))
            key = await run_in_threadpool(self._key, request)
            if isinstance(key, Response):
                return key
            body = await self._body(request)
            if isinstance(body, Response):
                return body
            return await run_in_threadpool(page.view, self._visit(request, body, key))
        except Unavailable as error:
            _log.warning("api: not now: %s", type(error).__name__)
            detail = "The text cannot be checked now; try again after the time in Retry-After."
            return problem(503, detail, headers=_SOON)
        except ClientDisconnect:
            return problem(400, "The request broke off.")
        except Exception as error:  # noqa: BLE001 - the edge, as in gate.py: by kind, never by text
            _log.error("api: fault: %s", in_log(error))
            return problem(500, _SAYS[500])

    def _visit(self, request: Request, body: str = "", key: ApiKey | None = None) -> Visit:
        services = self._services
        form = {"json": body}
        return Visit(services=services, request=request, form=form, now=services.clock(), key=key)

    def _key(self, request: Request) -> ApiKey | Response:
        """Return the key that the request carries, if it may be used now."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        services = self._services
        key = None
        if kind.lower() == "bearer" and token.strip():
            with services.database.reading() as session:
                key = api_keys.find(session, token.strip())
        today = services.review.hours.today(services.clock())
        if key is None or not key.good_on(today):
            _log.warning("api: a request without a key in force was refused")
            detail = (
                "A key in force is needed, as `Authorization: Bearer KEY`;"
                " whoever runs Porthor makes one with `porthor api-key make`."
            )
            return problem(401, detail, headers={"WWW-Authenticate": "Bearer"})
        if not self._limiter.hit(self._often, key.name):
            reset = self._limiter.get_window_stats(self._often, key.name).reset_time
            wait = str(max(1, int(reset - time.time()) + 1))
            often = services.api.per_minute
            detail = f"This key may ask {often} times a minute; wait as Retry-After says."
            return problem(429, detail, headers={"Retry-After": wait})
        return key

    async def _body(self, request: Request) -> str | Response:
        """Read a JSON body of bounded size, in bounded time."""
        if refusal := self._unreadable(request):
            return refusal
        if self._arriving >= _MOST_ARRIVING:
            raise Unavailable("too many requests are arriving")
        self._arriving += 1
        try:
            async with asyncio.timeout(float(self._services.api.body_timeout)):
                raw = bytearray()
                async for chunk in request.stream():
                    raw += chunk
                    if len(raw) > self._services.api.max_size:
                        return self._too_large()
        except TimeoutError:
            return problem(408, "The request took too long to arrive; send it again.")
        finally:
            self._arriving -= 1
        try:
            return raw.decode()
        except UnicodeDecodeError:
            return problem(400, "The body is not UTF-8; send JSON in UTF-8 (RFC 8259).")

    def _unreadable(self, request: Request) -> Response | None:
        """Refuse what is not plain JSON, or says that it is too large, before reading it."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            detail = "The body is not labelled as JSON; send Content-Type: application/json."
            return problem(415, detail, headers={"Accept": "application/json"})
        if request.headers.get("content-encoding", "identity").lower() != "identity":
            detail = "The body is encoded; send it as it is."
            return problem(415, detail, headers={"Accept-Encoding": "identity"})
        length = request.headers.get("content-length", "")
        if length.isascii() and length.isdigit() and int(length) > self._services.api.max_size:
            return self._too_large()
        return None

    def _too_large(self) -> Response:
        limit = self._services.api.max_size
        detail = f"The body is over {limit:,} octets (api.max_size); leave attachments out."
        return problem(413, detail)


def refused(error: Exception) -> Response:
    """Answer what has no page: a wrong address, or a wrong method."""
    status, headers = 500, None
    if isinstance(error, HTTPException):
        status, headers = error.status_code, error.headers
    return problem(status, _SAYS.get(status, _SAYS[500]), headers=dict(headers or {}))


def check(visit: Visit) -> Response:
    """Say what would happen to a text, and why. Raises Unavailable."""
    checker, key, policy = visit.services.check_draft, visit.key, visit.services.policy
    if checker is None or key is None:
        raise Unavailable("texts cannot be checked here")
    try:
        asked = CheckRequest.model_validate_json(visit.form["json"])
    except ValidationError as error:
        if error.errors(include_input=False)[0]["type"] == "json_invalid":
            return problem(400, "The body is not JSON (RFC 8259); mend it and send it again.")
        detail = "The request is not as /api/v1/openapi.json has it; mend what `errors` lists."
        return problem(422, detail, errors=mistakes(error))
    if asked.channel not in key.channels:
        can = ", ".join(sorted(key.channels))
        detail = f"This key is for {can}; ask whoever runs Porthor for one for this channel."
        return problem(403, detail)
    draft = _draft(asked)
    checked = checker(draft)
    said = api_answers.answer(asked, draft, checked, policy)
    CHECKS.labels(asked.channel.value, said.disposition).inc()
    return _json(said.model_dump(mode="json"))


def health(visit: Visit) -> Response:
    """Say whether texts can be checked. Raises Unavailable."""
    visit.services.database.check()
    if visit.services.check_draft is None:
        raise Unavailable("texts cannot be checked here")
    return _json(Health(status="ok", program=version("porthor")).model_dump())


def openapi(_: Visit) -> Response:
    """Show the OpenAPI document."""
    return _json(document())


def _draft(asked: CheckRequest) -> Draft:
    """The email that would be judged in its place."""
    email = asked.channel == "email"
    to = ["public"] if isinstance(asked.audience, str) else asked.audience
    return Draft(
        sender=asked.author,
        recipients=tuple(
            each if "@" in each else f"{each}@{asked.channel}{NOWHERE}" for each in to
        ),
        subject=_UNSEEN.sub(" ", asked.subject or "").strip(),
        text=asked.text,
        html=asked.format == "html",
        language=asked.language or "",
        shown=email and asked.audience != "public",
        files=tuple(
            DraftFile(
                name=each.name, media_type=each.media_type, content=base64.b64decode(each.content)
            )
            for each in asked.attachments
        ),
    )


def _json(content: Any) -> Response:
    return Response(json.dumps(content, ensure_ascii=False), media_type="application/json")


API_PAGES: tuple[Page, ...] = (
    Page("POST", "/api/v1/check", Permission.API_KEY, check),
    Page("GET", "/api/v1/health", Permission.ANYONE, health),
    Page("GET", "/api/v1/openapi.json", Permission.ANYONE, openapi),
)
