"""Alembic's entry: always online, on the connection that Database.upgrade hands over."""

from alembic import context

from models.db import (  # noqa: F401 - their rows are in Row.metadata
    api_tables,
    appeal_tables,
    case_tables,
    keeping_tables,
    sealed_tables,
)
from models.db.tables import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
