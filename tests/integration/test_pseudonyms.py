"""Judge the text, not the person: a pseudonym stands until a person asks for the name."""

from dataclasses import replace
from email import message_from_bytes, policy

import pytest

from models.audit import Action, Purpose
from models.db import outbox
from models.db.tables import OutboxRow
from models.person import Person
from quarantine import saying
from quarantine.access import Depth, open_message
from quarantine.sealed import seal_as_reviewer
from tests.console_sample import NOW, OFFICERS, PEOPLE, entries, mail, make_council, send, token

MORE = (
    Person(
        id="tomos",
        name="Tomos Bevan",
        addresses=("tomos.bevan@cantref.example",),
        language="en",
        manager="gwen",
    ),
    *OFFICERS,
)
BY = {each.id: each for each in (*PEOPLE, *MORE)}
NAMES = ("Sioned", "Parry", "sioned", "Tomos", "tomos")


@pytest.fixture
def council(tmp_path, database_url):
    made = make_council(tmp_path, database_url, tuple(BY.values()))
    assert not made.review.post.pseudonyms  # they are off unless the body wants them
    with_pseudonyms(made, on=True)
    yield made
    made.database.close()


def with_pseudonyms(council, *, on):
    council.review = replace(council.review, post=replace(council.review.post, pseudonyms=on))


def hold_of_tomos(council, number):
    given = mail(number)
    envelope = replace(given.envelope, sender="tomos.bevan@cantref.example")
    return council.hold_mail(replace(given, envelope=envelope))


def names_in(text):
    return [each for each in NAMES if each in text]


def test_names_stand_where_there_are_no_pseudonyms(council, visitor):
    with_pseudonyms(council, on=False)
    held_id, client = council.hold(1), visitor("gwen")
    assert "From Sioned Parry" in client.get("/queue").text
    page = client.get(f"/held/{held_id}").text
    assert "Sioned Parry" in page
    assert "Show who sent it" not in page
    assert visitor("dewi").get(f"/oversight/looks/{held_id}/sender").status_code == 404
    assert send(client, f"/held/{held_id}/sender").status_code == 303
    assert entries(council, Action.NAME) == []


@pytest.mark.requirement("M14")
def test_a_reviewers_pages_have_pseudonyms_and_no_names(council, visitor):
    first, other = council.hold(1), hold_of_tomos(council, 2)
    council.hold(3, text=b"OFFICIAL-SENSITIVE\r\n\r\nBore da\r\n")
    client = visitor("gwen")
    listed = client.get("/queue").text
    assert names_in(listed) == []
    assert (listed.count("From Sender 1"), listed.count("From Sender 2")) == (2, 1)
    saying.explain(council.review, first, by=BY["sioned"], text="it cannot wait", now=NOW)
    page = client.get(f"/held/{first}").text
    assert names_in(page) == []
    assert "The sender, 24 November" in page  # in what happened
    chosen = send(client, f"/held/{other}/decision", choice="refuse", also="").text
    assert names_in(chosen) == []
    council.review.refuse(other, by=BY["gwen"], reason="", code="policy", now=NOW)
    decided = client.get("/decided").text
    assert "From Sender 1" in decided
    assert names_in(decided) == []
    assert entries(council, Action.NAME) == []


@pytest.mark.requirement("M14")
def test_who_asks_is_shown_one_name_and_that_is_entered(council, visitor):
    held_id, other = council.hold(1), council.hold(2, text=b"OFFICIAL-SENSITIVE\r\n")
    client = visitor("gwen")
    assert client.get(f"/held/{held_id}/sender").status_code == 405  # a GET shows nothing
    assert send(client, f"/held/{held_id}/sender").status_code == 303
    assert send(client, f"/held/{held_id}/sender").status_code == 303
    (entry,) = entries(council, Action.NAME)
    assert (entry.actor, entry.subject, entry.purpose) == ("gwen", held_id, Purpose.DECIDE)
    assert "Sioned Parry" in client.get(f"/held/{held_id}").text
    listed = client.get("/queue").text
    assert ("From Sioned Parry" in listed, "From Sender 1" in listed) == (True, True)
    assert names_in(client.get(f"/held/{other}").text) == []
    assert names_in(visitor("elin").get(f"/held/{held_id}").text) == []
    own = visitor("sioned").get(f"/held/{held_id}").text
    assert "Was shown who sent it" in own
    assert entries(council, Action.LOOK) == []


@pytest.mark.requirement("M14")
@pytest.mark.parametrize(("depth", "shown"), [("matches", False), ("text", True)])
def test_the_text_itself_may_say_who_sent_it(council, visitor, depth, shown):
    held_id, client = council.hold(1), visitor("gwen")
    opened = send(client, f"/held/{held_id}/email", depth=depth).text
    assert bool(names_in(opened)) == shown
    assert ("Show who sent it" in opened) != shown
    assert bool(names_in(client.get(f"/held/{held_id}").text)) == shown


