"""Copies of the whole database, without the keys of items; and a database made of a copy.

Without an item's key its content cannot be read, whatever else is in the copy. SQLite is copied
table by table, for its backup interface would copy the keys too; PostgreSQL by pg_dump and
pg_restore; each as of one instant.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, func, insert, inspect, select, table, text
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import DBAPIError

from models.db.tables import AuditHeadRow, ItemKeyRow, Row
from models.errors import SettingInvalid, Unavailable

_KEYS = ItemKeyRow.__tablename__
_OTHERS = 0o077
_AT_ONCE = 1000  # rows
_SERVERS = Path("/usr/lib/postgresql")  # where Debian keeps the programs of each version
_SCHEMA = (
    "SELECT type, name, sql FROM source.sqlite_schema WHERE name NOT LIKE 'sqlite|_%' ESCAPE '|'"
)


def name_of_copy(url: str) -> str:
    """The file name of a copy of this kind of database."""
    return "database.sqlite" if _is_sqlite(url) else "database.dump"


def copy(url: str, target: Path) -> tuple[dict[str, int], tuple[int, str]]:
    """Copy a database into a new file; return how many rows each table had, and the chain's end.

    Raises Unavailable, SettingInvalid if PostgreSQL's programs are not installed.
    """
    if _is_sqlite(url):
        _copy_sqlite(url, target)
        with _opened(f"sqlite:///{target}") as connection:
            return _counts(connection), _head(connection)
    with _opened(url) as connection:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        counts, head = _counts(connection), _head(connection)
        _run(
            "pg_dump",
            url,
            "--format=custom",
            f"--exclude-table-data={_KEYS}",
            f"--snapshot={snapshot}",
            f"--file={target}",
        )
    target.chmod(target.stat().st_mode & ~_OTHERS)
    return counts, head


def restore(url: str, source: Path) -> None:
    """Make a database of a copy; it has no keys yet. Raises SettingInvalid if one is there."""
    if not is_empty(url):
        raise SettingInvalid(
            "database.url: there is a database already, and nothing was restored;"
            " expected none (SQLite) or an empty one (PostgreSQL)"
        )
    if _is_sqlite(url):
        path = Path(make_url(url).database or "")
        partial = path.with_name(f"{path.name}.partial")
        shutil.copyfile(source, partial)
        partial.chmod(0o600)
        partial.rename(path)
    else:
        _run("pg_restore", url, "--exit-on-error", "--single-transaction", str(source))


def put_keys(url: str, keys: Mapping[str, bytes]) -> None:
    """Give a restored database the keys of its items."""
    rows = [{"item": item, "wrapped": wrapped} for item, wrapped in keys.items()]
    with _opened(url) as connection:
        for start in range(0, len(rows), _AT_ONCE):
            connection.execute(insert(ItemKeyRow), rows[start : start + _AT_ONCE])
        connection.commit()


def counts_of(url: str, tables: Mapping[str, int]) -> dict[str, int]:
    """Count the rows of the tables that are named; one that is not there has -1."""
    with _opened(url) as connection:
        there = set(inspect(connection).get_table_names())
        return {each: _count(connection, each) if each in there else -1 for each in tables}


def is_empty(url: str) -> bool:
    """Tell whether there is no database, or one without tables. Raises Unavailable."""
    if _is_sqlite(url):
        path = Path(make_url(url).database or "")
        return not path.exists()
    with _opened(url) as connection:
        return not inspect(connection).get_table_names()


@contextmanager
def scratch(url: str, folder: Path) -> Iterator[str]:
    """Give the URL of a database for a trial, which is removed afterwards.

    Raises SettingInvalid if PostgreSQL does not let us make one.
    """
    if _is_sqlite(url):
        yield f"sqlite:///{folder / 'trial.db'}"
        return
    name = f"porthor_trial_{os.getpid()}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT", hide_parameters=True)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
        try:
            yield make_url(url).set(database=name).render_as_string(hide_password=False)
        finally:
            with engine.connect() as connection:
                connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
    except DBAPIError:
        raise SettingInvalid(
            "database.url: a trial database cannot be made on this server;"
            " its account needs CREATEDB for `porthor restore --check`"
        ) from None
    finally:
        engine.dispose()


def _copy_sqlite(url: str, target: Path) -> None:
    """Copy every table but the keys: what is killed half-way has left none on the disk either."""
    source = Path(make_url(url).database or "").absolute().as_uri()
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(sqlite3.connect(target, isolation_level=None, uri=True)) as made:
            made.execute("ATTACH ? AS source", (f"{source}?mode=ro",))
            made.execute("BEGIN")  # from the first row to the last it is as of one instant
            schema = made.execute(_SCHEMA).fetchall()
            for kind, name, statement in schema:
                if kind == "table":
                    made.execute(statement)
                    if name != _KEYS:
                        made.execute(f'INSERT INTO main."{name}" SELECT * FROM source."{name}"')  # noqa: S608 - a table of ours
            for kind, _, statement in schema:
                if kind != "table":
                    made.execute(statement)  # triggers look at what is added, so they come last
            made.execute("COMMIT")
    except sqlite3.Error:
        target.unlink(missing_ok=True)
        raise Unavailable("the database could not be copied; see that the disk has room") from None


def _run(program: str, url: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; the password travels in its environment alone."""
    found = shutil.which(program) or max(map(str, _SERVERS.glob(f"*/bin/{program}")), default="")
    if not found:
        raise SettingInvalid(
            f"{program} is not installed; PostgreSQL is backed up and restored with it"
            " (Debian: apt install postgresql-client)"
        )
    given = make_url(url)
    plain = URL.create(
        "postgresql", given.username, None, given.host, given.port, given.database, given.query
    )
    environment = {**os.environ, **({"PGPASSWORD": given.password} if given.password else {})}
    command = [found, "--no-owner", "--no-privileges", "--dbname", str(plain), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        raise Unavailable(
            f"{program} ended with status {done.returncode}; run it by hand to see why"
            " (its version must not be older than the server's)"
        )


@contextmanager
def _opened(url: str) -> Iterator[Connection]:
    """A plain connection, which changes no setting of the file. Raises Unavailable."""
    engine = create_engine(url, hide_parameters=True)
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError:
        raise Unavailable("the database, or a copy of it, cannot be read; try again") from None
    finally:
        engine.dispose()


def _counts(connection: Connection) -> dict[str, int]:
    """Rows by table, but for the keys, which are kept elsewhere."""
    there = set(inspect(connection).get_table_names())
    names = sorted(there & (set(Row.metadata.tables) - {_KEYS}))
    return {each: _count(connection, each) for each in names}


def _count(connection: Connection, name: str) -> int:
    return connection.execute(select(func.count()).select_from(table(name))).scalar_one()


def _head(connection: Connection) -> tuple[int, str]:
    row = connection.execute(select(AuditHeadRow.length, AuditHeadRow.digest)).one_or_none()
    return (row.length, row.digest) if row else (0, "")


def _is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"
