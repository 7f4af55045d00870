"""Refusals that their senders appealed.

The first revision makes all tables as the code has them today; so what is there already is
left alone.
"""

from typing import cast

from alembic import op
from sqlalchemy import Table

from models.db.appeal_tables import AppealRow

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table if it is not there yet."""
    cast("Table", AppealRow.__table__).create(op.get_bind(), checkfirst=True)
