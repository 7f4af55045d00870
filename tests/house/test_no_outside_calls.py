"""Nothing calls outside but what the body's own settings name, and no mailbox is read."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = ("models", "classifiers", "quarantine", "gateway")
CALLING = {
    *("requests", "httpx", "aiohttp", "urllib3", "urllib.request", "http.client", "ftplib"),
    *("smtplib", "aiosmtplib", "socket", "websockets", "boto3", "openai", "huggingface_hub"),
    *("sentry_sdk", "xmlrpc.client", "telnetlib", "paramiko"),
}
READING_MAILBOXES = {"imaplib", "poplib", "nntplib", "mailbox", "imapclient", "exchangelib", "O365"}
ALLOWED = {
    ("quarantine/console/openid.py", "requests"),  # the identity provider: sign_in.issuer
    ("quarantine/evidence/timestamp.py", "requests"),  # evidence.timestamp_url; a digest goes
    ("gateway/delivery.py", "aiosmtplib"),  # nexthop.address
    ("gateway/assembly.py", "socket"),  # listens
    ("gateway/demo.py", "smtplib"),  # to itself, on 127.0.0.1
    ("gateway/demo.py", "socket"),
}
FILES = [path for each in PROGRAMS for path in sorted((ROOT / each).rglob("*.py"))]


def imported(path):
    """The modules that a file imports, by their whole names."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        match node:
            case ast.Import(names=names):
                yield from (each.name for each in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield module
                yield from (f"{module}.{each.name}" for each in names)


def of(path, modules):
    """Which of some modules a file imports."""
    found = set()
    for name in imported(path):
        found |= {each for each in modules if name == each or name.startswith(f"{each}.")}
    return {(path.relative_to(ROOT).as_posix(), each) for each in found}


@pytest.mark.requirement("N5")
@pytest.mark.requirement("L58")
@pytest.mark.requirement("O9")
def test_only_what_the_settings_name_is_called():
    found = {each for path in FILES for each in of(path, CALLING)}
    assert found == ALLOWED


@pytest.mark.requirement("N4")
def test_no_mailbox_is_read():
    assert not {each for path in FILES for each in of(path, READING_MAILBOXES)}
