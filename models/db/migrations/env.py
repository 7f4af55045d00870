"""Alembic's entry: always online, on the connection that Database.upgrade hands over."""

from alembic import context

from models.db import case_tables, keeping_tables  # noqa: F401 - their rows are in Row.metadata
from models.db.tables import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
