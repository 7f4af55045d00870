"""A sender appeals a refusal, and another person decides; on both databases."""

import email
from dataclasses import replace
from datetime import timedelta
from email.policy import default

import pytest
from sqlalchemy import text

from models.audit import Action, Purpose
from models.db import appeals as counted
from models.db import audit, contents, held, people, statements
from models.db.tables import DecisionRow, ItemKeyRow
from models.decision import Choice
from models.errors import Conflict, NotFound, NotPermitted, SettingInvalid
from models.finding import PERSONAL_MARK, Finding
from models.freeze import Coverage, FreezeKind
from models.held import HeldState
from models.person import Person, Role, Standing
from models.statement import Saying
from quarantine import outcomes, saying, together
from quarantine.access import open_message
from quarantine.alike import may_be_alike
from quarantine.appeals import NOBODY, appeal
from quarantine.digests import send_due
from quarantine.escalation import Why
from quarantine.freezes import Freezes
from quarantine.sealed import seal_as_reviewer
from quarantine.settings import KeepingSettings
from quarantine.sweep import Sweep
from quarantine.turns import look_at_waiting
from tests.console_sample import (
    MARKED,
    NOW,
    PEOPLE,
    entries,
    give_people,
    make_council,
    send,
)

MORE = tuple(
    Person(
        id=name,
        name=f"{name.title()} Lewis",
        addresses=(f"{name}@cantref.example",),
        roles=roles,
        language="en",
    )
    for name, roles in (
        ("dyl", frozenset({Role.DUTY_REVIEWER})),
        ("mair", frozenset({Role.DUTY_REVIEWER})),
        ("sam", frozenset({Role.ADMINISTRATOR})),
        ("dewi", frozenset({Role.PROTECTION_OFFICER})),
    )
)
EVERYONE = (*PEOPLE, *MORE)
BY = {each.id: each for each in EVERYONE}
DUTY = {"dyl", "mair"}
DAY = timedelta(days=1)
WHY = "The court asked me for it"
DUE = NOW + 3 * DAY  # from Tuesday: Wednesday, Thursday and Friday are working days


@pytest.fixture
def council(tmp_path, database_url):
    made = make_council(tmp_path, database_url, EVERYONE)
    yield made
    made.database.close()


def refused(council, number=1, by="gwen", **facts):
    held_id = council.hold(number, **facts)
    council.review.refuse(held_id, by=BY[by], reason="It is a card", now=NOW)
    return held_id


def appealed(council, number=1, now=NOW, **facts):
    """A refused message that was appealed: its id, and whose turn it is."""
    held_id = refused(council, number, **facts)
    make(council, held_id, now)
    return held_id, message(council, held_id).reviewer


def make(council, held_id, now=NOW, why=WHY, by="sioned"):
    appeal(council.review, held_id, by=BY[by], text=why, now=now)


def message(council, held_id):
    with council.database.reading() as session:
        return held.get(session, held_id)


def said(council, held_id):
    with council.database.reading() as session:
        found = statements.about(session, [held_id])[held_id]
    return [each.text for each in found if each.kind is Saying.APPEALED]


def acts(council, held_id):
    with council.database.reading() as session:
        found = [each.entry for each in audit.read(session, subject=held_id)]
    return [(each.actor, each.detail) for each in found if each.action is Action.APPEAL]


def told(council, subject):
    """To whom notices whose subject begins so are queued, and what the last of them says."""
    with council.database.reading() as session:
        rows = session.execute(text("SELECT content FROM outbox WHERE kind = 'notice' ORDER BY id"))
        found = [email.message_from_bytes(bytes(row[0]), policy=default) for row in rows]
    fit = [each for each in found if subject in each["Subject"]]
    return [each["To"].partition("@")[0] for each in fit], fit[-1] if fit else None


def words(notice):
    return " ".join(notice.get_body(("plain",)).get_content().split())


def deliver(council, held_id, now=NOW):
    with council.database.writing() as session:
        council.review.sent(session, held.get(session, held_id), now)


