"""Who was told, what is marked personal and what is exempt, through the real gateway and worker."""

import json
import time

import pytest

from models.audit import Action
from models.db import audit
from models.db.database import Database
from quarantine.signed_lines import load_certificate, read_line

pytestmark = pytest.mark.slow
HEAD = b"From: a@x.example\r\nTo: b@y.example\r\n%s\r\nMessage-ID: <1@x.example>\r\n"
CARD = HEAD % b"Subject: hi" + b"\r\nCard 4111 1111 1111 1111\r\n"
ABUSE = b"\r\nYou idiot.\r\n"
DOMAIN = "cyngor-enghraifft.example"
MOST = 20  # seconds


def untold(gateway):
    """Make tom a new starter whom nobody has told."""
    people = gateway.folder / "people.csv"
    lines = people.read_text().splitlines()
    people.write_text(
        "\n".join(
            each.replace("2026-01-05,letter", ",") if each.startswith("tom.fletcher") else each
            for each in lines
        )
    )
    gateway.run("people", "import", str(people))


@pytest.mark.requirement("L7")
def test_a_new_starter_who_was_not_told_has_no_mail_held(gateway, next_hop):
    gateway.init()
    untold(gateway)
    gateway.start("serve")
    assert "1 of 13 staff: no record that they were told" in gateway.log
    assert "unknown_senders" in gateway.log
    for sender in (f"tom.fletcher@{DOMAIN}", f"argraffydd@{DOMAIN}"):
        assert gateway.send(CARD, sender=sender)[0] == 250
    assert len(next_hop.received) == 2
    assert gateway.held() == []
    assert gateway.log.count("sender=not-told, rules=watching") == 2
    assert gateway.send(CARD)[0] == 250
    assert len(gateway.held()) == 1
    assert gateway.run("people", "informed", check=False).returncode == 1


@pytest.mark.requirement("L21")
def test_a_rule_on_conduct_does_not_hold_mail_marked_personal_and_one_on_leaks_does(
    gateway, next_hop
):
    gateway.init().start("serve")
    assert gateway.send(HEAD % b"Subject: hi" + ABUSE)[0] == 250
    assert len(gateway.held()) == 1
    for mark in (b"Subject: Personol: nos Wener", b"Subject: x\r\nSensitivity: Personal"):
        assert gateway.send(HEAD % mark + ABUSE)[0] == 250
    assert len(next_hop.received) == 2
    assert len(gateway.held()) == 1
    assert gateway.send(CARD.replace(b"Subject: hi", b"Subject: Personal"))[0] == 250
    assert len(gateway.held()) == 2


@pytest.mark.requirement("D8")
def test_the_canary_by_hand_and_its_signed_report(gateway):
    gateway.init(certificate='"evidence-certificate.pem"', key='"evidence-key.pem"')
    gateway.run("evidence", "certificate", "--out", str(gateway.folder))
    found = json.loads(gateway.run("exempt", "canary", "--json").stdout)
    assert [(each["kind"], each["unread"]) for each in found] == [
        ("union", True),
        ("occupational-health", True),
    ]
    certificate = load_certificate(gateway.folder / "evidence-certificate.pem")
    report = read_line(gateway.run("exempt", "report").stdout, certificate)
    assert (report["runs"], report["sent"], report["unread"], report["failed"]) == (1, 2, 2, {})


@pytest.mark.requirement("D2")
def test_the_worker_anchors_the_chain_by_itself(gateway):
    gateway.init(to='"file"', where='"anchors.txt"').start("worker")
    anchors = gateway.folder / "anchors.txt"
    until = time.monotonic() + MOST
    while not anchors.exists() and time.monotonic() < until:
        time.sleep(0.1)
    facts = json.loads(anchors.read_text())
    gateway.stop()
    database = Database(f"sqlite:///{gateway.folder / 'porthor.db'}")
    with database.reading() as session:
        assert audit.latest(session, Action.ANCHOR).subject == facts["digest"]
    database.close()
    checked = gateway.run("audit", "verify", "--anchor", str(anchors), "--json")
    assert json.loads(checked.stdout)["anchors"] == 1
