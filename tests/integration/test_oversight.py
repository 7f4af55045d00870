"""The officer's, the auditor's and the administrator's pages: what they show, and to whom."""

from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from models.audit import Action, AuditEntry, Purpose
from models.db import answers, audit, demotions, overview
from models.person import Person, Role
from quarantine.access import Depth, open_message
from quarantine.console.oversight_pages import OVERSIGHT_PAGES
from tests.console_sample import NOW, PEOPLE, entries, make_council, token

CONTENT = ("covering the panel", "4111 1111", "Booking the panel")
OVERSIGHT = [page for page in OVERSIGHT_PAGES if page.path.startswith("/oversight")]
MORE = tuple(
    Person(id=name, name=name.title(), addresses=(f"{name}@cantref.example",), roles=roles)
    for name, roles in (
        ("marc", frozenset()),
        ("dewi", frozenset({Role.PROTECTION_OFFICER})),
        ("ann", frozenset({Role.AUDITOR})),
        ("sam", frozenset({Role.ADMINISTRATOR})),
        ("dyl", frozenset({Role.DUTY_REVIEWER})),
    )
)
OVERSEERS = {"dewi", "ann"}
EVERYONE = ["sioned", "gwen", "elin", "huw", "marc", "dewi", "ann", "sam", "dyl"]


@pytest.fixture
def council(tmp_path, database_url):
    given = tuple(replace(each, department="Housing") for each in PEOPLE)
    made = make_council(tmp_path, database_url, (*given, *MORE))
    yield made
    made.database.close()


def ask(client, page):
    path = page.path.replace("{rule}", "cards")
    if page.method == "GET":
        return client.get(path)
    return client.post(path, data={"csrf": token(client)})


def person(name):
    return next(each for each in (*PEOPLE, *MORE) if each.id == name)


def answer(council, held_id, *, should_hold):
    entry = AuditEntry(at=NOW, actor="gwen", action=Action.LABEL, subject=held_id)
    with council.database.writing() as session:
        answers.put(session, held_id, "gwen", should_hold, NOW, entry)


def look(council, held_id, who="gwen", at=NOW, purpose=Purpose.DECIDE):
    open_message(
        council.database,
        council.keyring,
        held_id,
        who=person(who),
        purpose=purpose,
        depth=Depth.TEXT,
        now=at,
    )


def demote(council, rule="cards"):
    with council.database.writing() as session:
        demotions.demote(session, rule, rightly=2, answers=20, at=NOW)


@pytest.mark.requirement("L19")
@pytest.mark.requirement("L29")
@pytest.mark.requirement("D9")
@pytest.mark.parametrize("who", EVERYONE)
def test_every_page_is_for_those_it_is_for_and_shows_no_content(council, visitor, who):
    held_id = council.hold(1)
    look(council, held_id)
    answer(council, held_id, should_hold=False)
    demote(council)
    client = visitor(who)
    for page in OVERSIGHT_PAGES:
        reply = ask(client, page)
        if page in OVERSIGHT:
            theirs = who == "dewi" or (who == "ann" and page.method == "GET")
        else:
            theirs = who == "sam"
        assert reply.status_code == ((200, 303)[page.method == "POST"] if theirs else 404)
        assert not any(each in reply.text for each in CONTENT), page.path
        assert f"/held/{held_id}" not in reply.text, page.path
    assert len(entries(council, Action.LOOK)) == 1


@pytest.mark.parametrize("page", OVERSIGHT_PAGES, ids=lambda page: f"{page.method} {page.path}")
def test_a_passer_by_is_asked_to_sign_in(council, page):
    with TestClient(council.app(), follow_redirects=False) as client:
        path = page.path.replace("{rule}", "cards")
        reply = client.get(path) if page.method == "GET" else client.post(path)
    assert reply.headers["location"].startswith("/sign-in")


@pytest.mark.requirement("D1")
def test_who_looked_is_shown_with_why_and_what_followed_and_reading_it_is_entered(council, visitor):
    first, second = council.hold(1), council.hold(2)
    look(council, first)
    look(council, second, who="elin")
    later = NOW + timedelta(minutes=2)
    council.review.refuse(first, by=person("gwen"), reason="no", now=later)
    council.clock[0] = later
    client = visitor("dewi")
    text = client.get("/oversight/looks").text
    assert "Gwen Morgan" in text
    assert "Opened the text, to decide" in text
    assert f"Email {first} of Sioned Parry" in text
    assert "Decided that it should not be sent" in text
    assert "No decision of theirs followed." in text
    only = client.get("/oversight/looks?who=elin").text
    assert second in only
    assert first not in only
    read = [(each.actor, each.detail) for each in entries(council, Action.OVERSEE)]
    assert read == [("dewi", "looks"), ("dewi", "looks of elin")]


@pytest.mark.requirement("D1")
def test_what_was_gathered_for_one_person_is_one_line_and_no_look_out_of_line(council, visitor):
    first, second, third = (council.hold(number) for number in (1, 2, 3))
    gathered = AuditEntry(
        at=NOW,
        actor="dewi",
        action=Action.LOOK,
        subject=first,
        purpose=Purpose.ACCESS,
        detail="text, RQ-26-001",
    )
    look(council, third)
    with council.database.writing() as session:
        audit.append_all(session, [gathered, replace(gathered, subject=second)])
        later = replace(gathered, subject=third, at=NOW + timedelta(minutes=1))
        audit.append(session, later)
        assert overview.readers(session, NOW) == (2, 3)
    client = visitor("ann")
    text = client.get("/oversight/looks").text
    assert text.count("Gathered it, with all else there is, for the person it is about") == 2
    assert [each in text for each in (first, second, third)] == [False, True, True]
    council.clock[0] = NOW + timedelta(hours=1)
    assert "Not in the sender" not in client.get("/oversight/questions").text


