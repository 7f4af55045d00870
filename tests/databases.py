"""Databases with their tables made: the migrations run once, and every test has a copy."""

import tempfile
from functools import cache
from pathlib import Path

from models.db.database import Database


def migrate(url):
    """Make the tables, and let go of the database."""
    database = Database(url)
    database.upgrade()
    database.close()


@cache
def _made():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.db"
        migrate(f"sqlite:///{path}")
        return path.read_bytes()


def sqlite(path):
    """Put a SQLite database with its tables at a path; return its URL."""
    path.write_bytes(_made())
    return f"sqlite:///{path}"
