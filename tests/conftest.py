"""What every test may ask for: a database of each kind, a clock, a keyring."""

import os
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime

import hypothesis
import pytest
from sqlalchemy import create_engine, text

from models.db.database import Database
from models.db.keyring import Keyring
from tests import databases, postgresql_server

hypothesis.settings.register_profile("porthor", deadline=None)  # no test is about time
hypothesis.settings.load_profile("porthor")


@pytest.fixture
def now():
    return datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture
def keyring(tmp_path):
    Keyring.create(tmp_path / "keys.toml")
    return Keyring.load(tmp_path / "keys.toml")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """Where a database is that has its tables, and nothing in them."""
    if request.param == "sqlite":
        yield databases.sqlite(tmp_path / "porthor.db")
        return
    server = request.getfixturevalue("postgresql")
    template = request.getfixturevalue("postgresql_template")
    with _made(server, f"TEMPLATE {template}") as name:
        yield server.format(name=name)


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgresql_template(postgresql):
    """The name of a database that the others are copied from."""
    with _made(postgresql) as name:
        databases.migrate(postgresql.format(name=name))
        yield name


@contextmanager
def _made(server, how=""):
    name = f"test_{uuid.uuid4().hex}"
    admin = create_engine(server.format(name="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} {how}"))
    yield name
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(scope="session")
def postgresql():
    """A real server on a socket of its own; its URL with a place for the database's name."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield given.rsplit("/", 1)[0] + "/{name}"
        return
    try:
        with postgresql_server.running() as url:
            yield url
    except postgresql_server.MissingError as missing:
        pytest.skip(f"{missing}: its part of the store tests did not run")
