"""Counts and times what the console answers, by method and status alone."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from quarantine.metrics import PAGE_SECONDS, PAGES

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})


class Measured:
    """Measures whatever the application answers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI has it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        method = scope["method"] if scope["method"] in _METHODS else "other"

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                PAGES.labels(method, str(message["status"])).inc()
                PAGE_SECONDS.observe(time.perf_counter() - began)
            await send(message)

        await self.app(scope, receive, counted)
