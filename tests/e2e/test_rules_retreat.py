"""From reviewers' answers to a rule that only watches, through the real mail path and worker."""

import time
from datetime import UTC, datetime

import pytest

from models.audit import Action, AuditEntry
from models.db import answers, demotions, held
from models.db.database import Database

HEAD = b"From: a@x.example\r\nTo: b@y.example\r\nSubject: hi\r\nMessage-ID: <%d@x.example>\r\n"
MOST = 20  # seconds


def card(number):
    return HEAD % number + b"\r\nCard 4111 1111 1111 1111, written %d times\r\n" % number


@pytest.mark.slow
@pytest.mark.requirement("D10")
def test_a_rule_that_reviewers_call_wrong_stops_holding(gateway, next_hop):
    gateway.init(precision_answers=4).start("serve")
    for number in range(4):
        assert gateway.send(card(number))[0] == 250
    assert next_hop.received == []
    database = Database(f"sqlite:///{gateway.folder / 'porthor.db'}")
    try:
        now = datetime.now(UTC)
        with database.writing() as session:
            found = held.find(session)
            for each, who in zip(found, ("gwen", "huw") * 2, strict=True):
                entry = AuditEntry(at=now, actor=who, action=Action.LABEL, subject=each.id)
                answers.put(session, each.id, who, False, now, entry)
        gateway.start("worker")
        until = time.monotonic() + MOST
        demoted = frozenset()
        while not demoted and time.monotonic() < until:
            time.sleep(0.1)
            with database.reading() as session:
                demoted = demotions.in_force(session)
        assert set(found[0].rules) == demoted, gateway.log
    finally:
        database.close()
    assert gateway.send(card(5))[0] == 250
    assert any(b"written 5 times" in each.raw for each in next_hop.received)
    assert len(gateway.held()) == 4
