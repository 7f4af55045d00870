"""Rules that only watch because they were too often wrong; the audit chain by kind and time.

The first revision makes all tables as the code has them today; so what is there already is
left alone.
"""

from typing import cast

from alembic import op
from sqlalchemy import Table

from models.db.tables import AuditRow, DemotedRuleRow

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the index that are not there yet."""
    connection = op.get_bind()
    cast("Table", DemotedRuleRow.__table__).create(connection, checkfirst=True)
    for index in cast("Table", AuditRow.__table__).indexes:
        if index.name == "ix_audit_entries_action_at":
            index.create(connection, checkfirst=True)
