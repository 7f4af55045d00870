"""The demonstration: the real gateway on loopback, a sample council, sample mail, and a table.

`make demo` runs it. A toy next hop keeps what it receives. Everything is in a temporary folder.
"""

import argparse
import email.message
import io
import json
import re
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.policy import SMTP
from email.utils import format_datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from rich.console import Console
from rich.progress import track
from rich.table import Table

from gateway.initialise import SAMPLE_PASSWORD, Wishes, initialise
from models.errors import PorthorError

_DOMAIN = "cyngor-enghraifft.example"
_START = 60.0  # seconds that the programs may take to start
_ACCOUNTS = (
    ("gwen.morgan", "manager, reads Welsh first; most messages wait for her"),
    ("marc.price", "deputy, reads English; his colleague is away; approves cases"),
    ("sioned.parry", "sender, reads Welsh first"),
    ("tom.fletcher", "sender, reads English"),
    ("nia.hughes", "duty reviewer: decides when no manager can"),
    ("helen.ward", "HR: opens cases about what managers pass to her"),
    ("ioan.williams", "protection officer: who looked, what is kept, the papers"),
    ("sam.obrien", "administrator: health and settings, no mail"),
)
_WORDS = {
    "relay": "sent",
    "advise": "sent, with advice to the sender",
    "confirm": "waits for the sender",
    "hold": "HELD",
    "part": "sent to one, HELD for the other",
}


@dataclass
class ToyNextHop:
    """Keeps the envelope and Message-ID of what it receives, in memory."""

    received: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep one message."""
        found = re.search(rb"(?im)^message-id:\s*(<[^>]*>)", envelope.content)
        message_id = found.group(1).decode("ascii", "replace") if found else ""
        self.received.append((message_id, tuple(envelope.rcpt_tos)))
        return "250 2.0.0 Ok: kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One message to send."""

    what: str
    sender: str
    recipients: tuple[str, ...]
    expect: str  # "" for the user's own: whatever happens is right
    message_id: str
    raw: bytes = field(repr=False)


