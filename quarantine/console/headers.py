"""The headers of every response: nothing from elsewhere runs or loads, nothing is kept."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "object-src 'none'; frame-ancestors 'none'; base-uri 'none'"
)
WITH_PICTURES = POLICY.replace("img-src 'self'", "img-src 'self' data:")  # those we draw ourselves


class SecurityHeaders:
    """Adds the headers to whatever the application answers."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app = app
        self.secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI has it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        static = scope["path"].startswith("/static/")

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", POLICY)
                headers["Referrer-Policy"] = "no-referrer"
                headers["X-Content-Type-Options"] = "nosniff"
                headers["X-Frame-Options"] = "DENY"
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
                headers["Cross-Origin-Resource-Policy"] = "same-origin"
                headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
                headers["X-Robots-Tag"] = "noindex, nofollow"
                headers["Cache-Control"] = "max-age=3600" if static else "no-store"
                if self.secure:
                    year = "max-age=31536000; includeSubDomains"
                    headers["Strict-Transport-Security"] = year
            await send(message)

        await self.app(scope, receive, send_with_headers)
