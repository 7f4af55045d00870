"""Real clients and servers: swaks, smtp-source, and Postfix on both sides of Porthor."""

import os
import re
import shutil
import smtplib
import subprocess
import time
from pathlib import Path

import pytest
from installed import free_port
from nexthop import NextHop

GUIDE = (Path(__file__).parents[2] / "deploy/guides/postfix.md").read_text()
SBIN = "/usr/sbin"


def needs(program):
    found = shutil.which(program, path=f"{os.environ['PATH']}:{SBIN}")
    return pytest.mark.skipif(found is None, reason=f"{program} is not installed")


@needs("swaks")
def test_swaks(gateway, next_hop):
    gateway.init().start("serve")
    sent = subprocess.run(
        [
            "swaks",
            *("--server", f"127.0.0.1:{gateway.port}", "--from", "a@x.example"),
            *("--to", "b@y.example", "--pipeline", "--body", "Hello", "--suppress-data"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert sent.returncode == 0, sent.stdout
    assert next_hop.wait_for(1)[0].recipients == ["b@y.example"]


@needs("smtp-source")
def test_smtp_source_loses_nothing(gateway, next_hop):
    gateway.init(enabled="false").start("serve")
    command = ["smtp-source", "-c", "-s", "10", "-m", "200", "-l", "3000", "-d"]
    addresses = ["-f", "a@x.example", "-t", "b@y.example", f"127.0.0.1:{gateway.port}"]
    subprocess.run(
        [shutil.which(command[0], path=f"{os.environ['PATH']}:{SBIN}"), *command[1:], *addresses],
        check=True,
        capture_output=True,
        timeout=100,
    )
    assert len(next_hop.wait_for(200)) == 200


class Postfix:
    """A private instance on loopback: its own configuration, queue and data."""

    def __init__(self, folder, main_cf, port):
        self.config = folder / "etc"
        for each in ("etc", "queue", "data"):
            (folder / each).mkdir(parents=True)
        folder.chmod(0o755)
        shutil.chown(folder / "data", "postfix")
        settings = {
            "compatibility_level": "3.6",
            "queue_directory": folder / "queue",
            "data_directory": folder / "data",
            "maillog_file": "/var/log/porthor-test.log",
            "inet_interfaces": "127.0.0.1",
            "mynetworks": "127.0.0.0/8",
            "mydestination": "",
            "smtpd_relay_restrictions": "permit_mynetworks,reject",
            "smtp_dns_support_level": "disabled",
            "smtp_host_lookup": "native",
            "myhostname": "postfix.example",
            "minimal_backoff_time": "1s",
            "queue_run_delay": "1s",
        }
        text = "\n".join(f"{key} = {value}" for key, value in settings.items())
        (self.config / "main.cf").write_text(f"{text}\n{main_cf}\n")
        services = Path("/etc/postfix/master.cf").read_text()
        lines = [
            re.sub(r"^smtp +inet", f"127.0.0.1:{port} inet", each) for each in services.splitlines()
        ]
        lines = [re.sub(r"^((?:\S+ +){4})y", r"\1n", each) for each in lines]
        (self.config / "master.cf").write_text("\n".join(lines) + "\n")

    def command(self, *arguments):
        return subprocess.run(
            [f"{SBIN}/postfix", "-c", str(self.config), *arguments],
            capture_output=True,
            text=True,
            check=False,
        )

    def __enter__(self):
        started = self.command("start")
        assert started.returncode == 0, started.stderr + started.stdout
        return self

    def __exit__(self, *_):
        self.command("stop")


def block(name):
    found = re.search(rf"```{re.escape(name)}\n(.*?)```", GUIDE, re.DOTALL)
    assert found, f"the guide has no {name} block"
    return found[1]


postfix_runs = pytest.mark.skipif(
    os.getuid() != 0 or not Path(SBIN, "postfix").exists(),
    reason="Postfix is not installed, or we are not root",
)


@postfix_runs
@pytest.mark.slow
@pytest.mark.requirement("A1")
def test_postfix_upstream_by_the_guide(gateway, next_hop):
    gateway.init(enabled="false").start("serve")
    port = free_port()
    main_cf = block("main.cf").replace("PORTHOR", str(gateway.port))
    with Postfix(Path("/tmp") / f"pfx-up-{port}", main_cf, port):
        send_through(port, b"Hello", "<clean@x.example>")
        send_through(port, b"Card 4111 1111 1111 1111", "<card@x.example>")
        (arrived,) = next_hop.wait_for(1, 30)
        until = time.monotonic() + 30
        while not gateway.held() and time.monotonic() < until:
            time.sleep(0.2)
    shutil.rmtree(f"/tmp/pfx-up-{port}")
    assert b"<clean@x.example>" in arrived.raw
    assert "NOTIFY=SUCCESS" in arrived.rcpts[0]
    assert "ENVID=AbC" in arrived.mail
    assert [each["message_id"] for each in gateway.held()] == ["<card@x.example>"]


@postfix_runs
@pytest.mark.slow
def test_postfix_as_the_next_hop(tmp_path):
    from installed import Gateway

    port = free_port()
    with NextHop() as internet:
        main_cf = f"relayhost = [127.0.0.1]:{internet.port}"
        folder = Path("/tmp") / f"pfx-down-{port}"
        with Postfix(folder, main_cf, port):
            gateway = Gateway(tmp_path / "porthor", NextHop(port=port)).init(enabled="false")
            gateway.start("serve", "worker")
            try:
                code, words = gateway.send(b"Message-ID: <1@x.example>\r\n\r\nHello\r\n")
                assert code == 250
                assert b"queued as" in words
                held = gateway.send(
                    b"Message-ID: <2@x.example>\r\n\r\nCard 4111 1111 1111 1111\r\n"
                )
                gateway.run("held", "release", held[1].split()[-1].decode())
                arrived = internet.wait_for(2, 40)
            finally:
                gateway.stop()
        shutil.rmtree(folder)
    assert len(arrived) == 2


def send_through(port, body, message_id):

    with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        client.ehlo()
        assert client.docmd("MAIL FROM:<a@x.example> RET=HDRS ENVID=AbC")[0] == 250
        assert client.docmd("RCPT TO:<b@y.example> NOTIFY=SUCCESS,FAILURE")[0] == 250
        head = f"From: a@x.example\r\nTo: b@y.example\r\nMessage-ID: {message_id}\r\n\r\n"
        assert client.data(head.encode() + body + b"\r\n")[0] == 250
