"""What shows health, belief and such is seen by few: held, passed on, appealed; both databases."""

import email
from dataclasses import replace
from datetime import timedelta
from email.policy import default
from functools import partial

import pytest
from sqlalchemy import text

from models.db import held
from models.errors import Conflict, NotFound, NotPermitted
from models.held import HeldState, Tie
from models.person import Person, Role
from models.statement import Saying
from quarantine import outcomes, saying
from quarantine.appeals import appeal
from quarantine.questions import Looked, Question, worth_asking
from quarantine.sampling import can_judge
from quarantine.turns import look_at_waiting
from tests.console_sample import MARKED, NOW, PEOPLE, POLICY, give_people, make_council, send

pytestmark = pytest.mark.requirement("L23")
SENSITIVE, DUTY = frozenset({Role.SENSITIVE_REVIEWER}), frozenset({Role.DUTY_REVIEWER})
WHY = "Few people may see this email"
LATE = NOW + timedelta(hours=10)


def one(name, roles=frozenset()):
    return Person(
        id=name,
        name=f"{name.title()} Lewis",
        addresses=(f"{name}@cantref.example",),
        roles=roles,
        language="en",
    )


SARA, MEG, DYL = one("sara", SENSITIVE), one("meg", SENSITIVE), one("dyl", DUTY)
DEWI = one("dewi", frozenset({Role.PROTECTION_OFFICER}))
BY = {each.id: each for each in (*PEOPLE, SARA, MEG, DYL, DEWI)}
NARROW = replace(POLICY, rules=tuple(replace(each, narrow=True) for each in POLICY.rules))


@pytest.fixture
def council_of(tmp_path, database_url):
    """Make a council whose rules find what few may see, of these people and the usual ones."""
    made = []

    def make(*more):
        council = make_council(tmp_path, database_url, (*PEOPLE, *more))
        council.policy = NARROW
        council.review = replace(council.review, policy=NARROW)
        made.append(council)
        return council

    yield make
    for each in made:
        each.database.close()


@pytest.fixture
def council(council_of):
    return council_of(SARA, DYL, DEWI)


def message(council, held_id):
    with council.database.reading() as session:
        return held.get(session, held_id)


def look(council, now=NOW):
    return look_at_waiting(council.database, council.review.turns, now).passed


def notices(council):
    with council.database.reading() as session:
        rows = session.execute(text("SELECT content FROM outbox WHERE kind = 'notice' ORDER BY id"))
        return [email.message_from_bytes(bytes(row[0]), policy=default) for row in rows]


def told(council):
    return {each["To"].partition("@")[0] for each in notices(council)} - {"sioned.parry"}


def may_decide(council, held_id, *people):
    """Who of these is let to do what only a reviewer may."""
    found = []
    for who in people:
        try:
            outcomes.label(council.review, held_id, by=BY[who], should_hold=True, now=NOW)
        except (NotFound, NotPermitted):
            continue
        found.append(who)
    return found


def test_it_goes_to_who_has_the_role_past_the_line(council):
    held_id = council.hold(1)
    now = message(council, held_id)
    assert (now.narrow, now.reviewer, now.turn.asked) == (True, "sara", ("sara",))
    assert may_decide(council, held_id, *BY) == ["sara"]
    assert told(council) == {"sara"}
    for refused in (council.review.release, partial(council.review.refuse, reason="No")):
        with pytest.raises(NotFound):
            refused(held_id, by=BY["gwen"], now=NOW)
    council.review.release(held_id, by=SARA, now=NOW)
    assert may_decide(council, held_id, *BY) == ["sara"]


BOTH = b"OFFICIAL-SENSITIVE\r\n\r\nCard 4111 1111 1111 1111\r\n"
CARDS, MARKS = (replace(each, narrow=True) for each in POLICY.rules[:2])
WATCHES = replace(CARDS, papers=replace(CARDS.papers, purpose=None))


@pytest.mark.parametrize(
    ("rules", "body", "narrow", "reviewer"),
    [
        pytest.param((CARDS, POLICY.rules[1]), BOTH, True, "sara", id="one of two"),
        pytest.param((WATCHES, POLICY.rules[1]), BOTH, True, "sara", id="one that only watches"),
        pytest.param((CARDS, POLICY.rules[1]), MARKED, False, "gwen", id="it found nothing"),
        pytest.param((POLICY.rules[0], MARKS), MARKED, True, "sara", id="two must agree"),
        pytest.param(POLICY.rules, BOTH, False, "gwen", id="none says so"),
    ],
)
def test_a_rule_that_finds_what_few_may_see_narrows(council, rules, body, narrow, reviewer):
    council.policy = replace(POLICY, rules=rules)
    now = message(council, council.hold(1, text=body))
    assert (now.narrow, now.reviewer) == (narrow, reviewer)


