"""Exhibits, redactions, bundles and disclosures.

The first revision makes all tables as the code has them today; so what is there already is
left alone.
"""

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
