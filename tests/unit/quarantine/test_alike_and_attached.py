"""Which messages look and say the same; what is attached, as a tree."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from models.envelope import Client, Recipient
from models.finding import Finding, Text
from models.held import HeldMessage, HeldState
from models.message import Part
from models.verdict import Disposition
from quarantine.alike import Said, are_alike, may_be_alike
from quarantine.attachments import attachment_tree

CARD = Finding(detector="payment-card", category="card", score=1.0, part="1", start=5, end=24)
ONE = HeldMessage(
    id="A",
    state=HeldState.HELD,
    received=datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
    sender="sioned@x.example",
    recipients=(Recipient(address="a@y.example"),),
    client=Client(address="", port=0, name=""),
    digest="0" * 64,
    size=10_000,
    disposition=Disposition.HOLD,
    rules=("cards",),
    findings=(CARD,),
    policy="0" * 64,
)
TO_WEBMAIL = replace(CARD, detector="recipients", part="envelope")


@pytest.mark.parametrize(
    ("change", "alike"),
    [
        pytest.param({}, True, id="the same"),
        pytest.param({"recipients": (), "digest": "1" * 64}, True, id="to someone else"),
        pytest.param({"findings": (replace(CARD, start=9, end=28),)}, True, id="found elsewhere"),
        pytest.param({"findings": (CARD, TO_WEBMAIL)}, True, id="found in the recipients"),
        pytest.param({"findings": (CARD, CARD)}, False, id="found twice"),
        pytest.param({"rules": ("other",)}, False, id="another rule"),
        pytest.param({"disposition": Disposition.HOLD_FOR_TWO}, False, id="for two people"),
        pytest.param({"narrow": True}, False, id="only few may see it"),
        pytest.param({"size": 10_500}, True, id="a little longer"),
        pytest.param({"size": 12_000}, False, id="much longer"),
        pytest.param({"received": ONE.received + timedelta(days=2)}, False, id="days apart"),
    ],
)
def test_what_may_be_alike(change, alike):
    other = replace(ONE, id="B", **change)
    assert may_be_alike(ONE, other) is may_be_alike(other, ONE) is alike


def said(content, excerpts=("4111",), files=(), kind="visible"):
    text = Text(part="1", kind=kind, content=content, own=())
    return Said(texts=(text,), excerpts=excerpts, files=files)


LONG = "the letter goes on and says the same to everyone " * 30


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        pytest.param(said("Dear Ann, hello"), said("Dear Bob, hello"), True, id="another name"),
        pytest.param(said("Hello ANN"), said("hello ann"), True, id="another case"),
        pytest.param(said("x", kind="header"), said("y z q r s t", kind="header"), True,
                     id="another subject or recipient's name"),
        pytest.param(said("a b c d e f"), said("u v w x y z"), False, id="other words"),
        pytest.param(said(LONG), said(LONG + "but not to you my friend at all"), True,
                     id="a few words more in a long letter"),
        pytest.param(said("a"), said("a", excerpts=("5555",)), False, id="other evidence"),
        pytest.param(said("a"), said("a", files=("00",)), False, id="another file"),
        pytest.param(said("a b c d e f"), said("a b c d e f", kind="hidden"), False,
                     id="hidden in one"),
    ],
)  # fmt: skip
def test_what_says_the_same(first, second, alike):
    assert are_alike(first, second) is are_alike(second, first) is alike


def part(number, payload=b"", content_type="application/octet-stream", filename="f", **facts):
    return Part(
        number=number, content_type=content_type, filename=filename, payload=payload, **facts
    )


@pytest.mark.parametrize(
    ("content_type", "payload", "kind", "mislabelled"),
    [
        pytest.param("application/pdf", b"%PDF-1.7", "pdf", False, id="a PDF"),
        pytest.param("image/png", b"%PDF-1.7", "pdf", True, id="a PDF that says it is a picture"),
        pytest.param("application/octet-stream", b"MZ\x90", "program", False, id="says nothing"),
        pytest.param("application/pdf", b"MZ\x90", "program", True, id="a program as a PDF"),
        pytest.param(
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            b"PK\x03\x04",
            "zip",
            False,
            id="Word",
        ),
        pytest.param("application/pdf", b"hello", "", False, id="not known by its first octets"),
    ],
)
def test_what_a_file_is_and_what_it_says_it_is(content_type, payload, kind, mislabelled):
    (found,) = attachment_tree([part("2", payload, content_type)], (), ())
    assert (found.kind, found.mislabelled, found.size) == (kind, mislabelled, len(payload))


def test_what_is_inside_stands_under_what_it_is_in():
    texts = [
        Text(part="1", kind="visible", content="the body", own=()),
        Text(part="3/2", kind="visible", content="abc", own=()),
        Text(part="3/10", kind="hidden", content="hidden", own=()),
        Text(part="3/2/1", kind="visible", content="x", own=()),
    ]
    locked = Finding(
        detector="attachments", category="unreadable", score=1.0, part="3/1", reason="password"
    )
    tree = attachment_tree([part("2"), part("3")], texts, [locked])
    assert [(each.part, each.level) for each in tree] == [
        ("2", 0), ("3", 0), ("3/1", 1), ("3/2", 1), ("3/2/1", 2), ("3/10", 1),
    ]  # fmt: skip
    assert {each.part: (each.characters, each.hidden, each.unread) for each in tree} == {
        "2": (0, 0, ()),
        "3": (0, 0, ()),
        "3/1": (0, 0, ("password",)),
        "3/2": (3, 0, ()),
        "3/2/1": (1, 0, ()),
        "3/10": (6, 6, ()),
    }


def test_the_body_itself_is_not_attached():
    body = part("1", content_type="text/plain", filename=None)
    html = part("2", content_type="text/html", filename=None)
    picture = part("3", content_type="image/png", filename=None, disposition="inline")
    assert [each.part for each in attachment_tree([body, html, picture], (), ())] == ["3"]
