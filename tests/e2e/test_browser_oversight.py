"""Oversight and system pages in a real browser, in both languages, wide and narrow."""

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

from models.audit import Action, AuditEntry, Purpose
from models.db import answers, demotions
from models.person import Person, Role
from quarantine import saying
from quarantine.access import open_message
from tests.console_sample import NOW, PEOPLE, make_council

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MORE = (
    Person(
        id="dewi",
        name="Dewi Prys",
        addresses=("dewi@cantref.example",),
        roles=frozenset({Role.PROTECTION_OFFICER}),
    ),
    Person(
        id="sam",
        name="Sam Lewis",
        addresses=("sam@cantref.example",),
        roles=frozenset({Role.ADMINISTRATOR}),
    ),
)
PAGES = (
    *("", "/looks", "/looks?who=gwen", "/questions", "/rules", "/fairness", "/care"),
    *("/disputes", "/sample"),
)


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    given = tuple(replace(each, department="Housing Options") for each in PEOPLE)
    made = make_council(tmp_path_factory.mktemp("oversight"), everyone=(*given, *MORE))
    _plant(made)
    yield made
    made.database.close()


def _plant(council):
    gwen = next(each for each in PEOPLE if each.id == "gwen")
    for number in range(12):
        held_id = council.hold(number)
        if number % 2:
            open_message(
                council.database,
                council.keyring,
                held_id,
                who=gwen,
                purpose=Purpose.DECIDE,
                now=NOW - timedelta(days=2, hours=7 + number),
            )
        entry = AuditEntry(at=NOW, actor="gwen", action=Action.LABEL, subject=held_id)
        with council.database.writing() as session:
            answers.put(session, held_id, "gwen", number > 3, NOW, entry)
        if number < 11:
            council.review.release(held_id, by=gwen, now=NOW)
        if number < 2:
            sioned = next(each for each in PEOPLE if each.id == "sioned")
            saying.dispute(council.review, held_id, by=sioned, text="", now=NOW)
    with council.database.writing() as session:
        demotions.demote(session, "cards", rightly=2, answers=20, at=NOW)


def test_the_officers_pages(look, address):  # noqa: F811
    page, check, sign_in = look
    sign_in("dewi")
    for each in PAGES:
        page.goto(f"{address}/oversight{each}")
        check(f"oversight{each.replace('/', '-').replace('?', '-').replace('=', '-')}")


def test_a_second_look_by_sample(look, address):  # noqa: F811
    page, check, sign_in = look
    sign_in("dewi")
    page.goto(f"{address}/oversight/sample")
    if page.locator("#reason").count():
        page.click("form[action='/oversight/sample'] button")
        check("oversight-sample-mistake", status_noise=True)
        page.fill("#reason", "Bob chwarter / each quarter")
        page.click("form[action='/oversight/sample'] button")
    check("oversight-sample-drawn")
    page.locator("form[action$='/open'] button").first.click()
    check("oversight-sampled-masked")
    page.click("form[action$='/open'] button")
    check("oversight-sampled-text")
    page.locator("button[value='yes']").click()
    assert page.url == f"{address}/oversight/sample"


def test_the_administrators_page(look, address):  # noqa: F811
    page, check, sign_in = look
    sign_in("sam")
    page.goto(f"{address}/system")
    check("system")
