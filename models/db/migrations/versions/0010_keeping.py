"""Freezes, requests, certificates of erasure; when a message ended.

The first revision makes all tables as the code has them today; so what is there already is
left alone.
"""

from typing import cast

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Table

from models.audit import Action
from models.db.keeping_tables import FreezeItemRow, FreezeRow, RequestRow, SweepRow
from models.db.tables import AuditRow, HeldRow

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_OVER = ("sent", "refused", "withdrawn")
_ENDS = (Action.SEND, Action.REFUSE, Action.WITHDRAW)


def upgrade() -> None:
    """Make the tables and the column; a message that has ended did so at its last act."""
    connection = op.get_bind()
    for row in (FreezeRow, FreezeItemRow, SweepRow, RequestRow):
        cast("Table", row.__table__).create(connection, checkfirst=True)
    held = cast("Table", HeldRow.__table__)
    if "ended" not in {each["name"] for each in sa.inspect(connection).get_columns(held.name)}:
        op.add_column(held.name, sa.Column("ended", HeldRow.ended.type, nullable=True))
    for index in held.indexes:
        if index.name == "ix_held_messages_ended":
            index.create(connection, checkfirst=True)
    last = (
        sa.select(sa.func.max(AuditRow.at))
        .where(AuditRow.subject == HeldRow.id, AuditRow.action.in_([each.value for each in _ENDS]))
        .scalar_subquery()
    )
    op.execute(
        sa.update(held).where(held.c.ended.is_(None), held.c.state.in_(_OVER)).values(ended=last)
    )
