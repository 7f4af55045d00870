"""One person's choice about a held message, and whether the choices made are enough."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from models.verdict import Disposition

PRIVATE = "private"  # the code of a release of what turned out to be nobody's business (L5)


class Choice(StrEnum):
    """What a person can choose."""

    RELEASE = "release"
    RETURN = "return"  # the sender is to mend it, or to say why it is needed
    REFUSE = "refuse"
    WITHDRAW = "withdraw"  # the sender takes it back


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who chose what, when and why."""

    by: str  # a person's id, or "os:NAME" for an account of the machine on the command line
    choice: Choice
    code: str = ""  # a fixed reason, such as "wrong-attachment"; the words are the console's
    reason: str = field(default="", repr=False)
    at: datetime


def agreed(decisions: Iterable[Decision], disposition: Disposition) -> bool:
    """Tell whether enough different people chose release: two for HOLD_FOR_TWO, else one."""
    people = {each.by for each in decisions if each.choice is Choice.RELEASE}
    return len(people) >= (2 if disposition is Disposition.HOLD_FOR_TWO else 1)