def totals(council, now=NOW):
    with council.database.reading() as session:
        return counted.counted(session, NOW - 90 * DAY, now)


@pytest.mark.requirement("S11")
@pytest.mark.requirement("L31")
def test_an_appeal_goes_to_another_person_who_has_so_many_working_days(council):
    held_id, reviewer = appealed(council)
    now = message(council, held_id)
    assert (now.state, reviewer in DUTY, now.turn.asked) == (HeldState.HELD, True, (reviewer,))
    assert (now.appeal.due, now.turn.ends, now.appeal.decided) == (DUE, DUE, ("gwen",))
    assert [each.choice for each in now.decisions] == [Choice.REFUSE]
    assert said(council, held_id) == [WHY]
    assert [actor for actor, _ in acts(council, held_id)] == ["sioned", "sioned"]
    assert acts(council, held_id)[1][1] == f"to {reviewer}, duty-reviewer"
    to, notice = told(council, "Your appeal has been received")
    assert to == ["sioned.parry"]
    assert f"{BY[reviewer].name} will decide by 27 November 2026 at 9:32am" in words(notice)
    to, notice = told(council, "An appeal is waiting")
    assert to == [reviewer]
    assert "another person decided before that the email should not be sent" in words(notice)
    for secret in (WHY, "covering the panel", "4111", "john@example.org"):
        assert secret not in notice.as_string()
    with council.database.reading() as session:
        audit.verify(session)


@pytest.mark.requirement("S11")
@pytest.mark.requirement("M7")
@pytest.mark.parametrize("who", ["gwen", "elin", "huw", "sioned"])
def test_neither_who_refused_it_nor_their_deputy_decides_or_sees_it(council, who):
    held_id, _ = appealed(council)
    review, by = council.review, BY[who]
    for act in (
        lambda: review.release(held_id, by=by, now=NOW),
        lambda: review.refuse(held_id, by=by, reason="no", now=NOW),
        lambda: outcomes.give_back(review, held_id, by=by, code="say-why", now=NOW),
        lambda: open_message(
            council.database, council.keyring, held_id, who=by, purpose=Purpose.DECIDE, now=NOW
        ),
        lambda: review.confirm(held_id, by=by, now=NOW),
    ):
        with pytest.raises((NotFound, NotPermitted)):
            act()
    assert message(council, held_id).state is HeldState.HELD


@pytest.mark.requirement("S11")
@pytest.mark.requirement("S12")
def test_when_the_other_person_sends_it_both_are_told(council):
    held_id, reviewer = appealed(council)
    council.review.release(held_id, by=BY[reviewer], now=NOW + DAY)
    assert told(council, "An appeal has been decided")[0] == []
    deliver(council, held_id, NOW + DAY)
    ended = message(council, held_id)
    assert (ended.state, ended.appeal.answered) == (HeldState.SENT, NOW + DAY)
    assert told(council, "Your email has been sent")[0] == ["sioned.parry"]
    to, notice = told(council, "An appeal has been decided: the email was sent")
    assert to == ["gwen.morgan"]
    assert BY[reviewer].name in words(notice)
    assert "covering" not in notice.as_string()
    assert [(each.by, each.choice.value) for each in ended.decisions] == [
        ("gwen", "refuse"),
        (reviewer, "release"),
    ]


@pytest.mark.requirement("S11")
@pytest.mark.requirement("L31")
def test_a_second_refusal_is_final(council):
    held_id, reviewer = appealed(council)
    council.review.refuse(held_id, by=BY[reviewer], reason="It is", now=NOW + DAY)
    assert message(council, held_id).state is HeldState.REFUSED
    to, notice = told(council, "Your appeal has been decided")
    assert to == ["sioned.parry"]
    assert notice.get_content_type() == "multipart/report"
    assert "There is no further appeal here" in notice.as_string()
    assert "grievance procedure" in notice.as_string().replace("=\n", "")
    assert told(council, "An appeal has been decided: the email is not sent")[0] == ["gwen.morgan"]
    with pytest.raises(Conflict):
        make(council, held_id, NOW + DAY)
    assert said(council, held_id) == [WHY]