def test_where_nobody_has_the_role_it_is_the_manager_s_alone_and_then_on_duty(council_of):
    council = council_of(DYL)
    held_id = council.hold(1)
    assert message(council, held_id).reviewer == "gwen"
    assert may_decide(council, held_id, "gwen", "elin", "dyl", "huw") == ["gwen"]
    look(council, LATE)
    assert message(council, held_id).reviewer == "dyl"
    assert may_decide(council, held_id, "gwen", "elin", "dyl", "huw") == ["gwen", "dyl"]


def test_a_notice_to_a_reviewer_does_not_say_why(council):
    council.hold(1)
    (notice,) = (each for each in notices(council) if each["To"].startswith("sara@"))
    words = notice.as_string() + "".join(
        each.get_content() for each in notice.walk() if not each.is_multipart()
    )
    assert "Few people may see this email." in words
    told_of = [each.title.en for each in NARROW.rules] + [each.text.en for each in NARROW.clauses]
    assert not any(each in words for each in [*told_of, "health", "belief", "offence"])


def test_who_loses_the_role_loses_the_message_at_the_next_look(council):
    held_id = council.hold(1)
    give_people(council.database, (*PEOPLE, replace(SARA, roles=frozenset()), DYL))
    assert may_decide(council, held_id, *BY) == ["gwen"]  # nobody else has the role
    assert [each for each, _ in look(council)] == [held_id]
    assert message(council, held_id).reviewer == "gwen"
    give_people(council.database, (*PEOPLE, MEG, DYL))
    look(council)
    assert message(council, held_id).reviewer == "meg"
    assert may_decide(council, held_id, "gwen", "meg", "dyl") == ["meg"]
    assert look(council) == ()  # and there it stays


def test_who_has_it_hands_it_on_to_one_of_the_few_or_not_at_all(council_of):
    council = council_of(SARA, MEG, DYL)
    held_id = council.hold(1)
    first = message(council, held_id).reviewer
    (other,) = {"sara", "meg"} - {first}
    council.review.hand_on(held_id, by=BY[first], now=NOW)
    assert message(council, held_id).reviewer == other
    with pytest.raises(Conflict, match="nobody else"):
        council.review.hand_on(held_id, by=BY[other], now=NOW)
    assert may_decide(council, held_id, *BY) == [other]


def test_its_sender_s_wish_for_someone_else_widens_nothing(council):
    held_id = council.hold(1)
    with pytest.raises(Conflict, match="nobody else"):
        saying.ask_someone_else(council.review, held_id, by=BY["sioned"], now=NOW)
    assert may_decide(council, held_id, *BY) == ["sara"]


def test_danger_asks_another_of_the_few_and_nobody_on_duty(council_of):
    council = council_of(SARA, MEG, DYL)
    held_id = council.hold(1)
    saying.mark_urgent(
        council.review, held_id, by=BY["sioned"], kind=Saying.HARM, text="He may fall", now=NOW
    )
    assert may_decide(council, held_id, *BY) == ["sara", "meg"]
    assert told(council) == {"sara", "meg"}


def test_danger_asks_who_is_on_duty_where_nobody_has_the_role(council_of):
    council = council_of(DYL)
    held_id = council.hold(1)
    saying.mark_urgent(
        council.review, held_id, by=BY["sioned"], kind=Saying.HARM, text="He may fall", now=NOW
    )
    assert may_decide(council, held_id, "gwen", "elin", "dyl", "huw") == ["gwen", "dyl"]


def test_an_appeal_goes_to_another_of_the_few_first(council_of):
    council = council_of(SARA, MEG, DYL)
    held_id = council.hold(1)
    first = message(council, held_id).reviewer
    (other,) = {"sara", "meg"} - {first}
    council.review.refuse(held_id, by=BY[first], reason="No", now=NOW)
    appeal(council.review, held_id, by=BY["sioned"], text="The court asked", now=NOW)
    assert message(council, held_id).reviewer == other
    assert may_decide(council, held_id, *BY) == [other]


def test_an_appeal_against_the_only_one_goes_to_the_manager_alone(council):
    held_id = council.hold(1)
    council.review.refuse(held_id, by=SARA, reason="No", now=NOW)
    appeal(council.review, held_id, by=BY["sioned"], text="The court asked", now=NOW)
    assert message(council, held_id).reviewer == "gwen"
    assert may_decide(council, held_id, "sara", "gwen", "elin", "huw") == ["gwen"]


