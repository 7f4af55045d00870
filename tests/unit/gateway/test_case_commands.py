"""Cases on the command line: in a person's name, with that person's rights, and said so."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from gateway.cli import main
from gateway.initialise import Wishes, initialise
from models.audit import Action
from models.db import audit
from models.db.database import Database
from models.db.keyring import Keyring
from quarantine.holding import Holding
from quarantine.notices import Post
from quarantine.settings import NoticeSettings
from tests.console_sample import BODY

TODAY = datetime.now(UTC).date()
TEXT = b"Subject: Card\r\n\r\nThe card is 4111 1111 1111 1111. Diolch am y cinio.\r\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cases") / "c"
    initialise(Wishes(folder=folder, sample=True), datetime.now(UTC))
    return folder


@pytest.fixture
def database(made):
    opened = Database(f"sqlite:///{made / 'porthor.db'}")
    yield opened
    opened.close()


@pytest.fixture
def porthor(made, capsys):
    def run(*arguments):
        status = main(["--config", str(made / "porthor.toml"), "case", *map(str, arguments)])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def hold(folder, database, number):
    """Hold one message as the mail path does."""
    from classifiers.detector import detectors
    from classifiers.inspection import inspect
    from gateway.decide import decide
    from gateway.policy_file import load_policy
    from models.envelope import Client, Envelope, Recipient
    from models.mail import Mail
    from models.mime import read_message

    policy, now = load_policy(folder / "policy.toml"), datetime.now(UTC)
    envelope = Envelope(
        id=f"POR{number:06}",
        sender="sioned.parry@cyngor-enghraifft.example",
        recipients=(Recipient(address="john@hotel.example"),),
        client=Client(address="127.0.0.1", port=1, name="mail"),
        received=now,
    )
    mail = Mail(envelope=envelope, message=read_message(TEXT))
    found = inspect(mail, detectors(policy))
    verdict = decide(envelope, found.findings, policy, on=now.date())
    post = Post(settings=NoticeSettings(), body=BODY, console_url="http://localhost")
    keyring = Keyring.load(folder / "keys.toml")
    holding = Holding(database=database, keyring=keyring, policy=policy, post=post)
    return holding.hold(mail=mail, verdict=verdict, inspection=found, now=now)


def opening(*more, by="helen.ward", people="sioned.parry", title="Payment details"):
    days = ("--first", TODAY - timedelta(days=7), "--last", TODAY + timedelta(days=7))
    why = ("--allegation", "Cards were sent", "--milder", "Guidance failed", "--told", TODAY)
    return (
        *("open", "--by", by, "--title", title, "--people", people, *days, *why),
        *("--basis", "discipline", "--reach", "content", "--json", *more),
    )


def actions(database, case_id):
    with database.reading() as session:
        return [each.entry for each in audit.read(session, subject=case_id)]


@pytest.mark.requirement("H1")
@pytest.mark.requirement("H2")
def test_a_case_from_opening_to_closing(porthor, database, made):
    held_id = hold(made, database, 1)
    status, out, _ = porthor(*opening("--authoriser", "marc.price"))
    case = json.loads(out)
    assert (status, case["state"], case["authoriser"]) == (0, "waiting", "marc.price")
    status, _, err = porthor("search", case["id"], "--by", "helen.ward", "--words", "cinio")
    assert (status, "no such case" in err) == (1, True)
    ends = TODAY + timedelta(days=60)
    days = ("--ends", ends, "--review", TODAY + timedelta(days=14))
    status, out, _ = porthor("approve", case["id"], "--by", "marc.price", *days)
    assert (status, out) == (0, f"{case['id']}: approved until {ends}\n")
    found = porthor("search", case["id"], "--by", "helen.ward", "--words", "CINIO", "--json")
    assert found[0] == 0
    assert json.loads(found[1])["matched"] == [held_id]
    assert porthor("search", case["id"], "--by", "helen.ward", "--words", "nothing")[0] == 1
    shown = porthor("show", case["id"], "--by", "helen.ward", "--json")[1]
    assert json.loads(shown)["answers"]["allegation"] == "Cards were sent"
    assert "cinio" not in shown.lower()
    close = ("--outcome", "no-case", "--keep-until", TODAY + timedelta(days=400))
    assert porthor("close", case["id"], "--by", "helen.ward", *close)[0] == 0
    assert porthor("search", case["id"], "--by", "helen.ward")[0] == 1
    entries = actions(database, case["id"])
    accounts = [each for each in entries if each.actor.startswith("os:")]
    assert len(accounts) == 7
    assert all("at the command line as" in each.detail for each in accounts)
    refused = [at for at, each in enumerate(entries) if each.action is Action.TURN_AWAY]
    before = [entries[at - 1] for at in refused]
    assert [each.detail for each in before] == ["at the command line as helen.ward: search"] * 2
    assert all(each.actor.startswith("os:") for each in before)
    assert not any("cinio" in each.detail.lower() for each in entries)


@pytest.mark.requirement("L29")
@pytest.mark.parametrize("by", ["sam.obrien", "gwen.morgan", "ioan.williams", "nobody"])
def test_who_has_no_right_to_cases_has_none_here(porthor, database, by):
    before = sum(each.action is Action.TURN_AWAY for each in actions(database, "cases"))
    status, _, err = porthor(*opening(by=by))
    assert (status, "no such person with a right to cases" in err) == (1, True)
    after = sum(each.action is Action.TURN_AWAY for each in actions(database, "cases"))
    assert after == before + 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(
            {"title": "Sioned Parry"},
            "title names a person of the directory",
            id="a title with a name",
        ),
        pytest.param({"people": "someone.else"}, "people is not known", id="nobody of the body"),
    ],
)
def test_what_cannot_be_used_is_said(porthor, arguments, said):
    status, _, err = porthor(*opening(**arguments))
    assert (status, said in err) == (2, True)


def test_a_search_outside_the_scope_is_refused(porthor):
    case = json.loads(porthor(*opening("--authoriser", "marc.price"))[1])
    days = ("--ends", TODAY, "--review", TODAY)
    porthor("approve", case["id"], "--by", "marc.price", *days)
    early = TODAY - timedelta(days=8)
    status, _, err = porthor("search", case["id"], "--by", "helen.ward", "--first", early)
    assert (status, "first is outside the scope" in err) == (2, True)


def test_a_person_lists_their_own_cases(porthor):
    mine = json.loads(porthor(*opening())[1])
    assert mine["id"] in porthor("list", "--by", "helen.ward")[1]
    assert mine["id"] not in porthor("list", "--by", "marc.price")[1]


def test_an_authoriser_narrows_or_sends_back(porthor):
    case = json.loads(porthor(*opening("--authoriser", "marc.price"))[1])
    back = porthor("approve", case["id"], "--by", "marc.price", "--send-back", "--note", "Wide")
    assert (back[0], back[1]) == (0, f"{case['id']}: sent back\n")
    other = json.loads(porthor(*opening("--authoriser", "marc.price"))[1])
    narrower = ("--ends", TODAY, "--review", TODAY, "--first", TODAY, "--envelopes", "--json")
    given = json.loads(porthor("approve", other["id"], "--by", "marc.price", *narrower)[1])
    assert given["scope"]["reach"] == "envelopes"
    assert given["scope"]["first"] == TODAY.isoformat()
