"""Exhibits, holds, bundles and disclosures in a real browser, in both languages, wide and narrow.

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
from test_browser_cases import change_person, fill_day, press

from models.db import policies
from tests.bundles import a_sealing, the_sources
from tests.case_sample import approved, make_case_council
from tests.console_sample import NOW, POLICY

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evidence")
    made = make_case_council(folder)
    with made.database.writing() as session:
        policies.put(session, POLICY.digest, "sample", NOW)
    made.bundles = the_sources(a_sealing(folder / "certificate"))
    yield made
    made.database.close()


def add_exhibit(page, check, address, home, held_id):  # noqa: F811
    page.goto(f"{address}{home}/emails/{held_id}")
    page.click(f"main a[href='{home}/emails/{held_id}/exhibit']")
    check("exhibit-new")
    press(page, f"{home}/emails/{held_id}/exhibit")
    check("exhibit-new-mistake", status_noise=True)
    page.fill("#relevance", "Mae rhif cerdyn y cyngor ynddo / The council's card is in it")
    page.check("input[name='third-colleague']")
    page.check("input[name='redact'][value='yes']")
    press(page, f"{home}/emails/{held_id}/exhibit")
    check("exhibit-added")
    return page.url.removeprefix(address).partition("?")[0]


@pytest.mark.timeout(400)  # twenty pages, each read by axe
@pytest.mark.requirement("H7")
def test_an_exhibit_is_added_and_cut(look, address, council, language, size):  # noqa: F811
    page, check, sign_in = look
    held_id, case = council.hold(number_for(100, language, size)), approved(council)
    home = f"/cases/{case.id}"
    sign_in("huw")
    page.goto(f"{address}{home}/exhibits")
    check("exhibits-none")
    exhibit = add_exhibit(page, check, address, home, held_id)
    press(page, f"{exhibit}/check")
    check("exhibit-checked")
    press(page, f"{exhibit}/copy#copy")
    check("exhibit-copy")
    page.click("form:has(#words) button")
    check("exhibit-copy-mistake", status_noise=True)
    page.fill("#words", "John Morris")
    page.select_option("#reason", "third-party")
    page.click("form:has(#words) button")
    check("exhibit-cut")
    assert "John Morris wrote" not in page.inner_text("main")
    page.goto(f"{address}{home}/exhibits")
    check("exhibits")


@pytest.mark.timeout(400)
@pytest.mark.requirement("H3")
@pytest.mark.requirement("H10")
def test_a_hold_a_bundle_and_a_disclosure(look, address, council, language, size):  # noqa: F811
    page, check, sign_in = look
    held_id, case = council.hold(number_for(200, language, size)), approved(council)
    home = f"/cases/{case.id}"
    sign_in("huw")
    add_exhibit(page, check, address, home, held_id)
    place_hold(page, check, address, home)
    prepare_bundle(page, check, address, home)
    page.goto(f"{address}{home}/disclosures")
    check("disclosures-none")
    page.click(f"main a[href='{home}/disclosures/new']")
    check("disclosure-new")
    press(page, f"{home}/disclosures/new")
    check("disclosure-new-mistake", status_noise=True)
    for name, text in (
        ("authority", "Heddlu Gogledd Cymru / North Wales Police"),
        ("officer", "PC 1234 Rees"),
        ("reference", "H/77/2026"),
        ("wanted", "Yr e-bost â'r cerdyn / The email with the card"),
    ):
        page.fill(f"#{name}", text)
    page.check("input[value='crime']")
    page.check("input[name^='exhibit-']")
    press(page, f"{home}/disclosures/new")
    check("disclosure-signed-by-one")
    there = page.url.removeprefix(address)
    change_person(page, address, sign_in, "dewi")
    officer = f"/oversight/disclosures/{there.rpartition('/')[2]}"
    page.goto(f"{address}/oversight/disclosures")
    check("oversight-disclosures")
    page.click(f"main a[href='{officer}']")
    check("oversight-disclosure")
    press(page, officer)
    check("oversight-disclosure-signed")
    change_person(page, address, sign_in, "huw")
    page.goto(f"{address}{there}")
    check("disclosure-signed-by-two")
    page.click("main a[href*='exports/new?disclosure']")
    check("export-new-disclosure")
    page.fill("#for_whom", "PC 1234 Rees")
    page.check("input[value='none']")
    press(page, f"{home}/exports/new")
    press(page, f"{home}/exports/new")
    wait_until_ready(page)
    page.goto(f"{address}{there}")
    check("disclosure-given")
    press(page, there)
    check("disclosure-receipt-mistake", status_noise=True)
    page.goto(f"{address}{home}/record")
    check("evidence-record")


def place_hold(page, check, address, home):  # noqa: F811
    page.goto(f"{address}{home}/legal-hold")
    check("legal-hold")
    press(page, f"{home}/legal-hold")
    check("legal-hold-mistake", status_noise=True)
    page.check("input[value='scope']")
    page.fill("#reason", "Hawliad posibl / A possible claim")
    fill_day(page, "review", "2027-02-20")
    press(page, f"{home}/legal-hold")
    check("legal-hold-confirm")
    press(page, f"{home}/legal-hold")
    check("legal-hold-placed")


def prepare_bundle(page, check, address, home):  # noqa: F811
    page.goto(f"{address}{home}/exports")
    check("exports-none")
    page.click(f"main a[href='{home}/exports/new']")
    check("export-new")
    press(page, f"{home}/exports/new")
    check("export-new-mistake", status_noise=True)
    page.select_option("#purpose", "hearing")
    page.fill("#for_whom", "Y panel / The hearing panel")
    page.check("input[value='none']")
    press(page, f"{home}/exports/new")
    check("export-confirm")
    press(page, f"{home}/exports/new")
    wait_until_ready(page)
    check("export-ready")
    page.goto(f"{address}{home}/exports")
    check("exports")


def wait_until_ready(page):
    for _ in range(60):
        if page.locator("form[action$='/file']").count():
            return
        page.wait_for_timeout(250)
        page.reload()
