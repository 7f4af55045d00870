"""The console's sessions, on the server's side: listed, ended at once, throttled."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import CursorResult, delete, func, select
from sqlalchemy.orm import Session

from models.db.tables import OpenIdSubjectRow, SignInFailureRow, SignInRow
from models.sign_in import Method, SignInSession

_HANDLE = 20  # hexadecimal digits of the digest of a token; the token cannot be found from it


def open_(
    session: Session, token: str, person_id: str, now: datetime, *, method: Method, browser: str
) -> None:
    """Begin a session; only the token's digest is kept."""
    session.add(
        SignInRow(
            token=_digest(token),
            person=person_id,
            opened=now,
            used=now,
            method=method.value,
            browser=browser,
        )
    )


def person(
    session: Session, token: str, *, opened_since: datetime, used_since: datetime
) -> str | None:
    """Return whose session it is, if it is still good."""
    row = session.get(SignInRow, _digest(token))
    if row is None or row.opened < opened_since or row.used < used_since:
        return None
    return row.person


def handle_of(token: str) -> str:
    """Return the handle of a token's session."""
    return _digest(token)[:_HANDLE]


def of_person(
    session: Session, person_id: str, *, opened_since: datetime, used_since: datetime
) -> list[SignInSession]:
    """Return a person's good sessions, the one used last first."""
    query = (
        select(SignInRow)
        .where(
            SignInRow.person == person_id,
            SignInRow.opened >= opened_since,
            SignInRow.used >= used_since,
        )
        .order_by(SignInRow.used.desc(), SignInRow.token)
    )
    return [
        SignInSession(
            handle=row.token[:_HANDLE],
            person=row.person,
            opened=row.opened,
            used=row.used,
            method=Method(row.method) if row.method else None,
            browser=row.browser or "",
        )
        for row in session.scalars(query)
    ]


def touch(session: Session, token: str, now: datetime) -> None:
    """Note that a session was used."""
    row = session.get(SignInRow, _digest(token))
    if row is not None:
        row.used = now


def close(session: Session, token: str) -> None:
    """End one session."""
    session.execute(delete(SignInRow).where(SignInRow.token == _digest(token)))


def close_one(session: Session, person_id: str, handle: str) -> bool:
    """End one session of a person by its handle; tell whether there was one."""
    if len(handle) != _HANDLE or not handle.isalnum():
        return False
    of_handle = SignInRow.token.startswith(handle)
    return _deleted(session, delete(SignInRow).where(SignInRow.person == person_id, of_handle)) > 0


def close_all(session: Session, person_id: str | None, *, but: str = "") -> int:
    """End all sessions of a person, or of everyone, but that of a token; say how many."""
    ended = delete(SignInRow).where(SignInRow.token != _digest(but))
    if person_id is not None:
        ended = ended.where(SignInRow.person == person_id)
    return _deleted(session, ended)


def forget_old(session: Session, *, opened_before: datetime) -> None:
    """Delete the rows of sessions and failures that no longer count."""
    session.execute(delete(SignInRow).where(SignInRow.opened < opened_before))
    session.execute(delete(SignInFailureRow).where(SignInFailureRow.at < opened_before))


def failures(session: Session, username: str, since: datetime) -> list[datetime]:
    """Return when attempts at a name failed since an instant, the last one last.

    Who asks so in a transaction that writes has the name to themselves until it ends: attempts
    made side by side cannot each find the same number.
    """
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer at a time
        key = int(sha256(username.encode()).hexdigest()[:15], 16)
        session.execute(select(func.pg_advisory_xact_lock(key)))
    query = (
        select(SignInFailureRow.at)
        .where(SignInFailureRow.username == username, SignInFailureRow.at >= since)
        .order_by(SignInFailureRow.at)
    )
    return list(session.scalars(query))


def note_failure(session: Session, username: str, at: datetime) -> None:
    """Note a failed attempt."""
    session.add(SignInFailureRow(username=username, at=at))


def forgive(session: Session, username: str, at: datetime) -> None:
    """Forget one failure that was none: the attempt was right."""
    query = select(SignInFailureRow).where(
        SignInFailureRow.username == username, SignInFailureRow.at == at
    )
    row = session.scalars(query.limit(1)).first()
    if row is not None:
        session.delete(row)


def method(session: Session, token: str) -> Method | None:
    """Return how a session was begun, if it is there."""
    row = session.get(SignInRow, _digest(token))
    return Method(row.method) if row and row.method else None


def clear_failures(session: Session, username: str) -> None:
    """Forget the failures at a name: it was right in the end, or someone unlocked it."""
    session.execute(delete(SignInFailureRow).where(SignInFailureRow.username == username))


def subject(session: Session, issuer: str, subject_id: str) -> str | None:
    """Return the person to whom a subject of an identity provider was bound."""
    row = session.get(OpenIdSubjectRow, _subject_key(issuer, subject_id))
    return row.person if row else None


def is_bound(session: Session, person_id: str) -> bool:
    """Tell whether some subject was bound to a person."""
    query = select(OpenIdSubjectRow.key).where(OpenIdSubjectRow.person == person_id)
    return session.scalar(query) is not None


def bind(session: Session, issuer: str, subject_id: str, person_id: str, now: datetime) -> None:
    """Bind a subject to a person: from now on it is that person, whatever its address says."""
    key = _subject_key(issuer, subject_id)
    session.add(OpenIdSubjectRow(key=key, person=person_id, made=now))


def unbind(session: Session, person_id: str) -> bool:
    """Forget which subject a person is; tell whether there was one."""
    return (
        _deleted(session, delete(OpenIdSubjectRow).where(OpenIdSubjectRow.person == person_id)) > 0
    )


def _deleted(session: Session, statement: object) -> int:
    result = session.execute(statement)  # type: ignore[call-overload]
    return result.rowcount if isinstance(result, CursorResult) else 0


def _subject_key(issuer: str, subject_id: str) -> str:
    return _digest(f"{issuer}\n{subject_id}")


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
