"""Groups by SCIM: the identity provider says who is in them; the settings, which give a role.

`sign_in.scim_groups` maps names of groups to roles (quarantine/group_roles.py). A group that stands
there gives its role to its people and takes it from those who leave; any other changes nothing.
"""

import secrets
from dataclasses import replace
from typing import Any

from scim2_models import Context, GroupMember, Meta, PatchOp, Reference
from scim2_models import Group as ScimGroup
from sqlalchemy.orm import Session
from starlette.responses import Response

from models.audit import Action, AuditEntry
from models.db import audit, groups, people
from models.errors import Conflict, SettingInvalid
from models.group import Group
from quarantine.console.scim_answers import base, body, listed, matching, one
from quarantine.console.visit import Visit
from quarantine.group_roles import read_mapping, roles_of


def show_all(visit: Visit) -> Response:
    """List groups."""
    with visit.services.database.reading() as session:
        found = [_as_scim(each, visit) for each in groups.all_groups(session)]
    return listed(visit, ScimGroup, matching(visit, ScimGroup, found))


def read(visit: Visit) -> Response:
    """Return one group."""
    with visit.services.database.reading() as session:
        return one(visit, ScimGroup, _as_scim(groups.get(session, _id(visit)), visit))


def create(visit: Visit) -> Response:
    """Add a group; one of the name that is here already is a conflict."""
    given = ScimGroup.model_validate(body(visit), scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    with visit.services.database.writing() as session:
        audit.lock(session)
        group = _changed(session, Group(id=secrets.token_hex(16), name=""), given)
        _put(session, visit, group, "created")
    return one(visit, ScimGroup, _as_scim(group, visit), status=201)


def replace_(visit: Visit) -> Response:
    """Make a group what is given."""
    given = ScimGroup.model_validate(body(visit), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST)
    with visit.services.database.writing() as session:
        audit.lock(session)
        before = groups.get(session, _id(visit))
        group = _changed(session, before, given)
        _put(session, visit, group, "changed")
    return one(visit, ScimGroup, _as_scim(group, visit))


def patch(visit: Visit) -> Response:
    """Change single attributes, or some members."""
    operations = PatchOp[ScimGroup].model_validate(
        tidied(body(visit)), scim_ctx=Context.RESOURCE_PATCH_REQUEST
    )
    with visit.services.database.writing() as session:
        audit.lock(session)
        before = groups.get(session, _id(visit))
        given = _as_scim(before, visit)
        operations.patch(given)
        group = _changed(session, before, given)
        if group != before:
            _put(session, visit, group, "changed")
    return one(visit, ScimGroup, _as_scim(group, visit))


def delete(visit: Visit) -> Response:
    """Delete a group; its people stay, without the role that it gave."""
    with visit.services.database.writing() as session:
        audit.lock(session)
        before = groups.get(session, _id(visit))
        groups.remove(session, before.id, _entry(visit, f"group:{before.id}", "group deleted"))
        _give_roles(session, visit)
    return Response(status_code=204)


def tidied(given: Any) -> Any:
    """Mend what Entra ID writes otherwise than RFC 7644: members to remove, as a value.

    There a path says which: `members[value eq "gwen"]`.
    """
    if not isinstance(given, dict) or not isinstance(given.get("Operations"), list):
        return given
    operations = [each for one_ in given["Operations"] for each in _mended(one_)]
    return {**given, "Operations": operations}


def _mended(operation: Any) -> list[Any]:
    if not isinstance(operation, dict):
        return [operation]
    is_removal = str(operation.get("op", "")).lower() == "remove"
    of_members = str(operation.get("path", "")).lower() == "members"
    values = operation.get("value")
    if not (is_removal and of_members and isinstance(values, list)):
        return [operation]
    ids = [each.get("value") for each in values if isinstance(each, dict)]
    if not all(isinstance(each, str) and '"' not in each and "\\" not in each for each in ids):
        return [operation]
    return [{"op": "remove", "path": f'members[value eq "{each}"]'} for each in ids]


def _changed(session: Session, group: Group, given: ScimGroup) -> Group:
    """Return a group with what is given. Raises SettingInvalid or Conflict."""
    name = " ".join((given.display_name or "").split())
    if not name:
        raise SettingInvalid("displayName: expected a name")
    if any(
        each.name.casefold() == name.casefold() and each.id != group.id
        for each in groups.all_groups(session)
    ):
        raise Conflict("displayName: there is a group of this name already")
    members = frozenset(each.value or "" for each in given.members or [])
    known = {each.id for each in people.everyone(session)}
    if not members <= known | group.members:
        raise SettingInvalid("members: expected ids of users who are here already")
    return replace(group, name=name, external_id=given.external_id or "", members=members)


def _put(session: Session, visit: Visit, group: Group, what: str) -> None:
    detail = f"group {what}: {len(group.members)} members"
    groups.put(session, group, _entry(visit, f"group:{group.id}", detail))
    _give_roles(session, visit)


def _give_roles(session: Session, visit: Visit) -> None:
    """Give everyone the roles of their groups, and take those that no group of theirs gives."""
    mapped = read_mapping(visit.services.sign_in.scim_groups)
    session.flush()
    every = groups.all_groups(session)
    for person in people.everyone(session) if mapped else ():
        roles = roles_of(person.id, person.roles, every, mapped)
        if roles != person.roles:
            entry = _entry(visit, person.id, "changed by a group")
            people.put(session, replace(person, roles=roles), entry)


def _as_scim(group: Group, visit: Visit) -> ScimGroup:
    return ScimGroup(
        id=group.id,
        display_name=group.name,
        external_id=group.external_id or None,
        members=[_member(each, visit) for each in sorted(group.members)] or None,
        meta=Meta(resource_type="Group", location=f"{base(visit)}/Groups/{group.id}"),
    )


def _member(person_id: str, visit: Visit) -> GroupMember:
    there = Reference[Any](f"{base(visit)}/Users/{person_id}")
    return GroupMember(value=person_id, ref=there, type="User")


def _entry(visit: Visit, subject: str, detail: str) -> AuditEntry:
    action = Action.CHANGE_PERSON
    return AuditEntry(at=visit.now, actor="scim", action=action, subject=subject, detail=detail)


def _id(visit: Visit) -> str:
    return str(visit.request.path_params["group"])
