"""What every test may ask for: a database of each kind, a clock, a keyring."""

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from models.db.database import Database
from models.db.keyring import Keyring


@pytest.fixture
def now():
    return datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture
def keyring(tmp_path):
    Keyring.create(tmp_path / "keys.toml")
    return Keyring.load(tmp_path / "keys.toml")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'porthor.db'}"
        return
    server = request.getfixturevalue("postgresql")
    name = f"test_{uuid.uuid4().hex}"
    admin = create_engine(server.format(name="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.format(name=name)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    database.upgrade()
    yield database
    database.close()


def _binary(name):
    found = shutil.which(name)
    if found:
        return found
    return next(iter(sorted(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")))), None)


@pytest.fixture(scope="session")
def postgresql():
    """A real server on a socket of its own; its URL with a place for the database's name."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield given.rsplit("/", 1)[0] + "/{name}"
        return
    initdb, pg_ctl = _binary("initdb"), _binary("pg_ctl")
    if not (initdb and pg_ctl):
        pytest.skip("PostgreSQL is not installed: its part of the store tests did not run")
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    user, switch = "postgres", []
    if os.getuid() == 0:  # the server refuses root
        try:
            account = pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("no postgres account to run the server as")
        os.chown(folder, account.pw_uid, account.pw_gid)
        switch = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    data = folder / "data"

    def as_server(*command):
        subprocess.run([*switch, *map(str, command)], check=True, capture_output=True, cwd=folder)

    as_server(initdb, "-D", data, "-U", user, "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-k {folder} -c listen_addresses= -c fsync=off -c full_page_writes=off"
    as_server(pg_ctl, "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
    yield f"postgresql+psycopg://{user}@/{{name}}?host={folder}"
    as_server(pg_ctl, "-D", data, "-m", "immediate", "-w", "stop")
    shutil.rmtree(folder, ignore_errors=True)