@pytest.mark.requirement("S12")
def test_the_first_refusal_says_how_to_appeal_and_until_when(council):
    refused(council)
    _, notice = told(council, "Your email will not be sent")
    report = notice.get_payload()[0].get_content()
    assert "you can appeal once, until 24 December 2026 at 9:32am" in report
    assert "Appeal, or see what happened: http://testserver/held/POR000001" in report


def later(council, held_id):
    return make(council, held_id, NOW + 30 * DAY)


def erased(council, held_id):
    with council.database.writing() as session:
        session.delete(session.get(ItemKeyRow, held_id))
    make(council, held_id)


def frozen(council, held_id):
    covers = Coverage(held=frozenset({held_id}))
    facts = {"reason": "a claim", "review": (NOW + 90 * DAY).date(), "now": NOW}
    huw = BY["huw"]
    Freezes(database=council.database).place(FreezeKind.LEGAL_HOLD, covers, by=huw, **facts)
    Sweep(database=council.database, settings=KeepingSettings()).run(NOW + 31 * DAY, by="system")
    with council.database.reading() as session:
        assert contents.is_here(session, held_id)
    make(council, held_id, NOW + 31 * DAY)


def twice(council, held_id):
    make(council, held_id)
    make(council, held_id)


@pytest.mark.requirement("S11")
@pytest.mark.parametrize(
    ("how", "error"),
    [
        pytest.param(later, Conflict, id="after thirty days"),
        pytest.param(erased, Conflict, id="its content is gone"),
        pytest.param(frozen, Conflict, id="a freeze, of which the sender is to know nothing"),
        pytest.param(twice, Conflict, id="twice"),
        pytest.param(lambda c, i: make(c, i, why=" "), SettingInvalid, id="without a reason"),
        pytest.param(lambda c, i: make(c, i, why="x" * 501), SettingInvalid, id="at great length"),
        pytest.param(lambda c, i: make(c, i, by="gwen"), NotFound, id="by who refused it"),
        pytest.param(lambda c, i: make(c, i, by="sam"), NotFound, id="by an administrator"),
    ],
)
def test_what_cannot_be_appealed(council, how, error):
    held_id = refused(council)
    with pytest.raises(error):
        how(council, held_id)
    now = message(council, held_id)
    assert (now.state is HeldState.HELD) == (how is twice)
    assert len(said(council, held_id)) == (how is twice)


@pytest.mark.parametrize("state", ["held", "withdrawn", "returned", "released"])
def test_only_a_refusal_is_appealed(council, state):
    held_id, review = council.hold(1), council.review
    match state:
        case "withdrawn":
            review.withdraw(held_id, by=BY["sioned"], now=NOW)
        case "returned":
            outcomes.give_back(review, held_id, by=BY["gwen"], code="say-why", now=NOW)
        case "released":
            review.release(held_id, by=BY["gwen"], now=NOW)
    with pytest.raises(Conflict):
        make(council, held_id)
    assert message(council, held_id).state.value == state


@pytest.mark.requirement("S11")
def test_where_nobody_else_may_decide_it_is_said_recorded_and_told_once(council):
    gone = [replace(BY[each], standing=Standing.LEFT) for each in ("dyl", "mair", "elin")]
    without = [each for each in EVERYONE if each.id not in {one.id for one in gone}]
    give_people(council.database, (*without, *gone))
    held_id = refused(council)
    for _ in range(2):
        with pytest.raises(Conflict, match="nobody else may decide"):
            make(council, held_id)
    now = message(council, held_id)
    assert (now.state, now.appeal, said(council, held_id)) == (HeldState.REFUSED, None, [])
    assert acts(council, held_id) == [("sioned", NOBODY)]
    assert told(council, "An appeal could not be taken")[0] == ["sam"]
    give_people(council.database, EVERYONE)  # and when somebody was named
    make(council, held_id)
    assert message(council, held_id).reviewer in DUTY


