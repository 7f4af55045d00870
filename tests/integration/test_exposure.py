"""How much of what may hurt to read one person has read: counted right, and told to them alone."""

import re
from datetime import timedelta

import pytest

from models.finding import Finding
from tests.console_sample import NOW, make_council, token

GRAVE = (Finding(detector="phrases", category="abuse", score=1.0, part="1", start=0, end=2),)
LINE = re.compile(r"You have read (\d+) emails? of this kind in the last 7 days\.")


@pytest.fixture
def council(tmp_path):
    made = make_council(tmp_path)
    yield made
    made.database.close()


def open_it(client, held_id, depth):
    form = {"csrf": token(client, f"/held/{held_id}"), "depth": depth}
    return client.post(f"/held/{held_id}/email", data=form).text


def counted(page):
    return [int(each) for each in LINE.findall(page)]


@pytest.mark.requirement("M12")
def test_only_what_may_hurt_and_was_read_is_counted_and_only_for_its_reader(council, visitor):
    first, second, unread = (council.hold(each, more=GRAVE) for each in (1, 2, 3))
    plain = council.hold(4)
    gwen = visitor("gwen")
    assert counted(gwen.get(f"/held/{first}").text) == []
    assert counted(open_it(gwen, first, "matches")) == []
    assert counted(open_it(gwen, first, "text")) == [1]
    assert counted(open_it(gwen, first, "attachments")) == [1]
    assert counted(open_it(gwen, plain, "text")) == []
    assert counted(open_it(gwen, second, "attachments")) == [2]
    assert counted(gwen.get(f"/held/{unread}").text) == [2]
    assert counted(visitor("elin").get(f"/held/{unread}").text) == []
    council.clock[0] = NOW + timedelta(days=8)
    assert counted(visitor("gwen").get(f"/held/{unread}").text) == []
