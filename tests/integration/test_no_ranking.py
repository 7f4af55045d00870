"""Nobody is scored or ranked: no page, export or answer orders people by what they sent or did."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import Float, Integer, Numeric

from models.db.tables import Row
from models.person import Person, Role
from quarantine.console.app import PAGES
from quarantine.console.visit import Permission
from tests.console_sample import NOW, PEOPLE, make_council, visit

ROOT = Path(__file__).parents[2]
DEWI = Person(
    id="dewi",
    name="Dewi Tudor",
    addresses=("dewi@cantref.example",),
    language="en",
    roles=frozenset({Role.PROTECTION_OFFICER}),
)
REPORTS = [
    each.path
    for each in PAGES
    if each.permission is Permission.OVERSEE and each.method == "GET" and "{" not in each.path
]
ABOUT_SENDERS = {"/oversight/looks"}  # whose mail was opened, a line for each look


@pytest.fixture
def council(tmp_path):
    made = make_council(tmp_path, everyone=(*PEOPLE, DEWI))
    yield made
    made.database.close()


@pytest.fixture
def officer(council):
    with visit(council, "dewi") as client:
        yield client


def named(who):
    return next(each for each in PEOPLE if each.id == who)


@pytest.mark.requirement("N3")
@pytest.mark.requirement("L14")
@pytest.mark.parametrize(("elin", "gwen"), [(10, 14), (14, 10)])
def test_reviewers_stand_in_the_order_of_names_whoever_decided_more(council, officer, elin, gwen):
    deciding = ["elin"] * elin + ["gwen"] * gwen
    for number, who in enumerate(deciding):
        council.review.release(council.hold(number), by=named(who), now=NOW)
    shown = re.findall(r"<h2[^>]*>(Elin Rhys|Gwen Morgan)<", officer.get("/oversight/care").text)
    assert shown == ["Elin Rhys", "Gwen Morgan"]


@pytest.mark.requirement("N3")
@pytest.mark.requirement("L14")
def test_no_report_names_who_had_mail_held(council, officer):
    for number in range(12):
        council.review.release(council.hold(number), by=named("gwen"), now=NOW)
    naming = {path for path in REPORTS if "Sioned" in officer.get(path).text}
    assert naming <= ABOUT_SENDERS
    assert len(REPORTS) > 8


@pytest.mark.requirement("N3")
def test_no_figure_is_kept_about_a_person():
    people = Row.metadata.tables["people"]
    figures = [
        each.name for each in people.columns if isinstance(each.type, (Integer, Float, Numeric))
    ]
    assert figures == []


@pytest.mark.requirement("L14")
def test_the_api_answers_about_a_text_and_about_nobody():
    document = json.loads((ROOT / "docs/openapi.json").read_text(encoding="utf-8"))
    assert set(document["paths"]) == {
        "/api/v1/check",
        "/api/v1/health",
        "/api/v1/openapi.json",
    }