@pytest.mark.requirement("M8")
@pytest.mark.requirement("S11")
def test_where_two_must_agree_neither_is_one_who_decided_or_voted_before(council):
    held_id, review = council.hold(1, text=MARKED), council.review
    review.release(held_id, by=BY["gwen"], now=NOW)
    first = message(council, held_id).reviewer
    review.refuse(held_id, by=BY[first], reason="No", now=NOW)
    make(council, held_id)
    now = message(council, held_id)
    assert set(now.appeal.decided) == {"gwen", first}
    assert [each.choice for each in now.decisions] == [Choice.REFUSE]  # the vote is forgotten
    for each in ("gwen", first):
        with pytest.raises(NotFound):
            review.release(held_id, by=BY[each], now=NOW)
    assert review.release(held_id, by=BY[now.reviewer], now=NOW) is HeldState.HELD
    second = message(council, held_id).reviewer
    assert second not in {"gwen", first, now.reviewer}
    assert review.release(held_id, by=BY[second], now=NOW) is HeldState.RELEASED


def test_its_sender_cannot_confirm_what_they_appealed(council):
    held_id = council.hold(1, recipients=("ann@post.example",), text=b"Bore da\r\n")
    council.review.refuse(held_id, by=BY["gwen"], reason="No", now=NOW)
    make(council, held_id)
    with pytest.raises(NotPermitted):
        council.review.confirm(held_id, by=BY["sioned"], now=NOW)
    assert message(council, held_id).state is HeldState.HELD


@pytest.mark.requirement("M2")
@pytest.mark.requirement("N6")
def test_a_clock_only_passes_it_on_and_never_to_who_refused_it(council):
    held_id, reviewer = appealed(council)
    turns = council.review.turns

    def look(now):
        return dict(look_at_waiting(council.database, turns, now).passed)

    assert look(DUE - timedelta(seconds=1)) == {}
    assert look(DUE) == {held_id: Why.LATE}
    late = message(council, held_id)
    assert (late.state, {late.reviewer, reviewer}) == (HeldState.HELD, DUTY)
    assert late.turn.ends - DUE < DAY  # a turn like any other
    now = DUE
    for _ in range(8):
        now += 5 * DAY
        look(now)
        later = message(council, held_id)
        assert (later.state, later.reviewer != "gwen") == (HeldState.HELD, True)
        assert "gwen" not in later.turn.asked


@pytest.mark.parametrize("whose", ["the reviewer", "the sender"])
def test_who_is_asked_next_has_until_the_set_day(council, whose):
    held_id, reviewer = appealed(council)
    if whose == "the reviewer":
        council.review.hand_on(held_id, by=BY[reviewer], now=NOW + DAY)
    else:
        now = NOW + DAY
        saying.ask_someone_else(council.review, held_id, by=BY["sioned"], now=now)
    now = message(council, held_id)
    assert (now.turn.ends, {now.reviewer, reviewer}) == (DUE, DUTY)
    with pytest.raises(NotFound):
        council.review.release(held_id, by=BY[reviewer], now=NOW + DAY)


@pytest.mark.parametrize("way", ["stopped", "rejected", "given back"])
def test_who_refused_it_stays_out_of_it_whatever_follows(council, way):
    held_id, reviewer = appealed(council)
    review = replace(council.review, undo=timedelta(seconds=60))
    if way == "given back":
        outcomes.give_back(review, held_id, by=BY[reviewer], code="say-why", now=NOW)
        saying.ask_again(review, held_id, by=BY["sioned"], text="Still", now=NOW)
    else:
        review.release(held_id, by=BY[reviewer], now=NOW)
    if way == "stopped":
        outcomes.stop_sending(review, held_id, by=BY[reviewer], now=NOW)
    elif way == "rejected":
        with council.database.writing() as session:
            review.reopen(session, held.get(session, held_id), "550 5.7.1 No", NOW)
    now = message(council, held_id)
    assert (now.state, now.reviewer, now.turn.ends) == (HeldState.HELD, reviewer, DUE)
    assert [each.by for each in now.decisions] == ["gwen"]
    assert (now.appeal.answered is None) == (way != "given back")
    with pytest.raises(NotFound):
        review.release(held_id, by=BY["gwen"], now=NOW)


