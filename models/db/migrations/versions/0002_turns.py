"""Whose turn it is to decide and until when, who is involved, and how people stand.

Every column may be empty, so that the release before this one still works. The first revision
makes all tables as the code has them today; so what is there already is left alone.
"""

from alembic import op
from sqlalchemy import Column, inspect

from models.db.tables import HeldRow, PersonRow

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_COLUMNS = {
    HeldRow: ("involved", "apart", "asked", "declined", "turn_since", "turn_ends"),
    PersonRow: ("standing", "alternate", "informed_by", "absent_from", "absent_until"),
}
_INDEX = "ix_held_messages_turn_ends"


def upgrade() -> None:
    """Add the columns, and the index the worker looks by, where they are not yet."""
    connection = op.get_bind()
    for row, names in _COLUMNS.items():
        there = {each["name"] for each in inspect(connection).get_columns(row.__tablename__)}
        for name in names:
            if name not in there:
                column = Column(name, row.__table__.columns[name].type, nullable=True)
                op.add_column(row.__tablename__, column)
    indexes = {each["name"] for each in inspect(connection).get_indexes(HeldRow.__tablename__)}
    if _INDEX not in indexes:
        op.create_index(_INDEX, HeldRow.__tablename__, ["turn_ends"])
