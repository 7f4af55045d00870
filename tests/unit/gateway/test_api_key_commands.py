"""The keys of the HTTP API, as an administrator makes them."""

import json

import pytest

from gateway.assembly import open_database
from gateway.cli import main
from gateway.config import load_settings
from models.audit import Action
from models.db import api_keys, audit


@pytest.fixture
def run(tmp_path):
    assert main(["init", str(tmp_path / "porthor")]) == 0
    config = tmp_path / "porthor" / "porthor.toml"

    def command(*arguments):
        return main(["--config", str(config), "api-key", *arguments])

    command.database = open_database(load_settings(config))
    yield command
    command.database.close()


def test_a_key_is_shown_once_and_entered_by_name_alone(run, capsys):
    capsys.readouterr()
    assert run("make", "sms-gateway", "--channel", "sms", "--channel", "web") == 0
    token = capsys.readouterr().out.strip()
    assert token.startswith("porthor_")
    with run.database.reading() as session:
        assert api_keys.find(session, token).name == "sms-gateway"
        (entry,) = [each.entry for each in audit.read(session) if "api:" in each.entry.subject]
    assert (entry.action, entry.subject) == (Action.MAKE_API_KEY, "api:sms-gateway")
    assert entry.detail == "for sms web"
    assert run("list") == 0
    listed = capsys.readouterr().out
    assert "sms-gateway" in listed
    assert token not in listed


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["Big Name", "--channel", "sms"], "expected lower case", id="name"),
        pytest.param(["a", "--channel", "sms", "--until", "2020-01-01"], "or later", id="past"),
    ],
)
def test_a_key_that_cannot_be_is_refused(run, capsys, arguments, says):
    assert run("make", *arguments) == 2
    assert says in capsys.readouterr().err
    assert run("list") == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("arguments", [["a"], ["a", "--channel", "fax"]])
def test_a_key_is_for_known_channels(run, arguments):
    with pytest.raises(SystemExit) as raised:
        run("make", *arguments)
    assert raised.value.code == 2


def test_a_key_is_revoked_and_made_again(run, capsys):
    for _ in range(2):
        assert run("make", "web", "--channel", "web", "--until", "2999-01-01", "--json") == 0
        assert run("make", "web", "--channel", "web") == 1
        assert run("revoke", "web") == 0
        assert run("revoke", "web") == 1
    capsys.readouterr()
    run("list", "--json")
    states = [json.loads(line)["state"] for line in capsys.readouterr().out.splitlines()]
    assert states == ["revoked", "revoked"]
