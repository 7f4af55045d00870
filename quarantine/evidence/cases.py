"""The life of a case: opened, approved by another, reviewed, closed.

Every act is one transaction with its audit entry; every refusal has an entry too, in one of its
own (turned_away.py). Widening a scope means a new approval: the case is a draft meanwhile, and
admits nothing. What is answered in a draft is in answering.py.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry
from models.body import HERE
from models.case import (
    LONGEST,
    Case,
    CaseState,
    Outcome,
    Scope,
    can_authorise,
    can_move,
    can_work,
    is_narrower,
    missing,
)
from models.db import audit, cases, people
from models.db.database import Database
from models.db.keyring import Keyring
from models.errors import Conflict, NotFound, SettingInvalid
from models.person import Person
from models.policy import Policy
from quarantine import notices
from quarantine.evidence.rights import (
    Refusal,
    is_authoriser,
    is_worker,
    refusal_to_oversee,
    refusal_to_see,
)
from quarantine.evidence.turned_away import TurnedAway, recorded
from quarantine.notices import LANGUAGES, Post
from quarantine.permissions import People

LONGEST_TEXT = 2000  # characters of an answer


_SENTENCES = {
    "missing": "is empty; expected an answer",
    "too-long": "is too long; expected a title of 80, words of 200, an answer of 2,000 characters",
    "names-someone": "names a person of the directory; expected one that names nobody",
    "unknown": "is not known; expected ids of the directory, or addresses of the body",
    "worker": "has someone in it who works on the case; expected others",
    "choose": "is none of those to choose from",
    "out-of-range": "does not fit; expected days in order, and an end within six months",
    "not-narrower": "is not within what was asked for; expected fewer days or people",
    "not-complete": "cannot be asked yet; expected every answer first",
    "no-word": "has no word or number in it; expected one",
    "out-of-scope": "is outside the scope of the case: nothing was searched, and the attempt was"
    " recorded; a wider scope needs a new approval",
    "nothing": "has nothing in it; expected something to keep",
    "other-digest": "is not that of the bundle that was given; expected its digest",
    "taken": "is there already; expected another",
    "not-a-label": "is no label; expected initials and a number, such as GM/4",
    "not-there": "does not stand in the email; expected whole words as they stand there",
    "too-short": "is too short to be cut everywhere; expected three letters or digits",
    "not-cut": "has no cuts yet, though an exhibit was said to need them; expected them first",
    "not-a-certificate": "is no certificate with an RSA key; expected one in PEM",
    "envelopes-only": "cannot be searched in this case, which covers envelopes alone; the attempt"
    " was recorded",
}


class NotUsable(SettingInvalid):
    """What was given cannot be used: which field, and which mistake, by their fixed names."""

    def __init__(self, where: str, mistake: str) -> None:
        """Keep both; a page has the sentence for each in two languages."""
        super().__init__(f"{where.replace('_', ' ')} {_SENTENCES[mistake]}")
        self.where, self.mistake = where, mistake


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """What work on cases needs, given once."""

    database: Database
    keyring: Keyring = field(repr=False)
    post: Post
    domains: frozenset[str]  # the body's own
    bases: Collection[str]  # ids of the register of lawful bases


def cases_of(database: Database, keyring: Keyring, post: Post, policy: Policy) -> Cases:
    """Put together what work on cases needs; the register of lawful bases is the policy's."""
    return Cases(
        database=database,
        keyring=keyring,
        post=post,
        domains=policy.domains,
        bases=[each.id for each in policy.lawful_bases],
    )


def on_day(now: datetime) -> date:
    """The local day of an instant."""
    return now.astimezone(HERE).date()


def entry(case: Case, actor: str, action: Action, now: datetime, detail: str = "") -> AuditEntry:
    """An audit entry about a case."""
    return AuditEntry(at=now, actor=actor, action=action, subject=case.id, detail=detail)


def everyone(session: Session) -> People:
    """All people, by id; leavers too."""
    return people.directory(session)


def checked(text: str, where: str, *, needed: bool = True) -> str:
    """Return what a person wrote. Raises NotUsable if it is empty or too long."""
    if needed and not text.strip():
        raise NotUsable(where, "missing")
    if len(text) > LONGEST_TEXT:
        raise NotUsable(where, "too-long")
    return text.strip()


def fetch(session: Session, case_id: str, who: Person) -> Case:
    """Return a case that this person may know of. Raises TurnedAway."""
    try:
        case = cases.get(session, case_id)
    except NotFound:
        raise TurnedAway(Refusal.NO_CASE) from None
    if refused := refusal_to_see(who, case):
        raise TurnedAway(refused)
    return case


