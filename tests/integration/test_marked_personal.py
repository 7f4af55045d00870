"""Mail marked personal: opened only with a second person; what is private leaves a bare count."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from models.audit import Action, Purpose
from models.db import audit, held, outbox
from models.errors import Conflict, NotFound, NotPermitted
from models.finding import PERSONAL_MARK, Finding
from models.held import HeldState
from models.person import Person, Role
from quarantine import together
from quarantine.access import Depth, open_message
from quarantine.sealed import seal_as_reviewer
from tests.console_sample import NOW, PEOPLE, make_council, token, visit

CONTENT = "covering the panel"
MARK = Finding(detector=PERSONAL_MARK, category="personal", score=1.0, part="envelope")
MORE = (
    Person(
        id="dewi",
        name="Dewi",
        addresses=("dewi@cantref.example",),
        roles=frozenset({Role.PROTECTION_OFFICER}),
    ),
    Person(id="marc", name="Marc", addresses=("marc@cantref.example",)),
)
BY = {each.id: each for each in (*PEOPLE, *MORE)}


@pytest.fixture
def council(tmp_path, database_url):
    made = make_council(tmp_path, database_url, (*PEOPLE, *MORE))
    yield made
    made.database.close()


def open_it(council, held_id, who="gwen", purpose=Purpose.DECIDE, now=NOW, depth=Depth.TEXT):
    return open_message(
        council.database,
        council.keyring,
        held_id,
        who=BY[who],
        purpose=purpose,
        depth=depth,
        now=now,
    )


def ask(council, held_id, by="gwen", now=NOW):
    together.ask(council.database, council.review.post, held_id, by=BY[by], now=now)


def agree(council, held_id, asked_by="gwen", by="elin", now=NOW):
    together.agree(council.database, held_id, asked_by, by=BY[by], now=now)


def entries(council, held_id):
    with council.database.reading() as session:
        return [each.entry for each in audit.read(session, subject=held_id)]


@pytest.mark.requirement("L21")
@pytest.mark.parametrize("second", ["elin", "dewi"])
def test_a_reviewer_opens_it_only_once_a_second_person_has_agreed(council, second):
    held_id = council.hold(1, more=(MARK,))
    for depth in Depth:
        with pytest.raises(NotPermitted, match="second person"):
            open_it(council, held_id, depth=depth)
    ask(council, held_id)
    for depth in Depth:
        with pytest.raises(NotPermitted):
            open_it(council, held_id, depth=depth)
    agree(council, held_id, by=second)
    assert open_it(council, held_id).held.id == held_id
    acts = [(each.actor, each.action) for each in entries(council, held_id)]
    assert acts[-3:] == [
        ("gwen", Action.SECOND_PERSON),
        (second, Action.SECOND_PERSON),
        ("gwen", Action.LOOK),
    ]


@pytest.mark.requirement("L21")
def test_the_agreement_is_for_one_person_and_for_a_day(council):
    held_id = council.hold(1, more=(MARK,))
    ask(council, held_id)
    agree(council, held_id)
    with pytest.raises(NotPermitted):
        open_it(council, held_id, who="elin")
    with pytest.raises(NotPermitted):
        open_it(council, held_id, now=NOW + timedelta(days=1))
    ask(council, held_id, now=NOW + timedelta(days=1))
    with pytest.raises(NotPermitted):
        open_it(council, held_id, now=NOW + timedelta(days=1))


def test_its_sender_opens_it_alone_and_what_is_not_marked_is_opened_as_ever(council):
    marked, other = council.hold(1, more=(MARK,)), council.hold(2)
    assert open_it(council, marked, who="sioned", purpose=Purpose.OWN).texts
    assert open_it(council, other).texts
    with pytest.raises(Conflict, match="not marked"):
        ask(council, other)


@pytest.mark.parametrize(
    ("by", "refused"),
    [
        pytest.param("gwen", NotPermitted, id="the same person"),
        pytest.param("marc", NotFound, id="a colleague"),
        pytest.param("sioned", NotFound, id="the sender"),
        pytest.param("huw", NotFound, id="HR"),
    ],
)
def test_who_is_not_a_second_person(council, by, refused):
    held_id = council.hold(1, more=(MARK,))
    ask(council, held_id)
    with pytest.raises(refused):
        agree(council, held_id, by=by)
    with pytest.raises(NotPermitted):
        open_it(council, held_id)


def test_nobody_agrees_twice_or_to_what_nobody_asked(council):
    held_id = council.hold(1, more=(MARK,))
    with pytest.raises(Conflict):
        agree(council, held_id)
    ask(council, held_id)
    agree(council, held_id)
    with pytest.raises(Conflict):
        agree(council, held_id, by="dewi")


def test_what_was_sealed_is_nobody_s_to_agree_to(council):
    held_id = council.hold(1, more=(MARK,))
    ask(council, held_id)
    seal_as_reviewer(council.database, council.review.post, held_id, by=BY["gwen"], now=NOW)
    for by in ("elin", "dewi"):
        with pytest.raises(NotFound):
            agree(council, held_id, by=by)


@pytest.mark.requirement("L21")
@pytest.mark.requirement("S10")
def test_the_pages_lead_two_people_to_it(council):
    held_id = council.hold(1, more=(MARK,))
    with visit(council, "gwen") as gwen, visit(council, "dewi") as dewi:
        page = gwen.get(f"/held/{held_id}").text
        assert "Its sender marked it personal" in page
        assert "Show the text" not in page
        form = {"csrf": token(gwen), "depth": "text", "asked_by": "gwen"}
        assert gwen.post(f"/held/{held_id}/email", data=form).status_code == 403
        assert gwen.post(f"/held/{held_id}/second-person", data=form).status_code == 303
        assert "You have asked" in gwen.get(f"/held/{held_id}").text
        asked = dewi.get("/second-person").text
        assert held_id in asked
        assert "Gwen Morgan asked on" in asked
        assert "sioned" not in asked.lower()
        form["csrf"] = token(dewi)
        assert dewi.post(f"/second-person/{held_id}", data=form).status_code == 303
        assert held_id not in dewi.get("/second-person").text
        assert dewi.get(f"/held/{held_id}").status_code == 404
        form["csrf"] = token(gwen)
        assert "Open it together with Dewi" in gwen.get(f"/held/{held_id}").text
        assert CONTENT in gwen.post(f"/held/{held_id}/email", data=form).text


@pytest.mark.requirement("L5")
def test_what_is_found_private_is_sent_and_leaves_a_bare_count(council):
    held_id, review = council.hold(1), council.review
    with visit(council, "gwen") as gwen:
        assert "nobody's business" in gwen.get(f"/held/{held_id}/private").text.replace(
            "&#39;", "'"
        )
        answer = gwen.post(f"/held/{held_id}/private", data={"csrf": token(gwen)})
        assert answer.headers["location"] == f"/held/{held_id}?done=released"
    with council.database.writing() as session:
        assert held.get(session, held_id).state is HeldState.RELEASED
        review.sent(session, held.get(session, held_id), NOW)
    with council.database.reading() as session:
        left = held.get(session, held_id)
        for table in ("item_keys", "contents"):
            query = text(f"SELECT count(*) FROM {table} WHERE item = '{held_id}'")
            assert session.execute(query).scalar_one() == 0
        audit.verify(session)
    assert left.state is HeldState.SENT
    assert (left.sender, left.recipients, left.message_id, left.findings) == ("", (), "", ())
    assert (left.digest, left.involved, left.reviewer) == ("", (), None)
    assert left.rules == ("cards",)
    actions = [each.action for each in entries(council, held_id)]
    assert actions.count(Action.FOUND_PRIVATE) == 1
    assert Action.ERASE in actions


def test_what_is_private_and_rejected_comes_back_whole(council):
    held_id, review = council.hold(1), council.review
    review.find_private(held_id, by=BY["gwen"], now=NOW)
    with council.database.writing() as session:
        review.reopen(session, held.get(session, held_id), "550 no", NOW)
    review.release(held_id, by=BY["gwen"], now=NOW)
    with council.database.writing() as session:
        outbox.claim(session, NOW, limit=9, lease=timedelta(minutes=1))
        review.sent(session, held.get(session, held_id), NOW)
        assert held.get(session, held_id).sender
    assert open_it(council, held_id, purpose=Purpose.ANSWER).texts


@pytest.mark.parametrize("who", ["sioned", "huw", "marc", "dewi"])
def test_nobody_but_a_reviewer_finds_it_private(council, who):
    held_id = council.hold(1)
    with pytest.raises((NotFound, NotPermitted)):
        council.review.find_private(held_id, by=BY[who], now=NOW)
