"""Second look by sample, and what senders disputed: the officer's pages, and whom they are for."""

import re
from dataclasses import replace

import pytest

from models.audit import Action, Purpose
from models.db import samples
from models.errors import NotFound
from models.person import Person, Role
from quarantine import sampling, saying
from quarantine.access import Depth, open_in_sample
from tests.console_sample import NOW, PEOPLE, entries, make_council, send

TEXT, CARD = "covering the panel", "4111 1111 1111 1111"
OFFICER = Person(
    id="dewi",
    name="Dewi Rees",
    addresses=("dewi@cantref.example",),
    roles=frozenset({Role.PROTECTION_OFFICER}),
)
AUDITOR = replace(
    OFFICER, id="ann", name="Ann", addresses=("ann@cantref.example",), roles={Role.AUDITOR}
)
OTHER_OFFICER = replace(OFFICER, id="mair", name="Mair", addresses=("mair@cantref.example",))
MORE = (OFFICER, replace(AUDITOR, roles=frozenset({Role.AUDITOR})), OTHER_OFFICER)


@pytest.fixture
def council(tmp_path, database_url):
    made = make_council(tmp_path, database_url, (*PEOPLE, *MORE))
    yield made
    made.database.close()


def person(name):
    return next(each for each in (*PEOPLE, *MORE) if each.id == name)


def refused(council, number, **facts):
    held_id = council.hold(number, **facts)
    council.review.refuse(held_id, by=person("gwen"), reason="no", now=NOW)
    return held_id


def drawn(council, by="dewi"):
    with council.database.reading() as session:
        return samples.open_of(session, by)


@pytest.mark.requirement("D14")
def test_the_officer_draws_opens_as_far_as_needed_and_judges_again(council, visitor):
    ids = {refused(council, number) for number in range(3)}
    client = visitor("dewi")
    assert send(client, "/oversight/sample", reason="  ").status_code == 422
    assert send(client, "/oversight/sample", reason="Each quarter").status_code == 303
    listed = client.get("/oversight/sample").text
    assert {each.held for each in drawn(council)} == ids
    assert "Still to be judged (3)" in listed
    assert TEXT not in listed
    assert CARD not in listed
    assert entries(council, Action.LOOK) == []
    first = drawn(council)[0]
    page = f"/oversight/sample/{first.id}"
    masked = send(client, f"{page}/open").text
    assert "A payment card number" in masked
    assert TEXT not in masked
    assert CARD not in masked
    assert TEXT in send(client, f"{page}/open", depth="text").text
    assert TEXT in send(client, f"{page}/open", depth="text").text
    looks = [(each.actor, each.subject, each.purpose, each.detail) for each in _looks(council)]
    assert looks == [
        ("dewi", first.held, Purpose.QUALITY, depth) for depth in ("matches", "text", "text")
    ]
    assert send(client, f"{page}/judge", agrees="perhaps").status_code == 200
    assert send(client, f"{page}/judge", agrees="no").status_code == 303
    assert send(client, f"{page}/judge", agrees="yes").status_code == 404
    assert send(client, f"{page}/open", depth="text").status_code == 404
    assert "0 of 1 (between" in client.get("/oversight/sample").text
    said = [each.detail for each in entries(council, Action.OVERSEE)]
    assert said == ["drew 3 decisions", "would have decided otherwise"]


def _looks(council):
    return entries(council, Action.LOOK)


def test_a_sample_is_judged_before_another_is_drawn(council, visitor):
    refused(council, 1)
    client = visitor("dewi")
    send(client, "/oversight/sample", reason="Each quarter")
    assert send(client, "/oversight/sample", reason="Again").status_code == 409
    with council.database.reading() as session:
        (sampled,) = samples.open_of(session, "dewi")
    send(client, f"/oversight/sample/{sampled.id}/judge", agrees="yes")
    assert sampling.draw(council.database, by=OFFICER, reason="Again", now=NOW) == 0, "drawn once"


@pytest.mark.requirement("D9")
def test_nobody_else_opens_or_judges_it(council, visitor):
    refused(council, 1)
    sampling.draw(council.database, by=OFFICER, reason="Each quarter", now=NOW)
    (sampled,) = drawn(council)
    page = f"/oversight/sample/{sampled.id}"
    for who in ("sioned", "gwen", "huw", "ann", "mair"):
        client = visitor(who)
        assert send(client, f"{page}/open", depth="text").status_code == 404
        assert send(client, f"{page}/judge", agrees="yes").status_code == 404
        assert (client.get("/oversight/sample").status_code == 200) == (who in {"ann", "mair"})
        if who != "mair":
            assert send(client, "/oversight/sample", reason="x").status_code == 404
    assert _looks(council) == []
    for number in ("0", "-1", "x", "9" * 40, "١"):
        assert send(visitor("dewi"), f"/oversight/sample/{number}/open").status_code == 404


@pytest.mark.requirement("M7")
@pytest.mark.parametrize(
    ("facts", "who"),
    [
        pytest.param({"recipients": ("dewi@cantref.example",)}, "dewi", id="to the officer"),
        pytest.param({"text": b"Dewi Rees: 4111 1111 1111 1111\r\n"}, "dewi", id="names them"),
    ],
)
def test_what_involves_the_officer_is_not_drawn_for_them(council, facts, who):
    refused(council, 1, **facts)
    refused(council, 2)
    assert sampling.draw(council.database, by=person(who), reason="Each quarter", now=NOW) == 1


def test_what_waits_was_taken_back_or_was_erased_is_not_drawn(council):
    council.hold(1)
    council.review.withdraw(council.hold(2), by=person("sioned"), now=NOW)
    assert sampling.draw(council.database, by=OFFICER, reason="Each quarter", now=NOW) == 0


def test_who_is_no_officer_any_more_opens_nothing(council):
    refused(council, 1)
    sampling.draw(council.database, by=OFFICER, reason="Each quarter", now=NOW)
    (sampled,) = drawn(council)
    with pytest.raises(NotFound):
        open_in_sample(
            council.database,
            council.keyring,
            sampled.id,
            who=replace(OFFICER, roles=frozenset()),
            depth=Depth.TEXT,
            now=NOW,
        )


@pytest.mark.requirement("S6")
def test_disputes_are_counted_by_rule_with_what_became_of_them(council, visitor):
    ids = [refused(council, number) for number in range(3)]
    council.hold(7)
    saying.dispute(council.review, ids[0], by=person("sioned"), text="PLANTEDREASON", now=NOW)
    saying.dispute(council.review, ids[0], by=person("sioned"), text="Again", now=NOW)
    text = visitor("ann").get("/oversight/disputes").text
    words = " ".join(re.sub(r"<[^>]+>", " ", text).split())
    assert "cards: A payment card number Disputed 1 of 4 (between" in words
    assert "Sent 0 Not sent 1 Given back 0" in words
    assert "PLANTEDREASON" not in text
    assert ids[0] not in text
    assert visitor("gwen").get("/oversight/disputes").status_code == 404