def see(database: Database, case_id: str, who: Person, now: datetime) -> Case:
    """Return a case that this person may know of. Raises NotFound; the refusal is entered."""
    with recorded(database, who.id, case_id, "see", now), database.reading() as session:
        return fetch(session, case_id, who)


def oversee(database: Database, case_id: str, who: Person, now: datetime) -> Case:
    """Return a case whose record this person may read; who oversees is entered for it.

    Raises NotFound; the refusal is entered.
    """
    with recorded(database, who.id, case_id, "record", now), database.writing() as session:
        try:
            case = cases.get(session, case_id)
        except NotFound:
            raise TurnedAway(Refusal.NO_CASE) from None
        if refused := refusal_to_oversee(who, case):
            raise TurnedAway(refused)
        if refusal_to_see(who, case):
            audit.append(session, entry(case, who.id, Action.OVERSEE, now, "record"))
        return case


@contextmanager
def acting(
    work: Cases, case_id: str, by: Person, act: str, now: datetime
) -> Iterator[tuple[Session, Case]]:
    """Give a transaction and the case in it. Raises NotFound; the refusal is entered."""
    with recorded(work.database, by.id, case_id, act, now), work.database.writing() as session:
        audit.lock(session)  # what is read is what is changed
        yield session, fetch(session, case_id, by)


def check_worker(case: Case, by: Person) -> None:
    """Raise TurnedAway unless this person works on the case."""
    if not is_worker(by, case):
        raise TurnedAway(Refusal.NOT_THEIRS)


def check_authoriser(case: Case, by: Person, known: People) -> None:
    """Raise TurnedAway unless this person was asked to approve the case and may."""
    if not (is_authoriser(by, case) and can_authorise(by, case, known)):
        raise TurnedAway(Refusal.NOT_AUTHORISER)


def move(session: Session, seen: Case, after: Case, done: AuditEntry) -> Case:
    """Move a case to another state. Raises Conflict."""
    if not can_move(seen.state, after.state):
        raise Conflict(f"a case that is {seen.state.value} cannot become {after.state.value}")
    cases.change(session, seen, after, done)
    return after


def submit(work: Cases, case_id: str, *, authoriser: str, by: Person, now: datetime) -> Case:
    """Ask someone to approve a case. Raises NotFound, Conflict, NotUsable."""
    with acting(work, case_id, by, "submit", now) as (session, case):
        check_worker(case, by)
        known = everyone(session)
        if missing(case, cases.answers(session, work.keyring, case_id)):
            raise NotUsable("authoriser", "not-complete")
        asked = known.get(authoriser)
        if asked is None or not can_authorise(asked, case, known):
            raise NotUsable("authoriser", "choose")
        waiting = replace(case, state=CaseState.WAITING, authoriser=authoriser)
        done = entry(case, by.id, Action.SUBMIT_CASE, now, f"to {authoriser}")
        tell(session, work, "case-waiting", case, asked, now)
        return move(session, case, waiting, done)


def approve(  # noqa: PLR0913 - who approves what, until when
    work: Cases,
    case_id: str,
    *,
    by: Person,
    ends: date | None,
    review: date | None,
    narrower: Scope | None = None,
    note: str = "",
    now: datetime,
) -> Case:
    """Approve a case as it is, or with a narrower scope. Raises NotFound, Conflict, NotUsable."""
    with acting(work, case_id, by, "approve", now) as (session, case):
        check_authoriser(case, by, everyone(session))
        _check_days(ends, review, on_day(now))
        if narrower is not None and not is_narrower(narrower, case.scope):
            raise NotUsable("scope", "not-narrower")
        approved = replace(
            case,
            state=CaseState.OPEN,
            approved=now,
            ends=ends,
            review=review,
            scope=narrower or case.scope,
            reminded=None,
        )
        _note(session, work, case, note, needed=False)
        how = "narrower" if narrower is not None and narrower != case.scope else "as asked"
        done = entry(case, by.id, Action.APPROVE_CASE, now, f"{how}, until {ends}")
        _tell_workers(session, work, "case-decided", case, now)
        return move(session, case, approved, done)


def _check_days(ends: date | None, review: date | None, today: date) -> None:
    if ends is None or not today <= ends <= today + LONGEST:
        raise NotUsable("ends", "out-of-range")
    if review is None or not today <= review <= ends:
        raise NotUsable("review", "out-of-range")


def send_back(work: Cases, case_id: str, *, by: Person, note: str, now: datetime) -> Case:
    """Send a case back to who works on it. Raises NotFound, Conflict, NotUsable."""
    with acting(work, case_id, by, "send back", now) as (session, case):
        check_authoriser(case, by, everyone(session))
        if case.state is not CaseState.WAITING:
            raise Conflict("this case does not wait for approval")
        _note(session, work, case, note, needed=True)
        draft = replace(case, state=CaseState.DRAFT, authoriser="")
        _tell_workers(session, work, "case-decided", case, now)
        return move(session, case, draft, entry(case, by.id, Action.SEND_BACK_CASE, now))


