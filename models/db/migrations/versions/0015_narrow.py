"""Whether a held message shows what only few may see, such as health or offences (L23).

The column may be empty, so that the release before this one still works. The first revision
makes all tables as the code has them today; so what is there already is left alone.
"""

from alembic import op
from sqlalchemy import Boolean, Column, inspect

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TABLE, _COLUMN = "held_messages", "narrow"


def upgrade() -> None:
    """Add the column if it is not there yet."""
    there = {each["name"] for each in inspect(op.get_bind()).get_columns(_TABLE)}
    if _COLUMN not in there:
        op.add_column(_TABLE, Column(_COLUMN, Boolean, nullable=True))
