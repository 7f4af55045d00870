"""Mail marked personal: a reviewer opens it only with a second person (L21).

The second is someone who may decide on it too, or the protection officer, who agrees that it must
be opened and sees nothing of it here. An agreement lasts for a day; then it is asked anew.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry
from models.db import held, people, second_looks
from models.db.database import Database
from models.db.second_looks import SecondLook
from models.errors import Conflict, NotFound, NotPermitted
from models.held import HeldMessage, HeldState
from models.person import Person, Role
from quarantine import notices, permissions
from quarantine.notices import LANGUAGES, Post
from quarantine.permissions import People

LASTS = timedelta(days=1)


def may_agree(person: Person, message: HeldMessage, known: People) -> bool:
    """Tell whether a person can be the second: a reviewer of it, or an officer not involved."""
    if permissions.can_review(person, message, known):
        return True
    officer = Role.PROTECTION_OFFICER in person.roles
    return (
        officer and message.state is not HeldState.SEALED and not permissions.bar(person, message)
    )


def companion(session: Session, message: HeldMessage, who: Person, now: datetime) -> str | None:
    """Return who agreed that this person opens it, if that was within the day."""
    since = now - LASTS
    if message.appeal:  # who agreed before may be who decided before
        since = max(since, message.appeal.at)
    for each in second_looks.about(session, message.id):
        if each.asked_by == who.id and each.agreed is not None and each.agreed > since:
            return each.agreed_by
    return None


def check(session: Session, message: HeldMessage, who: Person, now: datetime) -> None:
    """Raise NotPermitted if it is marked personal and nobody opens it with them."""
    if message.marked_personal and companion(session, message, who, now) is None:
        raise NotPermitted("it is marked personal: it is opened only with a second person")


def ask(database: Database, post: Post, held_id: str, *, by: Person, now: datetime) -> None:
    """Ask for a second person, and tell those who can be.

    Raises NotFound, NotPermitted, Conflict.
    """
    with database.writing() as session:
        message, known = held.get(session, held_id), people.directory(session)
        permissions.check_review(by, message, known)
        if not message.marked_personal:
            raise Conflict("it is not marked personal; nothing was saved")
        entry = _entry(held_id, by, now, "asked for a second person")
        second_looks.ask(session, held_id, by=by.id, at=now, entry=entry)
        values = {language: {"by": by.name, "console": post.console_url} for language in LANGUAGES}
        for person in _seconds(message, by, known):
            notices.queue(session, post, "second-person", person, values, held=message, now=now)


def agree(database: Database, held_id: str, asked_by: str, *, by: Person, now: datetime) -> None:
    """Agree to be the second person. Raises NotFound, NotPermitted, Conflict."""
    with database.writing() as session:
        message, known = held.get(session, held_id), people.directory(session)
        if not may_agree(by, message, known):
            raise NotFound(f"no held message {held_id}")
        if asked_by == by.id:
            raise NotPermitted("a second person must agree")
        found = [each for each in second_looks.about(session, held_id) if each.asked_by == asked_by]
        if not found or found[0].agreed_by is not None:
            raise Conflict("nobody asks for it now; nothing of yours was saved")
        entry = _entry(held_id, by, now, f"second person of {asked_by}")
        second_looks.agree(session, found[0], by=by.id, at=now, entry=entry)


def to_agree(session: Session, who: Person, known: People, now: datetime) -> list[SecondLook]:
    """Return what a person is asked to be the second for, the oldest first."""
    asked = [each for each in second_looks.waiting(session, now - LASTS) if each.asked_by != who.id]
    messages = {each.id: each for each in held.of_ids(session, {each.held for each in asked})}
    return [each for each in asked if may_agree(who, messages[each.held], known)]


def _seconds(message: HeldMessage, by: Person, known: People) -> list[Person]:
    """Who is told: other reviewers of it, and the protection officers."""
    others = (each for each in known.values() if each.id != by.id and each.active)
    return [each for each in others if may_agree(each, message, known)]


def _entry(held_id: str, by: Person, now: datetime, detail: str) -> AuditEntry:
    return AuditEntry(
        at=now, actor=by.id, action=Action.SECOND_PERSON, subject=held_id, detail=detail
    )
