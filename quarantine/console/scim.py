"""SCIM 2.0 (RFC 7644): an identity provider keeps the directory's people, behind a bearer token.

The settings keep only the token's SHA-256; it is random and long, so no slower digest is needed.
Every answer is JSON, an error too; no session, cookie or form has a part in it.
"""

import hmac
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

from pydantic import ValidationError
from scim2_models import Context, SCIMException
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from models.audit import Action, AuditEntry
from models.db import audit, people
from models.errors import Conflict, NotFound, PorthorError, SettingInvalid, Unavailable
from models.person import Person, Source, Standing
from quarantine.console import scim_discovery, scim_groups
from quarantine.console.faults import in_log
from quarantine.console.scim_answers import base, body, error, listed, matching, one
from quarantine.console.visit import Page, Permission, Services, Visit
from quarantine.provisioning import PATCH, DirectoryUser, as_user, changed, new_person, tidied

_log = logging.getLogger(__name__)
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
        return error(404, None, "SCIM is switched off")
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    digest = sha256(token.strip().encode()).hexdigest()
    if kind.lower() != "bearer" or not hmac.compare_digest(digest.encode(), wanted.encode()):
        _log.warning("scim: a request without the token was refused")
        response = error(401, None, "a bearer token is needed")
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    visit = Visit(services=services, request=request, form=form, now=services.clock())
    try:
        return page.view(visit)
    except ValidationError as raised:
        first = raised.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(each) for each in first["loc"])
        return error(400, "invalidValue", f"{where}: {first['msg']}".lstrip(": "))
    except SCIMException as raised:
        return error(int(raised.status), raised.scim_type, "the request could not be applied")
    except PorthorError as raised:
        status, scim_type = next(
            (found for kind_, found in _ERRORS.items() if isinstance(raised, kind_)), (400, None)
        )
        return error(status, scim_type, str(raised))
    except Exception as raised:  # noqa: BLE001 - the edge, as in gate.py: by kind, never by text
        _log.error("scim: fault: %s", in_log(raised))
        return error(500, None, "a fault of ours; nothing was changed")


def too_large() -> Response:
    """Answer a body over the limit."""
    return error(413, None, "the body is too large")


def users(visit: Visit) -> Response:
    """List people, or find those of a filter; a userName is also any address of theirs."""
    wanted = _FILTER.fullmatch(visit.request.query_params.get("filter", ""))
    with visit.services.database.reading() as session:
        if wanted is not None:
            person = _named(session, wanted[1])
            found = [as_user(person, base(visit))] if person else []
            return listed(visit, DirectoryUser, found)
        found = [as_user(each, base(visit)) for each in people.everyone(session)]
    return listed(visit, DirectoryUser, matching(visit, DirectoryUser, found))


def read(visit: Visit) -> Response:
    """Return one person."""
    with visit.services.database.reading() as session:
        return _user(visit, people.get(session, _id(visit)))


def create(visit: Visit) -> Response:
    """Add a person; one who is here already is a conflict."""
    user = DirectoryUser.model_validate(
        tidied(body(visit)), scim_ctx=Context.RESOURCE_CREATION_REQUEST
    )
    with visit.services.database.writing() as session:
        audit.lock(session)
        known = people.directory(session)
        person = replace(new_person(user, known), source=Source.SCIM)
        if person.id in known or _named(session, person.id):
            raise Conflict("userName: this person is here already")
        people.put(session, person, _entry(visit, person.id, "created"))
    return _user(visit, person, status=201)


def replace_(visit: Visit) -> Response:
    """Make a person what is given; what SCIM does not know of them stays."""
    given = tidied(body(visit))
    user = DirectoryUser.model_validate(given, scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST)
    return _change(visit, lambda _: user)


def patch(visit: Visit) -> Response:
    """Change single attributes."""
    given = body(visit)
    mended = tidied(given)
    if mended != given and mended.get("Operations") == []:
        return read(visit)  # all of it was about what is not kept
    operations = PATCH.model_validate(mended, scim_ctx=Context.RESOURCE_PATCH_REQUEST)

    def patched(user: DirectoryUser) -> DirectoryUser:
        operations.patch(user)
        return user

    return _change(visit, patched)


def delete(visit: Visit) -> Response:
    """Note that a person has left; nobody is removed."""
    with visit.services.database.writing() as session:
        audit.lock(session)
        person = people.get(session, _id(visit))
        left = replace(person, standing=Standing.LEFT)
        people.put(session, left, _entry(visit, person.id, "deleted: has left"))
    return Response(status_code=204)


def _change(visit: Visit, change: Callable[[DirectoryUser], DirectoryUser]) -> Response:
    with visit.services.database.writing() as session:
        audit.lock(session)  # a group may be taking a role away: it does not come back
        known = people.directory(session)
        before = people.get(session, _id(visit))
        after = changed(before, change(as_user(before, base(visit))), known)
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


def _user(visit: Visit, person: Person, status: int = 200) -> Response:
    return one(visit, DirectoryUser, as_user(person, base(visit)), status)


SCIM_PAGES: tuple[Page, ...] = (
    Page("GET", "/scim/v2/Users", Permission.PROVISION, users),
    Page("POST", "/scim/v2/Users", Permission.PROVISION, create),
    Page("GET", "/scim/v2/Users/{person}", Permission.PROVISION, read),
    Page("PUT", "/scim/v2/Users/{person}", Permission.PROVISION, replace_),
    Page("PATCH", "/scim/v2/Users/{person}", Permission.PROVISION, patch),
    Page("DELETE", "/scim/v2/Users/{person}", Permission.PROVISION, delete),
    Page("GET", "/scim/v2/Groups", Permission.PROVISION, scim_groups.show_all),
    Page("POST", "/scim/v2/Groups", Permission.PROVISION, scim_groups.create),
    Page("GET", "/scim/v2/Groups/{group}", Permission.PROVISION, scim_groups.read),
    Page("PUT", "/scim/v2/Groups/{group}", Permission.PROVISION, scim_groups.replace_),
    Page("PATCH", "/scim/v2/Groups/{group}", Permission.PROVISION, scim_groups.patch),
    Page("DELETE", "/scim/v2/Groups/{group}", Permission.PROVISION, scim_groups.delete),
    Page("GET", "/scim/v2/ServiceProviderConfig", Permission.PROVISION, scim_discovery.config),
    Page("GET", "/scim/v2/ResourceTypes", Permission.PROVISION, scim_discovery.resource_types),
    Page(
        "GET", "/scim/v2/ResourceTypes/{name}", Permission.PROVISION, scim_discovery.resource_type
    ),
    Page("GET", "/scim/v2/Schemas", Permission.PROVISION, scim_discovery.schemas),
    Page("GET", "/scim/v2/Schemas/{name}", Permission.PROVISION, scim_discovery.schema),
)
