"""Every route of the console, walked by everyone: what is not theirs, and what shows content."""

import re
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from models.audit import Action
from models.db import held as held_messages
from models.db.tables import AuditRow
from models.person import Person, Role
from quarantine.console.app import PAGES
from quarantine.console.visit import Permission
from tests.console_sample import PEOPLE, POLICY, check_draft, make_council, token

CONTENT = "covering the panel"  # stands in the sample's text and nowhere else
ABOUT_ONE = [page for page in PAGES if "{id}" in page.path]
OTHERS = ["huw", "owain", "marc", "dewi", "sam"]  # HR, an authoriser, and so on as in MORE
MORE = tuple(
    Person(id=name, name=name.title(), addresses=(f"{name}@cantref.example",), roles=roles)
    for name, roles in (
        ("owain", frozenset({Role.AUTHORISER})),
        ("marc", frozenset()),
        ("dewi", frozenset({Role.PROTECTION_OFFICER})),
        ("sam", frozenset({Role.ADMINISTRATOR})),
        ("mair", frozenset({Role.DUTY_REVIEWER})),
        ("sara", frozenset({Role.SENSITIVE_REVIEWER})),
    )
)


@pytest.fixture
def council(tmp_path):
    made = make_council(tmp_path, everyone=(*PEOPLE, *MORE))
    yield made
    made.database.close()


@pytest.fixture
def visitor(visitor):
    return partial(visitor, check_draft=check_draft)


def ask(client, page, held_id, csrf):
    path = re.sub(r"{\w+}", held_id, page.path)
    if page.method == "GET":
        return client.get(path)
    return client.post(path, data={"csrf": csrf, "depth": "text"})


def looks(council):
    counted = select(func.count()).where(AuditRow.action == Action.LOOK.value)
    with council.database.reading() as session:
        return session.scalar(counted)


@pytest.mark.requirement("D9")
@pytest.mark.parametrize("who", OTHERS)
def test_what_is_not_theirs_is_not_there(council, visitor, who):
    held_id, client = council.hold(1), visitor(who)
    csrf = token(client)
    with council.database.reading() as session:
        before = held_messages.get(session, held_id)
    for page in ABOUT_ONE:
        theirs, nobodys = (ask(client, page, each, csrf) for each in (held_id, "POR999999"))
        assert (theirs.status_code, nobodys.status_code) == (404, 404), page.path
        assert theirs.text.replace(held_id, "") == nobodys.text.replace("POR999999", "")
    with council.database.reading() as session:
        assert held_messages.get(session, held_id) == before
    assert looks(council) == 0


@pytest.mark.requirement("L23")
@pytest.mark.parametrize("who", ["gwen", "elin", "mair", *OTHERS])
def test_what_only_few_may_see_is_not_there_for_the_line(council, visitor, who):
    council.policy = replace(POLICY, rules=tuple(replace(e, narrow=True) for e in POLICY.rules))
    held_id, client = council.hold(1), visitor(who)
    csrf = token(client)
    for page in ABOUT_ONE:
        theirs, nobodys = (ask(client, page, each, csrf) for each in (held_id, "POR999999"))
        assert (theirs.status_code, nobodys.status_code) == (404, 404), page.path
        assert theirs.text.replace(held_id, "") == nobodys.text.replace("POR999999", "")
    assert looks(council) == 0


@pytest.mark.requirement("D9")
@pytest.mark.parametrize("who", ["sioned", "gwen", "huw", "marc", "sam"])
def test_the_pages_of_oversight_are_not_there_for_others(council, visitor, who):
    held_id, client = council.hold(1), visitor(who)
    csrf = token(client)
    pages = [page for page in PAGES if page.permission is Permission.OVERSEE]
    assert {page.path for page in PAGES if page.path.startswith("/oversight")} == {
        page.path for page in pages
    }
    for page in pages:
        assert ask(client, page, held_id, csrf).status_code == 404, page.path
    assert looks(council) == 0


@pytest.mark.parametrize("page", ABOUT_ONE, ids=lambda page: f"{page.method} {page.path}")
def test_a_passer_by_is_asked_to_sign_in(council, page):
    held_id = council.hold(1)
    with TestClient(council.app(), follow_redirects=False) as client:
        answer = ask(client, page, held_id, "")
    assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.requirement("L1")
@pytest.mark.requirement("L17")
@pytest.mark.requirement("D1")
@pytest.mark.parametrize("who", ["sioned", "gwen", "elin", *OTHERS])
def test_no_page_shows_content_without_a_look_in_the_audit_chain(council, visitor, who):
    client, shown = visitor(who), 0
    for number, page in enumerate(PAGES):
        if page.permission is Permission.ANYONE:
            continue
        held_id, csrf, before = council.hold(number), token(client), looks(council)
        if CONTENT in ask(client, page, held_id, csrf).text:
            shown += 1
            assert looks(council) == before + 1, page.path
            assert page.shows_content, page.path
        else:
            assert looks(council) == before, page.path
    assert shown == (0 if who in OTHERS else 1)
