"""Exhibits: sealed copies that outlive their originals, cut for reading, refused to all others."""

from dataclasses import replace
from datetime import timedelta

import pytest

from models.audit import Action, AuditEntry, Purpose
from models.db import contents, exhibits, overview, people
from models.db.tables import ContentRow
from models.errors import NotFound
from models.exhibit import Cut, ThirdParty, initials, next_label
from models.person import Role, Standing
from quarantine.evidence import cases as work_on
from quarantine.evidence import exhibits as producing
from quarantine.evidence.cases import NotUsable
from quarantine.evidence.exhibits import Produced
from quarantine.evidence.reading_copy import as_text
from tests.case_sample import approved, draft, make_case_council, person, waiting, work_of
from tests.console_sample import NOW, entries

GIVEN = Produced(label="HI/1", relevance="It has the card in it", redact=True)
DAY = timedelta(days=1)


@pytest.fixture
def council(tmp_path, database_url):
    made = make_case_council(tmp_path, database_url)
    yield made
    made.database.close()


def add(council, case, held_id, given=GIVEN, who="huw", now=NOW):
    by = person(council, who)
    return producing.add(work_of(council), case.id, held_id, given, by=by, now=now)


def erase(council, held_id):
    entry = AuditEntry(at=NOW, actor="system", action=Action.ERASE, subject=held_id)
    with council.database.writing() as session:
        contents.erase(session, held_id, entry)


def said(opened):
    return "\n".join(as_text(each) for each in opened.copy.texts)


@pytest.mark.parametrize(
    ("name", "taken", "label"),
    [
        pytest.param("Gwen Morgan", [], "GM/1", id="the first"),
        pytest.param("Gwen Morgan", ["GM/3", "HI/7"], "GM/4", id="after the last of hers"),
        pytest.param("Ann-Marie O'Neil Rhys", [], "AR/1", id="the first and the last name"),
        pytest.param("Cher", [], "C/1", id="one name"),
        pytest.param("王", [], "X/1", id="no letter that a label has"),
    ],
)
def test_a_label_is_proposed(name, taken, label):
    assert next_label(name, taken) == label
    assert initials(name) == label.partition("/")[0]


@pytest.mark.requirement("H4")
@pytest.mark.requirement("L46")
def test_an_exhibit_is_a_copy_that_stays_when_the_original_has_gone(council):
    held_id = council.hold(1)
    case = approved(council)
    exhibit = add(council, case, held_id)
    erase(council, held_id)
    work, huw = work_of(council), person(council, "huw")
    assert "covering the panel" in said(
        producing.open_copy(work, case.id, exhibit.id, by=huw, now=NOW)
    )
    assert producing.relevance_of(work, exhibit) == "It has the card in it"
    assert producing.check(work, case.id, exhibit.id, by=huw, now=NOW).whole
    assert [each.detail for each in entries(council, Action.ADD_EXHIBIT)] == [
        f"HI/1, {held_id}, SHA-256 {exhibit.digest}"
    ]
    looks = entries(council, Action.LOOK)
    assert {each.subject for each in looks} == {held_id}
    assert [each.purpose for each in looks] == [Purpose.CHECK, Purpose.EVIDENCE, Purpose.CHECK]
    with council.database.reading() as session:  # of the officer's record: what a person read
        assert overview.looks(session, NOW - DAY, limit=9) == [looks[1]]
        assert overview.readers(session, NOW - DAY) == (1, 1)


@pytest.mark.requirement("H13")
@pytest.mark.parametrize("standing", [Standing.LEFT, Standing.SUSPENDED])
def test_the_sender_may_have_gone(council, standing):
    held_id = council.hold(1)
    case = approved(council)
    with council.database.writing() as session:
        entry = AuditEntry(at=NOW, actor="x", action=Action.CHANGE_PERSON, subject="sioned")
        people.put(session, replace(people.get(session, "sioned"), standing=standing), entry)
    assert add(council, case, held_id).label == "HI/1"


