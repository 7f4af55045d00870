"""Cases on both databases: who may do what in which state, and every refusal recorded."""

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest

from models.audit import Action, Purpose
from models.case import CaseState, Outcome, Reach, Task
from models.db import audit, cases, contents, held, outbox, people
from models.errors import Conflict, NotFound
from models.person import Role, Standing
from quarantine import access, outcomes
from quarantine.evidence import answering, reminders
from quarantine.evidence import cases as work_on
from quarantine.evidence.cases import NotUsable
from tests.case_sample import (
    ENDS,
    FIRST,
    LAST,
    approved,
    draft,
    make_case_council,
    person,
    waiting,
    work_of,
)
from tests.console_sample import NOW

REASON = "whether the number is a card of the council's"


@pytest.fixture
def council(tmp_path, database_url):
    made = make_case_council(tmp_path, database_url)
    yield made
    made.database.close()


def entries(council, *actions):
    with council.database.reading() as session:
        found = [each.entry for each in audit.read(session)]
    return [each for each in found if each.action in actions]


def look(council, case, held_id, who="huw", *, reason=REASON, now=NOW):
    return access.open_in_case(
        council.database,
        council.keyring,
        case.id if hasattr(case, "id") else case,
        held_id,
        who=person(council, who),
        reason=reason,
        now=now,
    )


@pytest.mark.requirement("L42")
@pytest.mark.requirement("H1")
def test_an_approved_case_opens_what_it_covers_and_keeps_why(council):
    held_id, case = council.hold(1), approved(council)
    opened = look(council, case, held_id)
    assert any("covering the panel" in each.content for each in opened.texts)
    [entry] = entries(council, Action.LOOK)
    assert (entry.actor, entry.subject, entry.purpose) == ("huw", held_id, Purpose.INVESTIGATE)
    assert entry.detail == f"text, case {case.id}"
    with council.database.reading() as session:
        [kept] = cases.looks(session, council.keyring, case.id)
    assert (kept.held, kept.by, kept.depth, kept.reason) == (held_id, "huw", "text", REASON)


def _closed(council, case):
    return work_on.close(
        work_of(council),
        case.id,
        by=person(council, "huw"),
        outcome=Outcome.NO_CASE,
        keep_until=date(2028, 1, 1),
        now=NOW,
    )


def _of_day(council, first, last):
    """A case of other days."""
    made = draft(council)
    who = person(council, "huw")
    answering.answer_scope(
        work_of(council), made.id, people="sioned", first=first, last=last, by=who, now=NOW
    )
    work_on.submit(work_of(council), made.id, authoriser="owain", by=who, now=NOW)
    return work_on.approve(
        work_of(council),
        made.id,
        by=person(council, "owain"),
        ends=ENDS,
        review=NOW.date(),
        now=NOW,
    )


REFUSED = [
    pytest.param(approved, "sam", "no-role", id="an administrator"),
    pytest.param(approved, "gwen", "no-role", id="the sender's manager"),
    pytest.param(approved, "dewi", "no-role", id="the protection officer"),
    pytest.param(approved, "sioned", "no-role", id="whom it is about"),
    pytest.param(approved, "ysgol", "other-body", id="HR of another body"),
    pytest.param(approved, "mali", "not-theirs", id="HR that does not work on it"),
    pytest.param(approved, "owain", "not-theirs", id="who approved it"),
    pytest.param(draft, "huw", "not-approved", id="a draft"),
    pytest.param(waiting, "huw", "not-approved", id="one that waits for approval"),
    pytest.param(lambda c: _closed(c, approved(c)), "huw", "closed", id="a closed case"),
    pytest.param(lambda _: "HR-26-999", "huw", "no-case", id="no such case"),
    pytest.param(lambda c: approved(c, people="marc"), "huw", "out-of-scope", id="another's mail"),
    pytest.param(
        lambda c: _of_day(c, date(2026, 10, 1), date(2026, 11, 23)),
        "huw",
        "out-of-scope",
        id="mail of the day after",
    ),
    pytest.param(
        lambda c: approved(c, complainant="someone@else.example"),
        "huw",
        "out-of-scope",
        id="mail that did not go to who complained",
    ),
]


