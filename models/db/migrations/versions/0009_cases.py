"""Cases, and who authorised what they may search.

The first revision makes all tables as the code has them today; so what is there already is
left alone.
"""

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
