"""The directory on the command line: dry run, report, leavers, absence, who was told."""

import json
from datetime import UTC, datetime

import pytest

from gateway.cli import main
from gateway.initialise import Wishes, initialise
from models.audit import Action
from models.db import audit, people
from models.db.database import Database
from models.person import Standing

PEOPLE = "people.csv"


@pytest.fixture
def folder(tmp_path):
    initialise(Wishes(folder=tmp_path / "c", sample=True), datetime.now(UTC))
    return tmp_path / "c"


@pytest.fixture
def database(folder):
    opened = Database(f"sqlite:///{folder / 'porthor.db'}")
    yield opened
    opened.close()


@pytest.fixture
def porthor(folder, capsys):
    def run(*arguments):
        status = main(["--config", str(folder / "porthor.toml"), *map(str, arguments)])
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


def edit(folder, **changes):
    """Change the lines of people.csv that begin with an id; None takes the line out."""
    path = folder / PEOPLE
    lines = path.read_text().splitlines()
    for person, (old, new) in changes.items():
        at = next(n for n, line in enumerate(lines) if line.startswith(person.replace("_", ".")))
        assert old in lines[at]
        lines[at] = lines[at].replace(old, new)
    path.write_text("\n".join(each for each in lines if each) + "\n")
    return path


def person(database, person_id):
    with database.reading() as session:
        return people.get(session, person_id)


def entries(database, action):
    with database.reading() as session:
        return [each.entry for each in audit.read(session) if each.entry.action is action]


@pytest.mark.requirement("A14")
def test_a_dry_run_reports_each_fact_and_changes_nothing(folder, database, porthor):
    path = edit(
        folder,
        sioned_parry=("gwen.morgan", "elin.rhys"),
        tom_fletcher=("active", "suspended"),
        nia_hughes=("2026-01-05", "2026-09-01"),
    )
    status, said = porthor("people", "import", path, "--dry-run")
    assert status == 0
    assert "sioned.parry: manager: gwen.morgan -> elin.rhys" in said
    assert "tom.fletcher: standing: active -> suspended" in said
    assert "nia.hughes: informed: 2026-01-05 -> 2026-09-01" in said
    assert "Nothing was changed" in said
    assert person(database, "sioned.parry").manager == "gwen.morgan"


@pytest.mark.requirement("N7")
@pytest.mark.requirement("L7")
def test_an_import_enters_who_may_read_whose_mail_and_who_was_told(folder, database, porthor):
    path = edit(
        folder,
        sioned_parry=("gwen.morgan", "elin.rhys"),
        tom_fletcher=("active", "left"),
        nia_hughes=("2026-01-05,letter", "2026-09-01,induction"),
    )
    assert porthor("people", "import", path)[0] == 0
    changed = {(each.subject, each.detail) for each in entries(database, Action.CHANGE_PERSON)}
    assert changed == {
        ("sioned.parry", "manager: gwen.morgan to elin.rhys"),
        ("tom.fletcher", "standing: active to left"),
    }
    told = [each for each in entries(database, Action.INFORM) if each.actor.startswith("os:")]
    assert [(each.subject, each.detail) for each in told] == [
        ("nia.hughes", "2026-09-01 induction")
    ]
    assert person(database, "tom.fletcher").standing is Standing.LEFT


def test_a_file_that_was_cut_off_does_not_make_everyone_leave(folder, database, porthor):
    path = folder / PEOPLE
    kept = ("id,", "carys", "nia")
    text = path.read_text().splitlines()
    path.write_text("\n".join(each for each in text if each.startswith(kept)) + "\n")
    status, said = porthor("people", "import", path)
    assert status == 1
    assert "11 of 13 people are not in the file" in said
    assert person(database, "gwen.morgan").active
    status, said = porthor("people", "import", path, "--many-leavers", "--json")
    assert status == 0
    assert len(json.loads(said)["deactivated"]) == 11
    assert person(database, "gwen.morgan").standing is Standing.LEFT


def test_away_and_back(database, porthor):
    until = "2999-12-31"
    assert (
        porthor("people", "away", "gwen.morgan", "--from", "2026-01-01", "--until", until)[0] == 0
    )
    assert person(database, "gwen.morgan").away_on(datetime.now(UTC).date())
    assert '"away_until": "2999-12-31"' in porthor("people", "list", "--json")[1]
    assert porthor("people", "back", "gwen.morgan")[0] == 0
    assert person(database, "gwen.morgan").absence is None
    assert len(entries(database, Action.SET_AWAY)) == 2
    assert porthor("people", "away", "no.one")[0] == 1
    assert porthor("people", "away", "gwen.morgan", "--until", "2001-01-01")[0] == 2


def test_what_the_directory_lacks_is_said(folder, porthor):
    assert porthor("people", "check") == (0, "")
    porthor("people", "import", edit(folder, carys_lloyd=("nia.hughes,nia.hughes", ",")))
    status, said = porthor("people", "check")
    assert status == 1
    assert "no manager and no alternate: 1  carys.lloyd" in said


def test_who_was_told_of_the_monitoring_is_counted(folder, porthor):
    assert porthor("people", "informed")[0] == 0
    porthor("people", "import", edit(folder, sioned_parry=("2026-01-05,letter", ",")))
    status, said = porthor("people", "informed")
    assert status == 1
    assert "Housing" in said
    assert "2 of 3" in said


def test_how_long_the_oldest_has_waited(porthor):
    status, said = porthor("held", "waiting", "--json")
    assert status == 0
    assert json.loads(said) == {"waiting": 0, "oldest_unanswered_seconds": 0, "unassigned": 0}
