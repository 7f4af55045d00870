"""Migrations are numbered, HEAD is true, and they make the tables that the code has."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from models.db.database import HEAD
from models.db.tables import Row

VERSIONS = Path(__file__).parents[2] / "models/db/migrations/versions"


def test_migrations_are_numbered_without_a_gap_and_head_is_the_last():
    numbers = sorted(path.name[:4] for path in VERSIONS.glob("0*.py"))
    assert numbers == [f"{each:04}" for each in range(1, len(numbers) + 1)]
    assert numbers[-1] == HEAD


def test_the_migrated_tables_are_the_code_s(database):
    with database.reading() as session:
        context = MigrationContext.configure(session.connection())
        assert compare_metadata(context, Row.metadata) == []
