"""When a self-report's turn began, and who was told of it before.

The first revision makes all tables as the code has them today; so what is there already is
left alone.
"""

from alembic import op
from sqlalchemy import Column, inspect

from models.db.tables import Row

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns that are not there yet."""
    table = Row.metadata.tables["self_reports"]
    there = {each["name"] for each in inspect(op.get_bind()).get_columns(table.name)}
    for name in ("told_at", "asked"):
        if name not in there:
            op.add_column(table.name, Column(name, table.columns[name].type, nullable=True))
