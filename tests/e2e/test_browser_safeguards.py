"""The sealed lane, mail marked personal and what the rules stand on, in a real browser."""

from dataclasses import replace

import pytest
from test_browser import (  # noqa: F401 - fixtures
    address,
    browser,
    language,
    look,
    size,
)

from models.audit import Action, AuditEntry
from models.db import audit
from models.finding import PERSONAL_MARK, Finding
from models.person import Person, Role
from models.policy import Exemptions, ExemptKind, ExemptRoute
from quarantine.canary_record import to_detail
from quarantine.sealed import seal_as_reviewer
from quarantine.together import ask
from tests.console_sample import NOW, PEOPLE, POLICY, make_council

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MORE = tuple(
    Person(id=name, name=full, addresses=(f"{name}@cantref.example",), roles=frozenset({role}))
    for name, full, role in (
        ("dewi", "Dewi Prys", Role.PROTECTION_OFFICER),
        ("nia", "Nia Bowen", Role.NAMED_OFFICER),
    )
)
MARK = Finding(detector=PERSONAL_MARK, category="personal", score=1.0, part="envelope")
ROUTES = (
    ExemptRoute(kind=ExemptKind.UNION, recipients=frozenset({"undeb.example"})),
    ExemptRoute(kind=ExemptKind.COUNCILLOR, senders=frozenset({"cllr.jones@cantref.example"})),
)


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    first, *rest = POLICY.rules
    gap = replace(first, papers=replace(first.papers, ground=None, high_risk=True))
    policy = replace(POLICY, rules=(gap, *rest), exempt=Exemptions(routes=ROUTES))
    made = make_council(tmp_path_factory.mktemp("safeguards"), everyone=(*PEOPLE, *MORE))
    made.policy = policy
    gwen = next(each for each in PEOPLE if each.id == "gwen")
    made.marked = made.hold(1, more=(MARK,))
    ask(made.database, made.review.post, made.marked, by=gwen, now=NOW)
    made.plain, sealed = made.hold(2), made.hold(3)
    seal_as_reviewer(made.database, made.review.post, sealed, by=gwen, now=NOW)
    entry = AuditEntry(
        at=NOW,
        actor="system",
        action=Action.CANARY,
        subject="x",
        detail=to_detail(2, 1, {"union": 1}),
    )
    with made.database.writing() as session:
        audit.append(session, entry)
    yield made
    made.database.close()


def test_what_the_rules_stand_on_and_the_private_routes(look, address):  # noqa: F811
    page, check, sign_in = look
    sign_in("dewi")
    for each in ("oversight/standing", "second-person", "privacy"):
        page.goto(f"{address}/{each}")
        check(each.replace("/", "-"))


def test_the_reviewers_pages(look, address, council):  # noqa: F811
    page, check, sign_in = look
    sign_in("gwen")
    for held_id, name in ((council.marked, "marked"), (council.plain, "plain")):
        page.goto(f"{address}/held/{held_id}")
        check(f"held-{name}")
    for each in ("seal", "private"):
        page.goto(f"{address}/held/{council.plain}/{each}")
        check(each)


def test_the_named_officers_page(look, address):  # noqa: F811
    page, check, sign_in = look
    sign_in("nia")
    page.goto(f"{address}/sealed")
    check("sealed")
    page.locator("main form[action$='/ask'] button").click()
    check("sealed-mistaken", status_noise=True)
