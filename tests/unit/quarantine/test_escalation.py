"""Whose turn it is, in tables: every awkward organisation there is a name for."""

from dataclasses import replace

import pytest
from factories import DOMAIN, NOW, a_person
from organisations import a_message

from models.decision import Choice, Decision
from models.envelope import Recipient
from models.held import Appeal, HeldState, Involved, Tie, Turn
from models.person import Absence, Role, Standing
from models.verdict import Disposition
from quarantine.escalation import Rung, Why, ladder, next_step, step_past, why_look
from quarantine.permissions import Bar, bar, can_review

DUTY = frozenset({Role.DUTY_REVIEWER})
ABLE = {"roles": frozenset({Role.SENSITIVE_REVIEWER})}
TODAY = NOW.date()
COUNCIL = (
    a_person("sioned", manager="gwen"),
    a_person("gwen", manager="carys", deputy="elin"),
    a_person("elin", manager="carys"),
    a_person("carys", manager="chief", deputy="rhys"),
    a_person("rhys", manager="carys"),
    a_person("chief", deputy="carys", alternate="monitor"),
    a_person("monitor", manager="chief", deputy="law"),
    a_person("law", manager="monitor"),
    a_person("nia", manager="monitor", roles=DUTY),
    a_person("other", manager="chief"),
    a_person("clerk", manager="other"),
    a_person("sam", roles=frozenset({Role.ADMINISTRATOR})),
)


def body(**changes):
    """The council with facts of some people changed; a person of None is not there."""
    people = {each.id: each for each in COUNCIL}
    for who, facts in changes.items():
        if facts is None:
            del people[who]
        else:
            people[who] = replace(people[who], **facts)
    return people


def mail(sender="sioned", **facts):
    import random

    plain = a_message(random.Random(1))
    plain = replace(
        plain,
        sender=f"{sender}@{DOMAIN}",
        recipients=(Recipient(address="out@elsewhere.example"),),
        involved=(),
        apart=False,
        narrow=False,
        disposition=Disposition.HOLD,
    )
    return replace(plain, **facts)


def about(*ids, tie=Tie.NAMED):
    return tuple(Involved(person=each, tie=tie) for each in ids)


AWAY = {"away": True}
GONE = {"standing": Standing.LEFT}


def order(held, people):
    return [each.person for each in ladder(held, people)]


@pytest.mark.requirement("M2")
@pytest.mark.parametrize(
    ("held", "people", "first"),
    [
        pytest.param(mail(), body(), "gwen", id="the manager"),
        pytest.param(mail(), body(gwen=AWAY), "elin", id="the manager is away: the deputy"),
        pytest.param(
            mail(), body(gwen=AWAY, elin=AWAY), "carys", id="both away: the manager's manager"
        ),
        pytest.param(mail(), body(gwen=GONE), "elin", id="the manager has left"),
        pytest.param(
            mail(), body(gwen={"standing": Standing.SUSPENDED}), "elin", id="or is suspended"
        ),
        pytest.param(mail(), body(gwen=None), "nia", id="the manager is in no entry"),
        pytest.param(
            mail(), body(sioned={"manager": None}), "nia", id="nobody is named as manager"
        ),
        pytest.param(mail("nobody-s"), body(), "nia", id="the sender is in no entry"),
        pytest.param(
            mail(),
            body(gwen={"manager": "sioned", "away": True, "deputy": None}),
            "nia",
            id="a circle of two",
        ),
        pytest.param(
            mail(),
            body(sioned={"manager": "sioned", "alternate": "law"}),
            "law",
            id="their own manager: the alternate",
        ),
        pytest.param(mail("chief"), body(), "monitor", id="the chief executive: the alternate"),
        pytest.param(mail("chief"), body(monitor=AWAY), "nia", id="the alternate is away: on duty"),
        pytest.param(
            mail("chief"), body(chief={"alternate": None}), "nia", id="no alternate is named"
        ),
        pytest.param(
            mail("carys", involved=about("chief")),
            body(),
            "monitor",
            id="about the chief executive: the alternate, not the deputy",
        ),
        pytest.param(
            mail(involved=about("gwen")), body(), "carys", id="about the manager: past the deputy"
        ),
        pytest.param(
            mail(involved=about("gwen", tie=Tie.RECIPIENT)), body(), "elin", id="to the manager"
        ),
        pytest.param(
            mail("shared", involved=about("sioned", tie=Tie.AUTHOR)),
            body(),
            "gwen",
            id="a shared mailbox: the author's manager",
        ),
        pytest.param(mail(apart=True), body(), "monitor", id="to HR: the line is left out"),
        pytest.param(
            mail(),
            body(gwen={"roles": frozenset({Role.ADMINISTRATOR})}),
            "elin",
            id="the manager runs the system",
        ),
        pytest.param(
            mail(),
            body(gwen={"absence": Absence(first=TODAY, last=TODAY)}),
            "elin",
            id="away today alone",
        ),
        pytest.param(
            mail(involved=about(*(each.id for each in COUNCIL if each.id != "other"))),
            body(),
            "other",
            id="everyone else is named: another manager",
        ),
    ],
)
def test_whose_turn_is_first(held, people, first):
    assert next_step(held, people, TODAY).person == first