def test_hr_that_refused_it_does_not_decide_again_and_is_not_named(council, visitor):
    held_id, review = council.hold(1), council.review
    outcomes.refer(review, held_id, by=BY["gwen"], why="A pattern", now=NOW)
    outcomes.refuse_for_hr(review, held_id, by=BY["huw"], code="policy", now=NOW)
    make(council, held_id)
    reviewer = message(council, held_id).reviewer
    with pytest.raises(Conflict, match="nobody in HR"):
        outcomes.refer(review, held_id, by=BY[reviewer], why="Again", now=NOW)
    page = visitor(reviewer).get(f"/held/{held_id}").text
    assert "This is an appeal" in page
    assert "Huw" not in page
    hefin = replace(BY["huw"], id="hefin", name="Hefin", addresses=("hefin@cantref.example",))
    give_people(council.database, (*EVERYONE, hefin))
    outcomes.refer(review, held_id, by=BY[reviewer], why="Again", now=NOW)
    with pytest.raises(NotFound):
        outcomes.refuse_for_hr(review, held_id, by=BY["huw"], code="policy", now=NOW)
    outcomes.refuse_for_hr(review, held_id, by=hefin, code="policy", now=NOW)
    _, notice = told(council, "An appeal has been decided")
    assert "Hefin" not in words(notice)


@pytest.mark.requirement("L50")
def test_what_was_sealed_looks_to_its_sender_as_if_it_were_not(council):
    held_id = refused(council)
    seal_as_reviewer(council.database, council.review.post, held_id, by=BY["gwen"], now=NOW)
    make(council, held_id)
    sealed = message(council, held_id)
    assert (sealed.state, sealed.seen_by_sender) == (HeldState.SEALED, HeldState.HELD)
    assert told(council, "Your appeal has been received")[0] == ["sioned.parry"]
    assert told(council, "An appeal is waiting")[0] == []
    reader = {"who": BY[sealed.reviewer], "purpose": Purpose.DECIDE, "now": NOW}
    with pytest.raises(NotFound):
        open_message(council.database, council.keyring, held_id, **reader)
    with pytest.raises(Conflict):
        make(council, held_id)
    council.review.withdraw(held_id, by=BY["sioned"], now=NOW)
    assert message(council, held_id).seen_by_sender is HeldState.WITHDRAWN
    assert told(council, "An appeal has ended")[0] == []


def test_a_refusal_after_an_appeal_that_is_then_sealed_stays_a_refusal_to_its_sender(council):
    held_id, reviewer = appealed(council)
    council.review.refuse(held_id, by=BY[reviewer], reason="No", now=NOW)
    seal_as_reviewer(council.database, council.review.post, held_id, by=BY[reviewer], now=NOW)
    assert message(council, held_id).seen_by_sender is HeldState.REFUSED


@pytest.mark.requirement("L5")
def test_what_is_found_private_on_appeal_is_sent_and_leaves_no_words(council):
    held_id, reviewer = appealed(council)
    council.review.find_private(held_id, by=BY[reviewer], now=NOW)
    deliver(council, held_id)
    with council.database.reading() as session:
        reasons = [each.reason for each in session.query(DecisionRow)]
    assert (reasons, said(council, held_id)) == (["", ""], [])
    assert totals(council).changed == 1


