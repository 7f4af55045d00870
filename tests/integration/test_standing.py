"""What the rules stand on, as the protection officer sees it; private routes, as staff see them."""

from dataclasses import replace

import pytest

from models.audit import Action, AuditEntry
from models.db import audit
from models.person import Person, Role
from models.policy import Exemptions, ExemptKind, ExemptRoute
from quarantine.canary_record import to_detail
from tests.console_sample import NOW, PEOPLE, POLICY, make_council, visit

DEWI = Person(
    id="dewi",
    name="Dewi",
    addresses=("dewi@cantref.example",),
    roles=frozenset({Role.PROTECTION_OFFICER}),
)
ROUTE = ExemptRoute(kind=ExemptKind.UNION, recipients=frozenset({"undeb.example"}))


@pytest.fixture
def council(tmp_path):
    first, *rest = POLICY.rules
    gap = replace(first, papers=replace(first.papers, ground=None, high_risk=True))
    exempt = Exemptions(recipients=ROUTE.recipients, routes=(ROUTE,))
    made = make_council(tmp_path, everyone=(*PEOPLE, DEWI))
    made.policy = replace(POLICY, rules=(gap, *rest), exempt=exempt)
    yield made
    made.database.close()


def page(council, path, language="en", username="dewi"):
    with visit(council, username, language) as client:
        return client.get(path)


def enter(council, action, detail):
    entry = AuditEntry(at=NOW, actor="system", action=action, subject="x", detail=detail)
    with council.database.writing() as session:
        audit.append(session, entry)


@pytest.mark.requirement("L4")
@pytest.mark.requirement("L10")
@pytest.mark.requirement("L7")
def test_the_officer_sees_what_each_rule_lacks_and_who_was_told(council):
    text = page(council, "/oversight/standing").text
    assert "no legal ground for checking" in text
    assert "a high risk remains" in text
    assert "0 of 5 people have a record" in text
    assert "Rules only watch email from shared mailboxes" in text
    assert "They have not been tested yet" in text
    assert "a cut-off end would not show" in text
    assert "dim sail gyfreithiol" in page(council, "/oversight/standing", "cy").text


@pytest.mark.requirement("D8")
def test_a_route_that_was_read_stands_out(council):
    enter(council, Action.CANARY, to_detail(2, 1, {"union": 1}))
    enter(council, Action.ANCHOR, "3 entries")
    text = page(council, "/oversight/standing").text
    assert "1 of 2 test messages passed unread" in text
    assert text.count("See to this") == 1
    assert "written down elsewhere on 24 November" in text


def test_it_is_nobody_else_s(council):
    assert page(council, "/oversight/standing", username="huw").status_code == 404


@pytest.mark.requirement("S10")
def test_everyone_sees_the_private_routes_by_kind(council):
    text = page(council, "/privacy", username="sioned").text
    assert "Trade union" in text
    assert "undeb.example" in text
    assert "Undeb llafur" in page(council, "/privacy", "cy", username="sioned").text
