"""The register of requests: what is asked for is frozen at once, and the clock keeps the law."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from models.audit import Action
from models.db import audit, freezes, requests
from models.errors import Conflict, NotFound, NotPermitted, SettingInvalid
from models.freeze import Coverage, FreezeKind
from models.person import Role
from models.request import Answer, PauseReason, RequestKind
from quarantine.freezes import Freezes
from quarantine.requests import Requests, statistics
from quarantine.statutory import due
from tests.factories import CARD, NOW, a_person, an_envelope, hold, with_staff

DAY = timedelta(days=1)
OFFICER = a_person("dewi", roles=frozenset({Role.PROTECTION_OFFICER}))
ENOUGH = "held mail of November, by sender; nothing else is kept"


@pytest.fixture
def register(database, keyring):
    with_staff(database)
    for number in (1, 2):
        hold(database, keyring, CARD + b"%d" % number, an_envelope(number))
    return Requests(freezes=Freezes(database=database))


def take(register, kind=RequestKind.INFORMATION, by=OFFICER, **facts):
    given = {"reference": "FOI 2026/114", "received": NOW.date(), "now": NOW, **facts}
    covers = given.pop("covers", Coverage(since=NOW - DAY, until=NOW + DAY))
    return register.take(kind, covers=covers, by=by, **given)


def reading(register):
    return register.freezes.database.reading()


@pytest.mark.requirement("L39")
@pytest.mark.requirement("D7")
def test_what_is_asked_for_is_frozen_at_once_and_stays_so_after_the_answer(register):
    request = take(register)
    assert request.id == "RQ-26-001"
    register.answer(request.id, Answer.FULL, searched=ENOUGH, by=OFFICER, now=NOW + 9 * DAY)
    with reading(register) as session:
        assert freezes.frozen(session, ["ID1", "ID2", "ID3"]) == {"ID1", "ID2"}
        freeze = freezes.get(session, request.freeze)
        kept = requests.get(session, request.id)
        acts = [each.entry.action for each in audit.read(session, subject=request.id)]
        audit.verify(session)
    assert freeze.kind is FreezeKind.INFORMATION_REQUEST
    assert freeze.review == due(request, NOW.date()) + 92 * DAY
    assert (kept.answer, kept.searched, kept.open) == (Answer.FULL, ENOUGH, False)
    assert acts == [Action.TAKE_REQUEST, Action.ANSWER_REQUEST]
    assert take(register, now=NOW).id == "RQ-26-002"


@pytest.mark.requirement("L35")
def test_the_clock_stands_still_while_something_is_asked(register):
    request = take(register, RequestKind.ACCESS, covers=Coverage(people=frozenset({"sioned"})))
    register.pause(request.id, PauseReason.IDENTITY, by=OFFICER, now=NOW + DAY)
    with pytest.raises(Conflict, match="still already"):
        register.pause(request.id, PauseReason.IDENTITY, by=OFFICER, now=NOW + 2 * DAY)
    resumed = register.resume(request.id, by=OFFICER, now=NOW + 8 * DAY)
    assert due(resumed, date(2027, 6, 1)) == date(2026, 12, 31)
    with pytest.raises(Conflict, match="runs"):
        register.resume(request.id, by=OFFICER, now=NOW + 9 * DAY)
    extended = register.extend(request.id, by=OFFICER, now=NOW + 9 * DAY)
    assert due(extended, date(2027, 6, 1)) == date(2027, 3, 3)
    with pytest.raises(Conflict, match="cannot be extended"):
        register.extend(request.id, by=OFFICER, now=NOW + 9 * DAY)


@pytest.mark.requirement("L37")
@pytest.mark.parametrize(
    "kind", [RequestKind.CORRECTION, RequestKind.OBJECTION, RequestKind.COMPLAINT]
)
def test_other_rights_have_a_clock_and_freeze_nothing(register, kind):
    request = take(register, kind, covers=Coverage())
    assert request.freeze is None
    register.acknowledge(request.id, by=OFFICER, now=NOW + DAY)
    with pytest.raises(Conflict, match="acknowledged before"):
        register.acknowledge(request.id, by=OFFICER, now=NOW + DAY)
    answered = register.answer(
        request.id, Answer.PART, searched=ENOUGH, by=OFFICER, now=NOW + 3 * DAY
    )
    assert answered.acknowledged == (NOW + DAY).date()
    with pytest.raises(Conflict, match="answered before"):
        register.acknowledge(request.id, by=OFFICER, now=NOW + 4 * DAY)


@pytest.mark.parametrize(
    "by",
    [
        pytest.param(a_person("huw", roles=frozenset({Role.HR})), id="HR"),
        pytest.param(
            a_person("sam", roles=frozenset({Role.PROTECTION_OFFICER, Role.ADMINISTRATOR})),
            id="who runs the system",
        ),
        pytest.param(a_person("gwen"), id="a manager"),
    ],
)
def test_the_register_is_the_protection_officer_s(register, by):
    request = take(register)
    with pytest.raises(NotPermitted):
        take(register, by=by)
    with pytest.raises(NotPermitted):
        register.answer(request.id, Answer.FULL, searched=ENOUGH, by=by, now=NOW)
    with pytest.raises(NotPermitted):
        register.acknowledge(request.id, by=replace(OFFICER, body="school"), now=NOW)
    with reading(register) as session:
        turned = [e.entry for e in audit.read(session) if e.entry.action is Action.TURN_AWAY]
        assert requests.get(session, request.id).open
    assert [each.actor for each in turned] == [by.id, by.id, "dewi"]


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        pytest.param({"reference": " "}, "own reference", id="no reference"),
        pytest.param({"received": date(2026, 11, 25)}, "last year", id="tomorrow"),
        pytest.param({"received": date(2024, 1, 1)}, "last year", id="long ago"),
        pytest.param({"covers": Coverage()}, "covers something", id="nothing frozen"),
    ],
)
def test_a_request_that_says_too_little_is_explained_and_not_kept(register, facts, says):
    with pytest.raises(SettingInvalid, match=says):
        take(register, **facts)
    with reading(register) as session:
        assert requests.since(session, date(2020, 1, 1), body="") == []
        with pytest.raises(NotFound):
            requests.get(session, "RQ-26-001")


def test_an_answer_says_what_was_searched(register):
    request = take(register)
    with pytest.raises(SettingInvalid, match="what was searched"):
        register.answer(request.id, Answer.FULL, searched=" ", by=OFFICER, now=NOW)


@pytest.mark.requirement("D7")
def test_statistics_hold_counts_alone(register):
    first, second = take(register), take(register, reference="FOI 115")
    take(register, RequestKind.COMPLAINT, covers=Coverage(), reference="C 1")
    register.answer(first.id, Answer.PART, searched=ENOUGH, by=OFFICER, now=NOW + 10 * DAY)
    register.pause(second.id, PauseReason.CLARIFICATION, by=OFFICER, now=NOW)
    with reading(register) as session:
        found = requests.since(session, date(2026, 1, 1), body="")
    counted = {each.kind: each for each in statistics(found, (NOW + 60 * DAY).date())}
    information = counted[RequestKind.INFORMATION]
    assert (information.received, information.open, information.late) == (2, 1, 0)
    assert (information.answers, information.half_within) == ({"part": 1}, 10)
    assert counted[RequestKind.COMPLAINT].late == 1
    assert counted[RequestKind.ACCESS].half_within is None
    assert "FOI" not in repr(counted)