@pytest.mark.requirement("L21")
def test_who_agreed_to_open_it_before_the_appeal_does_not_count_after_it(council):
    mark = Finding(detector=PERSONAL_MARK, category="personal", score=1.0, part="envelope")
    held_id, database = council.hold(1, more=(mark,)), council.database
    review = council.review
    together.ask(database, review.post, held_id, by=BY["elin"], now=NOW)
    together.agree(database, held_id, "elin", by=BY["gwen"], now=NOW)
    council.review.refuse(held_id, by=BY["gwen"], reason="No", now=NOW)
    gone = [replace(BY[each], standing=Standing.LEFT) for each in DUTY]
    give_people(database, (*(each for each in EVERYONE if each.id not in DUTY), *gone))
    make(council, held_id, NOW + timedelta(minutes=1))
    assert message(council, held_id).reviewer == "elin"  # a manager's deputy, as a colleague
    with database.reading() as session:
        now = held.get(session, held_id)
        assert together.companion(session, now, BY["elin"], NOW + timedelta(minutes=2)) is None
        everyone = people.directory(session)
        assert not together.may_agree(BY["gwen"], now, everyone)
        assert together.may_agree(BY["dewi"], now, everyone)


def test_an_account_of_the_machine_that_refused_it_does_not_decide_it_again(council):
    held_id = council.hold(1)
    council.review.refuse(held_id, by="os:root", reason="No", now=NOW)
    make(council, held_id)
    with pytest.raises(NotPermitted):
        council.review.release(held_id, by="os:root", now=NOW)
    with pytest.raises(NotPermitted):
        council.review.refuse(held_id, by="os:root", reason="No", now=NOW)
    council.review.refuse(held_id, by="os:other", reason="No", now=NOW)


def test_the_oldest_that_waits_is_not_an_appeal_because_it_was_held_long_ago(council):
    appealed(council, now=NOW + 20 * DAY)
    with council.database.reading() as session:
        waiting = held.waiting(session)
    assert (waiting.count, waiting.oldest, waiting.unassigned) == (1, NOW + 20 * DAY, 0)


@pytest.mark.requirement("L38")
def test_it_waits_for_good_and_its_clocks_begin_anew_when_it_ends(council):
    sweep = Sweep(database=council.database, settings=KeepingSettings())
    held_id, reviewer = appealed(council, now=NOW + 29 * DAY)

    def here_after(days):
        sweep.run(NOW + days * DAY, by="system")
        with council.database.reading() as session:
            return contents.is_here(session, held_id)

    assert here_after(60)
    council.review.refuse(held_id, by=BY[reviewer], reason="No", now=NOW + 61 * DAY)
    assert here_after(90)
    assert not here_after(91)
    sweep.run(NOW + (61 + 365) * DAY, by="system")
    with council.database.reading() as session, pytest.raises(NotFound):
        held.get(session, held_id)


def test_an_appeal_is_alike_to_nothing_and_a_digest_says_that_it_is_one(council):
    held_id, reviewer = appealed(council)
    other = council.hold(2)
    assert not may_be_alike(message(council, held_id), message(council, other))
    look_at_waiting(council.database, council.review.turns, DUE)
    with council.database.writing() as session:  # as if they had been told of others just now
        session.execute(
            text("UPDATE tellings SET told = NULL WHERE held = :held"), {"held": held_id}
        )
    (then,) = send_due(council.database, council.review.post, DUE + timedelta(hours=1))
    assert {then, reviewer} == DUTY
    _, digest = told(council, "Emails waiting for your decision")
    assert f"- {held_id}, from Sioned Parry: an appeal, decide by" in words(digest)


@pytest.mark.requirement("L31")
def test_appeals_are_counted_with_what_became_of_them(council, visitor):
    ids = [appealed(council, number) for number in range(1, 6)]
    (sent, by), (same, other), (late, third), (back, _), _ = ids
    review = council.review
    review.release(sent, by=BY[by], now=NOW)
    review.refuse(same, by=BY[other], reason="No", now=NOW)
    review.refuse(late, by=BY[third], reason="No", now=DUE + DAY)
    review.withdraw(back, by=BY["sioned"], now=NOW)
    assert told(council, "An appeal has ended")[0] == ["gwen.morgan"]
    found = totals(council, NOW + 2 * DAY)
    assert (found.made, found.changed, found.upheld, found.waiting) == (5, 1, 2, 1)
    assert (found.late, totals(council, DUE + DAY).late) == (1, 2)
    council.clock[0] = DUE + DAY
    page = " ".join(visitor("dewi").get("/oversight/disputes").text.split())
    for line in ("Appeals</dt><dd", "Refused again</dt><dd", "within 3 working days"):
        assert line in page


