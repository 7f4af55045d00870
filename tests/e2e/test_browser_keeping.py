"""The pages of keeping and destroying in a real browser, in both languages, wide and narrow."""

from datetime import timedelta

import pytest
from test_browser import (  # noqa: F401 - fixtures
    address,
    browser,
    language,
    look,
    size,
)

from models.freeze import Coverage, FreezeKind
from models.person import Person, Role
from models.request import PauseReason, RequestKind
from quarantine.freezes import Freezes
from quarantine.requests import Requests
from quarantine.settings import KeepingSettings
from quarantine.sweep import Sweep
from tests.console_sample import NOW, PEOPLE, make_council

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DAY = timedelta(days=1)
DEWI = Person(
    id="dewi",
    name="Dewi Prys",
    addresses=("dewi@cantref.example",),
    roles=frozenset({Role.PROTECTION_OFFICER}),
)
HUW = next(each for each in PEOPLE if each.id == "huw")


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    made = make_council(tmp_path_factory.mktemp("keeping"), everyone=(*PEOPLE, DEWI))
    _plant(made)
    yield made
    made.database.close()


def _plant(council):
    gwen, sioned = (next(each for each in PEOPLE if each.id == who) for who in ("gwen", "sioned"))
    held = [council.hold(number) for number in range(6)]
    council.review.refuse(held[0], by=gwen, reason="No", now=NOW - 2 * DAY)
    for each in held[1:4]:
        council.review.withdraw(each, by=sioned, now=NOW - 3 * DAY)
    freezing = Freezes(database=council.database)
    placed = freezing.place(
        FreezeKind.LEGAL_HOLD,
        Coverage(held=frozenset(held[1:2]), people=frozenset({"sioned"}), until=NOW - 9 * DAY),
        reason="A claim before the employment tribunal",
        review=(NOW + 80 * DAY).date(),
        by=HUW,
        now=NOW,
    )
    freezing.ask_to_lift(placed.id, by=HUW, now=NOW)
    register = Requests(freezes=freezing)
    for number, kind in enumerate(RequestKind):
        register.take(
            kind,
            reference=f"REF 2026/{number}",
            received=(NOW - 20 * number * DAY).date(),
            covers=Coverage(since=NOW - 50 * DAY, until=NOW - 30 * DAY),
            by=DEWI,
            now=NOW,
        )
    register.pause("RQ-26-002", PauseReason.IDENTITY, by=DEWI, now=NOW)
    Sweep(database=council.database, settings=KeepingSettings()).run(NOW - DAY, by="system")


def test_the_officer_s_pages_of_keeping(look, address):  # noqa: F811
    page, check, sign_in = look
    sign_in("dewi")
    for path in (
        "oversight/retention",
        "oversight/requests",
        "oversight/requests/new",
        "oversight/requests/RQ-26-002",
        "oversight/requests/RQ-26-005",
        "freezes",
    ):
        page.goto(f"{address}/{path}")
        check(f"keeping-{path.replace('/', '-')}")
    page.goto(f"{address}/oversight/requests/new")
    page.click("main button")
    check("keeping-new-mistake", status_noise=True)


def test_a_request_is_entered_and_answered_in_the_browser(look, address):  # noqa: F811
    page, check, sign_in = look
    sign_in("dewi")
    page.goto(f"{address}/oversight/requests/new")
    page.check("#kind")
    page.fill("#reference", "FOI 2026/200")
    for name, value in (("day", "20"), ("month", "11"), ("year", "2026")):
        page.fill(f"#received-{name}", value)
    page.fill("#mailboxes", "sioned.parry@cantref.example")
    page.click("main button")
    page.wait_for_url("**/oversight/requests/RQ-26-*")
    page.check("#answer-2")
    page.click("main form:last-of-type button")
    check("keeping-answer-mistake", status_noise=True)
    page.check("#answer-2")
    page.fill("#searched", "Held mail of November by sender; nothing else is kept.")
    page.click("main form:last-of-type button")
    page.wait_for_load_state("load")
    check("keeping-answered")
    assert page.locator("main form").count() == 0