@pytest.mark.requirement("M2")
def test_the_whole_ladder():
    steps = list(ladder(mail(), body()))
    assert [(each.person, each.rung) for each in steps[:7]] == [
        ("gwen", Rung.MANAGER),
        ("elin", Rung.DEPUTY),
        ("carys", Rung.SENIOR),
        ("rhys", Rung.DEPUTY),
        ("chief", Rung.SENIOR),
        ("monitor", Rung.ALTERNATE),
        ("nia", Rung.DUTY_REVIEWER),
    ]
    assert {each.rung for each in steps[7:]} == {Rung.COLLEAGUE}
    assert "sam" not in order(mail(), body())


def test_a_circle_of_three_ends_and_leaves_nobody_out():
    circle = body(chief={"manager": "sioned", "alternate": None})
    assert order(mail(), circle)[:6] == ["gwen", "elin", "carys", "rhys", "chief", "nia"]


def test_duty_reviewers_share_the_work():
    people = {f"d{n}": a_person(f"d{n}", roles=DUTY) for n in range(4)}
    first = {next_step(mail("x", id=f"ID{number}"), people, TODAY).person for number in range(50)}
    assert first == set(people)


@pytest.mark.requirement("M7")
@pytest.mark.parametrize(
    ("who", "held", "expected"),
    [
        pytest.param("gwen", mail(), None, id="nothing"),
        pytest.param("sioned", mail(), Bar.SENDER, id="the sender"),
        pytest.param("gwen", mail(involved=about("gwen", tie=Tie.AUTHOR)), Bar.SENDER, id="From"),
        pytest.param(
            "gwen",
            mail(recipients=(Recipient(address=f"Gwen@{DOMAIN}"),)),
            Bar.RECIPIENT,
            id="a recipient, in another case",
        ),
        pytest.param(
            "gwen", mail(involved=about("gwen", tie=Tie.RECIPIENT)), Bar.RECIPIENT, id="of a copy"
        ),
        pytest.param("gwen", mail(involved=about("gwen")), Bar.NAMED, id="named"),
        pytest.param("gwen", mail(turn=Turn(declined=("gwen",))), Bar.DECLINED, id="handed on"),
        pytest.param("sam", mail(), Bar.RUNS_IT, id="runs the system"),
    ],
)
def test_what_bars_a_person(who, held, expected):
    people = body()
    assert bar(people[who], held) is expected
    barred_though_it_is_their_turn = replace(held, reviewer=who)
    assert can_review(people[who], barred_though_it_is_their_turn, people) is (expected is None)


VOTE = (Decision(by="law", choice=Choice.RELEASE, at=NOW),)
REFUSED = (Decision(by="law", choice=Choice.REFUSE, at=NOW),)
APPEAL = Appeal(at=NOW, due=NOW, decided=("law",))