@pytest.mark.requirement("H4")
def test_a_changed_copy_is_found(council):
    held_id = council.hold(1)
    case = approved(council)
    exhibit = add(council, case, held_id)
    with council.database.writing() as session:
        row = session.get(ContentRow, (exhibit.id, contents.MESSAGE))
        row.sealed = row.sealed[:-1] + bytes([row.sealed[-1] ^ 1])
    huw = person(council, "huw")
    found = producing.check(work_of(council), case.id, exhibit.id, by=huw, now=NOW)
    assert not found.whole
    assert "NOT as it was accepted" in entries(council, Action.LOOK)[-1].detail


@pytest.mark.requirement("H7")
@pytest.mark.requirement("L36")
def test_words_are_cut_everywhere_with_a_reason_and_the_original_stays(council):
    held_id = council.hold(1)
    case = approved(council)
    exhibit = add(council, case, held_id)
    work, given = work_of(council), {"by": person(council, "huw"), "now": NOW}
    opened = producing.cut(
        work, case.id, exhibit.id, words="john  morris", reason="third-party", **given
    )
    assert opened.cuts == (Cut(words="john morris", reason="third-party"),)
    assert opened.exhibit.cuts == 1
    assert "John Morris" not in said(opened)
    assert "Hi John" in said(opened)
    assert opened.copy.removed == {"third-party": 1}
    [done] = entries(council, Action.REDACT)
    assert done.detail == "HI/1: third-party, 1 places"
    assert producing.check(work, case.id, exhibit.id, **given).whole
    back = producing.restore(work, case.id, exhibit.id, number=0, **given)
    assert back.cuts == ()
    assert "John Morris" in said(back)


@pytest.mark.parametrize(
    ("words", "reason", "mistake"),
    [
        pytest.param("", "third-party", "missing", id="nothing"),
        pytest.param("Jo", "third-party", "too-short", id="two letters"),
        pytest.param("x" * 201, "third-party", "too-long", id="a whole page"),
        pytest.param("Morri", "third-party", "not-there", id="part of a word"),
        pytest.param("Nobody Here", "third-party", "not-there", id="words that stand nowhere"),
        pytest.param("John Morris", "because", "choose", id="no reason of the list"),
        pytest.param("(.*)+$", "third-party", "too-short", id="a pattern is words like others"),
    ],
)
def test_a_cut_that_cannot_be_made_is_said(council, words, reason, mistake):
    case = approved(council)
    exhibit = add(council, case, council.hold(1))
    with pytest.raises(NotUsable) as raised:
        producing.cut(
            work_of(council),
            case.id,
            exhibit.id,
            words=words,
            reason=reason,
            by=person(council, "huw"),
            now=NOW,
        )
    assert raised.value.mistake == mistake
    assert words[:5] not in str(raised.value) or not words


@pytest.mark.parametrize(
    ("given", "where"),
    [
        pytest.param(replace(GIVEN, label="first"), ("label", "not-a-label"), id="no label"),
        pytest.param(replace(GIVEN, relevance=" "), ("relevance", "missing"), id="no relevance"),
    ],
)
def test_what_is_said_of_an_exhibit_is_checked(council, given, where):
    case, held_id = approved(council), council.hold(1)
    with pytest.raises(NotUsable) as raised:
        add(council, case, held_id, given)
    assert (raised.value.where, raised.value.mistake) == where


def test_a_message_and_a_label_are_taken_once(council):
    case = approved(council)
    first, second = council.hold(1), council.hold(2)
    add(council, case, first, replace(GIVEN, third_parties=(ThirdParty.CHILD,)))
    for held_id, where in ((first, "email"), (second, "label")):
        with pytest.raises(NotUsable) as raised:
            add(council, case, held_id)
        assert (raised.value.where, raised.value.mistake) == (where, "taken")
    huw = person(council, "huw")
    assert producing.proposed(work_of(council), case.id, second, by=huw, now=NOW) == "HI/2"
    with council.database.reading() as session:
        [kept] = exhibits.of_case(session, case.id)
    assert kept.third_parties == (ThirdParty.CHILD,)


