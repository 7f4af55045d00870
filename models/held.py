"""A held message, and all of its state machine.

Rules of this file: every state and every move a message can make is here and nowhere else; no
clock appears, because no clock may send, refuse or end a held message (promise 10).
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from models.decision import Choice, Decision
from models.envelope import Client, Recipient
from models.finding import PERSONAL_MARK, Finding
from models.verdict import Disposition


class HeldState(StrEnum):
    """Where a held message stands."""

    HELD = "held"  # waits for a person
    RETURNED = "returned"  # a person gave it back: the sender mends it, or says why it is needed
    REFERRED = "referred"  # a person passed it to HR; to its sender it looks as it did
    RELEASED = "released"  # a person said send; the worker is at it
    SENT = "sent"  # the next hop answered 250
    REFUSED = "refused"  # a person said no
    WITHDRAWN = "withdrawn"  # the sender took it back, or the rest of the message was rejected
    SEALED = "sealed"  # may hold an illegal image of a child: nobody opens it (L50)


TRANSITIONS: dict[HeldState, frozenset[HeldState]] = {
    HeldState.HELD: frozenset(
        {
            HeldState.RETURNED,
            HeldState.REFERRED,
            HeldState.RELEASED,
            HeldState.REFUSED,
            HeldState.WITHDRAWN,
            HeldState.SEALED,
        }
    ),
    HeldState.RETURNED: frozenset({HeldState.HELD, HeldState.WITHDRAWN, HeldState.SEALED}),
    HeldState.REFERRED: frozenset(
        {HeldState.HELD, HeldState.REFUSED, HeldState.WITHDRAWN, HeldState.SEALED}
    ),
    HeldState.RELEASED: frozenset(  # back if stopped or rejected
        {HeldState.SENT, HeldState.HELD, HeldState.SEALED}
    ),
    HeldState.SENT: frozenset({HeldState.SEALED}),  # whoever still may open the kept copy
    HeldState.REFUSED: frozenset({HeldState.HELD, HeldState.SEALED}),  # by an appeal, once
    HeldState.WITHDRAWN: frozenset({HeldState.SEALED}),
    HeldState.SEALED: frozenset(),
}
ENDINGS = frozenset({HeldState.SENT, HeldState.REFUSED, HeldState.WITHDRAWN, HeldState.SEALED})

ENDED = frozenset({HeldState.SENT, HeldState.REFUSED, HeldState.WITHDRAWN})  # clocks run from then

OWNERS: dict[HeldState, str] = {
    HeldState.HELD: "the reviewer, and the sender who may withdraw it",
    HeldState.RETURNED: "the sender; its reviewer may take it up again",
    HeldState.REFERRED: "HR, who refuses it or gives it to another reviewer",
    HeldState.RELEASED: "the worker",
    HeldState.SENT: "no one: it has ended",
    HeldState.REFUSED: "no one: it has ended; its sender may appeal once",
    HeldState.WITHDRAWN: "no one: it has ended",
    HeldState.SEALED: "the named officers, who hand it over and never open it",
}


def can_move(before: HeldState, after: HeldState) -> bool:
    """Tell whether a held message may go from one state to another."""
    return after in TRANSITIONS[before]


class Tie(StrEnum):
    """How a person of the body is involved in a message; each of them bars from deciding."""

    AUTHOR = "author"  # in From or Sender, whoever gave the envelope
    RECIPIENT = "recipient"  # of any copy, those that did not wait included
    NAMED = "named"  # the message names them: it may be about them, or complain of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Involved:
    """One person found in a message when it was held: an id, never the words around it."""

    person: str
    tie: Tie


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Whose turn it is to decide, since when and until when; all empty before the first."""

    since: datetime | None = None
    ends: datetime | None = None  # then the clock passes it on, and does nothing else
    asked: tuple[str, ...] = ()  # ids of those who were told it is theirs, the latest last
    declined: tuple[str, ...] = ()  # ids of those who said that someone else should decide


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """Its sender appealed a refusal: others decide anew, and what they decide is final."""

    at: datetime
    due: datetime  # by when a person is to have decided
    decided: tuple[str, ...]  # who decided before, or voted: they never do again
    answered: datetime | None = None  # when someone decided on it, or its sender took it back


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMessage:
    """A message that waits, without its content, which is sealed (see models/db/contents.py)."""

    id: str  # the queue id given in the reply to DATA
    state: HeldState
    received: datetime
    sender: str = field(repr=False)
    recipients: tuple[Recipient, ...] = field(repr=False)  # those who wait; others got theirs
    options: tuple[str, ...] = ()
    client: Client
    message_id: str = field(default="", repr=False)  # the RFC 5322 field as sent
    digest: str  # SHA-256 of the message's bytes
    size: int  # octets
    disposition: Disposition
    rules: tuple[str, ...]  # ids, strictest first
    findings: tuple[Finding, ...]  # without excerpts, which are sealed
    policy: str  # digest of the policy that held it
    classifier: str = ""
    program: str = ""
    reviewer: str | None = None  # the id of the person whose turn it is
    turn: Turn = Turn()
    involved: tuple[Involved, ...] = ()
    body: str = ""  # of its sender, when it was held
    apart: bool = False  # to HR or a protected address: the sender's own line does not decide
    narrow: bool = False  # shows health, union, belief, sexual life or offences: few see it (L23)
    decisions: tuple[Decision, ...] = ()
    appeal: Appeal | None = None
    note: str = field(default="", repr=False)  # the next hop's words when it rejected a release

    @property
    def marked_personal(self) -> bool:
        """Whether its sender marked it personal: nobody but they open it alone (L21)."""
        return any(each.detector == PERSONAL_MARK for each in self.findings)

    @property
    def refusal(self) -> Decision | None:
        """The refusal that was appealed; the others' votes are forgotten, this one is kept."""
        refusals = (each for each in self.decisions if each.choice is Choice.REFUSE)
        return next(refusals, None) if self.appeal else None

    @property
    def latest(self) -> Decision | None:
        """The last decision or vote that stands: not a refusal that was appealed."""
        standing = (each for each in reversed(self.decisions) if each is not self.refusal)
        return next(standing, None)

    @property
    def seen_by_sender(self) -> HeldState:
        """The state as its sender sees it: what went to HR, or was sealed, looks as it did.

        Sealing puts the state before it into `note`; a wish to take it back is shown as met, and
        an appeal as made.
        """
        state = self.state
        if state is HeldState.SEALED:
            taken_back = self.decisions and self.decisions[-1].choice is Choice.WITHDRAW
            state = HeldState.WITHDRAWN if taken_back else HeldState(self.note)
            if state is HeldState.REFUSED and self.appeal and self.appeal.answered is None:
                state = HeldState.HELD
        return HeldState.HELD if state is HeldState.REFERRED else state
