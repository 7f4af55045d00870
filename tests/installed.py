"""The real programs, on free loopback ports, before a next hop that remembers."""

import contextlib
import json
import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from nexthop import NextHop

from gateway.initialise import Wishes, initialise

PORTHOR = [sys.executable, "-P", "-m", "gateway"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Gateway:
    """One installation: start it, kill it, ask it."""

    folder: Path
    next_hop: NextHop
    port: int = 0
    web: int = 0
    programs: list = field(default_factory=list)

    def init(self, **settings):
        """As `porthor init --sample` does (tests/unit/gateway/test_cli.py), with these settings."""
        self.port, self.web = free_port(), free_port()
        wishes = Wishes(
            folder=self.folder,
            sample=True,
            listen=f"127.0.0.1:{self.port}",
            nexthop=self.next_hop.address,
            console=f"127.0.0.1:{self.web}",
        )
        initialise(wishes, datetime.now(UTC))
        text = self.config.read_text()
        for key, value in settings.items():
            # of a key that stands in several sections, the last: `enabled` is the notices'
            before = [line for line in text.splitlines() if line.startswith(f"{key} = ")][-1]
            text = text.replace(before, f"{key} = {value}")
        self.config.write_text(text)
        return self

    @property
    def config(self):
        return self.folder / "porthor.toml"

    @property
    def log(self):
        return (self.folder / "log").read_text()

    def run(self, *arguments, check=True):
        command = [*PORTHOR, "--config", str(self.config), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=check)

    def start(self, *names):
        for name in names or ("serve",):
            with (self.folder / "log").open("ab") as log:
                self.programs.append(
                    subprocess.Popen(
                        [*PORTHOR, "--config", str(self.config), name],
                        stdout=log,
                        stderr=log,
                        start_new_session=True,
                    )
                )
        if not {"serve", "run"}.isdisjoint(names or ("serve",)):
            self.wait_for(self.port)
        return self

    def wait_for(self, port):
        until = time.monotonic() + 75  # of a machine that does much else besides
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                assert all(each.poll() is None for each in self.programs), self.log
                time.sleep(0.05)
            else:
                return
        raise AssertionError(self.log)

    def stop(self, how=signal.SIGTERM):
        for each in self.programs:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each.pid, how)
        for each in self.programs:
            each.wait(30)
        self.programs.clear()

    def held(self):
        return [json.loads(line) for line in self.run("held", "list", "--json").stdout.splitlines()]

    def client(self):
        client = smtplib.SMTP("127.0.0.1", self.port, timeout=30)
        client.ehlo("client.example")
        return client

    def send(
        self, raw, *, sender="sioned.parry@cyngor-enghraifft.example", to=("x@elsewhere.example",)
    ):
        with self.client() as client:
            client.mail(sender)
            for each in to:
                client.rcpt(each)
            return client.data(raw)
