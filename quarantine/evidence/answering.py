"""What is answered before a case can be approved: opened from a title, saved task by task.

A case begins with a referral, with a complaint by a recipient, or with neither. People are
given by id or by address; what is no mailbox of the body's people or domains is not taken.
"""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from models.address import in_domains, parse_address
from models.audit import Action
from models.case import (
    Answers,
    Case,
    CaseState,
    Reach,
    Scope,
    Task,
    Telling,
    can_work,
    names_someone,
)
from models.db import cases, held, statements
from models.errors import Conflict, NotFound
from models.held import HeldMessage, HeldState
from models.person import Person
from models.statement import Saying
from quarantine.evidence.cases import (
    Cases,
    NotUsable,
    acting,
    check_worker,
    checked,
    entry,
    everyone,
    on_day,
)
from quarantine.evidence.rights import Refusal
from quarantine.evidence.turned_away import TurnedAway, recorded
from quarantine.outcomes import human_resources
from quarantine.permissions import People, keys_of, sender_of

LONGEST_TITLE = 80  # characters


def open_case(
    work: Cases,
    *,
    by: Person,
    title: str,
    about: str = "",
    complainant: str = "",
    now: datetime,
) -> Case:
    """Open a draft; `about` is a message that was passed to HR, `complainant` an id or address.

    Raises NotFound if the person or the message is not one for this, NotUsable.
    """
    with (
        recorded(work.database, by.id, "", "open", now),
        work.database.writing() as session,
    ):
        known = everyone(session)
        words = _checked_title(title, known)
        draft = Case(
            id=cases.next_id(session, on_day(now).year),
            body=by.body,
            title=words,
            state=CaseState.DRAFT,
            opened=now,
            workers=(by.id,),
        )
        if about:
            draft = _about(session, draft, about, by, known)
        if complainant.strip():
            draft = replace(draft, scope=_complaint(draft.scope, complainant, known))
        if not can_work(by, draft):
            raise TurnedAway(Refusal.NO_ROLE)
        detail = f"about {about}" if about else "a complaint" if complainant else ""
        done = entry(draft, by.id, Action.OPEN_CASE, now, detail)
        cases.add(session, work.keyring, draft, Answers(), done)
        return draft


def _checked_title(title: str, known: People) -> str:
    words = " ".join(title.split())
    if not words or len(words) > LONGEST_TITLE:
        raise NotUsable("title", "missing" if not words else "too-long")
    if names_someone(words, list(known.values())):
        raise NotUsable("title", "names-someone")
    return words


def _about(session: Session, draft: Case, held_id: str, by: Person, known: People) -> Case:
    """Begin a case with a message that was passed to HR, its sender as the one it is about."""
    try:
        message = held.get(session, held_id)
    except NotFound:
        raise TurnedAway(Refusal.NO_CASE) from None
    if message.state is not HeldState.REFERRED:  # nothing else is theirs to know of
        raise TurnedAway(Refusal.NO_CASE)
    if by not in human_resources(message, known):
        raise TurnedAway(Refusal.INVOLVED)
    said = statements.about(session, [held_id])[held_id]
    referred = [each.by for each in said if each.kind is Saying.REFERRED]
    return replace(
        draft,
        about=held_id,
        referred_by=referred[-1] if referred else "",
        flagged=message.apart,
        scope=_sender_s(message, known),
    )


def _sender_s(message: HeldMessage, known: People) -> Scope:
    sender = sender_of(message, known)
    key = parse_address(message.sender).key
    mailboxes = sorted({key, *(keys_of(sender) if sender else ())})
    return Scope(people=(sender.id,) if sender else (), mailboxes=tuple(mailboxes))


def _complaint(scope: Scope, complainant: str, known: People) -> Scope:
    """Who complains is a person of the body, or someone outside to whom mail went."""
    text = complainant.strip()
    person = known.get(text.lower()) or _owner(text, known)
    if person is not None:
        keys = tuple(sorted(keys_of(person)))
        return replace(scope, complainant=person.id, complainant_mailboxes=keys)
    key = parse_address(text).key
    if "@" not in key or " " in key:
        raise NotUsable("complainant", "unknown")
    return replace(scope, complainant=key, complainant_mailboxes=(key,))


def _owner(address: str, known: People) -> Person | None:
    key = parse_address(address).key
    return next((each for each in known.values() if key in keys_of(each)), None)


def _draft(session: Session, case: Case, by: Person) -> People:
    """Check that a case may be answered in. Raises TurnedAway, Conflict."""
    check_worker(case, by)
    if case.state is not CaseState.DRAFT:
        raise Conflict("this case is not a draft; a wider scope needs a new approval")
    return everyone(session)


