"""SCIM 2.0 users (RFC 7643) and people of the directory, each made from the other.

The identity provider says who works here: name, addresses, language, department, manager, and
whether they are active. Roles, deputies and alternates decide who may read mail, and absence and
information are ours; none of these can be pushed. Someone made inactive is suspended, someone
deleted has left; nobody is ever removed.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scim2_models import Email, EnterpriseUser, Manager, Meta, PatchOp, Reference, User

from models.errors import SettingInvalid
from models.person import Person, Standing

DirectoryUser = User[EnterpriseUser]
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
_ID = re.compile(r"[a-z0-9][a-z0-9._@+'-]{0,99}")
_LANGUAGES = ("cy", "en")
_NOT_KEPT = frozenset(
    {
        *("addresses", "entitlements", "groups", "ims", "locale", "nickname", "phonenumbers"),
        *("photos", "profileurl", "roles", "timezone", "title", "usertype", "x509certificates"),
    }
)


def as_user(person: Person, base: str) -> DirectoryUser:
    """Write a person as SCIM does. `base` is the address of /scim/v2."""
    manager = None
    if person.manager:
        manager = Manager(value=person.manager, ref=Reference(f"{base}/Users/{person.manager}"))
    user = DirectoryUser(
        id=person.id,
        external_id=person.external_id or None,
        user_name=person.id,
        display_name=person.name,
        active=person.active,
        preferred_language=person.language,
        emails=[
            Email.model_construct(
                value=each, primary=place == 0, type=None if place else Email.Type.work
            )
            for place, each in enumerate(person.addresses)
        ],
        meta=Meta(resource_type="User", location=f"{base}/Users/{person.id}"),
    )
    user[EnterpriseUser] = EnterpriseUser(department=person.department or None, manager=manager)
    return user


def new_person(user: DirectoryUser, known: Mapping[str, Person]) -> Person:
    """Return the person a user becomes. Raises SettingInvalid."""
    person_id = (user.user_name or "").lower()
    if not _ID.fullmatch(person_id):
        raise SettingInvalid("userName: expected a sign-in name or an address, without spaces")
    return changed(Person(id=person_id, name=person_id, addresses=()), user, known)


def changed(person: Person, user: DirectoryUser, known: Mapping[str, Person]) -> Person:
    """Return a person with what a user says of them. Raises SettingInvalid."""
    name = (user.user_name or "").lower()
    addresses = _addresses(user) or person.addresses or ((name,) if "@" in name else ())
    names = {person.id, *(each.lower() for each in (*addresses, *person.addresses))}
    if name not in names:
        raise SettingInvalid(
            "userName: a person keeps theirs; expected it or one of their addresses"
        )
    if not addresses:
        raise SettingInvalid("emails: expected one or more")
    work = user[EnterpriseUser]
    manager = work.manager.value if work and work.manager else None
    if manager and (manager not in known or manager == person.id):
        raise SettingInvalid("manager: expected the id of another user who is here already")
    return replace(
        person,
        name=_name(user) or person.name,
        addresses=addresses,
        language=_language(user) or person.language,
        department=(work.department if work else None) or "",
        manager=manager,
        standing=_standing(person, user),
        external_id=user.external_id or "",
    )


def _name(user: DirectoryUser) -> str:
    if user.display_name:
        return user.display_name.strip()
    name = user.name
    if name is None:
        return ""
    return name.formatted or " ".join(filter(None, [name.given_name, name.family_name]))


def _addresses(user: DirectoryUser) -> tuple[str, ...]:
    """Every address once, the primary one first."""
    given = sorted(user.emails or [], key=lambda each: not each.primary)
    return tuple(dict.fromkeys(str(each.value) for each in given if each.value))


def _language(user: DirectoryUser) -> str:
    wanted = (user.preferred_language or "")[:2].lower()
    return wanted if wanted in _LANGUAGES else ""


def _standing(person: Person, user: DirectoryUser) -> Standing:
    if user.active is None or user.active == person.active:
        return person.standing
    return Standing.ACTIVE if user.active else Standing.SUSPENDED


def tidied(given: Any) -> Any:
    """Mend what identity providers write otherwise than RFC 7643: a manager as a bare id.

    `$ref` of a manager is required there, and neither Entra ID nor Keycloak sends it. Changes of
    what is not kept are left out: their paths would find nothing to change.
    """
    if not isinstance(given, dict):
        return given
    mended = dict(given)
    work = mended.get(ENTERPRISE)
    if isinstance(work, dict) and "manager" in work:
        mended[ENTERPRISE] = {**work, "manager": _manager(work["manager"])}
    if f"{ENTERPRISE}:manager" in mended:
        mended[f"{ENTERPRISE}:manager"] = _manager(mended[f"{ENTERPRISE}:manager"])
    if "userName" in mended and isinstance(mended.get("schemas"), list) and work is not None:
        mended["schemas"] = list(dict.fromkeys([*mended["schemas"], _CORE, ENTERPRISE]))
    operations = mended.get("Operations")
    if isinstance(operations, list):
        mended["Operations"] = [_operation(each) for each in operations if _is_kept(each)]
    return mended


def _is_kept(operation: Any) -> bool:
    """Tell whether it is about something that is kept; a telephone number, say, is not."""
    path = operation.get("path") if isinstance(operation, dict) else None
    head = re.split(r"[.\[]", str(path or "").lower().removeprefix(f"{_CORE.lower()}:"))[0]
    return head not in _NOT_KEPT


def _operation(given: Any) -> Any:
    if not isinstance(given, dict) or "value" not in given:
        return given
    path = str(given.get("path") or "").lower()
    if path in {f"{ENTERPRISE}:manager".lower(), "manager"}:
        value = _manager(given["value"])
        return {**given, "path": f"{ENTERPRISE}:manager", "value": value}
    if path == f"{ENTERPRISE}:manager.value".lower():
        value = _manager(given["value"])
        return {**given, "path": f"{ENTERPRISE}:manager", "value": value}
    return {**given, "value": tidied(given["value"])}


def _manager(given: Any) -> Any:
    if isinstance(given, str):
        given = {"value": given} if given else None
    if isinstance(given, dict) and given.get("value"):
        return {**given, "$ref": given.get("$ref") or f"../Users/{given['value']}"}
    return None if isinstance(given, dict) else given


PATCH = PatchOp[DirectoryUser]