def pause(work: Cases, case_id: str, *, by: Person, now: datetime) -> Case:
    """Stop a case for a time: it admits nothing. Raises NotFound, Conflict."""
    with acting(work, case_id, by, "put on hold", now) as (session, case):
        done = entry(case, by.id, Action.CHANGE_CASE, now, "on-hold")
        return move(session, case, replace(case, state=CaseState.ON_HOLD), done)


def resume(work: Cases, case_id: str, *, by: Person, now: datetime) -> Case:
    """Go on with a case within its approval. Raises NotFound, Conflict."""
    with acting(work, case_id, by, "resume", now) as (session, case):
        check_worker(case, by)
        if case.state is not CaseState.ON_HOLD:
            raise Conflict("this case is not on hold")
        done = entry(case, by.id, Action.CHANGE_CASE, now, "resumed")
        return move(session, case, replace(case, state=CaseState.OPEN), done)


def amend(work: Cases, case_id: str, *, by: Person, now: datetime) -> Case:
    """Make an approved case a draft again, to widen it: it admits nothing until approved anew."""
    with acting(work, case_id, by, "amend", now) as (session, case):
        check_worker(case, by)
        if case.state is CaseState.WAITING:
            raise Conflict("this case waits for approval")
        draft = replace(
            case, state=CaseState.DRAFT, authoriser="", approved=None, ends=None, review=None
        )
        done = entry(case, by.id, Action.CHANGE_CASE, now, "draft")
        return move(session, case, draft, done)


def say_necessary(
    work: Cases, case_id: str, *, by: Person, why: str, following: date | None, now: datetime
) -> Case:
    """Say that a case is still necessary, and when to ask again. Raises as approve does."""
    with acting(work, case_id, by, "review", now) as (session, case):
        if case.state not in {CaseState.OPEN, CaseState.ON_HOLD}:
            raise Conflict("this case is not open")
        _check_days(case.ends, following, on_day(now))
        given = cases.answers(session, work.keyring, case.id)
        text = checked(why, "why")
        cases.write(session, work.keyring, case.id, replace(given, necessity=text))
        after = replace(case, review=following, reminded=None)
        done = entry(case, by.id, Action.REVIEW_CASE, now, f"again by {following}")
        cases.change(session, case, after, done)
        return after


def assign(work: Cases, case_id: str, *, worker: str, by: Person, now: datetime) -> Case:
    """Let one more of HR work on a case. Raises NotFound, Conflict, NotUsable."""
    with acting(work, case_id, by, "assign", now) as (session, case):
        person = everyone(session).get(worker)
        able = person is not None and can_work(person, case) and worker != case.authoriser
        if not able or worker in case.workers:
            raise NotUsable("worker", "choose")
        after = replace(case, workers=(*case.workers, worker))
        cases.change(
            session, case, after, entry(case, by.id, Action.CHANGE_CASE, now, f"worker: {worker}")
        )
        return after


def close(
    work: Cases,
    case_id: str,
    *,
    by: Person,
    outcome: Outcome,
    keep_until: date | None,
    now: datetime,
) -> Case:
    """Close a case: it admits nothing from now on. Raises NotFound, Conflict, NotUsable."""
    with acting(work, case_id, by, "close", now) as (session, case):
        if keep_until is None or keep_until < on_day(now):
            raise NotUsable("keep_until", "out-of-range")
        after = replace(
            case, state=CaseState.CLOSED, outcome=outcome, closed=now, keep_until=keep_until
        )
        done = entry(case, by.id, Action.CLOSE_CASE, now, f"{outcome.value}, kept to {keep_until}")
        return move(session, case, after, done)


def _note(session: Session, work: Cases, case: Case, note: str, *, needed: bool) -> None:
    given = cases.answers(session, work.keyring, case.id)
    text = checked(note, "note", needed=needed)
    cases.write(session, work.keyring, case.id, replace(given, note=text))


def tell(
    session: Session, work: Cases, name: str, case: Case, person: Person, now: datetime
) -> None:
    """Tell one person about a case, by its id alone."""
    link = f"{work.post.console_url}/cases/{case.id}"
    values = {each: {"case": case.id, "case_link": link} for each in LANGUAGES}
    notices.queue(session, work.post, name, person, values, held=None, now=now)


def _tell_workers(session: Session, work: Cases, name: str, case: Case, now: datetime) -> None:
    known = everyone(session)
    for each in case.workers:
        if each in known and known[each].active:
            tell(session, work, name, case, known[each], now)
