"""Cases in the console: from a referral to an opened message, and who is kept out of each page."""

import re

import pytest

from models.audit import Action
from models.case import CaseState
from models.db import case_searches, cases
from quarantine import outcomes
from quarantine.console.app import PAGES
from quarantine.console.visit import Permission
from quarantine.evidence import cases as work_on
from tests.case_sample import approved, draft, make_case_council, person, waiting, work_of
from tests.console_sample import NOW, day, entries, send, token

CONTENT = "covering the panel"  # stands in the sample's text and nowhere else
_ASKED = {Permission.CASES, Permission.CASE, Permission.CASE_RECORD}
OF_CASES = [page for page in PAGES if page.permission in _ASKED]


@pytest.fixture
def council(tmp_path):
    made = make_case_council(tmp_path)
    yield made
    made.database.close()


@pytest.mark.requirement("L42")
@pytest.mark.requirement("H1")
def test_from_a_referral_to_an_opened_message(council, visitor):
    held_id = council.hold(1)
    gwen = person(council, "gwen")
    outcomes.refer(council.review, held_id, by=gwen, why="A pattern of it", now=NOW)
    huw, owain = visitor("huw"), visitor("owain")
    assert f"/cases/new?about={held_id}" in huw.get("/referrals").text
    assert held_id in huw.get(f"/cases/new?about={held_id}").text
    home = send(huw, "/cases/new", title="Card details", about=held_id).headers["location"]
    send(huw, f"{home}/answer/purpose", text="Card numbers go to a hotel")
    send(huw, f"{home}/answer/milder", text="Guidance in May did not help")
    send(huw, f"{home}/answer/basis", basis="discipline")
    days = {**day("first", "2026-11-01"), **day("last", "2026-11-30")}
    send(huw, f"{home}/answer/scope", people="sioned", **days)
    send(huw, f"{home}/answer/reach", reach="content")
    assert "Cannot start yet" in huw.get(home).text
    send(huw, f"{home}/answer/telling", telling="told", **day("tell_on", "2026-11-20"))
    assert "Cannot start yet" not in huw.get(home).text
    send(huw, f"{home}/submit", authoriser="owain")
    assert "A pattern of it" not in owain.get(f"{home}/approval").text
    decision = {"decision": "approve", **day("ends", "2027-02-20"), **day("review", "2026-12-06")}
    assert send(owain, f"{home}/approval", **decision).headers["location"] == home
    found = send(huw, f"{home}/search", words="panel").headers["location"]
    assert "1 email in scope matches" in huw.get(found).text
    assert held_id not in huw.get(found).text
    assert held_id in huw.get(f"{found}?list=yes").text
    email = f"{home}/emails/{held_id}"
    assert CONTENT not in huw.get(email).text
    assert send(huw, email, depth="text").status_code == 422
    assert entries(council, Action.LOOK) == []
    opened = send(huw, email, depth="text", reason="Whether the card is ours")
    assert CONTENT in opened.text
    assert "Whether the card is ours" in huw.get(email).text
    record = huw.get(f"{home}/record").text
    for said in (
        "Matched: 1.",
        "Whether the card is ours",
        "panel",
        "Approved the case",
        "Asked for approval",
    ):
        assert said in record
    assert send(huw, f"{home}/close", outcome="no-case", **day("keep_until", "2027-12-01"))
    assert huw.get(email).status_code == 404
    assert huw.get(f"{home}/record").status_code == 200


@pytest.mark.requirement("H2")
@pytest.mark.parametrize(
    "term", [{"sender": "gwen"}, day("first", "2026-10-01"), day("last", "2027-01-01")], ids=str
)
def test_a_search_outside_the_scope_says_so(council, visitor, term):
    council.hold(1)
    case, huw = approved(council), visitor("huw")
    answer = send(huw, f"/cases/{case.id}/search", words="panel", **term)
    assert answer.status_code == 422
    assert "outside the scope of the case" in answer.text
    [entry] = entries(council, Action.TURN_AWAY)
    assert entry.detail == "search: out-of-scope"


