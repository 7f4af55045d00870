"""What reviewers see of each other and of themselves.

The first revision makes all tables as the code has them today; so what is there already is
left alone.
"""

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