@pytest.mark.requirement("M14")
@pytest.mark.requirement("D9")
@pytest.mark.parametrize("who", ["huw", "arch", "dewi", "tomos"])
def test_whose_mail_it_is_not_to_review_is_shown_nothing(council, visitor, who):
    held_id = council.hold(1)
    assert send(visitor(who), f"/held/{held_id}/sender").status_code == 404
    assert entries(council, Action.NAME) == []


@pytest.mark.requirement("M14")
def test_reviewers_are_told_of_mail_without_a_name(council):
    held_id = council.hold(1)
    saying.explain(council.review, held_id, by=BY["sioned"], text="it cannot wait", now=NOW)
    with council.database.reading() as session:
        rows = session.query(OutboxRow).where(OutboxRow.kind == outbox.NOTICE).all()
        told = [
            message_from_bytes(each.content, policy=policy.default)
            for each in rows
            if each.recipients[0]["address"] == "gwen.morgan@cantref.example"
        ]
    texts = [each.get_body(("plain",)).get_content() + each["Subject"] for each in told]
    assert len(texts) == 2
    assert [names_in(each) for each in texts] == [[], []]
    assert all(f"Sender {held_id}" in each and f"Anfonwr {held_id}" in each for each in texts)


@pytest.mark.requirement("M14")
def test_who_comes_too_late_is_told_that_the_sender_took_it_back(council, visitor):
    held_id, client = council.hold(1), visitor("gwen")
    csrf = token(client, f"/held/{held_id}")
    council.review.withdraw(held_id, by=BY["sioned"], now=NOW)
    form = {"csrf": csrf, "choice": "release", "go": "yes"}
    page = client.post(f"/held/{held_id}/decision", data=form)
    assert page.status_code == 409
    assert "The sender took it back on 24 November" in page.text
    assert names_in(page.text) == []


def looked_at(council):
    """Two messages of one sender and one of another, each looked at by their manager."""
    ids = [council.hold(1), council.hold(2), hold_of_tomos(council, 3)]
    given = {"who": BY["gwen"], "purpose": Purpose.DECIDE, "depth": Depth.TEXT, "now": NOW}
    for each in ids:
        open_message(council.database, council.keyring, each, **given)
    return ids


@pytest.mark.requirement("M14")
def test_the_officer_sees_who_looked_and_asks_for_one_name(council, visitor):
    held_id, *_ = looked_at(council)
    client = visitor("dewi")
    page = client.get("/oversight/looks").text
    assert "Gwen Morgan" in page
    assert names_in(page) == []
    assert (page.count("of Sender 1"), page.count("of Sender 2")) == (1, 2)
    path = f"/oversight/looks/{held_id}/sender"
    assert path in page
    assert names_in(client.get(path).text) == []
    assert send(client, path, why="curiosity").status_code == 422
    assert entries(council, Action.NAME) == []
    assert send(client, path, why="look").status_code == 303
    (entry,) = entries(council, Action.NAME)
    assert (entry.actor, entry.subject, entry.detail) == ("dewi", held_id, "to ask about a look")
    assert "Sioned Parry" in client.get(path).text
    again = client.get("/oversight/looks").text
    assert again.count("Sioned Parry") == 1
    assert again.count("/sender") == 2


@pytest.mark.requirement("M14")
def test_the_auditor_sees_pseudonyms_and_asks_for_none(council, visitor):
    held_id, *_ = looked_at(council)
    client = visitor("arch")
    page = client.get("/oversight/looks").text
    assert names_in(page) == []
    assert "/sender" not in page
    path = f"/oversight/looks/{held_id}/sender"
    assert client.get(path).status_code == 404
    assert send(client, path, why="look").status_code == 404
    assert entries(council, Action.NAME) == []


def sealed(council):
    held_id = council.hold(1)
    seal_as_reviewer(council.database, council.review.post, held_id, by=BY["gwen"], now=NOW)
    return held_id


HOSTILE = {
    "what is not there": ("dewi", lambda _: "POR999999"),
    "what is sealed": ("dewi", sealed),
    "another body's": ("arall", lambda council: council.hold(1)),
}


@pytest.mark.requirement("M14")
@pytest.mark.parametrize(("who", "given"), HOSTILE.values(), ids=HOSTILE.keys())
def test_the_officer_is_shown_no_name_of(council, visitor, who, given):
    path, client = f"/oversight/looks/{given(council)}/sender", visitor(who)
    assert client.get(path).status_code == 404
    assert send(client, path, why="look").status_code == 404
    assert entries(council, Action.NAME) == []
