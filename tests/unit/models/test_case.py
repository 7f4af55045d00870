"""A case's rules: when it admits anything, what it covers, who may, and what narrower means."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.case import (
    TRANSITIONS,
    Answers,
    Case,
    CaseState,
    Outline,
    Reach,
    Scope,
    Task,
    Telling,
    admits,
    can_authorise,
    can_move,
    can_work,
    in_scope,
    is_narrower,
    missing,
    names_someone,
)
from models.envelope import Recipient
from models.held import Involved, Tie
from models.person import Person, Role, Standing

DAY = date(2026, 11, 24)
SCOPE = Scope(
    people=("sioned", "marc"),
    mailboxes=("marc@x.example", "sioned@x.example", "tai@x.example"),
    first=date(2026, 11, 1),
    last=date(2026, 11, 30),
    reach=Reach.CONTENT,
)
CASE = Case(
    id="HR-26-001",
    body="",
    title="Cards",
    state=CaseState.OPEN,
    opened=datetime(2026, 11, 1, tzinfo=UTC),
    workers=("huw",),
    scope=SCOPE,
    approved=datetime(2026, 11, 2, tzinfo=UTC),
    ends=date(2026, 12, 31),
)
HELD = Outline(
    id="POR1",
    received=datetime(2026, 11, 24, 9, tzinfo=UTC),
    sender="Sioned@X.example",
    recipients=(Recipient(address="john@y.example"),),
)


def a_person(person, *roles, **facts):
    return Person(id=person, name=person, addresses=(f"{person}@x.example",), roles=roles, **facts)


@pytest.mark.requirement("L42")
@pytest.mark.parametrize(
    ("changed", "on", "expected"),
    [
        pytest.param({}, DAY, True, id="open, approved, in time"),
        pytest.param({}, date(2026, 12, 31), True, id="on its last day"),
        pytest.param({}, date(2027, 1, 1), False, id="the day after"),
        pytest.param({"ends": None}, DAY, False, id="no last day"),
        pytest.param({"approved": None}, DAY, False, id="never approved"),
        *(
            pytest.param({"state": each}, DAY, False, id=each.value)
            for each in CaseState
            if each is not CaseState.OPEN
        ),
    ],
)
def test_when_a_case_admits_anything(changed, on, expected):
    case = replace(CASE, **changed)
    assert admits(case, on) is expected


@pytest.mark.requirement("L43")
@pytest.mark.parametrize(
    ("scope", "held", "expected"),
    [
        pytest.param({}, {}, True, id="theirs, of those days"),
        pytest.param({}, {"sender": "gwen@x.example"}, False, id="another's"),
        pytest.param({}, {"sender": "tai@x.example"}, True, id="a shared mailbox of the scope"),
        pytest.param(
            {},
            {
                "sender": "post@x.example",
                "involved": (Involved(person="marc", tie=Tie.AUTHOR),),
            },
            True,
            id="theirs from another shared mailbox",
        ),
        pytest.param(
            {},
            {
                "sender": "gwen@x.example",
                "involved": (Involved(person="marc", tie=Tie.NAMED),),
            },
            False,
            id="another's that names them",
        ),
        pytest.param({}, {"apart": True}, False, id="to HR or a protected address"),
        pytest.param({}, {"marked_personal": True}, False, id="marked personal"),
        pytest.param({}, {"body": "ysgol"}, False, id="of another body"),
        pytest.param({"first": date(2026, 11, 25)}, {}, False, id="before the first day"),
        pytest.param({"last": date(2026, 11, 23)}, {}, False, id="after the last day"),
        pytest.param({"last": None}, {}, False, id="a scope without days"),
        pytest.param(
            {},
            {"received": datetime(2026, 12, 1, 0, 30, tzinfo=UTC)},
            False,
            id="past local midnight",
        ),
        pytest.param(
            {"first": date(2026, 7, 2), "last": date(2026, 7, 2)},
            {"received": datetime(2026, 7, 1, 23, 30, tzinfo=UTC)},
            True,
            id="by local days, in summer too",
        ),
        pytest.param(
            {"complainant": "john@y.example", "complainant_mailboxes": ("john@y.example",)},
            {},
            True,
            id="to who complained",
        ),
        pytest.param(
            {"complainant": "ann@y.example", "complainant_mailboxes": ("ann@y.example",)},
            {},
            False,
            id="not to who complained",
        ),
        pytest.param(
            {"complainant": "elin", "complainant_mailboxes": ("elin@x.example",)},
            {"involved": (Involved(person="elin", tie=Tie.RECIPIENT),)},
            True,
            id="to a colleague who complained and got another copy",
        ),
    ],
)
def test_what_a_case_covers(scope, held, expected):
    case = replace(CASE, scope=replace(SCOPE, **scope))
    assert in_scope(case, replace(HELD, **held)) is expected


def test_the_message_that_a_case_began_with_is_covered_though_it_went_to_hr():
    assert in_scope(replace(CASE, about=HELD.id), replace(HELD, apart=True))


days = st.dates(date(2026, 10, 20), date(2026, 12, 10))


@given(
    first=days,
    last=days,
    people=st.sets(st.sampled_from([*SCOPE.people, "gwen"])),
    mailboxes=st.sets(st.sampled_from([*SCOPE.mailboxes, "gwen@x.example"])),
    reach=st.sampled_from(Reach),
    sender=st.sampled_from([*SCOPE.mailboxes, "gwen@x.example"]),
    offset=st.integers(-40, 40),
)
def test_a_narrower_scope_never_covers_more(first, last, people, mailboxes, reach, sender, offset):
    narrower = replace(
        SCOPE,
        first=first,
        last=last,
        people=tuple(sorted(people)),
        mailboxes=tuple(sorted(mailboxes)),
        reach=reach,
    )
    held = replace(HELD, sender=sender, received=HELD.received + timedelta(days=offset))
    if is_narrower(narrower, SCOPE) and in_scope(replace(CASE, scope=narrower), held):
        assert in_scope(CASE, held)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({}, True, id="the same"),
        pytest.param({"people": ("marc",)}, True, id="fewer people"),
        pytest.param({"people": ("marc", "gwen")}, False, id="someone else"),
        pytest.param({"mailboxes": ()}, False, id="nobody's mail"),
        pytest.param({"mailboxes": ("gwen@x.example",)}, False, id="another mailbox"),
        pytest.param({"reach": Reach.ENVELOPES}, True, id="envelopes alone"),
        pytest.param({"first": date(2026, 10, 31)}, False, id="a day before"),
        pytest.param({"last": date(2026, 12, 1)}, False, id="a day after"),
        pytest.param({"first": None}, False, id="no days"),
        pytest.param({"complainant": "x@y.example"}, False, id="another complainant"),
    ],
)
def test_what_is_narrower(changed, expected):
    assert is_narrower(replace(SCOPE, **changed), SCOPE) is expected


@pytest.mark.parametrize(
    ("person", "changed", "expected"),
    [
        pytest.param(a_person("huw", Role.HR), {}, True, id="HR"),
        pytest.param(a_person("huw"), {}, False, id="not of HR"),
        pytest.param(a_person("huw", Role.HR, Role.ADMINISTRATOR), {}, False, id="runs it"),
        pytest.param(a_person("huw", Role.HR, body="ysgol"), {}, False, id="of another body"),
        pytest.param(a_person("marc", Role.HR), {}, False, id="it is about them"),
        pytest.param(
            a_person("huw", Role.HR, standing=Standing.SUSPENDED), {}, False, id="suspended"
        ),
        pytest.param(
            a_person("huw", Role.HR), {"referred_by": "huw"}, False, id="they referred it"
        ),
        pytest.param(
            a_person("huw", Role.HR),
            {"scope": replace(SCOPE, complainant="huw")},
            False,
            id="they complained",
        ),
    ],
)
def test_who_works_on_a_case(person, changed, expected):
    assert can_work(person, replace(CASE, **changed)) is expected


@pytest.mark.parametrize(
    ("person", "changed", "expected"),
    [
        pytest.param(a_person("owain", Role.AUTHORISER), {}, True, id="an authoriser"),
        pytest.param(a_person("owain", Role.HR), {}, False, id="HR alone"),
        pytest.param(a_person("huw", Role.AUTHORISER), {}, False, id="works on it"),
        pytest.param(a_person("sioned", Role.AUTHORISER), {}, False, id="it is about them"),
        pytest.param(a_person("gwen", Role.AUTHORISER), {}, False, id="manages one of them"),
        pytest.param(
            a_person("owain", Role.AUTHORISER), {"referred_by": "owain"}, False, id="referred it"
        ),
        pytest.param(
            a_person("owain", Role.AUTHORISER, Role.ADMINISTRATOR), {}, False, id="runs it"
        ),
        pytest.param(
            a_person("owain", Role.AUTHORISER, body="ysgol"), {}, False, id="of another body"
        ),
        pytest.param(
            a_person("owain", Role.AUTHORISER, Role.HR),
            {"flagged": True},
            False,
            id="of HR, where it may be a disclosure",
        ),
    ],
)
def test_who_approves_a_case(person, changed, expected):
    people = {"sioned": a_person("sioned", manager="gwen"), person.id: person}
    assert can_authorise(person, replace(CASE, **changed), people) is expected


def test_what_is_still_to_be_answered():
    empty = replace(CASE, scope=Scope())
    assert missing(empty, Answers()) == tuple(Task)
    full = replace(CASE, basis="discipline", telling=Telling.TOLD)
    assert missing(full, Answers(allegation="a", milder="b")) == ()


@pytest.mark.parametrize("before", CaseState)
def test_a_closed_case_stays_closed_and_nothing_opens_unseen(before):
    assert can_move(before, CaseState.OPEN) is (before in {CaseState.WAITING, CaseState.ON_HOLD})
    assert can_move(before, CaseState.CLOSED) is (before is not CaseState.CLOSED)
    assert before in TRANSITIONS


def test_a_title_of_plain_words_names_nobody():
    people = [replace(a_person("a"), name="Ann Price"), replace(a_person("b"), name="Cher")]
    assert not names_someone("Price lists sent outside", people)
    assert names_someone("The lists of Price", people)
    assert names_someone("ann price", people)