@pytest.mark.requirement("L42")
@pytest.mark.requirement("L43")
@pytest.mark.requirement("N1")
@pytest.mark.parametrize(("made", "who", "why"), REFUSED)
def test_without_a_case_that_covers_it_nothing_opens_and_the_try_is_recorded(
    council, made, who, why
):
    held_id = council.hold(1)
    case = made(council)
    with pytest.raises(NotFound) as refused:
        look(council, case, held_id, who)
    assert why not in str(refused.value)
    [entry] = entries(council, Action.TURN_AWAY)
    assert (entry.actor, entry.detail.split()[:2]) == (who, ["look:", why])
    assert entries(council, Action.LOOK) == []


@pytest.mark.requirement("L42")
def test_the_day_after_its_last_a_case_opens_nothing_and_is_not_closed(council):
    held_id, case = council.hold(1), approved(council)
    look(council, case, held_id, now=NOW + (ENDS - NOW.date()))
    with pytest.raises(NotFound):
        look(council, case, held_id, now=NOW + (ENDS - NOW.date()) + timedelta(days=1))
    [entry] = entries(council, Action.TURN_AWAY)
    assert entry.detail.startswith("look: expired")
    with council.database.reading() as session:
        assert cases.get(session, case.id).state is CaseState.OPEN


def test_a_reason_is_asked_for_each_look(council):
    held_id, case = council.hold(1), approved(council)
    with pytest.raises(NotFound):
        look(council, case, held_id, reason="  ")
    assert entries(council, Action.LOOK) == []


def test_on_hold_and_amended_a_case_opens_nothing_until_it_is_approved_again(council):
    held_id, case, work = council.hold(1), approved(council), work_of(council)
    huw, owain = person(council, "huw"), person(council, "owain")
    work_on.pause(work, case.id, by=owain, now=NOW)
    with pytest.raises(NotFound):
        look(council, case, held_id)
    work_on.resume(work, case.id, by=huw, now=NOW)
    look(council, case, held_id)
    work_on.amend(work, case.id, by=huw, now=NOW)
    with pytest.raises(NotFound):
        look(council, case, held_id)
    work_on.submit(work, case.id, authoriser="owain", by=huw, now=NOW)
    work_on.approve(work, case.id, by=owain, ends=ENDS, review=ENDS, now=NOW)
    look(council, case, held_id)


def test_no_look_follows_what_stopped_a_case(council, monkeypatch):
    held_id, case = council.hold(1), approved(council)
    refusal, huw = access.refusal_to_open, person(council, "huw")
    pausing = threading.Thread(
        target=work_on.pause, args=(work_of(council), case.id), kwargs={"by": huw, "now": NOW}
    )

    def asked_as_it_is_paused(*given):
        monkeypatch.setattr(access, "refusal_to_open", refusal)
        pausing.start()
        pausing.join(1)
        return refusal(*given)

    monkeypatch.setattr(access, "refusal_to_open", asked_as_it_is_paused)
    look(council, case, held_id)
    pausing.join()
    with council.database.reading() as session:
        acts = [each.entry.action for each in audit.read(session)]
    assert acts[-2:] == [Action.LOOK, Action.CHANGE_CASE]


def test_a_case_of_envelopes_opens_nothing(council):
    held_id, case = council.hold(1), waiting(council)
    narrower = replace(case.scope, reach=Reach.ENVELOPES)
    work_on.approve(
        work_of(council),
        case.id,
        by=person(council, "owain"),
        ends=ENDS,
        review=ENDS,
        narrower=narrower,
        now=NOW,
    )
    with pytest.raises(NotFound):
        look(council, case, held_id)


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("owain", None),
        ("nia", None),
        ("huw", "not-authoriser"),
        ("mali", "not-theirs"),
        ("sam", "no-role"),
        ("gwen", "no-role"),
    ],
)
def test_only_the_one_who_was_asked_approves(council, who, why):
    asked = who if why is None else "owain"
    case = waiting(council, authoriser=asked)
    approve = {"ends": ENDS, "review": ENDS, "now": NOW}
    if why is None:
        made = work_on.approve(work_of(council), case.id, by=person(council, who), **approve)
        assert (made.state, made.ends) == (CaseState.OPEN, ENDS)
        return
    with pytest.raises(NotFound):
        work_on.approve(work_of(council), case.id, by=person(council, who), **approve)
    [entry] = entries(council, Action.TURN_AWAY)
    assert entry.detail == f"approve: {why}"


