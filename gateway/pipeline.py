"""A message's way: exempt, read, inspect, decide, act.  START HERE.

`process` is given its actions, so that the mail path, `porthor check` and the tests run the
same function. Whatever it raises is a fault of ours, and the caller answers 451.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Protocol

from gateway import replies
from gateway.decide import decide, unread
from gateway.exempt import exempt
from gateway.inspector import UNREADABLE, InspectionFailed
from gateway.replies import Reply
from models.envelope import Envelope
from models.finding import Inspection
from models.policy import Policy
from models.verdict import Disposition, Verdict

Inspect = Callable[[Envelope, bytes], Awaitable[Inspection]]


class Actions(Protocol):
    """What may be done with a message."""

    async def relay(self, recipients: Sequence[str]) -> Reply:
        """Send it on to these recipients and return the next hop's own reply."""
        ...

    async def hold(self, verdict: Verdict, inspection: Inspection) -> str:
        """Keep it for those who must wait; return its id once the database has committed."""
        ...

    async def withdraw(self, held_id: str) -> None:
        """Undo a hold: the rest of the message was rejected, so nothing of it went."""
        ...

    async def advise(self, verdict: Verdict) -> None:
        """Tell the sender what to mind; the message has gone."""
        ...

    async def demoted(self) -> frozenset[str]:
        """Return the rules that only watch; asked only when a message would not just be relayed."""
        ...

    async def told(self) -> bool:
        """Tell whether the sender was told of the monitoring (L7); asked as `demoted` is."""
        ...

    async def broken(self) -> Disposition | None:
        """Say what follows when the inspection broke: relay, hold, or None to defer."""
        ...


async def process(
    envelope: Envelope, raw: bytes, *, policy: Policy, inspect: Inspect, actions: Actions, on: date
) -> Reply:
    """Take one message all its way and return the reply to its final dot."""
    if exempt(envelope, policy):
        return await actions.relay(envelope.addresses)
    try:
        inspection = await inspect(envelope, raw)
    except InspectionFailed:
        match await actions.broken():
            case None:
                return replies.OUR_FAULT
            case Disposition.RELAY:
                return await actions.relay(envelope.addresses)
            case _:
                return replies.queued(await actions.hold(unread(envelope, policy), UNREADABLE))
    found, classifier = inspection.findings, inspection.classifier
    verdict = decide(envelope, found, policy, on=on, classifier=classifier)
    if verdict.disposition > Disposition.RELAY:
        demoted, told = await actions.demoted(), await actions.told()
        verdict = decide(
            envelope, found, policy, on=on, classifier=classifier, demoted=demoted, told=told
        )
    match verdict.disposition:
        case Disposition.RELAY:
            return await actions.relay(envelope.addresses)
        case Disposition.ADVISE:
            answer = await actions.relay(envelope.addresses)
            if answer.accepted:
                await actions.advise(verdict)
            return answer
        case _:
            return await _part(verdict, inspection, actions)


async def _part(verdict: Verdict, inspection: Inspection, actions: Actions) -> Reply:
    """Hold for those who must wait; the rest go at once, and their reply is the reply.

    On 4xx the sender's server tries again and finds the held copy waiting; on 5xx it tells
    its user that nothing went, so the held copy is withdrawn.
    """
    rest = [each.recipient for each in verdict.outcomes if not each.disposition.waits]
    held_id = await actions.hold(verdict, inspection)
    if not rest:
        return replies.queued(held_id)
    answer = await actions.relay(rest)
    if answer.permanent:
        await actions.withdraw(held_id)
    return answer
