"""Search what a case covers: counts before content, nothing outside the scope.

Held mail is sealed and has no index. The program goes through what the scope leaves, opens the
folded text sealed beside each message (models/search_text.py), and keeps which matched. No
person reads anything: one entry names the case and the counts, and each message that a person
then opens has an entry of its own. Terms and results are kept with the case, sealed.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from models.address import in_domains, parse_address
from models.audit import Action, AuditEntry, Purpose
from models.case import Case, Reach, in_scope
from models.db import audit, case_searches, cases, contents, held
from models.db.case_searches import Results, Search, SearchState, Terms
from models.finding import Text
from models.held import HeldMessage
from models.mime import read_message
from models.person import Person
from models.policy import Policy
from models.search_text import (
    LONGEST_QUERY,
    has_attachment,
    has_unread,
    make_record,
    matches,
    needles,
)
from quarantine.attachments import has_attached
from quarantine.evidence.cases import Cases, NotUsable, everyone, fetch, on_day
from quarantine.evidence.rights import Refusal, is_involved, refusal_to_search
from quarantine.evidence.scope import instants
from quarantine.evidence.turned_away import TurnedAway, enter, recorded
from quarantine.permissions import keys_of

_BATCH = 500  # messages opened in one reading: a few megabytes
_AT_ONCE = 2  # readings
_NOTED = 0.5  # seconds between two notes of progress
LOST = timedelta(minutes=1)  # a scan that was silent for so long has stopped
ERASED, UNREADABLE, INVOLVED = "erased", "unreadable", "involved"  # why not searched
Tick = Callable[[int, int], None]  # how many of how many


@dataclass(slots=True)
class _Scan:
    """What a scan has come to so far."""

    search: Search
    wanted: tuple[bytes, ...] = field(repr=False)
    attached: bool
    matched: set[str] = field(default_factory=set)
    unsearched: dict[str, str] = field(default_factory=dict)

    def seen(self, scanned: int) -> Search:
        """The search with its counts as they are."""
        return replace(
            self.search,
            scanned=scanned,
            matched=len(self.matched),
            unsearched=len(self.unsearched),
            heard=datetime.now(UTC),
        )


def begin(work: Cases, case_id: str, terms: Terms, *, by: Person, now: datetime) -> Search:
    """Check a search and enter that it begins. Raises NotFound, NotUsable.

    What asks for days or people outside the scope is refused, says so, and is entered.
    """
    with (
        recorded(work.database, by.id, case_id, "search", now),
        work.database.writing() as session,
    ):
        case = fetch(session, case_id, by)
        if refused := refusal_to_search(by, case, on_day(now)):
            raise TurnedAway(refused)
        senders = _senders(case, terms, everyone(session).get(terms.sender.strip().lower()))
        outside = _outside(case, terms, senders)
        if not outside:
            _check_words(terms)
            search = case_searches.add(session, work.keyring, case_id, terms, by.id, now)
            audit.append(session, _entry(search, now, "begins"))
            return search
    enter(work.database, by.id, case_id, f"search: {outside[1]}", now)
    raise NotUsable(*outside)


def _outside(case: Case, terms: Terms, senders: frozenset[str]) -> tuple[str, str] | None:
    """Say which field asks for what the case does not cover, if any does."""
    scope = case.scope
    if scope.first is None or scope.last is None:
        return "first", Refusal.OUT_OF_SCOPE
    if not senders:
        return "sender", Refusal.OUT_OF_SCOPE
    for name, day in (("first", terms.first), ("last", terms.last)):
        if day is not None and not scope.first <= day <= scope.last:
            return name, Refusal.OUT_OF_SCOPE
    if scope.reach is Reach.ENVELOPES and (terms.words.strip() or terms.attached):
        return "words", Refusal.ENVELOPES_ONLY
    return None


def _senders(case: Case, terms: Terms, named: Person | None) -> frozenset[str]:
    """The mailboxes that a search is about; empty if it names one that the case does not cover."""
    mine = frozenset(case.scope.mailboxes)
    if not terms.sender.strip():
        return mine
    asked = keys_of(named) if named else frozenset({parse_address(terms.sender.strip()).key})
    return asked if asked <= mine else frozenset()


def _check_words(terms: Terms) -> None:
    if len(terms.words) > LONGEST_QUERY:
        raise NotUsable("words", "too-long")
    if terms.words.strip() and not needles(terms.words):
        raise NotUsable("words", "no-word")
    if terms.first and terms.last and terms.first > terms.last:
        raise NotUsable("first", "out-of-range")


def run(
    work: Cases,
    search: Search,
    policy: Policy,
    *,
    by: Person,
    tick: Tick | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Search:
    """Go through what the scope leaves; return the search as it ended.

    Stops at the next batch if someone cancels it. If the case no longer admits it at the end
    (it was closed, or the person left), nothing of what was found is kept.
    """
    with work.database.reading() as session:
        case = cases.get(session, search.case)
        terms = case_searches.terms(session, work.keyring, case.id, search.id)
        named = everyone(session).get(terms.sender.strip().lower())
    wanted = needles(terms.words)
    scan = _Scan(search=search, wanted=wanted, attached=terms.attached)
    ids = _in_scope(work, case, terms, _senders(case, terms, named), policy, by, scan)
    scan.search = replace(search, total=len(ids) + len(scan.unsearched))
    going = _go_through(work, scan, ids, tick) if wanted or terms.attached else _take_all(scan, ids)
    return _end(work, scan, ids, by, stopped=not going, now=clock())


def _in_scope(  # noqa: PLR0913 - what the envelope alone decides
    work: Cases,
    case: Case,
    terms: Terms,
    senders: frozenset[str],
    policy: Policy,
    by: Person,
    scan: _Scan,
) -> list[str]:
    """Return the ids of what the scope and the terms about envelopes leave, the newest first."""
    scope = replace(
        case.scope,
        mailboxes=tuple(sorted(senders)),
        first=max(filter(None, (terms.first, case.scope.first))),
        last=min(filter(None, (terms.last, case.scope.last))),
    )
    if terms.sender.strip():  # the one mailbox asked for, not what they wrote from a shared one
        scope = replace(scope, people=())
    asked, ids = replace(case, scope=scope), []
    rules = _rules(terms.rule.strip(), policy)
    domains = frozenset(filter(None, [terms.domain.strip().lower().removeprefix("@")]))
    with work.database.reading() as session:
        days = instants(scope.first, scope.last)
        with closing(case_searches.outlines(session, scope, *days, rules)) as found:
            for outline in found:
                if not in_scope(asked, outline):
                    continue
                to = (parse_address(each.address).domain for each in outline.recipients)
                if domains and not any(in_domains(each, domains) for each in to):
                    continue
                if is_involved(by, outline):
                    scan.unsearched[outline.id] = INVOLVED
                else:
                    ids.append(outline.id)
    return ids


def _rules(asked: str, policy: Policy) -> frozenset[str]:
    """The ids of rules that were asked for, by id or by the number of their clause."""
    if not asked:
        return frozenset()
    of_clause = {each.id for each in policy.rules if each.clause == asked}
    return frozenset({asked, *of_clause})


def _take_all(scan: _Scan, ids: Sequence[str]) -> bool:
    """Nothing was asked of what messages say: every one of them counts, and none is opened."""
    scan.matched.update(ids)
    return True


def _go_through(work: Cases, scan: _Scan, ids: Sequence[str], tick: Tick | None) -> bool:
    """Open and compare, a few batches at a time; False if the search was cancelled meanwhile.

    While one thread decrypts, the other waits for the database: both let go of the interpreter.
    """
    scanned, noted = 0, time.monotonic()
    if not _note(work, scan, 0):
        return False
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for start in range(0, len(ids), _BATCH * _AT_ONCE * 2):
            some = ids[start : start + _BATCH * _AT_ONCE * 2]
            batches = [some[each : each + _BATCH] for each in range(0, len(some), _BATCH)]
            for matched, unsearched in pool.map(partial(_look_through, work, scan), batches):
                scan.matched.update(matched)
                scan.unsearched.update(unsearched)
            scanned += len(some)
            if tick is not None:
                tick(scanned, len(ids))
            if time.monotonic() - noted > _NOTED:
                noted = time.monotonic()
                if not _note(work, scan, scanned):
                    return False
    return True


def _look_through(
    work: Cases, scan: _Scan, batch: Sequence[str]
) -> tuple[list[str], dict[str, str]]:
    """Return which of a batch match, and which could not be searched and why."""
    matched, unsearched = [], dict.fromkeys(batch, ERASED)
    for item, record in _records(work, batch):
        del unsearched[item]
        if scan.attached and not has_attachment(record):
            continue
        if matches(record, scan.wanted):
            matched.append(item)
        elif has_unread(record):
            unsearched[item] = UNREADABLE
    return matched, unsearched


def _note(work: Cases, scan: _Scan, scanned: int) -> bool:
    with work.database.writing() as session:
        return case_searches.note_progress(session, scan.seen(scanned))


def _records(work: Cases, batch: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """What is sealed for searching; of what was held before there was such a thing, made anew."""
    older = []
    with work.database.reading() as session:
        for item, record in contents.scan(session, work.keyring, batch, contents.SEARCH):
            if record is None:
                older.append(item)
            else:
                yield item, record
        if older:
            known = {each.id: each for each in held.of_ids(session, older)}
            raw = dict(contents.scan(session, work.keyring, older, contents.MESSAGE))
            for item, texts in contents.scan(session, work.keyring, older, contents.TEXTS):
                message = raw.get(item)
                if texts is not None and message is not None:
                    yield item, _made_anew(texts, message, known[item])


def _made_anew(texts: bytes, raw: bytes, message: HeldMessage) -> bytes:
    read = [
        Text(part=each["part"], kind=each["kind"], content=each["content"], own=())
        for each in json.loads(texts)
    ]
    unread = any(each.reason for each in message.findings)
    return make_record(read, attached=has_attached(read_message(raw).parts), unread=unread)


def _end(
    work: Cases, scan: _Scan, ids: Sequence[str], by: Person, *, stopped: bool, now: datetime
) -> Search:
    """Keep what was found, with its entry."""
    ended = replace(scan.seen(len(ids)), state=SearchState.DONE, heard=now)
    order = [each for each in ids if each in scan.matched]
    found = Results(matched=tuple(order), unsearched=scan.unsearched)
    with work.database.writing() as session:
        if stopped:
            return case_searches.get(session, ended.case, ended.id)
        now_is = everyone(session).get(by.id, by)  # who left meanwhile has nothing kept
        if refusal_to_search(now_is, cases.get(session, ended.case), on_day(now)):
            ended = replace(ended, state=SearchState.STOPPED)
        counts = f"{ended.matched} of {ended.total} match, {ended.unsearched} not searched"
        kept = found if ended.state is SearchState.DONE else None
        entry = _entry(ended, now, f"{ended.state.value}, {counts}")
        case_searches.end(session, work.keyring, ended, kept, entry)
        return case_searches.get(session, ended.case, ended.id)


def cancel(work: Cases, case_id: str, search_id: int, *, by: Person, now: datetime) -> Search:
    """Stop a search that runs; nothing of what it found is kept. Raises NotFound."""
    with (
        recorded(work.database, by.id, case_id, "cancel", now),
        work.database.writing() as session,
    ):
        case = fetch(session, case_id, by)
        search = case_searches.get(session, case.id, search_id)
        ended = replace(search, state=SearchState.CANCELLED, heard=now)
        counts = f"cancelled, {search.scanned} of {search.total} gone through"
        case_searches.end(session, work.keyring, ended, None, _entry(ended, now, counts))
        return case_searches.get(session, case_id, search_id)


def give_up(work: Cases, search: Search, *, now: datetime) -> None:
    """Note that a search broke off; nothing of what it found is kept."""
    ended = replace(search, state=SearchState.STOPPED, heard=now)
    with work.database.writing() as session:
        case_searches.end(session, work.keyring, ended, None, _entry(ended, now, "broke off"))


def _entry(search: Search, now: datetime, counts: str) -> AuditEntry:
    return AuditEntry(
        at=now,
        actor=search.by,
        action=Action.SEARCH,
        subject=search.case,
        purpose=Purpose.SEARCH,
        detail=f"search {search.id}: {counts}",
    )
