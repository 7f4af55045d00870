"""Cases, who authorised what they may search, their searches and looks; whose body mail is of.

The first revision makes all tables as the code has them today; so what is there already is
left alone.
"""

from typing import cast

from alembic import op
from sqlalchemy import Column, Table, inspect

from models.db.case_tables import CaseLookRow, CaseRow, CaseSearchRow
from models.db.tables import Row

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and the column that are not there yet."""
    connection = op.get_bind()
    for row in (CaseRow, CaseSearchRow, CaseLookRow):
        cast("Table", row.__table__).create(connection, checkfirst=True)
    table = Row.metadata.tables["held_messages"]
    there = {each["name"] for each in inspect(connection).get_columns(table.name)}
    if "body" not in there:
        op.add_column(table.name, Column("body", table.columns["body"].type, nullable=True))
