"""What is known between two steps of signing in: sealed in a cookie, for ten minutes.

Nobody is signed in yet, so nothing is kept on the server. The seal binds the kind of step:
one that waits for a code cannot be used where a new key is set up.
"""

import base64
import binascii
import json
from datetime import datetime, timedelta

from starlette.responses import Response

from models.errors import Tampered
from quarantine.console.session import cookie_name, delete_cookie, set_cookie
from quarantine.console.visit import Visit

CODE, SET_UP, OPENID = "code", "set-up", "openid"
_NAME = "porthor-step"
_PATIENCE = timedelta(minutes=10)


def give(response: Response, visit: Visit, kind: str, **facts: str) -> Response:
    """Send a step's facts along, sealed."""
    sealed = seal(visit, f"step:{kind}", {**facts, "at": visit.now.isoformat()})
    set_cookie(response, visit.services, cookie_name(visit.services, _NAME), sealed)
    return response


def read(visit: Visit, kind: str) -> dict[str, str] | None:
    """Return a step's facts, if it is of this kind and recent."""
    sealed = visit.request.cookies.get(cookie_name(visit.services, _NAME), "")
    return unseal(visit, f"step:{kind}", sealed)


def forget(response: Response, visit: Visit) -> Response:
    """Take the step back."""
    delete_cookie(response, visit.services, cookie_name(visit.services, _NAME))
    return response


def seal(visit: Visit, bound: str, facts: dict[str, str]) -> str:
    """Seal facts so that the browser can carry them; `bound` says what for."""
    facts = {"at": visit.now.isoformat(), **facts}
    sealed = visit.services.keyring.seal_secret(json.dumps(facts).encode(), bound)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def unseal(visit: Visit, bound: str, sealed: str) -> dict[str, str] | None:
    """Open what seal() sealed, if it is recent."""
    try:
        raw = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        facts: dict[str, str] = json.loads(visit.services.keyring.open_secret(raw, bound))
    except (Tampered, ValueError, binascii.Error):
        return None
    age = visit.now - datetime.fromisoformat(facts["at"])
    return facts if timedelta(0) <= age < _PATIENCE else None