@pytest.mark.requirement("L61")
def test_planted_patterns_are_found(council, visitor):
    night = NOW.replace(hour=2) - timedelta(days=3)
    look(council, council.hold(1), at=night)
    council.clock[0] = NOW
    text = visitor("ann").get("/oversight/questions").text
    assert "Looked at night" in text
    assert "Looked and did not decide" in text
    assert "Gwen Morgan" in text


@pytest.mark.requirement("L61")
@pytest.mark.parametrize(
    ("follows", "asked"),
    [
        pytest.param("nothing", True, id="nothing followed"),
        pytest.param("a decision", False, id="they decided"),
        pytest.param("another's", True, id="somebody else decided"),
        pytest.param("an answer", False, id="they were only answering for a decision"),
        pytest.param("a moment", False, id="it may still follow"),
    ],
)
def test_a_look_that_no_decision_followed(council, visitor, follows, asked):
    held_id, ago = council.hold(1), NOW - timedelta(days=3)
    purpose = Purpose.ANSWER if follows == "an answer" else Purpose.DECIDE
    look(council, held_id, at=NOW if follows == "a moment" else ago, purpose=purpose)
    who = {"a decision": "gwen", "another's": "elin"}.get(follows)
    if who:
        council.review.refuse(held_id, by=person(who), reason="no", now=ago + timedelta(hours=2))
    text = visitor("ann").get("/oversight/questions").text
    assert ("Looked and did not decide" in text) == asked


@pytest.mark.requirement("D10")
def test_a_rules_precision_is_shown_with_its_interval_and_the_officer_puts_it_back(
    council, visitor
):
    ids = [council.hold(each) for each in range(10)]
    for number, held_id in enumerate(ids):
        answer(council, held_id, should_hold=number < 7)
    demote(council)
    client = visitor("dewi")
    text = client.get("/oversight/rules").text
    assert "7 of 10 (between 40% and 89%)" in text
    assert "2 of 20 had been rightly held" in text
    assert "<svg" in text
    form = {"csrf": token(client)}
    assert client.post("/oversight/rules/cards/put-back", data=form).status_code == 303
    assert client.post("/oversight/rules/cards/put-back", data=form).status_code == 409
    assert "2 of 20" not in client.get("/oversight/rules").text
    (entry,) = entries(council, Action.RESTORE)
    assert (entry.actor, entry.subject) == ("dewi", "cards")


@pytest.mark.requirement("D11")
def test_small_groups_are_withheld(council, visitor):
    client = visitor("dewi")
    ids = [council.hold(each) for each in range(5)]
    for held_id in ids[:4]:
        answer(council, held_id, should_hold=False)
    text = client.get("/oversight/fairness").text
    assert "Withheld: too few" in text
    assert "4 of 4" not in text
    answer(council, ids[4], should_hold=True)
    text = client.get("/oversight/fairness").text
    assert text.count("4 of 5") == 2
    assert "Housing" in text


@pytest.mark.requirement("L33")
@pytest.mark.requirement("D12")
def test_who_waves_emails_through_is_seen(council, visitor):
    for number in range(10):
        held_id = council.hold(number)
        council.review.release(held_id, by=person("gwen"), now=NOW)
    text = visitor("dewi").get("/oversight/care").text
    assert "10 of 10" in text
    assert "Most of what they sent they had not opened." in text


@pytest.mark.requirement("L33")
@pytest.mark.requirement("D12")
def test_how_long_they_looked_is_from_the_first_look_to_the_decision(council, visitor):
    for number in range(10):
        held_id = council.hold(number)
        look(council, held_id)
        at = NOW + timedelta(seconds=10 + number)
        council.review.refuse(held_id, by=person("gwen"), reason="no", now=at)
    council.clock[0] = NOW + timedelta(minutes=1)
    text = visitor("dewi").get("/oversight/care").text
    assert "14 seconds" in text


@pytest.mark.requirement("O11")
def test_the_report_counts_what_was_held_read_and_decided(council, visitor):
    for number in range(3):
        look(council, council.hold(number))
    council.clock[0] = NOW + timedelta(minutes=5)
    text = visitor("dewi").get("/oversight").text
    assert "3 emails were held." in text
    assert "People opened 3 of them." in text
    assert "keep personal information inside" in text


@pytest.mark.requirement("A11")
def test_the_administrator_sees_how_old_the_queue_is(council, visitor):
    council.hold(1)
    council.clock[0] = NOW + timedelta(hours=3, minutes=7)
    text = visitor("sam").get("/system").text
    assert "3 hours 7 minutes" in " ".join(text.split())
    assert "The worker has not sent what is due." in text


@pytest.mark.parametrize("who", ["dewi", "sam"])
def test_the_pages_are_in_welsh(visitor, who):
    client = visitor(who, "cy")
    path, words = (
        ("/system", "Gosodiadau mewn grym")
        if who == "sam"
        else (
            "/oversight",
            "Adroddiad cymesuredd",
        )
    )
    assert words in client.get(path).text
