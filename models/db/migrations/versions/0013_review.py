"""The directory's version, kept by triggers; samples; indices for what is asked for often.

The first revision makes all tables as the code has them today; so what is there already is
left alone.
"""

from typing import cast
from uuid import uuid4

from alembic import op
from sqlalchemy import Table, inspect

from models.db.tables import AuditRow, DecisionRow, DirectoryRow, HeldRow, SampleRow

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_NEW = (
    (AuditRow, "ix_audit_entries_action_purpose"),
    (DecisionRow, "ix_decisions_by_at"),
    (HeldRow, "ix_held_messages_received_state_id"),
    (HeldRow, "ix_held_messages_sender_key_received"),
)
_REPLACED = ("ix_held_messages_received", "ix_held_messages_sender_key")
_SQLITE = """
CREATE TRIGGER IF NOT EXISTS directory_{name} AFTER {event} ON people
BEGIN UPDATE directory SET version = lower(hex(randomblob(16))); END
"""
_POSTGRESQL = """
CREATE OR REPLACE FUNCTION directory_changed() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
UPDATE directory SET version = replace(gen_random_uuid()::text, '-', '');
RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER directory_changed AFTER INSERT OR DELETE OR UPDATE ON people
FOR EACH STATEMENT EXECUTE FUNCTION directory_changed();
"""


def upgrade() -> None:
    """Make the tables and the indices that are not there yet; drop those they replace."""
    connection = op.get_bind()
    table = cast("Table", DirectoryRow.__table__)
    table.create(connection, checkfirst=True)
    cast("Table", SampleRow.__table__).create(connection, checkfirst=True)
    if connection.execute(table.select()).first() is None:
        connection.execute(table.insert().values(id=1, version=uuid4().hex))
    if connection.dialect.name == "sqlite":
        events = {"added": "INSERT", "gone": "DELETE", "changed": "UPDATE"}
        for name, event in events.items():
            op.execute(_SQLITE.format(name=name, event=event))
    else:
        op.execute(_POSTGRESQL)
    for row, new in _NEW:
        for index in cast("Table", row.__table__).indexes:
            if index.name == new:
                index.create(connection, checkfirst=True)
    there = {each["name"] for each in inspect(connection).get_indexes("held_messages")}
    for old in sorted({*_REPLACED} & {each or "" for each in there}):
        op.drop_index(old, "held_messages")
