"""Every route names a permission, and every one that shows content a purpose."""

import inspect

import pytest
from starlette.routing import Mount, Route

from quarantine import access, sealed
from quarantine.console import (
    attached,
    cases_email,
    exhibits,
    exports,
    held,
    sampling,
    sealed_lane,
    subject_access,
)
from quarantine.console.app import PAGES
from quarantine.console.visit import Permission
from quarantine.evidence import exhibits as producing
from quarantine.evidence import exports as exporting
from quarantine.subject_access import writing
from tests.console_sample import make_council

OPEN_TO_ANYONE = {
    *("/healthz", "/readyz", "/sign-in", "/sign-out", "/help", "/accessibility", "/privacy"),
    *("/api/v1/health", "/api/v1/openapi.json"),  # what the API is, and whether it is there
    *("/sign-in/code", "/sign-in/set-up", "/sign-in/openid", "/sign-in/openid/back"),
}
DOORS = {  # each page that gives content away, and the function that enters it
    held.show_email: access.open_message,
    attached.show_pictures: access.open_attached,
    cases_email.show_content: access.open_in_case,
    sealed_lane.hand_over: sealed.hand_over,
    sampling.show_sampled: access.open_in_sample,
    exhibits.change_copy: producing.open_copy,
    exports.fetch: exporting.fetch,
    subject_access.give: writing.write_folder,
}


@pytest.mark.requirement("L29")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.method} {page.path}")
def test_every_line_names_a_permission_that_fits(page):
    assert isinstance(page.permission, Permission)
    assert (page.permission is Permission.ANYONE) == (page.path in OPEN_TO_ANYONE)
    about_one_message = "{id}" in page.path
    asks_for_it = page.permission in {Permission.SEE, Permission.REVIEW, Permission.OWN}
    assert about_one_message == asks_for_it
    assert ("{case}" in page.path) == (page.permission in {Permission.CASE, Permission.CASE_RECORD})


@pytest.mark.requirement("L17")
def test_content_is_shown_by_a_post_with_a_purpose_and_nowhere_else():
    showing = [page for page in PAGES if page.shows_content]
    assert {page.view for page in showing} == set(DOORS)
    assert {page.method for page in showing} == {"POST"}
    for view, door in DOORS.items():
        assert door.__name__ in inspect.getsource(view)
    others = [inspect.getsource(page.view) for page in PAGES if not page.shows_content]
    assert not any("access." in source for source in others)


def test_every_route_of_the_application_is_in_the_table(tmp_path):
    council = make_council(tmp_path)
    routes = council.app().routes
    council.database.close()
    assert [each.path for each in routes if isinstance(each, Mount)] == ["/static"]
    served = {(min(each.methods - {"HEAD"}), each.path) for each in routes if type(each) is Route}
    assert served == {(page.method, page.path) for page in PAGES}


def test_the_table_has_no_line_twice():
    assert len({(page.method, page.path) for page in PAGES}) == len(PAGES)
