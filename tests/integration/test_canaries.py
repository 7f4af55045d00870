"""Canaries: what passes unread is shown to, and what does not is told to the officer."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from factories import NOW, POLICY, POST, STAFF, an_entry
from sqlalchemy import text

from gateway import canaries
from gateway.canaries import send_canaries
from models.audit import Action
from models.db import audit, outbox, people
from models.db.tokens import stands_anywhere
from models.policy import Exemptions, ExemptKind, ExemptRoute
from quarantine.canary_record import from_entry

UNION = ExemptRoute(
    kind=ExemptKind.UNION, recipients=frozenset({"undeb.example", "cangen@tuc.example"})
)
COUNCILLOR = ExemptRoute(
    kind=ExemptKind.COUNCILLOR, senders=frozenset({"cllr.jones@cyngor.example"})
)


def with_routes(*routes):
    return replace(
        POLICY,
        exempt=Exemptions(
            senders=frozenset().union(*(each.senders for each in routes)),
            recipients=frozenset().union(*(each.recipients for each in routes)),
            routes=routes,
        ),
    )


def send(policy, database):
    return asyncio.run(send_canaries(policy, database, POST, by="system", now=NOW))


def newest(database):
    with database.reading() as session:
        entry = audit.latest(session, Action.CANARY)
    return from_entry(entry) if entry else None


def waiting(database):
    with database.writing() as session:
        return outbox.claim(session, NOW, limit=9, lease=timedelta(minutes=1))


@pytest.fixture(autouse=True)
def officer(database):
    staff = [replace(STAFF[0], roles=frozenset({"protection-officer"})), *STAFF[1:]]
    with database.writing() as session:
        people.replace_all(session, staff, an_entry("people", Action.IMPORT_PEOPLE))


@pytest.mark.requirement("D8")
@pytest.mark.requirement("L20")
def test_every_address_of_every_route_passes_unread_and_is_counted(database):
    found = send(with_routes(UNION, COUNCILLOR), database)
    assert [each.kind for each in found] == [ExemptKind.UNION] * 2 + [ExemptKind.COUNCILLOR]
    assert all(each.unread for each in found)
    counted = newest(database)
    assert (counted.sent, counted.unread, counted.failed) == (3, 3, {})
    assert waiting(database) == []


@pytest.mark.requirement("D8")
def test_a_route_that_is_listed_and_not_passed_is_found_and_the_officer_told(database):
    policy = with_routes(UNION, COUNCILLOR)
    broken = replace(policy, exempt=replace(policy.exempt, recipients=frozenset()))
    found = send(broken, database)
    assert [each.fault for each in found] == ["inspected", "inspected", ""]
    assert newest(database).failed == {"union": 2}
    (notice,) = waiting(database)
    assert b"union" in notice.content


def test_what_is_logged_or_kept_is_found(database, monkeypatch):
    async def telltale(envelope, _raw, *, actions, **_):
        logging.getLogger("other").warning("passing %s", envelope.id)
        return await actions.relay(envelope.addresses)

    monkeypatch.setattr(canaries, "process", telltale)
    assert {each.fault for each in send(with_routes(UNION), database)} == {"logged"}

    async def hoarder(envelope, _raw, *, actions, **_):
        with database.writing() as session:
            audit.append(session, an_entry(envelope.id))
        return await actions.relay(envelope.addresses)

    monkeypatch.setattr(canaries, "process", hoarder)
    assert {each.fault for each in send(with_routes(UNION), database)} == {"kept"}


def test_a_policy_without_routes_leaves_no_entry(database):
    assert send(with_routes(), database) == ()
    assert newest(database) is None


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO sign_in_failures (id, username, at) VALUES (1, 'a TOKEN b', '2026-11-24')",
        "INSERT INTO people (id, facts) VALUES ('x', '{\"name\": \"TOKEN\"}')",
    ],
    ids=["in text", "in JSON"],
)
def test_a_token_is_found_wherever_it_stands(database, statement):
    with database.writing() as session:
        assert not stands_anywhere(session, "4f2a")
        session.execute(text(statement.replace("TOKEN", "4f2a")))
        assert stands_anywhere(session, "4f2a")
        assert not stands_anywhere(session, "4f2b")


def test_a_token_is_found_in_what_is_to_be_sent(database):
    with database.writing() as session:
        outbox.add(
            session,
            kind=outbox.NOTICE,
            held=None,
            sender="",
            recipients=(),
            content=b"a 4f2a b",
            now=NOW,
        )
        session.flush()
        assert stands_anywhere(session, "4f2a")
