"""Second factors, accounts of the identity provider, break-glass; what is known of a session.

The new columns may be empty, so that the release before this one still works. The first
revision makes all tables as the code has them today; so what is there already is left alone.
"""

from typing import cast

from alembic import op
from sqlalchemy import Column, Table, inspect

from models.db.tables import (
    OpenIdSubjectRow,
    OpeningRow,
    OpeningTakeRow,
    RecoveryCodeRow,
    SecondFactorRow,
    SignInRow,
)

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLES = (SecondFactorRow, RecoveryCodeRow, OpenIdSubjectRow, OpeningRow, OpeningTakeRow)
_COLUMNS = ("method", "browser")


def upgrade() -> None:
    """Make the tables and columns that are not there yet."""
    connection = op.get_bind()
    for row in _TABLES:
        cast("Table", row.__table__).create(connection, checkfirst=True)
    table = SignInRow.__table__
    there = {each["name"] for each in inspect(connection).get_columns(SignInRow.__tablename__)}
    for name in _COLUMNS:
        if name not in there:
            column = Column(name, table.columns[name].type, nullable=True)
            op.add_column(SignInRow.__tablename__, column)
