"""Keys of the programs that may ask for a verdict; groups; who keeps a person's entry.

The first revision makes all tables as the code has them today; so what is there already is
left alone.
"""

from typing import cast

from alembic import op
from sqlalchemy import Column, Table, inspect

from models.db.api_tables import ApiKeyRow, GroupRow
from models.db.tables import Row

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and add the columns, that are not there yet."""
    connection = op.get_bind()
    for row in (ApiKeyRow, GroupRow):
        cast("Table", row.__table__).create(connection, checkfirst=True)
    people = Row.metadata.tables["people"]
    there = {each["name"] for each in inspect(connection).get_columns(people.name)}
    for name in ("source", "external_id"):
        if name not in there:
            op.add_column(people.name, Column(name, people.columns[name].type, nullable=True))
