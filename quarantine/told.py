"""Who was told of the monitoring (L7): regulation 4(1)(c) makes it a condition of lawfulness.

A person was told if the directory has a date on which, and that date has come. An address that
is in nobody's entry, such as a shared mailbox or a printer, is used by people all the same: unless
the policy says otherwise, rules apply to its mail once everyone in the directory was told, for
then whoever used it was.
"""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy.orm import Session

from models.body import HERE
from models.db import people
from models.person import Person
from models.policy import Policy, UnknownSenders


def is_told(person: Person, on: date) -> bool:
    """Tell whether a person had been told by a day."""
    return person.informed is not None and person.informed <= on


def all_told(everyone: Iterable[Person], on: date) -> bool:
    """Tell whether all who are active had been told by a day; of nobody, nothing is known."""
    active = [each for each in everyone if each.active]
    return bool(active) and all(is_told(each, on) for each in active)


def was_told(session: Session, policy: Policy, sender: str, now: datetime) -> bool:
    """Tell whether the sender of a message had been told of the monitoring."""
    on = now.astimezone(HERE).date()
    person = people.by_address(session, sender) if sender else None
    if person is not None:
        return is_told(person, on)
    match policy.unknown_senders:
        case UnknownSenders.APPLY:
            return True
        case UnknownSenders.WATCH:
            return False
        case UnknownSenders.WHEN_ALL_TOLD:
            return all_told(people.everyone(session), on)
