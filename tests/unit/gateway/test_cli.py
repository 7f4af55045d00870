"""The command line, run as people run it."""

import json
import subprocess
import sys

import pytest

CLEAN = b"From: a@b.example\nTo: c@d.example\nSubject: Minutes\n\nHere they are.\n"
CARD = CLEAN.replace(b"Here they are.", b"Charge 4111 1111 1111 1111 please.")


def porthor(*arguments, at, given=b""):
    return subprocess.run(
        [sys.executable, "-m", "gateway", *map(str, arguments)],
        cwd=at,
        input=given,
        capture_output=True,
        check=False,
        timeout=60,
    )


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    folder = tmp_path_factory.mktemp("council")
    made = porthor("init", folder / "c", "--sample", "--json", at=folder)
    assert made.returncode == 0, made.stderr
    assert len(json.loads(made.stdout)["accounts"]) >= 12
    return folder / "c"


def test_check_relays_clean_mail_and_holds_a_card(tmp_path):
    assert porthor("check", "-", at=tmp_path, given=CLEAN).returncode == 0
    held = porthor("check", "-", at=tmp_path, given=CARD)
    assert held.returncode == 1
    assert b"payment-card, policy 4.1: hold" in held.stdout
    assert b"4111 1111" not in held.stdout
    assert b"sample policy" in held.stderr


def test_check_speaks_json(tmp_path):
    report = json.loads(porthor("check", "-", "--json", at=tmp_path, given=CARD).stdout)
    assert report["outcome"] == "hold"
    assert report["rules"][0]["rule"] == "payment-card"
    assert "4111 1111 1111 1111" not in json.dumps(report)


def test_init_refuses_to_overwrite(council):
    again = porthor("init", council, at=council)
    assert again.returncode == 2
    assert b"is there already; nothing was written" in again.stderr


def test_the_settings_stand_before_or_after_the_command(council, tmp_path):
    settings = council / "porthor.toml"
    assert porthor("--config", settings, "config", "check", at=tmp_path).returncode == 0
    assert porthor("config", "check", "--config", settings, at=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["held", "list", "--json"], 0),
        (["held", "show", "nosuch"], 1),
        (["held", "release", "nosuch"], 1),
        (["held", "refuse", "nosuch"], 2),  # without a reason
        (["held", "list", "--state", "lost"], 2),
        (["audit", "verify"], 0),
        (["db", "upgrade"], 0),
        (["people", "list", "--json"], 0),
        (["people", "import", "people.csv", "--dry-run"], 0),
        (["people", "import", "nosuch.csv"], 2),
        (["policy", "lint", "policy.toml"], 1),
        (["policy", "lint", "nosuch.toml"], 2),
        (["check", "nosuch.eml"], 2),
        (["serve", "--config", "nosuch.toml"], 2),
        (["nosuch"], 2),
        ([], 2),
    ],
)
def test_exit_statuses_without_a_traceback(council, command, status):
    done = porthor(*command, at=council)
    assert (done.returncode, b"Traceback" in done.stderr) == (status, False), done.stderr


def test_a_missing_database_says_what_to_do(council, tmp_path):
    for name in ("porthor.toml", "policy.toml", "keys.toml"):
        (tmp_path / name).write_bytes((council / name).read_bytes())
    done = porthor("held", "list", at=tmp_path)
    assert done.returncode in (2, 75)
    assert b"Traceback" not in done.stderr
    assert b"porthor db upgrade" in done.stderr


def test_check_loads_neither_database_nor_mail_server(tmp_path):
    code = (
        "import sys; from gateway.cli import main; main(['check', '-']);"
        "sys.exit(any(each in sys.modules for each in ('sqlalchemy', 'aiosmtpd')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, input=CLEAN, capture_output=True, check=False
    )
    assert done.returncode == 0