def referral(council, number=1, **facts):
    """A message that its reviewer passed to HR."""
    held_id = council.hold(number, **facts)
    gwen = person(council, "gwen")
    outcomes.refer(council.review, held_id, by=gwen, why="A pattern", now=NOW)
    return held_id


def _with_roles(council, who, *roles):
    changed = replace(person(council, who), roles=frozenset(roles))
    with council.database.writing() as session:
        entry = audit_entry(who)
        people.put(session, changed, entry)


def audit_entry(subject):
    from models.audit import AuditEntry

    return AuditEntry(at=NOW, actor="os:test", action=Action.CHANGE_PERSON, subject=subject)


def test_a_referral_leads_to_a_case_that_its_manager_cannot_approve(council):
    held_id = referral(council)
    _with_roles(council, "gwen", Role.AUTHORISER)
    case = draft(council, about=held_id)
    assert (case.referred_by, case.scope.people) == ("gwen", ("sioned",))
    with pytest.raises(NotUsable):
        work_on.submit(
            work_of(council), case.id, authoriser="gwen", by=person(council, "huw"), now=NOW
        )
    work_on.submit(
        work_of(council), case.id, authoriser="owain", by=person(council, "huw"), now=NOW
    )
    work_on.approve(
        work_of(council), case.id, by=person(council, "owain"), ends=ENDS, review=ENDS, now=NOW
    )
    assert look(council, case, held_id).held.id == held_id


@pytest.mark.requirement("L45")
def test_what_may_be_a_disclosure_is_in_no_scope_and_is_decided_by_nobody_of_hr(council):
    to_hr = council.hold(1, recipients=("huw.ifans@cantref.example", "john@example.org"))
    case = approved(council)
    with pytest.raises(NotFound):
        look(council, case, to_hr)
    assert entries(council, Action.TURN_AWAY)[0].detail.startswith("look: out-of-scope")
    with council.database.writing() as session:
        cases.change(session, case, replace(case, flagged=True), audit_entry(case.id))
    flagged = work_on.amend(work_of(council), case.id, by=person(council, "huw"), now=NOW)
    with pytest.raises(NotUsable):
        work_on.submit(
            work_of(council), flagged.id, authoriser="nia", by=person(council, "huw"), now=NOW
        )


def test_hr_that_a_message_names_does_not_open_it(council):
    held_id = council.hold(1, text=b"Huw Ifans knows. The card is 4111 1111 1111 1111.\r\n")
    with pytest.raises(NotFound):
        look(council, approved(council), held_id)
    [entry] = entries(council, Action.TURN_AWAY)
    assert entry.detail == f"look: involved {held_id}"


def test_a_complaint_covers_what_went_to_who_complained_and_nothing_else(council):
    to_john, to_another = council.hold(1), council.hold(2, recipients=("ann@example.org",))
    case = approved(council, complainant="John@example.org")
    look(council, case, to_john)
    with pytest.raises(NotFound):
        look(council, case, to_another)


@pytest.mark.requirement("H13")
@pytest.mark.parametrize("standing", [Standing.SUSPENDED, Standing.LEFT])
def test_a_case_covers_whoever_is_suspended_or_has_left(council, standing):
    held_id = council.hold(1)
    gone = replace(person(council, "sioned"), standing=standing)
    with council.database.writing() as session:
        people.put(session, gone, audit_entry("sioned"))
    assert look(council, approved(council), held_id).held.id == held_id


