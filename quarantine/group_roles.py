"""Which roles a person has by the groups that the identity provider puts them in. Pure.

`sign_in.scim_groups` says which group's name gives which role. A role that stands there is the
provider's alone: its people are those of the groups, and an import leaves it as it is.
"""

from collections.abc import Iterable, Mapping

from models.group import Group
from models.person import Role

Mapped = Mapping[str, Role]  # by a group's name, in lower case


def read_mapping(written: Iterable[str]) -> dict[str, Role]:
    """Read "duty-reviewer = Porthor reviewers" and the like. Raises ValueError, saying how."""
    mapped: dict[str, Role] = {}
    for each in written:
        role, _, name = (part.strip() for part in each.partition("="))
        if role not in set(Role) or not name:
            known = ", ".join(Role)
            raise ValueError(f'"ROLE = NAME OF A GROUP" each, the role one of {known}')
        if name.casefold() in mapped:
            raise ValueError("each group once")
        mapped[name.casefold()] = Role(role)
    return mapped


def roles_of(
    person_id: str, roles: frozenset[Role], groups: Iterable[Group], mapped: Mapped
) -> frozenset[Role]:
    """Return the roles a person has: their own, but for those that groups give."""
    given = {
        mapped[each.name.casefold()]
        for each in groups
        if person_id in each.members and each.name.casefold() in mapped
    }
    return roles.difference(mapped.values()) | given


def with_kept(roles: frozenset[Role], before: frozenset[Role], mapped: Mapped) -> frozenset[Role]:
    """Return roles as an import may set them: of those that groups give, the ones from before."""
    by_groups = frozenset(mapped.values())
    return (roles - by_groups) | (before & by_groups)
