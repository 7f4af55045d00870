"""Answers become labels only where nobody can teach the classifier to look away from them."""

from datetime import UTC, datetime

import pytest
from factories import a_person

from gateway.learning import capped, gather, precision
from models.db.answers import Answer
from models.envelope import Client, Recipient
from models.errors import NotFound
from models.finding import Finding, Text
from models.held import HeldMessage, HeldState
from models.verdict import Disposition

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MANAGER = a_person("gwen")
PEOPLE = {MANAGER.id: MANAGER}


def text(content):
    return (Text(part="1", kind="visible", content=content, own=((0, len(content)),)),)


LEARNED = Finding(detector="learned", category="abusive", score=0.9, part="1")


def held(*, sender="sioned@cyngor-enghraifft.example", findings=(LEARNED,)):
    return HeldMessage(
        id="h1",
        state=HeldState.HELD,
        received=NOW,
        sender=sender,
        recipients=(Recipient(address="someone@elsewhere.example"),),
        client=Client(address="127.0.0.1", port=1, name="mail"),
        digest="0" * 64,
        size=1,
        disposition=Disposition.HOLD,
        rules=("learned-abusive",),
        findings=findings,
        policy="0" * 64,
        reviewer="gwen",
    )


def answer(held_id="h1", *, by="gwen", should_hold=True):
    return Answer(held=held_id, by=by, should_hold=should_hold, at=NOW)


def gathered(answers, contents):
    def open_(held_id):
        if held_id not in contents:
            raise NotFound(held_id)
        return contents[held_id]

    return gather(answers, PEOPLE, open_)


def test_an_answer_becomes_a_label_of_what_was_found():
    found = gathered([answer()], {"h1": (held(), text("you useless man"))})
    (label,) = found.labels
    assert label.labels == (1.0, None, None)
    assert (label.writer, label.language) == ("gwen", "en")


@pytest.mark.parametrize(
    ("answers", "contents", "why"),
    [
        pytest.param([answer("gone")], {}, "erased", id="erased"),
        pytest.param(
            [answer()],
            {"h1": (held(sender=MANAGER.addresses[0]), text("x y z"))},
            "own mail",
            id="one's own mail",
        ),
        pytest.param(
            [answer(by="nobody")], {"h1": (held(), text("x y z"))}, "own mail", id="someone unknown"
        ),
        pytest.param(
            [answer()],
            {"h1": (held(findings=()), text("x y z"))},
            "not held by the classifier",
            id="held by a rule",
        ),
        pytest.param(
            [answer(), answer("h2", should_hold=False)],
            {"h1": (held(), text("Go  away")), "h2": (held(), text("go away"))},
            "contradicted",
            id="answers that contradict",
        ),
    ],
)
def test_what_does_not_count(answers, contents, why):
    found = gathered(answers, contents)
    assert found.labels == []
    assert found.left[why] == len(answers)


def test_the_same_text_counts_once():
    contents = {"h1": (held(), text("Go away")), "h2": (held(), text("go  away"))}
    found = gathered([answer(), answer("h2")], contents)
    assert len(found.labels) == 1
    assert found.left["the same again"] == 1


@pytest.mark.requirement("D10")
def test_nobody_counts_for_more_than_their_share():
    contents = {f"h{n}": (held(), text(f"words number {n} of many")) for n in range(100)}
    found = gathered([answer(each) for each in contents], contents)
    assert len(found.labels) == 100
    assert sum(each.weight for each in found.labels) == pytest.approx(5.0)
    assert capped([]) == []


def test_precision_by_month():
    messages = {"h1": held(), "h2": held()}
    (only,) = precision([answer(), answer("h2", should_hold=False)], messages)
    assert (only.month, only.category, only.answers, only.right) == ("2026-11", "abusive", 2, 1)
    assert only.interval[0] < 0.5 < only.interval[1]
