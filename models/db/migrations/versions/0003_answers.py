"""Reviewers' answers, what people say about held messages, self-reports, and reasons by code.

The first revision makes all tables as the code has them today; so what is there already is
left alone.
"""

from alembic import op
from sqlalchemy import Column, inspect

from models.db.tables import Row

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and the column, that are not there yet."""
    connection = op.get_bind()
    tables = Row.metadata.tables
    for name in ("answers", "self_reports", "statements"):
        tables[name].create(connection, checkfirst=True)
    table = tables["decisions"]
    there = {each["name"] for each in inspect(connection).get_columns(table.name)}
    if "code" not in there:
        op.add_column(table.name, Column("code", table.columns["code"].type, nullable=True))