@pytest.mark.requirement("L23")
@pytest.mark.parametrize(
    ("facts", "people", "whole"),
    [
        pytest.param({}, body(law=ABLE), ["law"], id="who has the role, alone"),
        pytest.param({}, body(law=ABLE | AWAY), ["law"], id="away: it waits for them"),
        pytest.param({}, body(), ["gwen", "nia"], id="nobody has it: the manager, then on duty"),
        pytest.param({}, body(law=ABLE | GONE), ["gwen", "nia"], id="who had the role has left"),
        pytest.param(
            {"involved": about("law")}, body(law=ABLE), ["gwen", "nia"], id="they are named"
        ),
        pytest.param(
            {"involved": about("gwen")}, body(), ["nia"], id="the manager is: nobody of the line"
        ),
        pytest.param({"apart": True}, body(), ["nia"], id="to HR: the line is left out"),
        pytest.param({"sender": "chief"}, body(), ["monitor", "nia"], id="the alternate instead"),
        pytest.param({"sender": "nobody-s"}, body(), ["nia"], id="nobody's mailbox"),
        pytest.param(
            {"sender": "gwen"},
            body(gwen={"manager": "gwen", "alternate": None}),
            ["nia"],
            id="their own manager",
        ),
        pytest.param(
            {"decisions": VOTE}, body(law=ABLE), ["law", "gwen", "nia"], id="two must agree"
        ),
        pytest.param(
            {"decisions": VOTE, "state": HeldState.SENT}, body(law=ABLE), ["law"], id="it has gone"
        ),
        pytest.param(
            {"decisions": REFUSED, "appeal": APPEAL}, body(law=ABLE), ["gwen", "nia"], id="appealed"
        ),
        pytest.param(
            {"turn": Turn(declined=("law",))}, body(law=ABLE), ["gwen", "nia"], id="handed on"
        ),
    ],
)
def test_what_shows_health_or_such_goes_to_few(facts, people, whole):
    held = mail(narrow=True, **facts)
    assert order(held, people) == whole
    for each in people.values():
        now = replace(held, reviewer=each.id, turn=replace(held.turn, asked=tuple(people)))
        assert can_review(each, now, people) is (each.id in whole)


@pytest.mark.requirement("L23")
@pytest.mark.requirement("M2")
def test_it_goes_to_anyone_rather_than_to_nobody():
    people = body(nia={"roles": frozenset()}, gwen=GONE)
    assert order(mail(narrow=True), people) == order(mail(), people)


@pytest.mark.requirement("L23")
def test_the_role_gives_no_sight_of_other_mail():
    people = body(law=ABLE)
    assert order(mail(), people) == order(mail(), body())
    assert not can_review(people["law"], mail(reviewer="gwen"), people)


@pytest.mark.requirement("L23")
@pytest.mark.parametrize(
    ("people", "then"),
    [
        pytest.param(body(law=ABLE, other=ABLE), "other", id="another who has the role"),
        pytest.param(body(law=ABLE), None, id="nobody else has: it is not shown to more"),
    ],
)
def test_someone_else_is_one_of_the_few(people, then):
    held = mail(narrow=True, reviewer="law", turn=Turn(asked=("law",)))
    without = replace(held, turn=replace(held.turn, declined=("law",)))
    step = step_past(held, without, people, TODAY)
    assert (step and step.person) == then


@pytest.mark.requirement("L23")
def test_who_is_none_of_the_few_any_more_loses_their_turn():
    held = mail(narrow=True, reviewer="gwen", turn=Turn(ends=NOW.replace(hour=23)))
    assert why_look(held, body(), NOW, TODAY) is None
    assert why_look(held, body(law=ABLE), NOW, TODAY) is Why.UNABLE


@pytest.mark.requirement("M1")
def test_who_may_review_is_the_line_and_those_who_were_asked():
    held = mail(reviewer="nia", turn=Turn(asked=("carys", "nia")))
    allowed = {each for each, person in body().items() if can_review(person, held, body())}
    assert allowed == {"gwen", "elin", "carys", "nia"}


@pytest.mark.parametrize(
    ("facts", "people", "expected"),
    [
        pytest.param({"reviewer": None}, body(), Why.NOBODY, id="nobody has it"),
        pytest.param({"reviewer": "gwen"}, body(), None, id="it rightly waits"),
        pytest.param({"reviewer": "gwen"}, body(gwen=GONE), Why.UNABLE, id="a leaver has it"),
        pytest.param({"reviewer": "no-one"}, body(), Why.UNABLE, id="no entry has it"),
        pytest.param({"reviewer": "gwen"}, body(gwen=AWAY), Why.AWAY, id="they went away"),
        pytest.param(
            {"reviewer": "gwen", "turn": Turn(ends=NOW)}, body(), Why.LATE, id="the turn ended"
        ),
        pytest.param(
            {"reviewer": "gwen", "turn": Turn()}, body(), Why.LATE, id="held before there was one"
        ),
        pytest.param(
            {
                "reviewer": "gwen",
                "decisions": (Decision(by="gwen", choice=Choice.RELEASE, at=NOW),),
            },
            body(),
            Why.UNABLE,
            id="they have voted",
        ),
    ],
)
def test_why_a_message_must_be_looked_at(facts, people, expected):
    facts = {"turn": Turn(ends=NOW.replace(hour=23)), **facts}
    assert why_look(mail(**facts), people, NOW, TODAY) is expected
