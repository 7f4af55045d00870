"""What follows when a message broke its inspection: what the settings say, and never silence."""

import asyncio
from datetime import UTC, date, datetime

import pytest

from gateway import replies
from gateway.inspector import InspectionFailed
from gateway.pipeline import process
from gateway.policy_file import parse_policy
from gateway.sample import policy_text
from models.envelope import Client, Envelope, Recipient
from models.verdict import Disposition

TODAY = date(2026, 11, 24)
POLICY = parse_policy(policy_text(TODAY, sample=True).encode(), "sample")
ENVELOPE = Envelope(
    id="t",
    sender="sioned.parry@cyngor-enghraifft.example",
    recipients=(Recipient(address="a@elsewhere.example"),),
    client=Client(address="", port=0, name=""),
    received=datetime(2026, 11, 24, tzinfo=UTC),
)


class Noting:
    """Actions that note what was asked of them."""

    def __init__(self, then):
        self.then, self.done, self.rules = then, [], ()

    async def relay(self, _):
        self.done.append("relay")
        return replies.queued("t")

    async def hold(self, _, inspection):
        self.done.append("hold")
        self.rules = [each.category for each in inspection.findings]
        return "t"

    async def broken(self):
        return self.then


async def breaks(*_):
    raise InspectionFailed


@pytest.mark.requirement("A3")
@pytest.mark.parametrize(
    ("then", "done", "code"),
    [
        pytest.param(None, [], 451, id="it is put off, and the sender's server keeps it"),
        pytest.param(Disposition.HOLD, ["hold"], 250, id="it is held"),
        pytest.param(Disposition.RELAY, ["relay"], 250, id="it is relayed"),
    ],
)
def test_what_broke_its_inspection_goes_the_way_that_was_set(then, done, code):
    actions = Noting(then)
    given = {"policy": POLICY, "inspect": breaks, "actions": actions, "on": TODAY}
    answer = asyncio.run(process(ENVELOPE, b"", **given))
    assert (actions.done, answer.code) == (done, code)
    assert actions.rules == (["unreadable"] if done == ["hold"] else ())
