"""SCIM 2.0 (RFC 7644): an identity provider keeps the directory's people, behind a bearer token.

The settings keep only the token's SHA-256; it is random and long, so no slower digest is needed.
Every answer is JSON, an error too; no session, cookie or form has a part in it.
"""

import hmac
import json
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

from pydantic import ValidationError
from scim2_models import Context, Error, ListResponse, SCIMException
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from models.audit import Action, AuditEntry
from models.db import people
from models.errors import Conflict, NotFound, PorthorError, SettingInvalid, Unavailable
from models.person import Person, Source, Standing
from quarantine.console.visit import Page, Permission, Services, Visit
from quarantine.provisioning import PATCH, DirectoryUser, as_user, changed, new_person, tidied

_log = logging.getLogger(__name__)
_MOST_LISTED = 200
_FILTER = re.compile(r'\s*username\s+eq\s+"([^"\\]{1,200})"\s*', re.IGNORECASE)
_ERRORS: dict[type[PorthorError], tuple[int, str | None]] = {
    SettingInvalid: (400, "invalidValue"),
    NotFound: (404, None),
    Conflict: (409, "uniqueness"),
    Unavailable: (503, None),
}


def answer(page: Page, services: Services, request: Request, form: dict[str, str]) -> Response:
    """Answer one request of the identity provider: token first, then the page's function."""
    wanted = services.sign_in.scim_token_sha256.lower()
    if not wanted:
        return _error(404, None, "SCIM is switched off")
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    digest = sha256(token.strip().encode()).hexdigest()
    if kind.lower() != "bearer" or not hmac.compare_digest(digest.encode(), wanted.encode()):
        _log.warning("scim: a request without the token was refused")
        response = _error(401, None, "a bearer token is needed")
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    visit = Visit(services=services, request=request, form=form, now=services.clock())
    try:
        return page.view(visit)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(each) for each in first["loc"])
        return _error(400, "invalidValue", f"{where}: {first['msg']}".lstrip(": "))
    except SCIMException as error:
        return _error(int(error.status), error.scim_type, "the request could not be applied")
    except PorthorError as error:
        status, scim_type = next(
            (found for kind_, found in _ERRORS.items() if isinstance(error, kind_)), (400, None)
        )
        return _error(status, scim_type, str(error))
    except Exception as error:  # noqa: BLE001 - the edge, as in gate.py: by kind, never by text
        _log.error("scim: fault: %s", type(error).__name__)
        return _error(500, None, "a fault of ours; nothing was changed")


def too_large() -> Response:
    """Answer a body over the limit."""
    return _error(413, None, "the body is too large")


def users(visit: Visit) -> Response:
    """List people, or find the one whose userName it is."""
    query = visit.request.query_params
    wanted = query.get("filter")
    start, count = max(1, _number(query, "startIndex", 1)), _number(query, "count", _MOST_LISTED)
    with visit.services.database.reading() as session:
        if wanted is None:
            found = people.everyone(session)
        else:
            match = _FILTER.fullmatch(wanted)
            if match is None:
                return _error(400, "invalidFilter", 'expected userName eq "..."')
            one = _named(session, match[1])
            found = [one] if one else []
    shown = found[start - 1 :][: max(0, min(count, _MOST_LISTED))]
    listed = ListResponse[DirectoryUser](
        total_results=len(found),
        start_index=start,
        items_per_page=len(shown),
        resources=[as_user(each, _base(visit)) for each in shown],
    )
    return _json(listed.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE))


def read(visit: Visit) -> Response:
    """Return one person."""
    with visit.services.database.reading() as session:
        return _user(visit, people.get(session, _id(visit)))


def create(visit: Visit) -> Response:
    """Add a person; one who is here already is a conflict."""
    user = DirectoryUser.model_validate(
        tidied(_body(visit)), scim_ctx=Context.RESOURCE_CREATION_REQUEST
    )
    with visit.services.database.writing() as session:
        known = people.directory(session)
        person = replace(new_person(user, known), source=Source.SCIM)
        if person.id in known or _named(session, person.id):
            raise Conflict("userName: this person is here already")
        people.put(session, person, _entry(visit, person.id, "created"))
    return _user(visit, person, status=201)


def replace_(visit: Visit) -> Response:
    """Make a person what is given; what SCIM does not know of them stays."""
    given = tidied(_body(visit))
    user = DirectoryUser.model_validate(given, scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST)
    return _change(visit, lambda _: user)


def patch(visit: Visit) -> Response:
    """Change single attributes."""
    given = tidied(_body(visit))
    operations = PATCH.model_validate(given, scim_ctx=Context.RESOURCE_PATCH_REQUEST)

    def patched(user: DirectoryUser) -> DirectoryUser:
        operations.patch(user)
        return user

    return _change(visit, patched)


def delete(visit: Visit) -> Response:
    """Note that a person has left; nobody is removed."""
    with visit.services.database.writing() as session:
        person = people.get(session, _id(visit))
        left = replace(person, standing=Standing.LEFT)
        people.put(session, left, _entry(visit, person.id, "deleted: has left"))
    return Response(status_code=204)


def _change(visit: Visit, change: Callable[[DirectoryUser], DirectoryUser]) -> Response:
    with visit.services.database.writing() as session:
        known = people.directory(session)
        before = people.get(session, _id(visit))
        after = changed(before, change(as_user(before, _base(visit))), known)
        after = replace(after, source=Source.SCIM)
        if after != before:
            people.put(session, after, _entry(visit, before.id, "changed"))
    return _user(visit, after)


def _named(session: Session, user_name: str) -> Person | None:
    """The person whose id it is, or one of whose addresses."""
    found = people.find(session, user_name.lower())
    if found is None and "@" in user_name:
        found = people.by_address(session, user_name)
    return found


def _entry(visit: Visit, person: str, detail: str) -> AuditEntry:
    return AuditEntry(
        at=visit.now, actor="scim", action=Action.CHANGE_PERSON, subject=person, detail=detail
    )


def _id(visit: Visit) -> str:
    return str(visit.request.path_params["person"])


def _base(visit: Visit) -> str:
    return f"{visit.services.settings.base_url}/scim/v2"


def _number(query: Any, name: str, default: int) -> int:
    text = query.get(name, "")
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else default


def _body(visit: Visit) -> Any:
    try:
        return json.loads(visit.form.get("json", ""))
    except (ValueError, RecursionError):
        raise SettingInvalid("the body is not JSON") from None


def _user(visit: Visit, person: Person, status: int = 200) -> Response:
    user = as_user(person, _base(visit))
    response = _json(user.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE), status)
    response.headers["Location"] = f"{_base(visit)}/Users/{person.id}"
    return response


def _error(status: int, scim_type: str | None, detail: str) -> Response:
    said = Error(status=status, scim_type=scim_type, detail=detail)
    return _json(said.model_dump(), status)


def _json(content: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(content), status_code=status, media_type="application/scim+json")


SCIM_PAGES: tuple[Page, ...] = (
    Page("GET", "/scim/v2/Users", Permission.PROVISION, users),
    Page("POST", "/scim/v2/Users", Permission.PROVISION, create),
    Page("GET", "/scim/v2/Users/{person}", Permission.PROVISION, read),
    Page("PUT", "/scim/v2/Users/{person}", Permission.PROVISION, replace_),
    Page("PATCH", "/scim/v2/Users/{person}", Permission.PROVISION, patch),
    Page("DELETE", "/scim/v2/Users/{person}", Permission.PROVISION, delete),
)
