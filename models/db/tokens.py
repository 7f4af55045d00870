"""Whether a random token stands in any row, in the clear.

What is sealed cannot be looked into, and need not be: nothing of ours seals a message without a row
about it, which bears the message's id.
"""

from sqlalchemy import JSON, String, Table, cast, literal, or_, select
from sqlalchemy.orm import Session

from models.db.tables import OutboxRow, Row


def stands_anywhere(session: Session, token: str) -> bool:
    """Tell whether any text in any table holds the token; `token` is letters and digits."""
    waiting = session.scalars(select(OutboxRow.content).where(OutboxRow.content.is_not(None)))
    return any(token.encode() in (content or b"") for content in waiting) or any(
        _stands_in(session, table, token) for table in Row.metadata.sorted_tables
    )


def _stands_in(session: Session, table: Table, token: str) -> bool:
    texts = [
        cast(column, String).contains(token)
        for column in table.columns
        if isinstance(column.type, String | JSON)
    ]
    if not texts:
        return False
    found = session.execute(select(literal(1)).select_from(table).where(or_(*texts)).limit(1))
    return found.first() is not None
