"""Who may do what. Pure; every question comes as a pair: can_ answers, check_ raises.

Nobody decides on their own mail or on mail to them. Who runs the system, HR and the
protection officer have no way to a held message here. What is not yours and what is not
there answer alike.
"""

from collections.abc import Mapping

from models.address import parse_address
from models.errors import NotFound, NotPermitted
from models.held import HeldMessage
from models.person import Person, Role

People = Mapping[str, Person]  # by id


def keys_of(person: Person) -> frozenset[str]:
    """A person's mailboxes, in the form to compare by."""
    return frozenset(parse_address(each).key for each in person.addresses)


def is_sender(person: Person, held: HeldMessage) -> bool:
    """Tell whether it is this person's own mail."""
    return parse_address(held.sender).key in keys_of(person)


def is_recipient(person: Person, held: HeldMessage) -> bool:
    """Tell whether it was going to this person."""
    mailboxes = keys_of(person)
    return any(parse_address(each.address).key in mailboxes for each in held.recipients)


def can_review(person: Person, held: HeldMessage, people: People) -> bool:
    """Tell whether this person is one of those who may read it and decide.

    They are: whose turn it is, the sender's manager and that manager's deputy, and the duty
    reviewers; never the sender or a recipient, and never someone who has left.
    """
    if not person.active or is_sender(person, held) or is_recipient(person, held):
        return False
    return (
        person.id == held.reviewer
        or Role.DUTY_REVIEWER in person.roles
        or person.id in _line_of(held, people)
    )


def _line_of(held: HeldMessage, people: People) -> frozenset[str]:
    """The sender's manager, and that manager's deputy."""
    key = parse_address(held.sender).key
    sender = next((each for each in people.values() if key in keys_of(each)), None)
    manager = people.get(sender.manager) if sender and sender.manager else None
    if manager is None:
        return frozenset()
    return (
        frozenset({manager.id, manager.deputy} - {None})
        if manager.deputy
        else frozenset({manager.id})
    )


def can_see(person: Person, held: HeldMessage, people: People) -> bool:
    """Tell whether this person may know that it exists: its sender, and its reviewers."""
    return person.active and (is_sender(person, held) or can_review(person, held, people))


def check_see(person: Person, held: HeldMessage, people: People) -> None:
    """Raise NotFound unless this person may know that it exists."""
    if not can_see(person, held, people):
        raise NotFound(f"no held message {held.id}")


def check_review(person: Person, held: HeldMessage, people: People) -> None:
    """Raise NotFound if it is not theirs to know of, NotPermitted if it is their own."""
    check_see(person, held, people)
    if not can_review(person, held, people):
        raise NotPermitted("nobody decides on their own mail")


def check_own(person: Person, held: HeldMessage) -> None:
    """Raise NotFound unless it is this person's own mail."""
    if not (person.active and is_sender(person, held)):
        raise NotFound(f"no held message {held.id}")