def closed(council):
    case = approved(council)
    return work_on.close(
        work_of(council),
        case.id,
        by=person(council, "huw"),
        outcome=work_on.Outcome.NO_CASE,
        keep_until=NOW.date(),
        now=NOW,
    )


@pytest.mark.requirement("L42")
@pytest.mark.parametrize(
    ("make", "who", "now", "why"),
    [
        pytest.param(approved, "ysgol", NOW, "other-body", id="HR of another body"),
        pytest.param(approved, "sam", NOW, "no-role", id="an administrator"),
        pytest.param(approved, "mali", NOW, "not-theirs", id="HR that does not work on it"),
        pytest.param(approved, "owain", NOW, "not-theirs", id="its authoriser"),
        pytest.param(approved, "sioned", NOW, "no-role", id="whom it is about"),
        pytest.param(draft, "huw", NOW, "not-approved", id="a draft"),
        pytest.param(waiting, "huw", NOW, "not-approved", id="a case that waits"),
        pytest.param(closed, "huw", NOW, "closed", id="a closed case"),
        pytest.param(approved, "huw", NOW + 100 * DAY, "expired", id="an expired case"),
    ],
)
def test_no_exhibit_is_added_by_others_or_in_a_case_that_is_not_open(council, make, who, now, why):
    held_id = council.hold(1)
    case = make(council)
    with pytest.raises(NotFound):
        add(council, case, held_id, who=who, now=now)
    with council.database.reading() as session:
        assert exhibits.of_case(session, case.id) == []
    assert entries(council, Action.LOOK) == []
    [refused] = entries(council, Action.TURN_AWAY)
    assert (refused.actor, refused.subject) == (who, case.id)
    assert refused.detail.startswith(f"add exhibit: {why}")


@pytest.mark.requirement("L42")
@pytest.mark.parametrize("act", ["open", "cut", "check"])
def test_a_closed_case_opens_no_exhibit(council, act):
    held_id = council.hold(1)
    case = approved(council)
    exhibit = add(council, case, held_id)
    given = {"by": person(council, "huw"), "now": NOW + 100 * DAY}
    work = work_of(council)
    acts = {
        "open": lambda: producing.open_copy(work, case.id, exhibit.id, **given),
        "check": lambda: producing.check(work, case.id, exhibit.id, **given),
        "cut": lambda: producing.cut(
            work, case.id, exhibit.id, words="John", reason="crime", **given
        ),
    }
    with pytest.raises(NotFound):
        acts[act]()
    assert entries(council, Action.TURN_AWAY)[-1].detail.endswith("expired")


def test_an_exhibit_of_another_case_is_not_there(council):
    held_id = council.hold(1)
    first, second = approved(council), approved(council)
    exhibit = add(council, first, held_id)
    huw = person(council, "huw")
    with pytest.raises(NotFound):
        producing.open_copy(work_of(council), second.id, exhibit.id, by=huw, now=NOW)


@pytest.mark.requirement("L60")
def test_a_worker_who_got_the_email_does_not_open_its_exhibit(council):
    held_id = council.hold(1, recipients=("marc@cantref.example", "john@example.org"))
    case = approved(council)
    exhibit = add(council, case, held_id)
    with council.database.writing() as session:  # who got it has moved to HR since
        entry = AuditEntry(at=NOW, actor="x", action=Action.CHANGE_PERSON, subject="marc")
        moved = replace(people.get(session, "marc"), roles=frozenset({Role.HR}))
        people.put(session, moved, entry)
    work, huw, marc = work_of(council), person(council, "huw"), person(council, "marc")
    work_on.assign(work, case.id, worker="marc", by=huw, now=NOW)
    with pytest.raises(NotFound):
        producing.open_copy(work, case.id, exhibit.id, by=marc, now=NOW)
    assert entries(council, Action.TURN_AWAY)[-1].detail == f"open exhibit: involved {held_id}"
