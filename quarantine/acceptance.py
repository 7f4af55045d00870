"""What is sealed beside a message when it is held: the whole envelope, the session, the verdict.

A held message's own row names those who wait; the envelope of one that parted had others too,
and a decision can only be repeated with all of them (L46, D13).
"""

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from models.envelope import Client, Envelope, Recipient
from models.finding import Unread
from models.held import HeldMessage
from models.verdict import Disposition, Match, Outcome, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """The facts of one acceptance."""

    envelope: Envelope
    on: date  # the day whose rules were in force
    outcomes: tuple[Outcome, ...] = ()  # for each recipient
    unread: tuple[Unread, ...] = field(default=(), repr=False)
    whole: bool = True  # false: held before the envelope was kept, so only those who wait are known


def write_acceptance(
    envelope: Envelope, verdict: Verdict, unread: tuple[Unread, ...], *, on: date
) -> bytes:
    """Return the facts as JSON, to be sealed."""
    facts = {
        "id": envelope.id,
        "sender": envelope.sender,
        "recipients": [asdict(each) for each in envelope.recipients],
        "options": envelope.options,
        "client": asdict(envelope.client),
        "received": envelope.received.astimezone(UTC).isoformat(),
        "on": on.isoformat(),
        "outcomes": [asdict(each) for each in verdict.outcomes],
        "unread": [asdict(each) for each in unread],
    }
    return json.dumps(facts, ensure_ascii=False).encode("utf-8", "surrogatepass")


def read_acceptance(sealed: bytes) -> Acceptance:
    """Read what was sealed."""
    facts = json.loads(sealed.decode("utf-8", "surrogatepass"))
    envelope = Envelope(
        id=facts["id"],
        sender=facts["sender"],
        recipients=tuple(
            Recipient(address=each["address"], options=tuple(each["options"]))
            for each in facts["recipients"]
        ),
        options=tuple(facts["options"]),
        client=Client(**facts["client"]),
        received=datetime.fromisoformat(facts["received"]),
    )
    return Acceptance(
        envelope=envelope,
        on=date.fromisoformat(facts["on"]),
        outcomes=tuple(_outcome(each) for each in facts["outcomes"]),
        unread=tuple(Unread(**each) for each in facts["unread"]),
    )


def _outcome(facts: dict[str, Any]) -> Outcome:
    return Outcome(
        recipient=facts["recipient"],
        disposition=Disposition(facts["disposition"]),
        matches=tuple(
            Match(
                rule=each["rule"],
                clause=each["clause"],
                disposition=Disposition(each["disposition"]),
                watched=Disposition(each["watched"]),
                evidence=tuple(each["evidence"]),
            )
            for each in facts["matches"]
        ),
    )


def of_those_who_wait(held: HeldMessage) -> Acceptance:
    """What the row of a held message says, for one held before this was kept."""
    envelope = Envelope(
        id=held.id,
        sender=held.sender,
        recipients=held.recipients,
        options=held.options,
        client=held.client,
        received=held.received,
    )
    return Acceptance(envelope=envelope, on=held.received.date(), whole=False)
