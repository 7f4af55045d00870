"""Pictures of what is attached, in the console: who gets them, what is entered, what leaves."""

import re
from base64 import b64decode

import pytest

from models.audit import Action, Purpose
from models.db import audit, people
from models.errors import Unavailable
from models.finding import PERSONAL_MARK, Finding
from quarantine.pictures import Drawn
from quarantine.sealed import seal_as_reviewer
from tests.console_sample import NOW, make_council, token

JPEG = b"\xff\xd8\xff a picture made anew"
MARK = Finding(detector=PERSONAL_MARK, category="personal", score=1.0, part="envelope")


@pytest.fixture
def council(tmp_path):
    made = make_council(tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def ask(visitor):
    """Ask as a person for pictures of one part; `asked` keeps the bytes that were to be drawn."""

    def draw(raw):
        ask.asked.append(raw)
        if ask.broken:
            raise Unavailable("drawing died or took too long")
        return Drawn(pages=(JPEG, JPEG), more=3)

    def ask(who, held_id, part="2"):
        client = visitor(who, draw=draw)
        form = {"csrf": token(client), "part": part, "depth": "attachments"}
        ask.page = client.post(f"/held/{held_id}/email", data=form)
        return client.post(f"/held/{held_id}/pictures", data=form)

    ask.asked, ask.broken = [], False
    return ask


def looks(council):
    with council.database.reading() as session:
        entries = [each.entry for each in audit.read(session)]
    return [
        (each.actor, each.subject, each.purpose, each.detail)
        for each in entries
        if each.action is Action.LOOK and "part" in each.detail
    ]


@pytest.mark.requirement("M9")
def test_a_reviewer_sees_pictures_and_the_look_is_entered(council, ask):
    held_id = council.hold(1)
    shown = ask("gwen", held_id)
    assert 'name="part" value="2"' in ask.page.text
    assert shown.status_code == 200
    found = re.findall(r'src="data:image/jpeg;base64,([^"]+)" alt="([^"]+)"', shown.text)
    assert [b64decode(each) for each, _ in found] == [JPEG, JPEG]
    assert found[0][1] == "Picture of page 1 of 5, booking.pdf"
    assert "3 more pages are not shown." in shown.text
    assert looks(council) == [("gwen", held_id, Purpose.DECIDE, "attachments, part 2")]
    assert ask.asked[0].startswith(b"%PDF")
    assert "%PDF" not in shown.text
    assert "img-src 'self' data:;" in shown.headers["content-security-policy"]
    assert "data:" not in ask.page.headers["content-security-policy"]
    assert shown.headers["cache-control"] == "no-store"


def test_what_cannot_be_drawn_is_said(council, ask):
    ask.broken = True
    shown = ask("gwen", council.hold(1))
    assert (shown.status_code, "<img" in shown.text) == (200, False)
    assert "No picture could be drawn of this file." in shown.text


@pytest.mark.parametrize("part", ["3", "1", "0", "2/1", "", "../2", "2" * 30])
def test_there_are_pictures_of_what_is_attached_alone(council, ask, part):
    assert ask("gwen", council.hold(1), part).status_code == 404
    assert ask.asked == []
    assert looks(council) == []


@pytest.mark.parametrize(("who", "status"), [("sioned", 403), ("huw", 404)])
def test_who_may_not_review_it_gets_none(council, ask, who, status):
    assert ask(who, council.hold(1)).status_code == status
    assert (ask.asked, looks(council)) == ([], [])


def test_of_what_is_sealed_there_are_none(council, ask):
    held_id = council.hold(1)
    with council.database.reading() as session:
        gwen = people.directory(session)["gwen"]
    seal_as_reviewer(council.database, council.review.post, held_id, by=gwen, now=NOW)
    assert ask("gwen", held_id).status_code == 404
    assert (ask.asked, looks(council)) == ([], [])


def test_of_what_is_marked_personal_there_are_none_without_a_second_person(council, ask):
    assert ask("gwen", council.hold(1, more=(MARK,))).status_code in {403, 404}
    assert (ask.asked, looks(council)) == ([], [])
