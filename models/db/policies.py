"""Policies by digest, so that an old decision can still be explained."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry
from models.db import audit
from models.db.tables import PolicyRow


def put(session: Session, digest: str, text: str, at: datetime) -> None:
    """Keep a policy's text, and enter its adoption; once for each digest."""
    if session.get(PolicyRow, digest) is None:
        session.add(PolicyRow(digest=digest, text=text, adopted=at))
        audit.append(
            session, AuditEntry(at=at, actor="system", action=Action.ADOPT_POLICY, subject=digest)
        )


def get(session: Session, digest: str) -> str | None:
    """Return a policy's text."""
    row = session.get(PolicyRow, digest)
    return row.text if row else None
