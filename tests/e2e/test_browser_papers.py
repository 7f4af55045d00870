"""The officer's pages on papers and rights in a real browser, both languages, wide and narrow."""

from dataclasses import replace

import pytest
from test_browser import (  # noqa: F401 - fixtures
    address,
    browser,
    language,
    look,
    size,
)

from models.person import Person, Role
from quarantine.papers import papers
from quarantine.papers.words import LANGUAGES
from tests.case_sample import BASES, approved
from tests.console_sample import PEOPLE, POLICY, make_council

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MORE = tuple(
    Person(id=name, name=name.title(), addresses=(f"{name}@cantref.example",), roles=roles)
    for name, roles in (
        ("dewi", frozenset({Role.PROTECTION_OFFICER})),
        ("owain", frozenset({Role.AUTHORISER})),
    )
)


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    made = make_council(tmp_path_factory.mktemp("papers"), everyone=(*PEOPLE, *MORE))
    made.policy = replace(POLICY, lawful_bases=BASES)
    made.hold(1)
    approved(made)
    yield made
    made.database.close()


def test_the_officers_pages_on_papers_and_rights(look, address):  # noqa: F811
    page, check, sign_in = look
    sign_in("dewi")
    page.goto(f"{address}/notice")
    check("notice")
    page.goto(f"{address}/oversight/papers")
    check("papers")
    page.click("form[action$='worker-notice/issue'] button")
    check("papers-issued")
    page.goto(f"{address}/oversight/six-questions")
    check("six-questions")
    page.goto(f"{address}/oversight/subject-access")
    check("subject-access")
    page.click("form[action='/oversight/subject-access#result'] button")
    check("subject-access-mistake", status_noise=True)
    page.fill("#who", "sioned")
    page.fill("#reference", "RQ-26-001")
    page.click("form[action='/oversight/subject-access#result'] button")
    check("subject-access-counted")
    with page.expect_download() as given:
        page.click("form[action$='/download'] button")
    assert given.value.suggested_filename == "RQ-26-001.zip"


def test_the_papers_themselves_are_accessible(look, address, language, tmp_path):  # noqa: F811
    page, check, sign_in = look
    sign_in("dewi")
    for name in papers.DRAFTS:
        for each in LANGUAGES:
            given = page.request.get(f"{address}/oversight/papers/{name}.{each}.html")
            (tmp_path / f"{name}.{each}.html").write_bytes(given.body())
        page.goto((tmp_path / f"{name}.{language}.html").as_uri())
        check(f"paper-{name}", status_noise=True)
