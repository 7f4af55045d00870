"""Freezes: what they cover, who places them, and that two people lift one after a wait."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.audit import Action
from models.db import audit, freezes
from models.errors import NotFound, NotPermitted, SettingInvalid
from models.freeze import Coverage, Freeze, FreezeKind, Item, covers
from models.person import Role, Standing
from quarantine.freezes import Freezes
from tests.factories import CARD, DOMAIN, NOW, a_person, an_envelope, hold, with_staff

TODAY = NOW.date()
REVIEW = TODAY + timedelta(days=90)
SIONED = f"sioned@{DOMAIN}"
HUW = a_person("huw", roles=frozenset({Role.HR}))
OFFICER = a_person("dewi", roles=frozenset({Role.PROTECTION_OFFICER}))
LATER = NOW + timedelta(days=7)


def a_freeze(given, placed=NOW):
    return Freeze(
        id="FR1",
        kind=FreezeKind.LEGAL_HOLD,
        reason="a claim",
        owner="huw",
        placed=placed,
        review=REVIEW,
        covers=given,
    )


def an_item(**facts):
    return Item(**{"id": "ID1", "sender": SIONED, "received": NOW - timedelta(days=1), **facts})


@pytest.mark.parametrize(
    ("given", "item", "expected"),
    [
        pytest.param(Coverage(held=frozenset({"ID1"})), an_item(), True, id="by its id"),
        pytest.param(Coverage(held=frozenset({"ID2"})), an_item(), False, id="another's id"),
        pytest.param(Coverage(senders=frozenset({SIONED})), an_item(), True, id="of a sender"),
        pytest.param(
            Coverage(senders=frozenset({SIONED})),
            an_item(received=LATER),
            False,
            id="of a sender, but it came after the freeze",
        ),
        pytest.param(
            Coverage(senders=frozenset({SIONED}), new_mail=True),
            an_item(received=LATER),
            True,
            id="of a sender, new mail too",
        ),
        pytest.param(
            Coverage(senders=frozenset({SIONED}), until=NOW - timedelta(days=1)),
            an_item(),
            False,
            id="of a sender, but received when the time was over",
        ),
        pytest.param(
            Coverage(recipients=frozenset({"john@x.example"})),
            an_item(recipients=frozenset({"john@x.example"})),
            True,
            id="to someone outside",
        ),
        pytest.param(
            Coverage(people=frozenset({"gwen"})),
            an_item(people=frozenset({"gwen"})),
            True,
            id="that names someone",
        ),
        pytest.param(
            Coverage(since=NOW - timedelta(days=2)), an_item(sender=""), True, id="of everyone"
        ),
        pytest.param(
            Coverage(since=NOW), an_item(), False, id="of everyone, but it came before then"
        ),
    ],
)
def test_what_a_freeze_covers(given, item, expected):
    assert covers(a_freeze(given), item) is expected


@given(st.frozensets(st.sampled_from(["a", "b", "c"])), st.booleans())
def test_a_wider_freeze_never_lets_go_of_an_item(more, new_mail):
    narrow = Coverage(held=frozenset({"ID1"}), senders=frozenset({SIONED}))
    wide = replace(narrow, senders=narrow.senders | more, new_mail=new_mail)
    for item in (an_item(), an_item(id="ID2"), an_item(id="ID3", sender="a")):
        assert covers(a_freeze(wide), item) >= covers(a_freeze(narrow), item)


@pytest.fixture
def freezing(database, keyring):
    with_staff(database)
    for number in (1, 2, 3):
        hold(database, keyring, CARD + b"%d" % number, an_envelope(number))
    return Freezes(database=database)


def place(freezing, by=HUW, kind=FreezeKind.LEGAL_HOLD, given=None, **facts):
    given = given or Coverage(held=frozenset({"ID1"}))
    facts = {"reason": "a claim before the tribunal", "review": REVIEW, "now": NOW, **facts}
    return freezing.place(kind, given, by=by, **facts)


def acts(freezing):
    with freezing.database.reading() as session:
        audit.verify(session)
        return [
            (each.entry.actor, each.entry.action, each.entry.detail)
            for each in audit.read(session)
            if each.entry.action not in {Action.HOLD, Action.IMPORT_PEOPLE}
        ]


def frozen(freezing, *ids):
    with freezing.database.reading() as session:
        return freezes.frozen(session, ids)


@pytest.mark.requirement("H3")
@pytest.mark.requirement("N10")
@pytest.mark.requirement("L39")
def test_two_people_and_a_wait_lift_a_freeze(freezing):
    placed = place(freezing)
    assert frozen(freezing, "ID1", "ID2") == {"ID1"}
    freezing.ask_to_lift(placed.id, by=HUW, now=NOW)
    assert frozen(freezing, "ID1") == {"ID1"}
    lifted = freezing.lift(placed.id, by=OFFICER, now=NOW + timedelta(days=2))
    assert (lifted.asked_to_lift_by, lifted.lifted_by) == ("huw", "dewi")
    assert frozen(freezing, "ID1") == frozenset()
    assert [each[1] for each in acts(freezing)] == [
        Action.FREEZE,
        Action.ASK_UNFREEZE,
        Action.UNFREEZE,
    ]


@pytest.mark.requirement("N10")
@pytest.mark.parametrize(
    ("asks", "by", "after", "why"),
    [
        pytest.param(None, OFFICER, 5, "two signatures and has none", id="nobody has asked"),
        pytest.param(HUW, HUW, 5, "a second person's signature", id="the same person again"),
        pytest.param(HUW, OFFICER, 1, "the wait is not over", id="before the wait is over"),
        pytest.param(HUW, a_person("gwen"), 5, "not this person's", id="a manager"),
        pytest.param(
            HUW,
            a_person("sam", roles=frozenset({Role.ADMINISTRATOR, Role.HR})),
            5,
            "not this person's",
            id="who runs the system, whatever else they are",
        ),
        pytest.param(
            HUW,
            a_person("elen", roles=frozenset({Role.HR}), body="school"),
            5,
            "not this person's",
            id="HR of another body",
        ),
        pytest.param(
            HUW,
            a_person("elen", roles=frozenset({Role.HR}), standing=Standing.LEFT),
            5,
            "not this person's",
            id="who has left",
        ),
    ],
)
def test_a_freeze_that_is_not_lifted_stays_and_the_attempt_is_entered(
    freezing, asks, by, after, why
):
    placed = place(freezing)
    if asks:
        freezing.ask_to_lift(placed.id, by=asks, now=NOW)
    with pytest.raises(NotPermitted, match=why):
        freezing.lift(placed.id, by=by, now=NOW + timedelta(days=after))
    assert frozen(freezing, "ID1") == {"ID1"}
    last = acts(freezing)[-1]
    assert last[:2] == (by.id, Action.TURN_AWAY)
    assert why in last[2]


def test_a_freeze_is_lifted_once(freezing):
    placed = place(freezing)
    freezing.ask_to_lift(placed.id, by=HUW, now=NOW)
    with pytest.raises(NotPermitted, match="asked for before"):
        freezing.ask_to_lift(placed.id, by=OFFICER, now=NOW)
    freezing.lift(placed.id, by=OFFICER, now=LATER)
    for act in (freezing.ask_to_lift, freezing.lift):
        with pytest.raises(NotPermitted, match="lifted before"):
            act(placed.id, by=OFFICER, now=LATER)


@pytest.mark.requirement("N10")
def test_what_is_still_needed_must_be_asked_for_anew(freezing):
    placed = place(freezing)
    freezing.ask_to_lift(placed.id, by=HUW, now=NOW)
    freezing.keep_on(placed.id, review=REVIEW, by=OFFICER, now=NOW)
    with pytest.raises(NotPermitted, match="two signatures and has none"):
        freezing.lift(placed.id, by=OFFICER, now=LATER)
    assert frozen(freezing, "ID1") == {"ID1"}
    freezing.ask_to_lift(placed.id, by=OFFICER, now=LATER)
    freezing.lift(placed.id, by=HUW, now=LATER + timedelta(days=7))
    assert frozen(freezing, "ID1") == frozenset()


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        pytest.param({"reason": " "}, "a reason", id="no reason"),
        pytest.param({"given": Coverage(new_mail=True)}, "covers something", id="nothing"),
        pytest.param({"review": date(2027, 11, 1)}, "up to 2027-05-26", id="too long"),
        pytest.param({"review": TODAY}, "a day after today", id="review today"),
        pytest.param({"given": Coverage(since=NOW)}, "not on everyone's", id="everyone's mail"),
        pytest.param(
            {"given": Coverage(since=NOW, until=NOW)}, "before its first", id="no time at all"
        ),
    ],
)
def test_a_legal_hold_that_says_too_little_is_explained(freezing, facts, says):
    with pytest.raises(SettingInvalid, match=says):
        place(freezing, **facts)


@pytest.mark.parametrize(
    ("kind", "by"),
    [
        pytest.param(FreezeKind.LEGAL_HOLD, a_person("gwen"), id="a manager, a legal hold"),
        pytest.param(FreezeKind.ACCESS_REQUEST, HUW, id="HR, a request for access"),
    ],
)
def test_who_may_not_place_a_freeze_is_turned_away(freezing, kind, by):
    with pytest.raises(NotPermitted):
        place(freezing, by=by, kind=kind)
    assert acts(freezing)[-1][:2] == (by.id, Action.TURN_AWAY)
    assert frozen(freezing, "ID1") == frozenset()


@pytest.mark.requirement("H3")
def test_the_report_says_who_what_when_and_until(freezing):
    first = place(freezing, given=Coverage(senders=frozenset({SIONED})), now=NOW)
    place(freezing, by=OFFICER, kind=FreezeKind.ACCESS_REQUEST, now=LATER)
    freezing.ask_to_lift(first.id, by=HUW, now=datetime(2026, 11, 27, 15, tzinfo=UTC))  # a Friday
    with freezing.database.reading() as session:
        access, hold = freezing.report(session, NOW + timedelta(days=91))
    assert (access.freeze.owner, access.items, access.may_be_lifted) == ("dewi", 1, None)
    assert (hold.freeze.owner, hold.items, hold.review_due) == ("huw", 3, True)
    assert hold.may_be_lifted == datetime(2026, 12, 1, 15, tzinfo=UTC)
    assert hold.freeze.review == REVIEW
    freezing.keep_on(first.id, review=REVIEW + timedelta(days=60), by=OFFICER, now=LATER)
    with freezing.database.reading() as session:
        assert not freezing.report(session, NOW + timedelta(days=91))[1].review_due


def test_a_freeze_that_is_not_there_is_not_found(freezing):
    with pytest.raises(NotFound):
        freezing.lift("FR0", by=OFFICER, now=NOW)


def test_a_freeze_shows_nobody_s_address_where_it_is_logged():
    shown = repr(a_freeze(Coverage(senders=frozenset({SIONED}))))
    assert SIONED not in shown
    assert "a claim" not in shown
