"""The officer's pages on papers and rights: what they show, give and refuse."""

import io
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest

from models.audit import Action, Purpose
from models.db import audit
from models.person import Person, Role
from quarantine.papers import papers, six_questions
from quarantine.papers.issuing import Standing, issue, standings
from quarantine.papers.live import Given, gather
from quarantine.papers.words import LANGUAGES, keys
from tests.case_sample import BASES, approved
from tests.console_sample import BODY, NOW, PEOPLE, POLICY, make_council, token

MORE = tuple(
    Person(id=name, name=name.title(), addresses=(f"{name}@cantref.example",), roles=roles)
    for name, roles in (
        ("dewi", frozenset({Role.PROTECTION_OFFICER})),
        ("arch", frozenset({Role.AUDITOR})),
        ("owain", frozenset({Role.AUTHORISER})),
    )
)


@pytest.fixture
def council(tmp_path):
    made = make_council(tmp_path, everyone=(*PEOPLE, *MORE))
    made.policy = replace(POLICY, lawful_bases=BASES)
    yield made
    made.database.close()


def live_of(council, now=NOW, policy=POLICY):
    with council.database.reading() as session:
        return gather(session, BODY, policy, Given(), now)


@pytest.mark.requirement("O8")
def test_every_paper_can_be_had_in_both_languages(visitor):
    client = visitor("dewi")
    page = client.get("/oversight/papers").text
    for name in papers.DRAFTS:
        for language in LANGUAGES:
            for kind in papers.FORMATS:
                path = f"/oversight/papers/{name}.{language}.{kind}"
                assert path in page
                given = client.get(path)
                assert given.headers["content-disposition"].startswith("attachment")
                assert BODY.name(language) in given.text


@pytest.mark.requirement("L24")
@pytest.mark.parametrize("who", ["sioned", "gwen", "dewi"])
def test_everyone_who_signs_in_can_read_the_notice(visitor, who):
    client = visitor(who)
    assert "/notice" in client.get("/privacy").text
    page = client.get("/notice").text
    for said in ("A payment card number", "keep personal information inside", "30 days"):
        assert said in page


@pytest.mark.parametrize("paper", ["nothing.cy.html", "worker-notice.fr.html", "worker-notice"])
def test_no_such_paper(visitor, paper):
    assert visitor("dewi").get(f"/oversight/papers/{paper}").status_code == 404


@pytest.mark.requirement("L26")
def test_an_issued_paper_is_current_until_the_settings_change(council, visitor):
    client = visitor("dewi")
    form = {"csrf": token(client)}
    assert client.post("/oversight/papers/worker-notice/issue", data=form).status_code == 303
    assert "Up to date" in client.get("/oversight/papers").text

    def standing(policy=POLICY, now=NOW):
        live = live_of(council, policy=policy)
        with council.database.reading() as session:
            found = standings(session, live, now)
        return next(each.standing for each in found if each.name == "worker-notice")

    assert standing() is Standing.CURRENT
    assert standing(now=NOW + timedelta(days=366)) is Standing.OLD
    assert standing(policy=replace(POLICY, rules=POLICY.rules[1:])) is Standing.CHANGED
    with council.database.reading() as session:
        entries = [e.entry for e in audit.read(session) if e.entry.action is Action.ISSUE]
    assert [(each.actor, each.subject) for each in entries] == [("dewi", "paper worker-notice")]


def test_only_the_protection_officer_issues(council, visitor):
    client = visitor("arch")
    page = client.get("/oversight/papers")
    assert page.status_code == 200
    assert "I have issued it" not in page.text
    form = {"csrf": token(client)}
    assert client.post("/oversight/papers/worker-notice/issue", data=form).status_code == 404
    live = live_of(council)
    with pytest.raises(Exception, match="protection officer"), council.database.writing() as s:
        issue(s, "worker-notice", live, by=MORE[1], now=NOW)


def test_the_six_questions_are_answered_from_the_records(council, visitor):
    client = visitor("dewi")
    page = client.get("/oversight/six-questions").text
    assert page.count("<h2 class") == len(keys("questions")) + 1  # the footer's
    assert "The notice to staff has not been issued" in page
    live = live_of(council)
    with council.database.reading() as session:
        found = {each.key: each for each in six_questions.answer(session, live, NOW)}
    assert not found["told"].met
    assert found["followed"].met
    assert found["reason"].met
    shown = {fact.key: fact.met for fact in found["safeguards"].facts}
    assert shown == {
        "apart": True,
        "officers": True,
        "routes_not": False,
        "anchor_not": False,
        "glass": None,
    }


def gathering_form(client, **more):
    return {"csrf": token(client), "who": "sioned", "reference": "RQ-26-001", "show": "", **more}


@pytest.mark.requirement("L34")
def test_counts_come_first_and_nothing_is_opened(council, visitor):
    council.hold(1)
    client = visitor("dewi")
    page = client.post("/oversight/subject-access", data=gathering_form(client))
    assert page.status_code == 200
    assert "covering the panel" not in page.text
    with council.database.reading() as session:
        assert not [e for e in audit.read(session) if e.entry.action is Action.LOOK]


@pytest.mark.requirement("L1")
@pytest.mark.requirement("L35")
@pytest.mark.requirement("L36")
def test_the_file_holds_both_folders_and_each_look_is_entered(council, visitor):
    held_id = council.hold(1)
    case = approved(council)
    client = visitor("dewi")
    page = client.post("/oversight/subject-access", data=gathering_form(client))
    assert case.id in page.text
    form = gathering_form(client, **{f"decide {case.id}": "crime"})
    given = client.post("/oversight/subject-access/download", data=form)
    assert given.headers["content-disposition"] == 'attachment; filename="RQ-26-001.zip"'
    with zipfile.ZipFile(io.BytesIO(given.content)) as packed:
        names = set(packed.namelist())
        report = packed.read("for-the-person/report.txt").decode()
        matters = packed.read("for-the-officer/matters.txt").decode()
    assert f"for-the-officer/originals/{held_id}.eml" in names
    assert "covering the panel" in report
    assert case.id not in report
    assert "crime" in matters
    with council.database.reading() as session:
        looks = [e.entry for e in audit.read(session) if e.entry.action is Action.LOOK]
    assert [(each.subject, each.purpose) for each in looks] == [(held_id, Purpose.ACCESS)]


def test_an_outside_correspondents_file_is_in_the_officers_language(council, visitor):
    council.hold(1)
    client = visitor("dewi")
    form = gathering_form(client, who="john@example.org")
    given = client.post("/oversight/subject-access/download", data=form)
    with zipfile.ZipFile(io.BytesIO(given.content)) as packed:
        assert b"What is kept about john@example.org" in packed.read("for-the-person/report.txt")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"who": "nobody"}, "Nobody in the directory has this id"),
        ({"reference": "Sioned"}, "with at least one digit"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(visitor, given, said):
    client = visitor("dewi")
    page = client.post("/oversight/subject-access", data=gathering_form(client, **given))
    assert page.status_code == 422
    assert said in page.text


@pytest.mark.requirement("D9")
@pytest.mark.parametrize("who", ["arch", "huw", "gwen", "sioned"])
def test_nobody_but_the_officer_gathers(visitor, council, who):
    council.hold(1)
    client = visitor(who)
    form = gathering_form(client)
    assert client.get("/oversight/subject-access").status_code == 404
    for path in ("/oversight/subject-access", "/oversight/subject-access/download"):
        assert client.post(path, data=form).status_code == 404
