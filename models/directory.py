"""Everyone of the body at one moment, and whose each mailbox is."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from models.address import parse_address
from models.person import Person, Role


class Directory(Mapping[str, Person]):
    """People by id, in the order given. Never changed once made: many visits share one."""

    def __init__(self, people: Iterable[Person] = ()) -> None:
        """Take everyone."""
        self._people = {each.id: each for each in people}

    @classmethod
    def of(cls, people: Mapping[str, Person]) -> "Directory":
        """Return people by id as a directory; one that is a directory is returned itself."""
        return people if isinstance(people, cls) else cls(people.values())

    def __getitem__(self, person_id: str) -> Person:
        return self._people[person_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._people)

    def __len__(self) -> int:
        return len(self._people)

    def owner(self, key: str) -> Person | None:
        """Return whose mailbox it is, by the key of an address; one at work rather."""
        return self._owners.get(key)

    def having(self, role: Role) -> tuple[Person, ...]:
        """Return those who have a role, in order."""
        return self._by_role.get(role, ())

    @cached_property
    def _by_role(self) -> Mapping[Role, tuple[Person, ...]]:
        found: dict[Role, tuple[Person, ...]] = {}
        for person in self._people.values():
            for role in person.roles:
                found[role] = (*found.get(role, ()), person)
        return found

    @cached_property
    def _owners(self) -> Mapping[str, Person]:
        found: dict[str, Person] = {}
        for person in sorted(self._people.values(), key=lambda each: (not each.active, each.id)):
            for address in person.addresses:
                found.setdefault(parse_address(address).key, person)
        return found
