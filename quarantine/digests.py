"""Many messages for one reviewer become one email an hour, so that none is lost in the heap.

The first few within an hour are told one by one and at once. What comes after them is gathered,
and goes together when an hour has passed since the last; what is urgent, or due soon, never
waits for that. What has been decided or passed on meanwhile is left out.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.db import held, people, tellings
from models.db.database import Database
from models.held import HeldMessage, HeldState
from models.person import Person
from quarantine import notices
from quarantine.dates import write_time
from quarantine.notices import LANGUAGES, Post
from quarantine.permissions import People, can_review, sender_of

NAMES = frozenset({"waiting", "late", "passed", "reminder"})  # notices that can wait for others
MOST_AT_ONCE = 3  # within an hour
_HOUR = timedelta(hours=1)
_SOON = timedelta(hours=2)  # before the end of a turn: told at once
_MOST_LINES = 50


def gather(session: Session, post: Post, message: HeldMessage, to: Person, now: datetime) -> bool:
    """Note that a reviewer is to be told of a message; tell whether it waits for a digest."""
    if not post.settings.enabled:
        return False
    due_soon = message.turn.ends is not None and message.turn.ends - now < _SOON
    lately = tellings.told_since(session, to.id, now - _HOUR)
    waits = lately >= MOST_AT_ONCE and not due_soon
    tellings.add(session, to.id, message.id, now, told=not waits)
    return waits


def send_due(database: Database, post: Post, now: datetime) -> tuple[str, ...]:
    """Queue each digest that is due; return who gets one. Raises Unavailable, Conflict."""
    with database.reading() as session:
        due = tellings.due(session, now - _HOUR)
    if not due:
        return ()
    with database.writing() as session:
        tellings.forget_before(session, now - _HOUR)
        known = people.directory(session)
        return tuple(each for each in due if _send(session, post, known, each, now))


def _send(session: Session, post: Post, known: People, person_id: str, now: datetime) -> bool:
    """Queue one person's digest; tell whether anything was left to tell them."""
    ids = tellings.take(session, person_id, now)
    person = known.get(person_id)
    messages = held.of_ids(session, ids)
    theirs = [
        each
        for each in messages
        if person is not None
        and each.state is HeldState.HELD
        and each.reviewer == person_id
        and can_review(person, each, known)
    ]
    if person is None or not theirs:
        return False
    theirs.sort(key=lambda each: (each.turn.ends or now, each.id))
    values = {
        language: {
            "count": str(len(theirs)),
            "list": _lines(post, theirs, known, language),
            "first": write_time(theirs[0].turn.ends or now, language),
        }
        for language in LANGUAGES
    }
    notices.queue(session, post, "digest", person, values, held=None, now=now)
    return True


def _lines(post: Post, messages: Sequence[HeldMessage], known: People, language: str) -> str:
    """A line for each: its reference, whose it is, and by when to decide."""
    words = notices.words("digest-line", language)
    lines = [
        words["appeal" if each.appeal else "line"].format(
            reference=each.id,
            sender=notices.name_of_sender(post, each, sender_of(each, known), language),
            deadline=write_time(each.turn.ends, language) if each.turn.ends else "-",
        )
        for each in messages[:_MOST_LINES]
    ]
    if len(messages) > _MOST_LINES:
        lines.append(words["more"].format(count=len(messages) - _MOST_LINES))
    return "\n".join(lines)