def main() -> int:
    """Run the demonstration; 0 if all went as it should."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end after the table")
    parser.add_argument("--mail", type=Path, help="send this folder's .eml files instead")
    arguments = parser.parse_args()
    screen = Console()
    toy = ToyNextHop()
    listening = Controller(toy, hostname="127.0.0.1", port=_free_port(), data_size_limit=None)
    listening.start()
    try:
        with tempfile.TemporaryDirectory(prefix="porthor-demo-") as folder:
            return _demonstrate(arguments, screen, toy, listening.port, Path(folder))
    except KeyboardInterrupt:
        return 0
    except PorthorError as error:
        screen.print(f"porthor: {error}")
        return 2
    finally:
        listening.stop()


def _demonstrate(
    arguments: argparse.Namespace, screen: Console, toy: ToyNextHop, next_port: int, folder: Path
) -> int:
    smtp, web = _free_port(), _free_port(8025)
    made = initialise(
        Wishes(
            folder=folder,
            sample=True,
            listen=f"127.0.0.1:{smtp}",
            nexthop=f"127.0.0.1:{next_port}",
            console=f"127.0.0.1:{web}",
        ),
        datetime.now(UTC),
    )
    samples = _own_mail(arguments.mail) if arguments.mail else _samples()
    screen.print("Starting the gateway, the worker and the console …")
    log = (folder / "porthor.log").open("wb")
    program = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-P", "-m", "gateway", "--config", str(made.config), "run"],
        stdout=log,
        stderr=log,
    )
    try:
        if not (_wait_for(smtp, program) and _wait_for(web, program)):
            screen.print("It did not start. Its log:\n" + (folder / "porthor.log").read_text())
            return 1
        replies = {
            each.message_id: _send(smtp, each)
            for each in track(samples, "Sending sample messages", console=screen)
        }
        right = _report(screen, samples, replies, toy, made.config)
        _invite(screen, web, smtp, made.config)
        if not arguments.once:
            screen.print("\nPress Ctrl-C to stop everything.")
            _wait_for_ctrl_c(program)
        return 0 if right else 1
    finally:
        program.send_signal(signal.SIGTERM)
        try:
            program.wait(timeout=30)
        except subprocess.TimeoutExpired:
            program.kill()
        log.close()
        screen.print("Stopped.")


def _samples() -> list[Sample]:
    text = (files("gateway.sample") / "messages.toml").read_text(encoding="utf-8")
    return [_sample(number, each) for number, each in enumerate(tomllib.loads(text)["messages"])]


def _sample(number: int, entry: dict[str, Any]) -> Sample:
    message = email.message.EmailMessage(policy=SMTP)
    sender = f"{entry['from']}@{_DOMAIN}"
    message["From"] = sender
    message["To"] = ", ".join(entry["to"])
    message["Subject"] = entry["subject"]
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<sample-{number}-{time.time_ns()}@{_DOMAIN}>"
    message.set_content(entry["text"].lstrip())
    if entry.get("attach") == "zip-locked":
        message.add_attachment(
            _locked_zip(), maintype="application", subtype="zip", filename="files.zip"
        )
    return Sample(
        what=entry["what"],
        sender=sender,
        recipients=tuple(entry["to"]),
        expect=entry["expect"],
        message_id=message["Message-ID"],
        raw=message.as_bytes(),
    )


def _locked_zip() -> bytes:
    """A zip whose member says it is encrypted (APPNOTE 4.4.4, bit 0)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("files.txt", "nobody can read this")
    raw = bytearray(buffer.getvalue())
    raw[6] |= 1
    raw[raw.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(raw)


def _own_mail(folder: Path) -> list[Sample]:
    """The user's own messages, with the envelope their headers suggest."""
    samples = []
    for path in sorted(folder.glob("*.eml")):
        raw = path.read_bytes()
        raw = raw if b"\r\n" in raw else raw.replace(b"\n", b"\r\n")
        parsed = email.message_from_bytes(raw)
        to = re.findall(r"[^\s<>,;\"]+@[^\s<>,;\"]+", str(parsed.get("To", "")))
        sender = re.findall(r"[^\s<>,;\"]+@[^\s<>,;\"]+", str(parsed.get("From", "")))
        samples.append(
            Sample(
                what=path.name,
                sender=sender[0] if sender else f"sioned.parry@{_DOMAIN}",
                recipients=tuple(dict.fromkeys(to)) or ("someone@elsewhere.example",),
                expect="",
                message_id=str(parsed.get("Message-ID", "")).strip() or path.name,
                raw=raw,
            )
        )
    return samples


def _send(port: int, sample: Sample) -> str:
    """Send one through the SMTP port; return the reply to its final dot, or the refusal."""
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
            client.ehlo()
            client.mail(sample.sender)
            for each in sample.recipients:
                client.rcpt(each)
            code, words = client.data(sample.raw)
            return f"{code} {words.decode('utf-8', 'replace')}"
    except smtplib.SMTPResponseException as error:
        return f"{error.smtp_code} refused"


def _report(
    screen: Console,
    samples: list[Sample],
    replies: dict[str, str],
    toy: ToyNextHop,
    config: Path,
) -> bool:
    """Print what became of each message; tell whether it is what should have."""
    held = {each["message_id"]: each for each in _held(config)}
    arrived: dict[str, set[str]] = {}
    for message_id, recipients in toy.received:
        arrived.setdefault(message_id, set()).update(recipients)
    table = Table(title="What happened to each message", title_justify="left")
    for column in ("Message", "Outcome", "Why", "As it should"):
        table.add_column(column)
    all_right = True
    for sample in samples:
        item = held.get(sample.message_id)
        outcome = _outcome(sample, item, arrived.get(sample.message_id, set()))
        wanted = "relay" if sample.expect == "advise" else sample.expect
        right = not wanted or (outcome == wanted and replies[sample.message_id].startswith("250"))
        all_right = all_right and right
        words = _WORDS.get(sample.expect if right and sample.expect else outcome, outcome)
        why = ", ".join(item["rules"]) if item else ""
        table.add_row(sample.what, words, why, "yes" if right else "NO")
    screen.print(table)
    return all_right


def _outcome(sample: Sample, item: dict[str, Any] | None, arrived: set[str]) -> str:
    if item is None:
        return "relay" if arrived >= set(sample.recipients) else "lost"
    return "part" if arrived else item["disposition"]


def _held(config: Path) -> list[dict[str, Any]]:
    command = [sys.executable, "-P", "-m", "gateway", "--config", str(config)]
    listed = subprocess.run(  # noqa: S603 - our own program
        [*command, "held", "list", "--json"], capture_output=True, check=True
    )
    return [json.loads(line) for line in listed.stdout.splitlines()]


def _invite(screen: Console, web: int, smtp: int, config: Path) -> None:
    screen.print(f"\nThe console is at  http://127.0.0.1:{web}  (password: {SAMPLE_PASSWORD})")
    for username, who in _ACCOUNTS:
        screen.print(f"  {username:<14} {who}", highlight=False)
    screen.print(f"\nSend mail of your own to 127.0.0.1:{smtp}; settings: {config}", soft_wrap=True)


def _wait_for(port: int, program: "subprocess.Popen[bytes]") -> bool:
    until = time.monotonic() + _START
    while time.monotonic() < until and program.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return True
    return False


def _wait_for_ctrl_c(program: "subprocess.Popen[bytes]") -> None:
    stop = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stop.set())
    while not stop.wait(0.3) and program.poll() is None:
        pass


def _free_port(wish: int = 0) -> int:
    """The port wished for if it is free, else any."""
    for port in (wish, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise PorthorError("no free port on 127.0.0.1")


if __name__ == "__main__":
    sys.exit(main())
