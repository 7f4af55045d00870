"""The incident sheet in a real browser, in both languages, wide and narrow."""

from dataclasses import replace
from datetime import timedelta

import pytest
from test_browser import (  # noqa: F401 - fixtures
    address,
    browser,
    language,
    look,
    size,
)

from models.audit import Purpose
from models.person import Person, Role
from quarantine import self_report
from quarantine.access import Depth, open_message
from tests.console_sample import NOW, PEOPLE, make_council

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.requirement("L57")]
OFFICER = Person(
    id="dewi",
    name="Dewi Prys",
    addresses=("dewi@cantref.example",),
    roles=frozenset({Role.PROTECTION_OFFICER}),
)


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    given = tuple(replace(each, department="Housing Options") for each in PEOPLE)
    made = make_council(tmp_path_factory.mktemp("incidents"), everyone=(*given, OFFICER))
    by = {each.id: each for each in given}
    held_id = made.hold(1, recipients=("john@example.org", "mair@xn--bcher-kva.example"))
    look_at = {"who": by["gwen"], "purpose": Purpose.DECIDE, "depth": Depth.TEXT}
    open_message(made.database, made.keyring, held_id, now=NOW, **look_at)
    made.review.release(held_id, by=by["gwen"], now=NOW + timedelta(minutes=9))
    self_report.report(made.review, by=by["sioned"], text="The wrong John", now=NOW)
    made.clock[0] = NOW + timedelta(hours=2)
    yield made
    made.database.close()


def test_the_officer_makes_sheets(look, address):  # noqa: F811
    page, check, sign_in = look
    sign_in("dewi")
    form = "form[action='/oversight/incidents']"
    page.goto(f"{address}/oversight/incidents")
    check("incidents")
    page.fill("#reference", "POR999999")
    page.click(f"{form} button >> nth=0")
    check("incidents-mistake", status_noise=True)
    page.fill("#reference", "POR000001")
    page.click(f"{form} button >> nth=0")
    check("incident-held")
    page.emulate_media(media="print")
    assert not page.locator(".govuk-service-navigation").is_visible()
    assert not page.locator(".govuk-back-link").is_visible()
    assert not page.locator("footer").is_visible()
    page.emulate_media(media="screen")
    page.goto(f"{address}/oversight/incidents")
    page.click(".porthor-item button")
    check("incident-reported")
    page.goto(f"{address}/oversight/incidents")
    page.click(f"{form} button >> nth=0")
    check("incident-system")


def test_the_report_names_the_reference(look, address):  # noqa: F811
    page, check, sign_in = look
    sign_in("sioned")
    page.goto(f"{address}/report")
    page.click("main a[href^='/reports/']")
    check("report-with-reference")
