"""Keys of the HTTP API: made, found by their token, listed, revoked; never deleted.

A token is 256 random bits, so its SHA-256 is enough to keep: there is nothing to guess.
"""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.api_key import ApiKey, Channel
from models.audit import AuditEntry
from models.db import audit
from models.db.api_tables import ApiKeyRow
from models.errors import Conflict, NotFound


def add(session: Session, key: ApiKey, token: str, entry: AuditEntry) -> None:
    """Keep a new key by its token's digest. Raises Conflict if one of the name is not revoked."""
    audit.lock(session)
    if _unrevoked(session, key.name) is not None:
        raise Conflict(f'there is a key "{key.name}" already; revoke it first')
    session.add(
        ApiKeyRow(
            digest=digest_of(token),
            name=key.name,
            channels=sorted(key.channels),
            made=key.made,
            ends=key.ends,
            revoked=None,
        )
    )
    audit.append(session, entry)


def find(session: Session, token: str) -> ApiKey | None:
    """Return the key of a token, revoked or ended ones too; None if there is none."""
    row = session.get(ApiKeyRow, digest_of(token))
    return _key(row) if row else None


def all_keys(session: Session) -> list[ApiKey]:
    """Return all keys, the newest first."""
    query = select(ApiKeyRow).order_by(ApiKeyRow.made.desc(), ApiKeyRow.name)
    return [_key(row) for row in session.scalars(query)]


def revoke(session: Session, name: str, at: datetime, entry: AuditEntry) -> None:
    """Make a key useless from now on. Raises NotFound if none of the name is in force."""
    audit.lock(session)
    row = _unrevoked(session, name)
    if row is None:
        raise NotFound(f'no key "{name}" is in force; `porthor api-key list` shows those that are')
    row.revoked = at
    audit.append(session, entry)


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def _unrevoked(session: Session, name: str) -> ApiKeyRow | None:
    query = select(ApiKeyRow).where(ApiKeyRow.name == name, ApiKeyRow.revoked.is_(None))
    return session.scalars(query).first()


def _key(row: ApiKeyRow) -> ApiKey:
    return ApiKey(
        name=row.name,
        channels=frozenset(Channel(each) for each in row.channels),
        made=row.made,
        ends=row.ends,
        revoked=row.revoked,
    )
