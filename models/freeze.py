"""A freeze: nothing that it covers is erased until two people have lifted it.

A legal hold, a request for information and a request for access to one's own data each place
one: to erase what was asked for can be an offence (FOI Act 2000 section 77, DPA 2018 section 173).
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class FreezeKind(StrEnum):
    """Why a freeze was placed."""

    LEGAL_HOLD = "legal-hold"
    INFORMATION_REQUEST = "information-request"  # FOI Act 2000, EIR 2004
    ACCESS_REQUEST = "access-request"  # UK GDPR Article 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What decides whether a freeze covers a held message; no content."""

    id: str
    sender: str = field(default="", repr=False)  # the key of an address
    recipients: frozenset[str] = field(default=frozenset(), repr=False)  # keys
    people: frozenset[str] = frozenset()  # ids of those who wrote, get or are named in it
    authors: frozenset[str] = frozenset()  # of them, who wrote it, from a shared mailbox too
    received: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What a freeze covers: items by id, and mail of or about someone within a time.

    Senders, authors, recipients and people are alternatives to each other; where all of them are
    empty and a time is given, it is everyone's mail of that time.
    """

    held: frozenset[str] = frozenset()  # ids of items
    senders: frozenset[str] = field(default=frozenset(), repr=False)  # keys of addresses
    authors: frozenset[str] = frozenset()  # ids of those who wrote it, from whichever mailbox
    recipients: frozenset[str] = field(default=frozenset(), repr=False)  # keys of addresses
    people: frozenset[str] = frozenset()  # ids
    since: datetime | None = None  # received from then on
    until: datetime | None = None  # received before then
    new_mail: bool = False  # mail that comes after the freeze was placed too

    @property
    def named(self) -> bool:
        """Whether it covers mail of or about someone, beside single items."""
        return bool(self.senders or self.authors or self.recipients or self.people)

    @property
    def broad(self) -> bool:
        """Whether it covers more than items by id."""
        return self.named or self.since is not None or self.until is not None

    @property
    def empty(self) -> bool:
        """Whether it covers nothing at all."""
        return not (self.held or self.broad)


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """One freeze, in force until it was lifted; a passed review date lifts nothing."""

    id: str
    kind: FreezeKind
    reason: str = field(repr=False)
    owner: str  # the id of the person who placed it
    body: str = ""  # the owner's: only people of the same one lift it
    placed: datetime
    review: date  # when to ask again whether it is needed
    case: str | None = None  # a case's id
    covers: Coverage
    asked_to_lift_by: str | None = None
    asked_to_lift: datetime | None = None
    lifted_by: str | None = None
    lifted: datetime | None = None

    @property
    def in_force(self) -> bool:
        """Whether it still keeps what it covers."""
        return self.lifted is None


def covers(freeze: Freeze, item: Item) -> bool:
    """Tell whether a freeze covers an item, lifted or not."""
    given = freeze.covers
    if item.id in given.held:
        return True
    if not given.broad or (given.since and item.received < given.since):
        return False
    if given.until and item.received >= given.until:
        return False
    if item.received > freeze.placed and not given.new_mail:
        return False
    return not given.named or _is_of(given, item)


def _is_of(given: Coverage, item: Item) -> bool:
    return (
        item.sender in given.senders
        or _meet(item.authors, given.authors)
        or _meet(item.recipients, given.recipients)
        or _meet(item.people, given.people)
    )


def _meet(some: AbstractSet[str], others: AbstractSet[str]) -> bool:
    return not some.isdisjoint(others)
