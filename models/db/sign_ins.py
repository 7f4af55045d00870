"""The console's sessions, on the server's side: listed, ended at once, throttled."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from models.db.tables import SignInFailureRow, SignInRow


def open_(session: Session, token: str, person_id: str, now: datetime) -> None:
    """Begin a session; only the token's digest is kept."""
    session.add(SignInRow(token=_digest(token), person=person_id, opened=now, used=now))


def person(
    session: Session, token: str, *, opened_since: datetime, used_since: datetime
) -> str | None:
    """Return whose session it is, if it is still good."""
    row = session.get(SignInRow, _digest(token))
    if row is None or row.opened < opened_since or row.used < used_since:
        return None
    return row.person


def touch(session: Session, token: str, now: datetime) -> None:
    """Note that a session was used."""
    row = session.get(SignInRow, _digest(token))
    if row is not None:
        row.used = now


def close(session: Session, token: str) -> None:
    """End one session."""
    session.execute(delete(SignInRow).where(SignInRow.token == _digest(token)))


def close_all(session: Session, person_id: str) -> None:
    """End all of a person's sessions."""
    session.execute(delete(SignInRow).where(SignInRow.person == person_id))


def count_failures(session: Session, username: str, since: datetime) -> int:
    """Count the failed attempts at a name since an instant."""
    query = select(func.count()).where(
        SignInFailureRow.username == username, SignInFailureRow.at >= since
    )
    return session.scalar(query) or 0


def note_failure(session: Session, username: str, at: datetime) -> None:
    """Note a failed attempt."""
    session.add(SignInFailureRow(username=username, at=at))


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
