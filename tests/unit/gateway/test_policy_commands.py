"""porthor policy test and backtest, run as people run them."""

import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from gateway.sample import policy_text

CLEAN = b"From: a@b.example\nTo: c@d.example\nSubject: Minutes\n\nHere they are.\n"
CARD = CLEAN.replace(b"Here they are.", b"Charge 4111 1111 1111 1111 please.")
HELD = 'outcome = "hold"\nrules = ["payment-card"]\n'


@pytest.fixture
def messages(tmp_path):
    folder = tmp_path / "messages"
    folder.mkdir()
    (folder / "card.eml").write_bytes(CARD)
    (folder / "clean.eml").write_bytes(CLEAN)
    (folder / "card.toml").write_text(HELD)
    (folder / "clean.toml").write_text('outcome = "relay"\n')
    return folder


@pytest.fixture
def drafts(tmp_path):
    """The sample policy, and a draft of it that only advises on cards."""
    current = tmp_path / "current.toml"
    text = policy_text(datetime.now(UTC).date(), sample=True)
    current.write_text(text)
    before, rule, after = text.partition('id = "payment-card"')
    milder = tmp_path / "draft.toml"
    milder.write_text(before + rule + after.replace('then = "hold"', 'then = "advise"', 1))
    assert milder.read_text() != text
    return current, milder


def policy(*arguments):
    command = [sys.executable, "-m", "gateway", "policy", *map(str, arguments), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=110)
    return done.returncode, json.loads(done.stdout or "null"), done.stderr


@pytest.mark.requirement("A6")
def test_a_policy_has_tests_of_its_own(messages, drafts):
    current, milder = drafts
    assert policy("test", messages, "--policy", current)[0] == 0
    status, found, _ = policy("test", messages, "--policy", milder)
    assert status == 1
    assert "4111 1111 1111 1111" not in json.dumps(found)


def test_a_folder_without_messages_tests_nothing(tmp_path, drafts):
    status, _, said = policy("test", tmp_path / "drafts", "--policy", drafts[0])
    assert status == 2
    assert "nothing was tested" in said


@pytest.mark.requirement("A7")
def test_a_draft_is_tried_on_an_archive_before_it_is_in_force(messages, drafts):
    current, milder = drafts
    arguments = ("--policy", milder, "--against", current, "--workers", "1")
    status, found, said = policy("backtest", messages, *arguments)
    assert status == 0, said
    assert found["messages"] == 2
    (changed,) = found["changed"]
    assert (changed["message"], changed["current"]) == ("card.eml", "hold")
    assert changed["no_longer_held"] == ["payment-card"]
    assert found["outcomes"]["relay"] == {"current": 1, "draft": 1}
