"""Keys of the programs that may ask for a verdict; who keeps a person's entry.

The first revision makes all tables as the code has them today; so what is there already is
left alone.
"""

from typing import cast

from alembic import op
from sqlalchemy import Column, Table, inspect

from models.db.api_tables import ApiKeyRow
from models.db.tables import Row

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and add the column, if they are not there yet."""
    connection = op.get_bind()
    cast("Table", ApiKeyRow.__table__).create(connection, checkfirst=True)
    people = Row.metadata.tables["people"]
    there = {each["name"] for each in inspect(connection).get_columns(people.name)}
    if "source" not in there:
        op.add_column(people.name, Column("source", people.columns["source"].type, nullable=True))