@pytest.mark.requirement("O10")
@pytest.mark.requirement("L60")
def test_hr_of_another_body_can_put_nobody_of_this_one_in_a_case(council):
    with pytest.raises(NotUsable) as mistake:
        draft(council, by="ysgol", people="sioned")
    assert mistake.value.mistake == "unknown"


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("The emails of Sioned Parry", id="a whole name"),
        pytest.param("parry, sioned: cards", id="turned round, small letters"),
        pytest.param("What did Mrs Parry send?", id="a surname"),
        pytest.param("sioned.parry@cantref.example", id="an address"),
        pytest.param("", id="nothing"),
        pytest.param("x" * 81, id="too long"),
    ],
)
def test_a_title_names_nobody(council, title):
    with pytest.raises(NotUsable):
        answering.open_case(work_of(council), by=person(council, "huw"), title=title, now=NOW)
    assert entries(council, Action.OPEN_CASE) == []


@pytest.mark.parametrize("who", ["gwen", "sam", "dewi", "owain", "sioned"])
def test_only_hr_opens_a_case(council, who):
    with pytest.raises(NotFound):
        answering.open_case(work_of(council), by=person(council, who), title="Cards", now=NOW)
    [entry] = entries(council, Action.TURN_AWAY)
    assert (entry.subject, entry.detail) == ("cases", "open: no-role")


def test_approval_is_asked_for_a_complete_case_and_given_in_its_state(council):
    work, huw, owain = work_of(council), person(council, "huw"), person(council, "owain")
    case = answering.open_case(work, by=huw, title="Cards", now=NOW)
    with pytest.raises(NotUsable):
        work_on.submit(work, case.id, authoriser="owain", by=huw, now=NOW)
    case = waiting(council)
    with pytest.raises(Conflict):
        answering.answer_text(work, case.id, Task.PURPOSE, text="Wider", by=huw, now=NOW)
    for ends, review in ((NOW.date() - timedelta(days=1), NOW.date()), (date(2029, 1, 1), ENDS)):
        with pytest.raises(NotUsable):
            work_on.approve(work, case.id, by=owain, ends=ends, review=review, now=NOW)
    wider = replace(case.scope, last=LAST + timedelta(days=1))
    with pytest.raises(NotUsable):
        work_on.approve(work, case.id, by=owain, ends=ENDS, review=ENDS, narrower=wider, now=NOW)
    work_on.send_back(work, case.id, by=owain, note="Fewer days, please", now=NOW)
    with pytest.raises(NotFound):
        work_on.approve(work, case.id, by=owain, ends=ENDS, review=ENDS, now=NOW)


def test_what_people_write_in_a_case_is_sealed_and_goes_with_its_key(council):
    case = approved(council)
    with council.database.reading() as session:
        assert cases.answers(session, council.keyring, case.id).allegation == "Cards were sent out"
    with council.database.writing() as session:
        contents.erase(session, case.id, audit_entry(case.id))
    with council.database.reading() as session, pytest.raises(NotFound):
        cases.answers(session, council.keyring, case.id)
    assert all("Cards" not in each.detail for each in entries(council, *Action))


def test_a_day_that_passed_is_told_to_one_after_the_other_and_closes_nothing(council):
    case, work = approved(council, ends=FIRST.replace(day=25)), work_of(council)
    late = NOW + timedelta(days=2)
    assert reminders.look_at_cases(work, NOW) == ()
    assert reminders.look_at_cases(work, late) == (case.id,)
    assert reminders.look_at_cases(work, late) == ()
    assert reminders.look_at_cases(work, late + timedelta(days=7)) == (case.id,)
    told = [each.detail for each in entries(council, Action.REMIND)]
    assert told == ["case-ended: huw", "case-ended: huw,owain"]
    with council.database.reading() as session:
        assert cases.get(session, case.id).state is CaseState.OPEN


def test_notices_about_a_case_say_its_id_and_nothing_of_it(council):
    case = approved(council)
    with council.database.writing() as session:
        queued = outbox.claim(session, NOW + timedelta(days=1), limit=50, lease=timedelta(1))
    texts = [each.content.decode() for each in queued if case.id in (each.content or b"").decode()]
    assert len(texts) == 2
    assert not any(word in text for text in texts for word in ("Sioned", "Parry", "Payment"))


def test_numbers_of_cases_follow_each_other_within_a_year(council):
    ids = [draft(council).id for _ in range(3)]
    assert ids == ["HR-26-001", "HR-26-002", "HR-26-003"]
    with council.database.reading() as session:
        assert held.find(session) == []
