"""${message}.

Rules: the release before this one must still work on the new tables (expand first, contract
one release later); no long lock; both SQLite and PostgreSQL; write the revision in HEAD.
"""

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
