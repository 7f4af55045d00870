"""Exhibits, bundles and disclosures of cases.

The first revision makes all tables as the code has them today; so what is there already is
left alone.
"""

from typing import cast

from alembic import op
from sqlalchemy import Table

from models.db.case_tables import DisclosureRow, ExhibitRow, ExportRow

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables that are not there yet."""
    for row in (ExhibitRow, ExportRow, DisclosureRow):
        cast("Table", row.__table__).create(op.get_bind(), checkfirst=True)
