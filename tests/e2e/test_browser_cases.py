"""Cases in a real browser, in both languages, wide and narrow: from a referral to an opened email.

Every page is checked as in test_browser.py; what is wrong in a form is shown and mended.
"""

import pytest
from test_browser import (  # noqa: F401 - fixtures
    address,
    browser,
    language,
    look,
    number_for,
    size,
)

from models.db import case_searches
from quarantine import outcomes
from quarantine.evidence import search
from tests.case_sample import approved, make_case_council, person, waiting, work_of
from tests.console_sample import NOW

pytestmark = [pytest.mark.browser, pytest.mark.slow]
REASON = "A yw'r rhif yn un o gardiau'r cyngor / Whether the number is a council card's"
TASKS = ("purpose", "basis", "scope", "reach", "milder", "telling")


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    made = make_case_council(tmp_path_factory.mktemp("cases"))
    yield made
    made.database.close()


def fill_day(page, name, text):
    year, month, day = text.split("-")
    for part, value in (("day", day), ("month", month), ("year", year)):
        page.fill(f"#{name}-{part}", value)


def press(page, path):
    page.click(f"form[action='{path}'] button")


def change_person(page, address, sign_in, who):  # noqa: F811
    page.goto(f"{address}/sign-out")
    page.click("main button")
    sign_in(who)


def answer_everything(page, home, check):
    """Answer each task; an empty one first, to see its mistake."""
    for task in TASKS:
        page.click(f"main a[href='{home}/answer/{task}']")
        check(f"case-{task}")
        if task == "scope":
            page.fill("#people", "neb")
        press(page, f"{home}/answer/{task}")
        if task == "scope" or page.locator(".govuk-error-summary").count():
            check(f"case-{task}-mistake", status_noise=True)
        if task in ("purpose", "milder"):
            page.fill("#text", "Mae rhifau cardiau'n cael eu hanfon allan / Card numbers go out")
        elif task == "scope":
            page.fill("#people", "sioned")
            fill_day(page, "first", "2026-11-01")
            fill_day(page, "last", "2026-11-30")
        elif task == "telling":
            page.check("input[value='told']")
            fill_day(page, "tell_on", "2026-11-20")
        else:
            page.check(f"input[value='{'discipline' if task == 'basis' else 'content'}']")
        press(page, f"{home}/answer/{task}")
        check(f"case-tasks-{task}")


@pytest.mark.timeout(400)  # forty pages, each read by axe
@pytest.mark.requirement("L42")
@pytest.mark.requirement("O6")
def test_from_a_referral_to_an_opened_email(look, address, council, language, size):  # noqa: F811
    page, check, sign_in = look
    held_id = council.hold(number_for(100, language, size))
    gwen = person(council, "gwen")
    outcomes.refer(council.review, held_id, by=gwen, why="Patrwm / A pattern", now=NOW)
    sign_in("huw")
    page.goto(f"{address}/referrals")
    check("case-referrals")
    page.click(f"main a[href='/cases/new?about={held_id}']")
    check("case-new")
    page.fill("#title", "E-byst Sioned Parry")
    press(page, "/cases/new")
    check("case-new-mistake", status_noise=True)
    page.fill("#title", "Manylion talu / Payment details")
    press(page, "/cases/new")
    check("case-tasks")
    home = page.url.removeprefix(address)
    answer_everything(page, home, check)
    page.click(f"main a[href='{home}/submit']")
    check("case-submit")
    press(page, f"{home}/submit")
    check("case-submit-mistake", status_noise=True)
    page.check("input[value='owain']")
    press(page, f"{home}/submit")
    check("case-waiting")
    change_person(page, address, sign_in, "owain")
    page.goto(f"{address}{home}/approval")
    check("case-approval")
    press(page, f"{home}/approval")
    check("case-approval-mistake", status_noise=True)
    page.check("input[value='approve']")
    fill_day(page, "ends", "2027-02-20")
    fill_day(page, "review", "2026-12-06")
    press(page, f"{home}/approval")
    check("case-approved")
    change_person(page, address, sign_in, "huw")
    page.goto(f"{address}{home}/search")
    check("case-search")
    page.fill("#sender", "gwen")
    press(page, f"{home}/search")
    check("case-search-outside", status_noise=True)
    page.fill("#sender", "")
    page.fill("#words", 'ystafell "covering the panel"')
    press(page, f"{home}/search")
    page.wait_for_selector("main a[href*='list=yes']")
    check("case-counts")
    page.click("main a[href*='list=yes']")
    check("case-list")
    page.click(f"main a[href='{home}/emails/{held_id}']")
    check("case-email")
    page.click("button[value='text']")
    check("case-email-mistake", status_noise=True)
    for depth in ("matches", "text", "attachments"):
        page.fill("#reason", REASON)
        page.click(f"button[value='{depth}']")
        check(f"case-email-{depth}")
    page.goto(f"{address}{home}/record")
    check("case-record")


def test_what_else_a_case_can_do(look, address, council):  # noqa: F811
    page, check, sign_in = look
    case, home = approved(council, people="sioned marc"), ""
    home = f"/cases/{case.id}"
    with council.database.writing() as session:
        terms = case_searches.Terms(words="ystafell", domain="example.org")
        running = case_searches.add(session, council.keyring, case.id, terms, "huw", NOW)
    sign_in("huw")
    page.goto(f"{address}/cases")
    check("cases")
    page.goto(f"{address}{home}/searches/{running.id}")
    check("case-running")
    press(page, f"{home}/searches/{running.id}/cancel")
    check("case-cancelled")
    for name in ("review", "amend", "close"):
        page.goto(f"{address}{home}/{name}")
        check(f"case-{name}")
    press(page, f"{home}/close")
    check("case-close-mistake", status_noise=True)
    page.goto(f"{address}{home}/review")
    press(page, f"{home}/review")
    check("case-review-mistake", status_noise=True)
    page.goto(f"{address}{home}")
    press(page, f"{home}/hold")
    check("case-on-hold")
    page.goto(f"{address}{home}/close")
    page.check("input[value='informal']")
    fill_day(page, "keep_until", "2027-12-01")
    press(page, f"{home}/close")
    check("case-closed")


def test_a_narrower_approval_and_what_could_not_be_searched(look, address, council):  # noqa: F811
    page, check, sign_in = look
    case, other = waiting(council, people="sioned marc"), approved(council)
    sign_in("owain")
    page.goto(f"{address}/cases/{case.id}/approval")
    page.check("input[value='narrower']")
    fill_day(page, "ends", "2027-02-20")
    fill_day(page, "review", "2026-12-06")
    fill_day(page, "first", "2026-10-01")
    press(page, f"/cases/{case.id}/approval")
    check("case-narrower-mistake", status_noise=True)
    huw, work = person(council, "huw"), work_of(council)
    terms = case_searches.Terms(words="rhywbeth na cheir")
    begun = search.begin(work, other.id, terms, by=huw, now=NOW)
    search.run(work, begun, council.policy, by=huw, clock=lambda: NOW)
    change_person(page, address, sign_in, "huw")
    page.goto(f"{address}/cases/{other.id}/searches/{begun.id}")
    if page.locator("main details").count():
        page.click("main summary")
    check("case-nothing-found")