def test_the_sender_s_page_leads_to_it_and_the_reviewer_s_says_that_it_is_one(council, visitor):
    held_id, sioned = refused(council), visitor("sioned")
    home = f"/held/{held_id}"
    page = sioned.get(home).text
    assert f'href="{home}/appeal"' in page
    assert "until 24 December 2026 at 9:32am" in page
    assert "Appeal this decision" in sioned.get(f"{home}/appeal").text
    assert "Write why the decision is wrong" in send(sioned, f"{home}/appeal", text=" ").text
    done = send(sioned, f"{home}/appeal", text=WHY)
    assert done.headers["location"] == f"{home}?done=appealed"
    page = sioned.get(f"{home}?done=appealed").text
    for line in ("You have appealed", "27 November 2026 at 9:32am", "Gwen Morgan decided on"):
        assert line in page
    assert sioned.get(f"{home}/appeal").headers["location"] == home
    assert send(sioned, f"{home}/appeal", text="Again").status_code == 409
    assert "You appealed on" in sioned.get("/mine").text
    reviewer = message(council, held_id).reviewer
    client = visitor(reviewer)
    assert "An appeal: another person decided" in client.get("/queue").text
    page = client.get(home).text
    for line in ("This is an appeal", "Gwen Morgan decided on", WHY, "27 November 2026 at 9:32am"):
        assert line in page
    gwen = visitor("gwen")
    assert gwen.get(home).status_code == 404
    assert held_id not in gwen.get("/decided").text
    council.review.refuse(held_id, by=BY[reviewer], reason="No", now=NOW)
    assert "Before the appeal" in client.get(home).text
    page = sioned.get(home).text
    assert "There is no further appeal here" in page
    assert f"{home}/appeal" not in page


def test_a_conflict_about_an_appeal_does_not_tell_of_the_refusal_as_of_its_decision(
    council, visitor
):
    gone = [replace(BY[each], standing=Standing.LEFT) for each in DUTY]
    give_people(council.database, (*(each for each in EVERYONE if each.id not in DUTY), *gone))
    held_id, reviewer = appealed(council)
    assert reviewer == "elin"
    home = f"/held/{held_id}"
    answer = send(visitor("elin"), f"{home}/decision", choice="other")  # there is nobody else
    assert answer.status_code == 409
    assert "Nobody else may decide" in answer.text
    assert "already been decided" not in answer.text
    council.review.refuse(held_id, by=BY["elin"], reason="No", now=NOW)
    with pytest.raises(Conflict, match="Elin Rhys decided this one first"):
        council.review.release(held_id, by=BY["elin"], now=NOW)


def test_its_sender_reads_that_nobody_else_may_decide_or_that_the_time_is_over(council, visitor):
    gone = [replace(BY[each], standing=Standing.LEFT) for each in ("dyl", "mair", "elin")]
    without = [each for each in EVERYONE if each.id not in {one.id for one in gone}]
    give_people(council.database, (*without, *gone))
    held_id, sioned = refused(council), visitor("sioned")
    answer = send(sioned, f"/held/{held_id}/appeal", text=WHY)
    assert answer.status_code == 409
    assert "there is nobody else who may decide" in answer.text
    assert "Appealed, but nobody else could decide" in answer.text
    council.clock[0] = NOW + 31 * DAY
    page = visitor("sioned").get(f"/held/{held_id}").text
    assert "The time in which you could appeal is over" in page
    assert f"/held/{held_id}/appeal" not in page
    assert [each.detail for each in entries(council, Action.APPEAL)] == [NOBODY]
