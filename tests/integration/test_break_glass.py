"""Break-glass: two administrators, one person, a few hours, and everyone told."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP
from functools import partial

import pytest
from sqlalchemy import update

from models.audit import Action
from models.db import audit, outbox
from models.db import held as held_messages
from models.db.tables import HeldRow
from models.held import HeldState
from models.person import Person, Role, Standing
from tests.console_sample import NOW, PEOPLE, give_people, make_council, token


def someone(person_id, name, *roles, **more):
    address = f"{person_id}@cantref.example"
    facts = {"addresses": (address,), "language": "en", "roles": frozenset(roles), **more}
    return Person(id=person_id, name=name, **facts)


ANN = someone("ann", "Ann Admin", Role.ADMINISTRATOR)
BOB = someone("bob", "Bob Admin", Role.ADMINISTRATOR)
DAI = someone("dai", "Dai Diogelu", Role.PROTECTION_OFFICER)
NIA = someone("nia", "Nia Hughes")
EVERYONE = (*PEOPLE, ANN, BOB, DAI, NIA)
WHY = "Both managers are ill and a child may come to harm"


@pytest.fixture
def council(tmp_path):
    made = make_council(tmp_path, everyone=EVERYONE)
    yield made
    made.database.close()


@pytest.fixture
def browser(visitor):
    return partial(visitor, follow=True)


def post(client, path, page=None, **form):
    return client.post(path, data={"csrf": token(client, page or path), **form})


def ask(client, person="nia", reason=WHY, hours="1"):
    return post(client, "/break-glass", person=person, reason=reason, hours=hours)


def confirm(client, opening=1):
    return post(client, "/break-glass/confirm", "/break-glass", opening=str(opening))


def opened(browser):
    """Ask and confirm; return the browsers of the two administrators."""
    ann, bob = browser("ann"), browser("bob")
    ask(ann)
    assert "Open now" in confirm(bob).text
    return ann, bob


def take(client, held_id):
    return post(client, "/break-glass/take", "/mine", held=held_id)


def entries(council):
    with council.database.reading() as session:
        return [
            (each.entry.actor, each.entry.subject, each.entry.detail)
            for each in audit.read(session)
            if each.entry.action is Action.BREAK_GLASS
        ]


def told(council):
    with council.database.writing() as session:
        found = outbox.claim(
            session, NOW + timedelta(days=1), limit=100, lease=timedelta(minutes=1)
        )
    messages = [message_from_bytes(item.content, policy=SMTP) for item in found if item.content]
    return {
        (each["To"].partition("@")[0], each["Subject"].partition(" | ")[0])
        for each in messages
        if "mergency" in each["Subject"] or "EMERGENCY" in each["Subject"]
    }


@pytest.mark.requirement("A14")
def test_two_administrators_let_one_person_decide(council, browser):
    held_id = council.hold(1)
    nia = browser("nia")
    assert nia.get(f"/held/{held_id}").status_code == 404
    assert nia.get("/break-glass").status_code == 404
    opened(browser)
    assert nia.get(f"/held/{held_id}").status_code == 404  # not before she takes it
    assert held_id in nia.get("/break-glass").text
    assert take(nia, held_id).url.path == f"/held/{held_id}"
    assert post(nia, f"/held/{held_id}/email", f"/held/{held_id}").status_code == 200
    done = post(nia, f"/held/{held_id}/decision", f"/held/{held_id}", choice="release", label="yes")
    assert done.status_code == 200, done.text
    with council.database.reading() as session:
        found = held_messages.get(session, held_id)
    assert found.state is HeldState.RELEASED
    assert found.decisions[-1].by == "nia"
    assert found.reviewer == "gwen"


def test_everything_is_entered_and_the_protection_officer_is_told(council, browser):
    held_id = council.hold(1)
    opened(browser)
    take(browser("nia"), held_id)
    assert entries(council) == [
        ("ann", "nia", "asked for nia, 60 minutes"),
        ("bob", "nia", "opened, asked for by ann, 60 minutes"),
        ("nia", held_id, "taken under right 1"),
    ]
    subjects = told(council)
    assert ("dai", "Emergency access has been asked for") in subjects
    assert {who for who, subject in subjects if subject.startswith("EMERGENCY ACCESS IS OPEN")} == {
        *("dai", "ann", "nia")
    }


@pytest.mark.requirement("N7")
@pytest.mark.parametrize("who", ["ann", "gwen", "dai", "nia"])
def test_one_administrator_or_anyone_else_is_not_enough(council, browser, who):
    held_id = council.hold(1)
    ann = browser("ann")
    ask(ann)
    second = ann if who == "ann" else browser(who)
    refused = post(second, "/break-glass/confirm", "/mine", opening="1")
    assert refused.status_code in {403, 404}
    assert take(browser("nia"), held_id).status_code == 404


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"person": "ann"}, "You cannot ask for yourself"),
        ({"person": "bob"}, "may not read the emails"),
        ({"person": "gadael"}, "someone who works here now"),
        ({"person": "neb"}, "someone who works here now"),
        ({"reason": "help"}, "Give a reason"),
        ({"reason": "x" * 501}, "Give a reason"),
        ({"hours": "5"}, "Choose how long"),
        ({"hours": "-1"}, "Choose how long"),
        ({"hours": ""}, "Choose how long"),
    ],
)
def test_what_is_asked_wrongly_is_not_asked(council, browser, form, sentence):
    refused = ask(browser("ann"), **form)
    assert refused.status_code == 422
    assert sentence in refused.text
    assert entries(council) == []


def test_where_nobody_can_be_told_nothing_opens(council, browser):
    give_people(council.database, [each for each in EVERYONE if each.id != "dai"])
    refused = ask(browser("ann"))
    assert refused.status_code == 422
    assert "nobody could be told" in refused.text


def test_the_right_ends_by_the_clock_and_with_it_what_was_taken(council, browser):
    first, second = council.hold(1), council.hold(2)
    opened(browser)
    nia = browser("nia")
    for each in (first, second):
        take(nia, each)
    post(nia, f"/held/{first}/decision", f"/held/{first}", choice="release", label="yes")
    council.clock[0] += timedelta(minutes=59)
    assert nia.get(f"/held/{second}").status_code == 200
    council.clock[0] += timedelta(minutes=1)
    assert second not in nia.get("/queue").text
    for each in (first, second):
        assert nia.get(f"/held/{each}").status_code == 404
    assert nia.get("/break-glass").status_code == 404
    assert entries(council)[-1][2].startswith("the right has ended")
    with council.database.reading() as session:
        assert "nia" not in held_messages.get(session, second).turn.asked


@pytest.mark.parametrize("who", ["ann", "bob", "dai", "nia"])
def test_each_of_them_can_end_it_at_once(council, browser, who):
    held_id = council.hold(1)
    ann, bob = opened(browser)
    nia = browser("nia")
    take(nia, held_id)
    ender = {"ann": ann, "bob": bob, "nia": nia}.get(who) or browser(who)
    post(ender, "/break-glass/end", "/break-glass", opening="1")
    assert nia.get(f"/held/{held_id}").status_code == 404
    assert ("dai", "Emergency access has been ended or refused") in told(council)


def test_nobody_else_can_end_it(browser):
    opened(browser)
    assert post(browser("gwen"), "/break-glass/end", "/mine", opening="1").status_code == 404


def test_a_request_lapses_after_an_hour_and_is_answered_once(council, browser):
    ann, bob = browser("ann"), browser("bob")
    ask(ann)
    council.clock[0] += timedelta(minutes=59)
    post(bob, "/break-glass/end", "/break-glass", opening="1")
    assert "Refused" in confirm(bob).text
    ask(ann)
    council.clock[0] += timedelta(minutes=60)
    for client in (ann, bob):
        client.cookies.clear()
    bob = browser("bob")
    assert "Nobody confirmed it in time" in confirm(bob, 2).text
    assert not any("opened" in detail for _, _, detail in entries(council))


def test_an_administrator_who_lost_the_role_meanwhile_does_not_count(council, browser):
    ann, bob = browser("ann"), browser("bob")
    ask(ann)
    suspended = replace(ANN, standing=Standing.SUSPENDED)
    give_people(council.database, [suspended if each.id == "ann" else each for each in EVERYONE])
    assert confirm(bob).status_code == 403


def test_what_bars_a_person_bars_them_still(council, browser):
    own = council.hold(1)
    ann, bob = browser("ann"), browser("bob")
    ask(ann, person="sioned")
    confirm(bob)
    sioned = browser("sioned")
    assert own not in sioned.get("/break-glass").text
    assert take(sioned, own).status_code == 404
    assert take(sioned, "POR999999").status_code == 404


@pytest.mark.requirement("L23")
def test_what_few_may_see_stays_with_the_few(council, browser):
    held_id = council.hold(1)
    with council.database.writing() as session:
        session.execute(update(HeldRow).values(narrow=True))
    opened(browser)
    nia = browser("nia")
    assert held_id not in nia.get("/break-glass").text
    assert take(nia, held_id).status_code == 404


def test_a_message_that_was_decided_cannot_be_taken(council, browser):
    held_id = council.hold(1)
    opened(browser)
    gwen = browser("gwen")
    post(gwen, f"/held/{held_id}/decision", f"/held/{held_id}", choice="release", label="yes")
    assert take(browser("nia"), held_id).status_code == 409


def test_the_administrators_page_shows_no_mail(council, browser):
    held_id = council.hold(1)
    ann, _ = opened(browser)
    assert held_id not in ann.get("/break-glass").text
    assert ann.get(f"/held/{held_id}").status_code == 404
