"""Killed at any moment: whatever was answered 250 is at the next hop, or held. Nothing is lost.

KILLS sets how often (default 4): `KILLS=50 make test T=tests/faults`.
"""

import os
import random
import signal
import smtplib
import threading
import time

import pytest
from installed import Gateway
from nexthop import NextHop

KILLS = int(os.environ.get("KILLS", "4"))
BODY = "From: a@x.example\r\nTo: b@y.example\r\nMessage-ID: <{}@x.example>\r\n\r\n{}\r\n"


class Load(threading.Thread):
    """Sends clean and suspect mail without pause; remembers each 250."""

    def __init__(self, gateway, name):
        super().__init__(daemon=True)
        self.gateway, self.name, self.answered, self.stopped = gateway, name, [], False

    def run(self):
        number = 0
        while not self.stopped:
            try:
                with smtplib.SMTP("127.0.0.1", self.gateway.port, timeout=20) as client:
                    client.ehlo("load.example")
                    while not self.stopped:
                        number += 1
                        known = f"{self.name}-{number}"
                        text = "Card 4111 1111 1111 1111" if number % 3 == 0 else "Hello"
                        client.mail("a@x.example")
                        client.rcpt("b@y.example")
                        code, _ = client.data(BODY.format(known, text).encode())
                        if code == 250:
                            self.answered.append(f"<{known}@x.example>")
            except (OSError, smtplib.SMTPException):
                time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.requirement("A2")
def test_nothing_answered_250_is_lost(tmp_path):
    rng = random.Random(20)
    with NextHop() as next_hop:
        gateway = Gateway(tmp_path / "porthor", next_hop).init(enabled="false")
        senders = [Load(gateway, f"s{each}") for each in range(4)]
        for each in senders:
            each.start()
        for _ in range(KILLS):
            gateway.start("serve")
            time.sleep(rng.uniform(0.05, 1.5))
            gateway.stop(signal.SIGKILL)
        for each in senders:
            each.stopped = True
        for each in senders:
            each.join(30)
        arrived = {
            line.split(b": ")[1].decode()
            for each in next_hop.received
            for line in each.raw.split(b"\r\n")
            if line.startswith(b"Message-ID: ")
        }
        held = {each["message_id"] for each in gateway.held()}
        answered = {each for sender in senders for each in sender.answered}
        assert len(answered) > KILLS
        assert answered - arrived - held == set()
        assert gateway.run("audit", "verify").returncode == 0
