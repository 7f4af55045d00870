"""Freezes and requests through the console: who sees them, and what is refused and entered."""

from datetime import timedelta

import pytest

from models.audit import Action
from models.db import audit, freezes, requests, sweeps
from models.freeze import Coverage, FreezeKind
from models.person import Person, Role
from quarantine.freezes import Freezes
from quarantine.settings import KeepingSettings
from quarantine.sweep import Sweep
from tests.console_sample import NOW, PEOPLE, make_council, send

DAY = timedelta(days=1)
MORE = tuple(
    Person(id=name, name=name.title(), addresses=(f"{name}@cantref.example",), roles=roles)
    for name, roles in (
        ("dewi", frozenset({Role.PROTECTION_OFFICER})),
        ("alun", frozenset({Role.AUDITOR})),
        ("sam", frozenset({Role.ADMINISTRATOR})),
    )
)
HUW = next(each for each in PEOPLE if each.id == "huw")


@pytest.fixture
def council(tmp_path):
    made = make_council(tmp_path, everyone=(*PEOPLE, *MORE))
    yield made
    made.database.close()


@pytest.fixture
def placed(council):
    return Freezes(database=council.database).place(
        FreezeKind.LEGAL_HOLD,
        Coverage(held=frozenset({council.hold(1)})),
        reason="a claim before the tribunal",
        review=(NOW + 60 * DAY).date(),
        by=HUW,
        now=NOW,
    )


@pytest.mark.requirement("H3")
@pytest.mark.requirement("N10")
def test_one_signature_is_refused_and_entered(council, visitor, placed):
    huw, dewi, path = visitor("huw"), visitor("dewi"), f"/freezes/{placed.id}"
    assert send(huw, path, act="lift").status_code == 403
    assert send(huw, path, act="ask").status_code == 303
    assert send(huw, path, act="lift").status_code == 403
    assert send(dewi, path, act="lift").status_code == 403  # the wait is not over
    with council.database.reading() as session:
        assert freezes.get(session, placed.id).in_force
        refused = [
            (each.entry.actor, each.entry.detail)
            for each in audit.read(session, subject=placed.id)
            if each.entry.action is Action.TURN_AWAY
        ]
    assert refused == [
        ("huw", "it needs two signatures and has none"),
        ("huw", "it needs a second person's signature"),
        ("dewi", "the wait is not over"),
    ]
    council.clock[0] = NOW + 2 * DAY
    assert send(visitor("dewi"), path, act="lift").status_code == 303
    with council.database.reading() as session:
        assert not freezes.get(session, placed.id).in_force


@pytest.mark.parametrize(
    ("who", "sees", "acts"),
    [
        pytest.param("huw", 200, 303, id="HR"),
        pytest.param("dewi", 200, 303, id="the protection officer"),
        pytest.param("alun", 200, 403, id="the auditor sees and does nothing"),
        pytest.param("gwen", 404, 403, id="a manager"),
        pytest.param("sam", 404, 403, id="who runs the system"),
    ],
)
def test_who_sees_freezes_and_who_acts(visitor, placed, who, sees, acts):
    client = visitor(who)
    page = client.get("/freezes")
    assert page.status_code == sees
    assert ("a claim before the tribunal" in page.text) == (sees == 200)
    assert send(client, f"/freezes/{placed.id}", act="keep").status_code == acts


@pytest.mark.requirement("D7")
@pytest.mark.requirement("L39")
def test_a_request_is_entered_by_the_officer_alone(council, visitor):
    held_id = council.hold(1)
    form = {
        "kind": "access",
        "reference": "SAR 7",
        "received-day": "23",
        "received-month": "11",
        "received-year": "2026",
        "mailboxes": "sioned.parry@cantref.example",
    }
    auditor = visitor("alun")
    assert auditor.get("/oversight/requests").status_code == 200
    assert auditor.get("/oversight/requests/new").status_code == 404
    assert send(auditor, "/oversight/requests/new", **form).status_code == 403
    officer = visitor("dewi")
    assert send(officer, "/oversight/requests/new", **{**form, "mailboxes": ""}).status_code == 422
    answer = send(officer, "/oversight/requests/new", **form)
    assert answer.headers["location"] == "/oversight/requests/RQ-26-001"
    with council.database.reading() as session:
        assert freezes.frozen(session, [held_id]) == {held_id}
        freeze = freezes.get(session, requests.get(session, "RQ-26-001").freeze)
    assert freeze.covers.people == {"sioned"}
    assert "sioned" not in officer.get("/oversight/requests").text.lower()


@pytest.mark.requirement("S4")
def test_a_page_says_that_what_an_email_said_was_erased(council, visitor):
    sioned = next(each for each in PEOPLE if each.id == "sioned")
    council.review.withdraw(held_id := council.hold(1), by=sioned, now=NOW)
    page = visitor("sioned").get(f"/held/{held_id}").text
    assert ("Show the email" in page, "has been erased" in page) == (True, False)
    Sweep(database=council.database, settings=KeepingSettings()).run(NOW + DAY, by="system")
    page = visitor("sioned").get(f"/held/{held_id}").text
    assert ("Show the email" in page, "has been erased" in page) == (False, True)


@pytest.mark.requirement("D5")
@pytest.mark.requirement("L40")
def test_the_clock_shows_what_is_overdue_and_gives_each_certificate(council, visitor):
    sioned = next(each for each in PEOPLE if each.id == "sioned")
    council.review.withdraw(council.hold(1), by=sioned, now=NOW)
    council.clock[0] = NOW + 5 * DAY
    officer = visitor("dewi")
    page = officer.get("/oversight/retention").text
    assert "Overdue" in page
    assert "Nothing has been swept for two days" in page
    Sweep(database=council.database, settings=KeepingSettings()).run(NOW + 5 * DAY, by="system")
    page = officer.get("/oversight/retention").text
    assert "Overdue" not in page
    with council.database.reading() as session:
        (given,) = sweeps.certificates(session, limit=9)
    line = officer.get(f"/oversight/retention/certificates/{given.id}")
    assert line.text.strip() == given.line
    assert officer.get("/oversight/retention/certificates/99").status_code == 404
    assert officer.get("/oversight/retention/certificates/x").status_code == 404