def paths(case, held_id):
    names = {"case": case.id, "task": "purpose", "search": "1", "held": held_id}
    names |= dict.fromkeys(("exhibit", "export", "disclosure"), "X1")
    for page in OF_CASES:
        yield page, re.sub(r"{(\w+)}", lambda found: names[found[1]], page.path)


@pytest.mark.requirement("L29")
@pytest.mark.requirement("N1")
@pytest.mark.parametrize("who", ["sam", "gwen", "sioned", "elin", "marc"])
def test_who_has_no_part_in_cases_finds_none_and_each_try_is_recorded(council, visitor, who):
    held_id = council.hold(1)
    case, client = approved(council), visitor(who)
    csrf = token(client)
    for tries, (page, path) in enumerate(paths(case, held_id), start=1):
        form = {"csrf": csrf, "reason": "curious", "depth": "text"}
        answer = client.get(path) if page.method == "GET" else client.post(path, data=form)
        assert answer.status_code == 404, page.path
        assert "Payment details" not in answer.text
        assert len(entries(council, Action.TURN_AWAY)) == tries, page.path
    assert entries(council, Action.LOOK) == []


@pytest.mark.requirement("L61")
def test_the_officer_reads_the_record_and_nothing_else_and_that_is_entered(council, visitor):
    held_id = council.hold(1)
    case, dewi = approved(council), visitor("dewi")
    send(visitor("huw"), f"/cases/{case.id}/emails/{held_id}", reason="Why so", depth="text")
    assert case.id in dewi.get("/oversight/cases").text
    record = dewi.get(f"/cases/{case.id}/record")
    assert "Why so" in record.text
    assert f"/cases/{case.id}/" not in record.text.replace(f"/cases/{case.id}/record", "")
    assert [each.subject for each in entries(council, Action.OVERSEE)] == [case.id]
    csrf = token(dewi)
    for page, path in paths(case, held_id):
        if page.permission is not Permission.CASE_RECORD:
            form = {"csrf": csrf, "reason": "curious", "depth": "text"}
            answer = dewi.get(path) if page.method == "GET" else dewi.post(path, data=form)
            assert answer.status_code == 404, page.path


@pytest.mark.requirement("L60")
@pytest.mark.parametrize("who", ["ysgol", "mali", "nia"])
def test_another_s_case_answers_as_one_that_is_not_there(council, visitor, who):
    held_id = council.hold(1)
    case, client = approved(council), visitor(who)
    csrf = token(client)
    for page, path in paths(case, held_id):
        if page.permission is Permission.CASES:
            continue
        form = {"csrf": csrf, "reason": "curious", "depth": "text"}
        nobodys = path.replace(case.id, "HR-26-999")
        answers = [
            client.get(each) if page.method == "GET" else client.post(each, data=form)
            for each in (path, nobodys)
        ]
        assert [each.status_code for each in answers] == [404, 404], page.path
        assert answers[0].text.replace(case.id, "") == answers[1].text.replace("HR-26-999", "")
    assert case.id not in client.get("/cases").text


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(draft, id="a draft"),
        pytest.param(waiting, id="one that waits"),
    ],
)
def test_no_page_opens_anything_before_approval(council, visitor, made):
    held_id = council.hold(1)
    case, huw = made(council), visitor("huw")
    csrf = token(huw)
    for page, path in paths(case, held_id):
        if page.method == "POST" and ("emails" in path or "search" in path):
            form = {"csrf": csrf, "reason": "curious", "depth": "text", "words": "panel"}
            assert huw.post(path, data=form).status_code == 404, page.path
    assert entries(council, Action.SEARCH) == []
    assert entries(council, Action.LOOK) == []


def test_the_authoriser_sees_answers_and_no_emails(council, visitor):
    held_id = council.hold(1)
    case, owain = approved(council), visitor("owain")
    assert "Cards were sent out" in owain.get(f"/cases/{case.id}").text
    assert owain.get(f"/cases/{case.id}/emails/{held_id}").status_code == 404
    answer = send(owain, f"/cases/{case.id}/emails/{held_id}", reason="look", depth="text")
    assert answer.status_code == 404
    assert send(owain, f"/cases/{case.id}/search", words="panel").status_code == 404


