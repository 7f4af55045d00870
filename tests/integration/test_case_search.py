"""Searching within a case, on both databases: counts, scope, what could not be searched."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from models.audit import Action, AuditEntry, Purpose
from models.case import Outcome, Reach
from models.db import case_searches, cases, contents, people
from models.db.case_searches import Results, SearchState, Terms
from models.db.tables import ContentRow
from models.errors import NotFound
from models.finding import PERSONAL_MARK, Finding
from models.person import Standing
from quarantine.evidence import cases as work_on
from quarantine.evidence import search
from quarantine.evidence.cases import NotUsable
from quarantine.evidence.envelopes import envelopes
from tests.case_sample import ENDS, approved, make_case_council, person, waiting, work_of
from tests.console_sample import NOW, entries
from tests.factories import an_entry

CARD = b"Y cerdyn yw 4111 1111 1111 1111. "


@pytest.fixture
def council(tmp_path, database_url):
    made = make_case_council(tmp_path, database_url)
    yield made
    made.database.close()


def find(council, case, who="huw", tick=None, **terms):
    """Search; return the search as it ended, and what it found."""
    work, by = work_of(council), person(council, who)
    begun = search.begin(work, case.id, Terms(**terms), by=by, now=NOW)
    ended = search.run(work, begun, council.policy, by=by, tick=tick, clock=lambda: NOW)
    with council.database.reading() as session:
        return ended, case_searches.results(session, council.keyring, case.id, ended.id)


@pytest.mark.requirement("L1")
@pytest.mark.requirement("H2")
@pytest.mark.requirement("L43")
def test_a_search_counts_and_is_entered_with_its_counts_and_not_its_terms(council):
    unreadable = council.hold(1)  # its attachment, a broken PDF
    second = council.hold(2, text=CARD + "Tŷ newydd".encode())
    case = approved(council)
    ended, results = find(council, case, words="TY newydd")
    assert (ended.state, ended.total, ended.matched) == (SearchState.DONE, 2, 1)
    assert results.matched == (second,)
    begins, done = entries(council, Action.SEARCH)
    assert begins.detail == f"search {ended.id}: begins"
    assert done.detail == f"search {ended.id}: done, 1 of 2 match, 1 not searched"
    assert (done.subject, done.purpose) == (case.id, Purpose.SEARCH)
    assert entries(council, Action.LOOK) == []
    with council.database.reading() as session:
        kept = case_searches.terms(session, council.keyring, case.id, ended.id)
    assert kept.words == "TY newydd"
    assert results.unsearched == {unreadable: search.UNREADABLE}


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        pytest.param({}, {1, 2, 3}, id="nothing asked for: all in scope"),
        pytest.param({"words": "cerdyn"}, {2, 3}, id="a word"),
        pytest.param({"words": '"panel on Thursday"'}, {1}, id="a phrase"),
        pytest.param({"words": "booking.pdf"}, {1, 2, 3}, id="the name of a file"),
        pytest.param({"domain": "example.org"}, {1, 2}, id="a domain"),
        pytest.param({"domain": "org"}, {1, 2}, id="and those below it"),
        pytest.param({"domain": "nowhere.example"}, set(), id="no such domain"),
        pytest.param({"rule": "cards"}, {1, 2, 3}, id="a rule"),
        pytest.param({"rule": "4.2"}, {1, 2, 3}, id="a clause"),
        pytest.param({"rule": "5.1"}, set(), id="another clause"),
        pytest.param({"attached": True}, {1, 2, 3}, id="has an attachment"),
        pytest.param({"sender": "sioned"}, {1, 2, 3}, id="the person"),
        pytest.param({"sender": "Sioned.Parry@cantref.example"}, {1, 2, 3}, id="their address"),
        pytest.param({"first": date(2026, 11, 24)}, {1, 2, 3}, id="from that day"),
        pytest.param({"last": date(2026, 11, 23)}, set(), id="to the day before"),
    ],
)
def test_what_each_term_finds(council, terms, expected):
    ids = {
        1: council.hold(1),
        2: council.hold(2, text=CARD),
        3: council.hold(3, text=CARD, recipients=("ann@post.example",)),
    }
    _, results = find(council, approved(council), **terms)
    assert set(results.matched) == {ids[each] for each in expected}


@pytest.mark.requirement("L43")
@pytest.mark.requirement("N1")
@pytest.mark.parametrize(
    ("terms", "where"),
    [
        pytest.param({"first": date(2026, 10, 31)}, "first", id="the day before"),
        pytest.param({"last": date(2026, 12, 1)}, "last", id="the day after"),
        pytest.param({"sender": "gwen"}, "sender", id="another person"),
        pytest.param({"sender": "elin.rhys@cantref.example"}, "sender", id="another's address"),
        pytest.param({"sender": "nobody-at-all"}, "sender", id="nobody"),
    ],
)
def test_a_search_outside_the_scope_is_refused_says_so_and_is_recorded(council, terms, where):
    council.hold(1)
    case = approved(council)
    with pytest.raises(NotUsable) as refused:
        find(council, case, **terms)
    assert (refused.value.where, refused.value.mistake) == (where, "out-of-scope")
    [entry] = entries(council, Action.TURN_AWAY)
    assert (entry.actor, entry.subject, entry.detail) == ("huw", case.id, "search: out-of-scope")
    assert entries(council, Action.SEARCH) == []


@pytest.mark.requirement("N1")
@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("sam", "no-role"),
        ("gwen", "no-role"),
        ("dewi", "no-role"),
        ("sioned", "no-role"),
        ("ysgol", "other-body"),
        ("mali", "not-theirs"),
        ("owain", "not-theirs"),
    ],
)
def test_nobody_else_searches(council, who, why):
    case = approved(council)
    with pytest.raises(NotFound):
        find(council, case, who)
    assert [each.detail for each in entries(council, Action.TURN_AWAY)] == [f"search: {why}"]


def _closed(council):
    case = approved(council)
    return work_on.close(
        work_of(council),
        case.id,
        by=person(council, "huw"),
        outcome=Outcome.STOPPED,
        keep_until=date(2028, 1, 1),
        now=NOW,
    )


@pytest.mark.parametrize(
    ("made", "why"),
    [
        pytest.param(waiting, "not-approved", id="not approved"),
        pytest.param(_closed, "closed", id="closed"),
        pytest.param(lambda c: approved(c, ends=NOW.date()), "expired", id="the day after"),
    ],
)
def test_a_case_that_admits_nothing_is_not_searched(council, made, why):
    case = made(council)
    later = NOW + timedelta(days=1)
    with pytest.raises(NotFound):
        search.begin(work_of(council), case.id, Terms(), by=person(council, "huw"), now=later)
    assert entries(council, Action.TURN_AWAY)[0].detail == f"search: {why}"


def test_what_could_not_be_searched_is_said(council):
    erased, named = council.hold(1, text=CARD), council.hold(2, text=CARD + b"Huw Ifans")
    locked = Finding(
        detector="attachments", category="unreadable", score=1.0, part="2", reason="password"
    )
    unread = council.hold(3, more=(locked,), text=CARD)
    found = council.hold(4, text=CARD + b"wanted")
    entry = AuditEntry(at=NOW, actor="system", action=Action.ERASE, subject=erased)
    with council.database.writing() as session:
        contents.erase(session, erased, entry)
        session.execute(_forget_record(unread))
    ended, results = find(council, approved(council), words="wanted")
    assert results.matched == (found,)
    assert results.unsearched == {
        erased: search.ERASED,
        named: search.INVOLVED,
        unread: search.UNREADABLE,
    }
    assert (ended.total, ended.matched, ended.unsearched) == (4, 1, 3)


def _forget_record(item):
    from sqlalchemy import delete

    return delete(ContentRow).where(ContentRow.item == item, ContentRow.kind == contents.SEARCH)


def test_what_was_held_before_there_were_search_texts_is_found_all_the_same(council):
    held_id = council.hold(1)
    with council.database.writing() as session:
        session.execute(_forget_record(held_id))
    _, results = find(council, approved(council), words="covering panel", attached=True)
    assert results.matched == (held_id,)


@pytest.mark.requirement("L21")
def test_mail_marked_personal_and_mail_to_hr_are_in_no_search_and_not_opened(council):
    mark = Finding(detector=PERSONAL_MARK, category="personal", score=1.0, part="envelope")
    personal = council.hold(1, more=(mark,))
    council.hold(2, recipients=("huw.ifans@cantref.example", "john@example.org"))
    found, case = council.hold(3), approved(council)
    ended, results = find(council, case)
    assert (ended.total, results.matched) == (1, (found,))
    with pytest.raises(NotFound):
        envelopes(work_of(council), case.id, [personal], by=person(council, "huw"), now=NOW)


def test_a_case_of_envelopes_is_searched_by_envelope_alone(council):
    held_id, case = council.hold(1), waiting(council)
    narrower = replace(case.scope, reach=Reach.ENVELOPES)
    case = work_on.approve(
        work_of(council),
        case.id,
        by=person(council, "owain"),
        ends=ENDS,
        review=ENDS,
        narrower=narrower,
        now=NOW,
    )
    _, results = find(council, case, domain="example.org")
    assert results.matched == (held_id,)
    with pytest.raises(NotUsable):
        find(council, case, words="card")


def test_a_cancelled_search_keeps_nothing_of_what_it_found(council):
    council.hold(1)
    case, work, by = approved(council), work_of(council), person(council, "huw")
    begun = search.begin(work, case.id, Terms(words="card"), by=by, now=NOW)
    search.cancel(work, case.id, begun.id, by=by, now=NOW)
    ended = search.run(work, begun, council.policy, by=by, clock=lambda: NOW)
    assert ended.state is SearchState.CANCELLED
    with council.database.reading() as session:
        kept = case_searches.results(session, council.keyring, case.id, begun.id)
    assert kept.matched == ()
    assert [each.detail for each in entries(council, Action.SEARCH)] == [
        f"search {begun.id}: begins",
        f"search {begun.id}: cancelled, 0 of 0 gone through",
    ]


def test_a_case_that_is_closed_meanwhile_keeps_nothing_of_what_was_found(council):
    council.hold(1)
    case, work, by = approved(council), work_of(council), person(council, "huw")
    begun = search.begin(work, case.id, Terms(words="card"), by=by, now=NOW)
    work_on.pause(work, case.id, by=by, now=NOW)
    ended = search.run(work, begun, council.policy, by=by, clock=lambda: NOW)
    assert ended.state is SearchState.STOPPED
    with council.database.reading() as session:
        assert case_searches.results(session, council.keyring, case.id, begun.id).matched == ()


def test_who_leaves_while_they_search_has_nothing_kept(council):
    council.hold(1)
    case, work, huw = approved(council), work_of(council), person(council, "huw")
    begun = search.begin(work, case.id, Terms(), by=huw, now=NOW)
    with council.database.writing() as session:
        gone = replace(huw, standing=Standing.SUSPENDED)
        people.put(session, gone, an_entry("huw", Action.CHANGE_PERSON))
    ended = search.run(work, begun, council.policy, by=huw, clock=lambda: NOW)
    assert ended.state is SearchState.STOPPED
    with council.database.reading() as session:
        assert case_searches.results(session, council.keyring, case.id, begun.id) == Results()


def test_progress_is_told_to_the_end(council):
    for number in range(3):
        council.hold(number, text=CARD)
    seen = []
    find(council, approved(council), words="card", tick=lambda *done: seen.append(done))
    assert seen[-1] == (3, 3)


def test_terms_and_results_go_with_the_case_s_key(council):
    council.hold(1)
    case = approved(council)
    ended, _ = find(council, case, words="panel")
    entry = AuditEntry(at=NOW, actor="system", action=Action.ERASE, subject=case.id)
    with council.database.writing() as session:
        contents.erase(session, case.id, entry)
    with council.database.reading() as session:
        assert case_searches.get(session, case.id, ended.id).matched == 1
        with pytest.raises(NotFound):
            case_searches.terms(session, council.keyring, case.id, ended.id)
        assert cases.get(session, case.id).id == case.id
