"""The audit chain grows at its end and nowhere else, and its head never goes back; the sealed lane.

SQLite's INSERT OR REPLACE deletes a row without firing its DELETE trigger, so an insert is
looked at too. What a trigger cannot stop, being dropped for one, `porthor audit verify` finds.
"""

from typing import cast

from alembic import op
from sqlalchemy import Table

from models.db.sealed_tables import SealedRow, SecondLookRow

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_NOT_AT_THE_END = "NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM audit_entries)"
_SQLITE = (
    f"""
CREATE TRIGGER IF NOT EXISTS audit_at_the_end BEFORE INSERT ON audit_entries
WHEN {_NOT_AT_THE_END}
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
""",
    """
CREATE TRIGGER IF NOT EXISTS audit_head_once BEFORE INSERT ON audit_head
WHEN EXISTS (SELECT 1 FROM audit_head)
BEGIN SELECT RAISE(ABORT, 'the audit log has one head'); END
""",
    """
CREATE TRIGGER IF NOT EXISTS audit_head_stays BEFORE DELETE ON audit_head
BEGIN SELECT RAISE(ABORT, 'the head of the audit log stays'); END
""",
    """
CREATE TRIGGER IF NOT EXISTS audit_head_grows BEFORE UPDATE ON audit_head
WHEN NEW.id <> OLD.id OR NEW.length <= OLD.length
BEGIN SELECT RAISE(ABORT, 'the head of the audit log only grows'); END
""",
)
_POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION audit_at_the_end() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
IF {_NOT_AT_THE_END} THEN RAISE EXCEPTION 'the audit log is append-only'; END IF;
RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER audit_at_the_end BEFORE INSERT ON audit_entries
FOR EACH ROW EXECUTE FUNCTION audit_at_the_end();
CREATE OR REPLACE FUNCTION audit_head_grows() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
IF TG_OP = 'INSERT' THEN
IF EXISTS (SELECT 1 FROM audit_head) THEN RAISE EXCEPTION 'the audit log has one head'; END IF;
ELSIF NEW.id <> OLD.id OR NEW.length <= OLD.length THEN
RAISE EXCEPTION 'the head of the audit log only grows';
END IF;
RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER audit_head_grows BEFORE INSERT OR UPDATE ON audit_head
FOR EACH ROW EXECUTE FUNCTION audit_head_grows();
CREATE OR REPLACE TRIGGER audit_head_stays BEFORE DELETE OR TRUNCATE ON audit_head
FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
"""  # noqa: S608 - no value of anybody's stands in it


def upgrade() -> None:
    """Make the triggers, and the tables that are not there yet."""
    for row in (SealedRow, SecondLookRow):
        cast("Table", row.__table__).create(op.get_bind(), checkfirst=True)
    if op.get_bind().dialect.name == "sqlite":
        for each in _SQLITE:
            op.execute(each)
    else:
        op.execute(_POSTGRESQL)
