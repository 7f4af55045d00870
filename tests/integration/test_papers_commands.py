"""Papers, the six questions and subject access from the command line; counts on both databases."""

import json
from datetime import timedelta

import pytest

from gateway.cli import main
from models.audit import Action
from models.db import audit
from models.db.database import Database
from models.db.proportion import proportion
from quarantine import outcomes
from quarantine.papers import papers, six_questions
from quarantine.papers.issuing import standings
from quarantine.papers.live import Given, gather
from quarantine.saying import dispute
from tests.console_sample import BODY, NOW, PEOPLE, POLICY, make_council

OFFICER = "ioan.williams"  # of the sample council
WHO = "gwen.morgan"


@pytest.fixture(scope="module")
def body(tmp_path_factory):
    """A sample body as `porthor init` makes it."""
    folder = tmp_path_factory.mktemp("body") / "porthor"
    assert main(["init", str(folder), "--sample"]) == 0
    return folder


def run(body, capsys, *arguments):
    status = main(["--config", str(body / "porthor.toml"), *arguments])
    shown = capsys.readouterr()
    return status, shown.out, shown.err


@pytest.mark.requirement("O8")
@pytest.mark.parametrize(("language", "count"), [("cy", 6), ("both", 12)])
def test_papers_are_written_and_what_they_lack_is_said(body, tmp_path, capsys, language, count):
    status, out, _ = run(
        body, capsys, "papers", "build", str(tmp_path), "--language", language, "--json"
    )
    made = json.loads(out)
    assert status == 1  # a rule of the sample lacks its papers, and nothing was judged yet
    assert len(made) == count
    assert len(list(tmp_path.iterdir())) == 2 * count
    lacking = {each["paper"]: each["missing"] for each in made}
    assert lacking["worker-notice.cy"] == []
    assert lacking["equality.cy"] != []
    assert lacking["transparency.cy"] == []
    to_add = {each["paper"]: each["to_add"] for each in made}
    assert to_add["transparency.cy"] != []  # no setting can know it, so it does not count


