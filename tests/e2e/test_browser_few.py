"""An email that only few may see, in a real browser, in both languages, wide and narrow."""

from dataclasses import replace

import pytest
from test_browser import (  # noqa: F401 - fixtures
    address,
    browser,
    language,
    look,
    number_for,
    size,
)

from models.person import Person, Role
from tests.console_sample import PEOPLE, POLICY, make_council

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.requirement("L23")]
SARA = Person(
    id="sara",
    name="Sara Lewis",
    addresses=("sara@cantref.example",),
    roles=frozenset({Role.SENSITIVE_REVIEWER}),
)


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    made = make_council(tmp_path_factory.mktemp("few"), everyone=(*PEOPLE, SARA))
    made.policy = replace(POLICY, rules=tuple(replace(each, narrow=True) for each in POLICY.rules))
    yield made
    made.database.close()


def test_its_reviewer_reads_why_few_may_see_it(look, council, language, size):  # noqa: F811
    page, check, sign_in = look
    held_id = council.hold(number_for(100, language, size))
    sign_in("sara")
    page.click(f"main a[href='/held/{held_id}']")
    why = {"en": "Few people may see this email", "cy": "Ychydig o bobl a gaiff weld"}[language]
    page.get_by_text(why).wait_for()
    check("held-few")
    page.click("form:has(input[value='text']) button")
    check("held-few-text")
    page.check("input[value='other']")
    page.click(f"form[action='/held/{held_id}/decision'] button")
    check("held-few-nobody-else", status_noise=True)


def test_the_sender_s_manager_finds_nothing_of_it(look, address, council, language, size):  # noqa: F811
    page, check, sign_in = look
    held_id = council.hold(number_for(200, language, size))
    sign_in("gwen")
    assert not page.get_by_text(held_id).count()
    page.goto(f"{address}/held/{held_id}")
    check("held-few-not-found", status_noise=True)
