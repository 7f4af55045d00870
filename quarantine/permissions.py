"""Who may do what. Pure; every question comes as a pair: can_ answers, check_ raises.

Nobody decides on their own mail, on mail to them, or on mail that names them: it may be about
them or complain of them. Who runs the system, HR and the protection officer have no way to a
held message here. What is not yours and what is not there answer alike.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from enum import StrEnum

from models.address import parse_address
from models.directory import Directory
from models.errors import NotFound, NotPermitted
from models.held import HeldMessage, HeldState, Tie
from models.person import Person, Role

People = Mapping[str, Person]  # by id


class Bar(StrEnum):
    """Why a person may not decide on a message, whoever asks them to."""

    GONE = "gone"  # left, or suspended
    SENDER = "sender"
    RECIPIENT = "recipient"
    NAMED = "named"  # the mail may be about them, or complain of them
    DECIDED = "decided"  # they refused it, or voted; its sender appealed
    DECLINED = "declined"  # they said that someone else should decide
    RUNS_IT = "runs-it"  # an administrator runs the system and reads no mail (L29)


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


def bar(person: Person, held: HeldMessage) -> Bar | None:
    """Say what keeps a person from deciding on a message, if anything does."""
    ties = {each.tie for each in held.involved if each.person == person.id}
    if not person.active:
        return Bar.GONE
    if is_sender(person, held) or Tie.AUTHOR in ties:
        return Bar.SENDER
    if is_recipient(person, held) or Tie.RECIPIENT in ties:
        return Bar.RECIPIENT
    if Tie.NAMED in ties:
        return Bar.NAMED
    if _decided_before(person, held):
        return Bar.DECIDED
    if person.id in held.turn.declined:
        return Bar.DECLINED
    if Role.ADMINISTRATOR in person.roles:
        return Bar.RUNS_IT
    return None


def _decided_before(person: Person, held: HeldMessage) -> bool:
    """Tell whether an appeal asks that someone else than this person decides."""
    return held.appeal is not None and person.id in held.appeal.decided


def can_review(person: Person, held: HeldMessage, people: People) -> bool:
    """Tell whether this person is one of those who may read it and decide.

    They are: whose turn it is, those who had a turn before and may still answer first, and the
    sender's manager with that manager's deputy; none of them if anything bars them, or if they
    are not of the few who may see it. What is sealed is no reviewer's any more.
    """
    if held.state is HeldState.SEALED or bar(person, held) is not None:
        return False
    if person.id not in few(held, people):
        return False
    return (
        person.id == held.reviewer
        or person.id in held.turn.asked
        or person.id in _line_of(held, people)
    )


def few(held: HeldMessage, people: People) -> AbstractSet[str]:
    """Return the ids of those among whom a message stays: of most mail, everyone's (L23).

    What shows health, belief and such stays with those who have the role for it. Only while none
    of them can decide, it is the sender's manager's too, and the duty reviewers'; and only if
    none of these can either, anyone's whose turn it can be, rather than nobody's.
    """
    if not held.narrow:
        return people.keys()
    directory = Directory.of(people)
    decided = {each.by for each in held.decisions}
    spent = decided if held.state is HeldState.HELD else set()  # their votes do not end it
    on_duty = (*filter(None, [nearest(held, people)]), *directory.having(Role.DUTY_REVIEWER))
    found: set[str] = set()
    for circle in (directory.having(Role.SENSITIVE_REVIEWER), on_duty):
        found |= {each.id for each in circle if bar(each, held) is None}
        if found - spent:
            return found | decided
    return people.keys()


def nearest(held: HeldMessage, people: People) -> Person | None:
    """Return the sender's manager, or the alternate of one who has none; none of mail to HR."""
    sender = sender_of(held, people)
    if sender is None or held.apart:
        return None
    manager = people.get(sender.manager or "")
    if manager is None or manager.id == sender.id:
        return people.get(sender.alternate or "")
    return manager


def sender_of(held: HeldMessage, people: People) -> Person | None:
    """Return the person whose mail it is, if the directory knows one; one at work rather.

    Mail of a shared mailbox, which is nobody's, is its author's.
    """
    owner = Directory.of(people).owner(parse_address(held.sender).key)
    if owner is not None:
        return owner
    authors = (each.person for each in held.involved if each.tie is Tie.AUTHOR)
    found = [people[each] for each in authors if each in people]
    return min(found, key=lambda each: (not each.active, each.id), default=None)


def can_stand_in(manager: Person, held: HeldMessage) -> bool:
    """Tell whether a manager's deputy may act in their place.

    Where the mail names the manager, or is the manager's own, it passes their deputy by too:
    who was chosen by someone is not the one to judge a complaint about them, or their mail, or
    an appeal against their decision.
    """
    if _decided_before(manager, held):
        return False
    ties = {each.tie for each in held.involved if each.person == manager.id}
    return not ties & {Tie.NAMED, Tie.AUTHOR} and not is_sender(manager, held)


def _line_of(held: HeldMessage, people: People) -> frozenset[str]:
    """The sender's manager, and that manager's deputy; no one if the mail goes to HR."""
    sender = sender_of(held, people)
    manager = people.get(sender.manager) if sender and sender.manager else None
    if manager is None or held.apart:
        return frozenset()
    if manager.deputy and can_stand_in(manager, held):
        return frozenset({manager.id, manager.deputy})
    return frozenset({manager.id})


def can_see(person: Person, held: HeldMessage, people: People) -> bool:
    """Tell whether this person may know that it exists: its sender, and its reviewers."""
    return person.active and (is_sender(person, held) or can_review(person, held, people))


def oversees(person: Person) -> bool:
    """Tell whether the pages about how it is all used are for a person; they show no content."""
    return person.active and bool(person.roles & {Role.PROTECTION_OFFICER, Role.AUDITOR})


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