def test_an_authoriser_narrows_and_sends_back(council, visitor):
    case, owain = waiting(council, people="sioned marc"), visitor("owain")
    path = f"/cases/{case.id}/approval"
    assert send(owain, path).status_code == 422
    assert send(owain, path, decision="back").status_code == 422
    decision = {"decision": "narrower", **day("ends", "2027-02-20"), **day("review", "2026-12-06")}
    wider = send(owain, path, **decision, **day("first", "2026-10-01"))
    assert wider.status_code == 422
    sent = send(owain, path, **decision, **day("first", "2026-11-20"), **{"leave-1": "yes"})
    assert sent.status_code == 303
    with council.database.reading() as session:
        kept = cases.get(session, case.id)
    assert (kept.state, kept.scope.people) == (CaseState.OPEN, ("sioned",))
    assert kept.scope.first.day == 20
    assert "marc@cantref.example" not in kept.scope.mailboxes
    other = waiting(council)
    send(owain, f"/cases/{other.id}/approval", decision="back", note="Too many days")
    assert "Too many days" in visitor("huw").get(f"/cases/{other.id}").text


def test_a_running_search_shows_how_far_it_is_and_can_be_cancelled(council, visitor):
    case, huw = approved(council), visitor("huw")
    with council.database.writing() as session:
        begun = case_searches.add(
            session, council.keyring, case.id, case_searches.Terms(words="x"), "huw", NOW
        )
    path = f"/cases/{case.id}/searches/{begun.id}"
    shown = huw.get(path).text
    assert "See how far it is" in shown
    assert "http-equiv" not in shown
    send(huw, f"{path}/cancel")
    assert "The search was cancelled" in huw.get(path).text


def test_forms_say_what_is_wrong_and_keep_what_was_written(council, visitor):
    case, huw = draft(council), visitor("huw")
    home = f"/cases/{case.id}"
    wrong = {
        f"{home}/answer/purpose": {"text": ""},
        f"{home}/answer/basis": {"basis": "none"},
        f"{home}/answer/scope": {"people": "nobody-at-all"},
        f"{home}/answer/reach": {},
        f"{home}/answer/telling": {"telling": "later", **day("tell_on", "2026-12-24")},
        f"{home}/submit": {"authoriser": "huw"},
        f"{home}/close": {"outcome": "no-case"},
        "/cases/new": {"title": "Sioned Parry"},
    }
    for path, form in wrong.items():
        answer = send(huw, path, **form)
        assert answer.status_code == 422, path
        assert "There is a problem" in answer.text
        assert "[" not in re.sub(r"<[^>]*>", "", answer.text), path
    assert huw.get(f"{home}/answer/nothing").status_code == 404


def test_pausing_widening_reviewing_and_adding_a_colleague(council, visitor):
    case, huw = approved(council), visitor("huw")
    home = f"/cases/{case.id}"
    send(huw, f"{home}/worker", worker="mali")
    assert "Mali Vaughan" in huw.get(home).text
    send(huw, f"{home}/review", why="Two more weeks", **day("review", "2026-12-20"))
    assert "Two more weeks" in huw.get(home).text
    send(huw, f"{home}/hold")
    assert "on hold" in huw.get(home).text
    assert send(huw, f"{home}/search", words="x").status_code == 404
    send(huw, f"{home}/resume")
    assert "becomes a draft again" in huw.get(f"{home}/amend").text
    send(huw, f"{home}/amend")
    assert "Ask for approval" in huw.get(home).text


def test_what_a_case_looked_at_is_not_in_the_sender_s_history(council, visitor):
    held_id = council.hold(1)
    case = approved(council)
    send(visitor("huw"), f"/cases/{case.id}/emails/{held_id}", reason="look", depth="text")
    assert len(entries(council, Action.LOOK)) == 1
    seen = visitor("sioned").get(f"/held/{held_id}").text
    assert "Opened the email" not in seen
    assert "formal investigation" in seen
    work_on.see(council.database, case.id, person(council, "huw"), NOW)
    assert work_of(council).bases
