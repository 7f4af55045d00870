"""Pages on which pseudonyms stand, in a real browser, in both languages, wide and narrow."""

from dataclasses import replace
from itertools import product

import pytest
from test_browser import (  # noqa: F401 - fixtures
    SIZES,
    address,
    browser,
    language,
    look,
    size,
)

from models.audit import Purpose
from models.person import Person, Role
from quarantine.access import Depth, open_message
from tests.console_sample import NOW, PEOPLE, make_council

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.requirement("M14")]
OFFICER = Person(
    id="dewi",
    name="Dewi Prys",
    addresses=("dewi@cantref.example",),
    roles=frozenset({Role.PROTECTION_OFFICER}),
)
EACH = list(product(("en", "cy"), SIZES))


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    made = make_council(tmp_path_factory.mktemp("pseudonyms"), everyone=(*PEOPLE, OFFICER))
    made.review = replace(made.review, post=replace(made.review.post, pseudonyms=True))
    look_at = {"who": PEOPLE[1], "purpose": Purpose.DECIDE, "depth": Depth.TEXT, "now": NOW}
    for number, _ in enumerate(EACH):  # one to ask about for each visitor
        made.hold(number)
        open_message(made.database, made.keyring, made.hold(100 + number), **look_at)
    yield made
    made.database.close()


def test_a_reviewer_asks_who_sent_it(look, address, language, size):  # noqa: F811
    page, check, sign_in = look
    held_id = f"POR{EACH.index((language, size)):06}"
    sign_in("gwen")
    page.goto(f"{address}/queue")
    check("queue-pseudonyms")
    page.goto(f"{address}/held/{held_id}")
    assert not page.get_by_text("Sioned Parry").count()
    check("held-pseudonym")
    page.click(f"form[action='/held/{held_id}/sender'] button")
    page.get_by_text("Sioned Parry").first.wait_for()
    check("held-named")


def test_the_officer_asks_who_sent_it(look, address, language, size):  # noqa: F811
    page, check, sign_in = look
    held_id = f"POR{100 + EACH.index((language, size)):06}"
    sign_in("dewi")
    page.goto(f"{address}/oversight/looks")
    check("looks-pseudonyms")
    page.click(f"a[href='/oversight/looks/{held_id}/sender']")
    check("sender")
    page.click("main form button")
    check("sender-mistake", status_noise=True)
    page.check("input[value='breach']")
    page.click("main form button")
    page.get_by_text("Sioned Parry").first.wait_for()
    check("sender-named")
