"""A GET changes nothing, whoever sends it and to whichever route: mail programs fetch links."""

import re

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from models.audit import Action
from models.case import Task
from models.db import audit
from models.db.tables import AuditRow, Row
from quarantine.console.app import PAGES
from tests.case_sample import approved, make_case_council, waiting
from tests.console_sample import check_draft, visit

WHO = ["sioned", "gwen", "huw", "owain", "dewi", "sam"]
FETCHED = [page for page in PAGES if page.method == "GET"]
PLACES = {"task": Task.SCOPE.value, "search": "1", "exhibit": "1", "paper": "worker-notice"}
KEEPING_TRACK = {"audit_entries", "audit_head", "sign_ins"}  # that someone came, and who looked
LOOKING = {Action.OVERSEE, Action.TURN_AWAY}


@pytest.fixture
def council(tmp_path):
    made = make_case_council(tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def places(council):
    """Something that is there for each place in a route's path."""
    held = council.hold(1)
    case = approved(council).id
    waiting(council)
    return {**PLACES, "id": held, "held": held, "case": case, "rule": "cards"}


def everything(council):
    """All rows of all tables, but for who came and who looked."""
    tables = [each for each in Row.metadata.sorted_tables if each.name not in KEEPING_TRACK]
    with council.database.reading() as session:
        return {each.name: sorted(map(repr, session.execute(select(each)))) for each in tables}


def entered(council):
    with council.database.reading() as session:
        return [each.entry for each in audit.read(session)]


def test_what_is_left_out_is_there():
    names = {each.name for each in Row.metadata.sorted_tables}
    assert names >= KEEPING_TRACK
    assert AuditRow.__tablename__ in KEEPING_TRACK


def browser(council, who):
    if who is not None:
        return visit(council, who, check_draft=check_draft)
    return TestClient(council.app(check_draft=check_draft), follow_redirects=False)


@pytest.mark.requirement("N8")
@pytest.mark.parametrize("who", [None, *WHO])
def test_a_get_leaves_every_row_as_it_was(council, places, who):
    with browser(council, who) as client:
        before, known, shown = everything(council), len(entered(council)), 0
        for page in FETCHED:
            path = re.sub(r"{(\w+)}", lambda place: places.get(place[1], "1"), page.path)
            answer = client.get(path)
            shown += answer.status_code == 200
            assert everything(council) == before, page.path
            assert {each.action for each in entered(council)[known:]} <= LOOKING, page.path
    assert shown > (4 if who is None else 10)
