"""Whose turn it is to review a message. Pure.

The sender's manager; if that person is away, has left, or is a recipient, their deputy; then
the manager's manager in the same way; then a duty reviewer. A circular chain ends. This
version knows no deadlines.
"""

from collections.abc import Iterator, Mapping, Sequence

from models.address import parse_address
from models.person import Person, Role


def reviewer_for(
    sender: Person | None, recipients: Sequence[str], people: Mapping[str, Person]
) -> str | None:
    """Return the id of the person whose turn it is, or None if the body has no one."""
    involved = {parse_address(each).key for each in recipients}
    for person in _candidates(sender, people):
        addressed = any(parse_address(each).key in involved for each in person.addresses)
        if person.active and not person.away and not addressed and person != sender:
            return person.id
    return None


def _candidates(sender: Person | None, people: Mapping[str, Person]) -> Iterator[Person]:
    seen: set[str] = {sender.id} if sender else set()
    manager = people.get(sender.manager) if sender and sender.manager else None
    while manager is not None and manager.id not in seen:
        seen.add(manager.id)
        yield manager
        if manager.deputy and manager.deputy in people:
            yield people[manager.deputy]
        manager = people.get(manager.manager) if manager.manager else None
    for person in sorted(people.values(), key=lambda each: each.id):
        if Role.DUTY_REVIEWER in person.roles:
            yield person
