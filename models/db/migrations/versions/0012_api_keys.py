"""Keys of the programs that may ask for a verdict.

The first revision makes all tables as the code has them today; so what is there already is
left alone.
"""

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