def test_a_folder_that_cannot_be_written_is_said(body, tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    status, _, err = run(body, capsys, "papers", "build", str(tmp_path / "file"))
    assert status == 2
    assert "cannot be written" in err


@pytest.mark.requirement("L26")
def test_issuing_is_the_officers_and_shows(body, capsys):
    assert run(body, capsys, "papers", "issue", "worker-notice", "--by", WHO)[0] == 1
    assert run(body, capsys, "papers", "issue", "nothing", "--by", OFFICER)[0] == 2
    assert run(body, capsys, "papers", "issue", "worker-notice", "--by", OFFICER)[0] == 0
    database = Database(f"sqlite:///{body / 'porthor.db'}")
    with database.reading() as session:
        (issued,) = (e.entry for e in audit.read(session) if e.entry.action is Action.ISSUE)
    database.close()
    assert issued.actor == OFFICER
    assert ", os:" in issued.detail
    status, out, _ = run(body, capsys, "papers", "status", "--json")
    stands = {each["paper"]: each["standing"] for each in json.loads(out)}
    assert stands["worker-notice"] == "current"
    assert stands["equality"] == "never"
    assert status == 1
    policy = body / "policy.toml"
    before = policy.read_text()
    try:
        policy.write_text(before.replace('version = "sample-1"', 'version = "sample-2"'))
        stands = json.loads(run(body, capsys, "papers", "status", "--json")[1])
        assert stands[0]["standing"] == "current"  # it would say the same
        policy.write_text(before.replace('kind = "union"', 'kind = "legal-adviser"'))
        stands = json.loads(run(body, capsys, "papers", "status", "--json")[1])
        assert stands[0]["standing"] == "changed"
    finally:
        policy.write_text(before)


def test_the_gate_is_shut_while_something_is_not_met(body, capsys):
    status, out, _ = run(body, capsys, "papers", "check", "--json")
    found = {each["question"]: each for each in json.loads(out)}
    assert status == 1
    assert list(found) == ["told", "far", "reason", "milder", "followed", "safeguards"]
    assert found["reason"]["met"]
    assert not found["safeguards"]["met"]


def test_subject_access_from_the_command_line(body, tmp_path, capsys):
    out = tmp_path / "gwen"
    command = ["subject-access", WHO, "--request", "RQ-26-001", "--out", str(out)]
    status, shown, _ = run(body, capsys, *command, "--by", OFFICER, "--json")
    assert (status, json.loads(shown)["matters"]) == (0, [])
    assert (out / "for-the-person" / "report.html").is_file()
    database = Database(f"sqlite:///{body / 'porthor.db'}")
    with database.reading() as session:
        gathered = [e.entry for e in audit.read(session) if e.entry.action is Action.GATHER]
    database.close()
    assert gathered[0].actor == OFFICER
    assert ", os:" in gathered[0].detail


@pytest.mark.parametrize(
    ("more", "status", "said"),
    [
        pytest.param(["--by", WHO], 1, "protection officer", id="not the officer"),
        pytest.param(["--by", "nobody.here"], 2, "name someone with --by", id="nobody"),
        pytest.param([], 2, "name someone with --by", id="the machine's own account"),
        pytest.param(
            ["--by", OFFICER, "--decide", "HR-26-001"], 2, "expected MATTER=CHOICE", id="="
        ),
        pytest.param(["--by", OFFICER, "--decide", "HR-26-001=x"], 2, "expected one of", id="code"),
    ],
)
def test_what_is_refused_on_the_command_line(body, tmp_path, capsys, more, status, said):
    command = ["subject-access", "dafydd.jones", "--request", "RQ-26-001"]
    found, _, err = run(body, capsys, *command, "--out", str(tmp_path / "out"), *more)
    assert found == status
    assert said in err
    assert not (tmp_path / "out").exists()


def test_the_questions_and_standings_are_counted_by_both_databases(tmp_path, database_url):
    council = make_council(tmp_path, database_url)
    council.hold(1)
    with council.database.reading() as session:
        live = gather(session, BODY, POLICY, Given(), NOW)
        answered = {each.key: each for each in six_questions.answer(session, live, NOW)}
        stands = standings(session, live, NOW)
    council.database.close()
    read = next(fact for fact in answered["far"].facts if fact.key == "read")
    assert read.values == {"held": 1, "read": 0, "readers": 0}
    assert [each.name for each in stands] == list(papers.DRAFTS)


def test_what_followed_is_counted_by_message(tmp_path, database_url):
    council = make_council(tmp_path, database_url)
    first, second, third = (council.hold(each) for each in range(3))
    people_of = {each.id: each for each in PEOPLE}
    gwen, sioned = people_of["gwen"], people_of["sioned"]
    for _ in range(2):
        dispute(council.review, first, by=sioned, text="it is mine", now=NOW)
    outcomes.give_back(council.review, first, by=gwen, code="say-why", now=NOW)
    outcomes.refer(council.review, second, by=gwen, why="the third time", now=NOW)
    council.review.refuse(third, by=gwen, reason="no", now=NOW)
    with council.database.reading() as session:
        counted = proportion(session, NOW - timedelta(days=1))
    council.database.close()
    assert (counted.held, counted.disputed) == (3, 1)
    assert (counted.returned, counted.referred, counted.refused) == (1, 1, 1)
    assert counted.by_machine == 0


def test_keys_are_not_needed_for_papers(body, tmp_path, capsys):
    keys = body / "keys.toml"
    kept = keys.read_bytes()
    keys.unlink()
    try:
        assert run(body, capsys, "papers", "build", str(tmp_path), "--json")[0] == 1
    finally:
        keys.write_bytes(kept)
        keys.chmod(0o600)


@pytest.mark.requirement("L57")
def test_an_incident_sheet_is_the_officers_in_words_or_as_data(body, capsys):
    aware = ("--aware", "2026-11-24T09:30")
    status, out, _ = run(body, capsys, "incident", "--by", OFFICER, *aware, "--json")
    sheet = json.loads(out)
    assert status == 0
    assert (sheet["outcome"], sheet["reference"], sheet["email"]) == ("unknown", None, None)
    assert sheet["deadline"] == "2026-11-27T09:30:00+00:00"
    assert "consequences" in sheet["missing"]
    for language, said in (("cy", "Daw'r 72 awr i ben"), ("en", "The 72 hours end")):
        out = run(body, capsys, "incident", "--by", OFFICER, *aware, "--language", language)[1]
        assert f"{said}: 27 " in out
    database = Database(f"sqlite:///{body / 'porthor.db'}")
    with database.reading() as session:
        made = [e.entry for e in audit.read(session) if e.entry.action is Action.OVERSEE]
    database.close()
    assert len(made) == 3
    assert {each.actor for each in made} == {OFFICER}
    assert all(", os:" in each.detail for each in made)


@pytest.mark.requirement("L57")
@pytest.mark.parametrize(
    ("given", "status"),
    [
        pytest.param(("--by", WHO), 1, id="by another than the officer"),
        pytest.param(("POR999999", "--by", OFFICER), 1, id="of what is not there"),
        pytest.param(("--by", "nobody"), 2, id="by nobody"),
        pytest.param(("--by", OFFICER, "--aware", "2999-01-01T00:00"), 2, id="known in the future"),
    ],
)
def test_no_incident_sheet(body, capsys, given, status):
    found, out, err = run(body, capsys, "incident", *given)
    assert (found, out) == (status, "")
    assert err


def test_a_time_that_is_none_is_said(body, capsys):
    with pytest.raises(SystemExit) as stopped:
        run(body, capsys, "incident", "--aware", "yesterday")
    assert stopped.value.code == 2
    assert "2026-12-04T09:30" in capsys.readouterr().err
