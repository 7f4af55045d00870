"""A release that the next hop puts off stays released, is tried again, and arrives once."""

import time

import pytest

CARD = (
    b"From: a@x.example\r\nTo: b@y.example\r\nSubject: hi\r\nMessage-ID: <2@x.example>\r\n"
    b"\r\nCard 4111 1111 1111 1111\r\n"
)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.requirement("A4")
@pytest.mark.requirement("M13")
def test_a_soft_refusal_is_tried_again_and_the_mail_arrives_once(gateway, next_hop):
    gateway.init(enabled="false").start("serve", "worker")
    gateway.send(CARD, sender="a@x.example", to=["b@y.example"])
    (item,) = gateway.held()
    next_hop.script["dot"] = ["451 4.3.0 Later"]
    gateway.run("held", "release", item["id"])
    (arrived,) = next_hop.wait_for(1, 60)
    assert arrived.without_trace == CARD
    until = time.monotonic() + 60
    while gateway.held()[0]["state"] != "sent":
        assert time.monotonic() < until, "it was not said to be sent"
    assert next_hop.script["dot"] == []  # it was put off first
    assert len(next_hop.received) == 1
    assert not gateway.held()[0]["note"]  # and nobody was asked again
