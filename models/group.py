"""Groups of people as the body's identity provider keeps them; by the settings some give a role."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group. Nothing but the roles that its name gives depends on it."""

    id: str
    name: str
    external_id: str = ""  # what the provider calls it
    members: frozenset[str] = field(default=frozenset(), repr=False)  # ids of people