def answer_text(
    work: Cases, case_id: str, task: Task, *, text: str, by: Person, now: datetime
) -> None:
    """Answer PURPOSE or MILDER. Raises NotFound, Conflict, NotUsable."""
    name = "allegation" if task is Task.PURPOSE else "milder"
    with acting(work, case_id, by, "answer", now) as (session, case):
        _draft(session, case, by)
        given = cases.answers(session, work.keyring, case_id)
        given = replace(given, **{name: checked(text, "text")})
        cases.write(session, work.keyring, case_id, given)
        done = entry(case, by.id, Action.CHANGE_CASE, now, task.value)
        cases.change(session, case, case, done)


def answer_basis(work: Cases, case_id: str, *, basis: str, by: Person, now: datetime) -> None:
    """Choose the lawful basis from the register. Raises NotFound, Conflict, NotUsable."""
    if basis not in work.bases:
        raise NotUsable("basis", "choose")
    with acting(work, case_id, by, "answer", now) as (session, case):
        _draft(session, case, by)
        done = entry(case, by.id, Action.CHANGE_CASE, now, f"basis: {basis}")
        cases.change(session, case, replace(case, basis=basis), done)


def answer_scope(  # noqa: PLR0913 - whose mail, of which days
    work: Cases,
    case_id: str,
    *,
    people: str,
    first: date | None,
    last: date | None,
    by: Person,
    now: datetime,
) -> None:
    """Say whose mail (ids and addresses, parted by spaces or commas) and of which days.

    Raises NotFound, Conflict, NotUsable.
    """
    with acting(work, case_id, by, "answer", now) as (session, case):
        known = _draft(session, case, by)
        ids, mailboxes = _resolved(people, case.body, known, work.domains)
        if first is None or last is None or first > last or first > on_day(now):
            raise NotUsable("first", "out-of-range")
        scope = replace(case.scope, people=ids, mailboxes=mailboxes, first=first, last=last)
        after = replace(case, scope=scope)
        if not all(can_work(known[each], after) for each in case.workers if each in known):
            raise NotUsable("people", "worker")
        days = f"scope: {first} to {last}, mailboxes: {len(mailboxes)}"
        cases.change(session, case, after, entry(case, by.id, Action.CHANGE_CASE, now, days))


def _resolved(
    text: str, body: str, known: People, domains: frozenset[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return ids, and the keys of mailboxes. Raises NotUsable at the first that is not known."""
    ids: dict[str, None] = {}
    mailboxes: set[str] = set()
    for each in text.replace(",", " ").split():
        person = known.get(each.lower()) or _owner(each, known)
        if person is not None and person.body == body:
            ids[person.id] = None
            mailboxes |= keys_of(person)
        elif person is None and in_domains(parse_address(each).domain or "-", domains):
            mailboxes.add(parse_address(each).key)
        else:
            raise NotUsable("people", "unknown")
    if not mailboxes:
        raise NotUsable("people", "missing")
    return tuple(ids), tuple(sorted(mailboxes))


def answer_reach(
    work: Cases, case_id: str, *, reach: Reach | None, by: Person, now: datetime
) -> None:
    """Say how far the case may look. Raises NotFound, Conflict, NotUsable."""
    if reach is None:
        raise NotUsable("reach", "choose")
    with acting(work, case_id, by, "answer", now) as (session, case):
        _draft(session, case, by)
        after = replace(case, scope=replace(case.scope, reach=reach))
        done = entry(case, by.id, Action.CHANGE_CASE, now, f"reach: {reach.value}")
        cases.change(session, case, after, done)


def answer_telling(  # noqa: PLR0913 - whether, when and why
    work: Cases,
    case_id: str,
    *,
    telling: Telling | None,
    on: date | None,
    reason: str,
    by: Person,
    now: datetime,
) -> None:
    """Say whether the employee knows; if they are told later, why and when that is looked at.

    Raises NotFound, Conflict, NotUsable.
    """
    later = telling is Telling.LATER
    today = on_day(now)
    if telling is None:
        raise NotUsable("telling", "choose")
    if on is None or (on < today if later else on > today):
        raise NotUsable("tell_on", "out-of-range")
    text = checked(reason, "reason", needed=later)
    with acting(work, case_id, by, "answer", now) as (session, case):
        _draft(session, case, by)
        given = cases.answers(session, work.keyring, case_id)
        cases.write(session, work.keyring, case_id, replace(given, telling=text))
        done = entry(case, by.id, Action.CHANGE_CASE, now, f"telling: {telling.value}")
        cases.change(session, case, replace(case, telling=telling, tell_on=on), done)
