"""What reviewers were told of within the hour, and what waits for their next digest.

The first revision makes all tables as the code has them today; so what is there already is
left alone.
"""

from typing import cast

from alembic import op
from sqlalchemy import Table

from models.db.tables import TellingRow

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table if it is not there yet."""
    cast("Table", TellingRow.__table__).create(op.get_bind(), checkfirst=True)
