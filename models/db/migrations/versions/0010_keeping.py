"""Freezes, requests, certificates of erasure.

The first revision makes all tables as the code has them today; so what is there already is
left alone.
"""

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
