"""porthor retention, freeze, backup and restore, as a person types them; and the worker's sweep."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway import assembly
from gateway.cli import main
from gateway.config import load_settings
from gateway.initialise import Wishes, initialise
from gateway.worker import Worker
from models.db import held as held_messages
from models.db import sweeps
from models.freeze import Coverage, FreezeKind
from models.held import HeldState
from models.person import Role
from tests.factories import CARD, a_person, an_entry, an_envelope, hold

NOW = datetime.now(UTC)
HUW = a_person("huw", roles=frozenset({Role.HR}))


@pytest.fixture
def settings(tmp_path):
    made = initialise(Wishes(folder=tmp_path / "porthor", sample=True), NOW)
    return load_settings(made.config)


@pytest.fixture
def database(settings):
    database = assembly.open_database(settings)
    keyring = assembly.Keyring.load(settings.keys_file)
    for number in (1, 2):
        hold(database, keyring, CARD + b"%d" % number, an_envelope(number), NOW)
        with database.writing() as session:
            held_messages.move(
                session,
                f"ID{number}",
                HeldState.HELD,
                HeldState.WITHDRAWN,
                an_entry(f"ID{number}"),  # long before now
            )
    assembly.freezes(settings, database).place(
        FreezeKind.LEGAL_HOLD,
        Coverage(held=frozenset({"ID2"})),
        reason="a claim",
        review=(NOW + timedelta(days=60)).date(),
        by=HUW,
        now=NOW,
    )
    yield database
    database.close()


def run(settings, capsys, *arguments):
    status = main(["--config", str(settings.path), *arguments])
    return status, capsys.readouterr().out


@pytest.mark.requirement("D5")
def test_a_sweep_by_hand(settings, database, capsys):  # noqa: ARG001
    status, said = run(settings, capsys, "retention", "sweep", "--dry-run", "--json")
    assert (status, json.loads(said)["released"]) == (0, {"erase": 1, "frozen": 1})
    status, said = run(settings, capsys, "retention", "sweep")
    assert status == 0
    assert "erased 1 released" in said
    assert "left: 1 released frozen" in said
    status, said = run(settings, capsys, "retention", "certificates", "--json")
    assert json.loads(said)["erased"]["released"] == 1
    assert run(settings, capsys, "audit", "verify")[0] == 0


@pytest.mark.requirement("H3")
def test_the_report_of_freezes_can_be_taken_elsewhere(settings, database, capsys):  # noqa: ARG001
    status, said = run(settings, capsys, "freeze", "list", "--json")
    facts = json.loads(said)
    assert status == 0
    assert (facts["kind"], facts["owner"], facts["items"]) == ("legal-hold", "huw", 1)
    assert facts["review"] == (NOW + timedelta(days=60)).date().isoformat()
    assert "a claim" not in said  # a reason may name someone: it is on the page
    assert "by huw" in run(settings, capsys, "freeze", "list", "--all")[1]


def test_a_backup_and_its_trial(settings, database, capsys):  # noqa: ARG001
    folder = str(settings.path.parent / "backups")
    status, said = run(settings, capsys, "backup", folder, "--json")
    assert status == 0
    assert Path(json.loads(said)["backup"]).is_dir()
    status, said = run(settings, capsys, "restore", folder, "--check")
    assert status == 0
    assert "2 messages opened for a trial" in said
    assert run(settings, capsys, "restore", folder)[0] == 2  # a database is there
    assert run(settings, capsys, "restore", str(settings.path.parent))[0] == 1  # no backup


@pytest.mark.requirement("D5")
def test_the_worker_sweeps_once_a_day(settings, database, caplog):
    worker = Worker(database=database, keyring=None, review=None, courier=None)
    sweep = assembly.sweep(settings, database)
    with caplog.at_level("INFO"):
        worker.sweep_if_due(sweep, NOW)
        worker.sweep_if_due(sweep, NOW)
    with database.reading() as session:
        assert len(sweeps.certificates(session, limit=9)) == 1
    assert "erased=" in caplog.text
    assert "@" not in caplog.text


@pytest.mark.requirement("D7")
def test_counts_ready_to_publish(settings, database, capsys):  # noqa: ARG001
    status, said = run(settings, capsys, "requests", "statistics", "--json")
    facts = json.loads(said)
    assert status == 0
    assert facts["held"][-1]["hold"] == 2
    assert [each["kind"] for each in facts["requests"]][:2] == ["information", "access"]
    assert "0 received, 0 open" in run(settings, capsys, "requests", "statistics")[1]