def test_the_second_of_two_is_the_manager_if_nobody_else_has_the_role(council):
    held_id = council.hold(1, text=MARKED)
    council.review.release(held_id, by=SARA, now=NOW)
    assert (message(council, held_id).state, message(council, held_id).reviewer) == (
        HeldState.HELD,
        "gwen",
    )
    assert may_decide(council, held_id, "sara", "gwen", "elin") == ["sara", "gwen"]
    council.review.release(held_id, by=BY["gwen"], now=NOW)
    assert message(council, held_id).state is HeldState.RELEASED
    assert may_decide(council, held_id, "sara", "gwen", "elin") == ["sara", "gwen"]


def test_whom_it_could_come_to_next_is_found_by_first_name_too(council):
    held_id = council.hold(1, text=b"Gwen shouts at us. Card 4111 1111 1111 1111\r\n")
    named = {each.person for each in message(council, held_id).involved if each.tie is Tie.NAMED}
    assert named == {"gwen"}


def test_a_look_by_who_has_the_role_is_not_worth_asking_about():
    looked = Looked(who="sara", held="x", at=NOW, sender=BY["sioned"])
    assert worth_asking([looked], BY) == ()
    (question,) = worth_asking([replace(looked, who="dewi")], BY)
    assert question.why is Question.OTHER_LINE


def test_hr_hands_it_back_to_the_few_and_to_nobody_else(council_of):
    council = council_of(SARA, MEG, DYL)
    held_id = council.hold(1)
    first = message(council, held_id).reviewer
    outcomes.refer(council.review, held_id, by=BY[first], why="Look at this", now=NOW)
    outcomes.hand_back(council.review, held_id, by=BY["huw"], now=NOW)
    (other,) = {"sara", "meg"} - {first}
    assert message(council, held_id).reviewer == other
    assert may_decide(council, held_id, *BY) == [other]


def test_no_sample_has_it(council):
    held_id = council.hold(1)
    council.review.release(held_id, by=SARA, now=NOW)
    now = message(council, held_id)
    assert not can_judge(DEWI, now)
    assert can_judge(DEWI, replace(now, narrow=False))


def test_what_was_held_before_there_was_this_is_as_it_was(council):
    held_id = council.hold(1)
    with council.database.writing() as session:
        session.execute(text("UPDATE held_messages SET narrow = NULL"))
    assert message(council, held_id).narrow is False


def test_of_what_was_private_the_record_does_not_say_it(council):
    held_id = council.hold(1)
    with council.database.writing() as session:
        held.make_bare(session, [held_id])
    assert message(council, held_id).narrow is False


@pytest.mark.parametrize(
    ("language", "why"), [("en", WHY), ("cy", "Ychydig o bobl a gaiff weld yr e-bost hwn")]
)
def test_the_page_says_to_its_reviewer_why_few_see_it(council, visitor, language, why):
    held_id = council.hold(1)
    assert why in visitor("sara", language).get(f"/held/{held_id}").text
    assert why not in visitor("sioned", language).get(f"/held/{held_id}").text
    council.policy = POLICY
    other = council.hold(2)
    assert why not in visitor("gwen", language).get(f"/held/{other}").text


@pytest.mark.requirement("M12")
def test_who_cannot_hand_it_on_reads_why(council, visitor):
    held_id = council.hold(1)
    answer = send(visitor("sara"), f"/held/{held_id}/decision", choice="other")
    assert (answer.status_code, message(council, held_id).reviewer) == (409, "sara")
    assert "Nobody else may decide on this email, so it stays with you." in answer.text
    answer = send(visitor("sioned"), f"/held/{held_id}/someone-else")
    assert "or nobody else may decide" in answer.text


def test_in_no_list_of_the_line_it_stands(council, visitor):
    assert visitor("sara").get("/").headers["location"] == "/queue"  # also while it is empty
    held_id = council.hold(1)
    for who in ("gwen", "elin", "dyl"):
        client = visitor(who)
        assert held_id not in client.get("/queue").text
        assert client.get(f"/held/{held_id}").status_code == 404
    assert held_id in visitor("sara").get("/queue").text


def test_what_is_decided_together_is_the_few_s_alone(council, visitor):
    """Of two that look the same only one is seen by few: nobody decides on both at once."""
    council.policy = POLICY
    plain = council.hold(1)
    council.policy = NARROW
    few = council.hold(2)
    done = send(
        visitor("gwen"), f"/held/{plain}/decision", choice="release", **{f"also-{few}": "yes"}
    )
    assert done.status_code == 303
    assert message(council, plain).state is HeldState.RELEASED
    assert message(council, few).state is HeldState.HELD
