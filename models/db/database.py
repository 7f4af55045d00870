"""One database, SQLite or PostgreSQL, and all that differs between them.

SQLite: WAL and synchronous=FULL, because 250 means it is safe; a writer says BEGIN IMMEDIATE,
or two that read before they write would lock each other out (docs/specifications.md).
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session

from models.errors import SettingInvalid, Unavailable

_log = logging.getLogger("porthor.database")
SQLITE_PATIENCE = 30.0  # seconds that a writer waits for another
_SCRUB_PATIENCE = 3000  # milliseconds that a scrub waits for others, who wait for it
_OWNS_KEYS = (
    "SELECT pg_has_role(current_user, relowner, 'USAGE')"
    " FROM pg_class WHERE oid = 'item_keys'::regclass"
)
_MIGRATIONS = Path(__file__).with_name("migrations")
HEAD = (_MIGRATIONS / "HEAD").read_text().strip()


class Database:
    """Where everything that is kept is kept."""

    def __init__(self, url: str) -> None:
        """Take a SQLAlchemy URL; nothing is opened or created yet."""
        try:
            parsed = make_url(url)
            self._engine = _engine(url)
        except (ArgumentError, NoSuchModuleError, ImportError):
            raise SettingInvalid(
                'database.url is not a database we know; expected "sqlite:////path/porthor.db"'
                ' or "postgresql+psycopg://USER@HOST/NAME"'
            ) from None
        self._path = parsed.database if parsed.get_backend_name() == "sqlite" else None
        self._writer = self._engine.execution_options(immediate=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session to read with. Raises Unavailable."""
        with _faults(), Session(self._engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session whose work is committed at the end, or not at all. Raises Unavailable."""
        with _faults(), Session(self._writer) as session, session.begin():
            session.connection()  # begin now, so that what is read is what is changed
            yield session

    def upgrade(self) -> None:
        """Bring the tables to the newest revision; on a new file, make them. Raises Unavailable."""
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        with _faults(), self._writer.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def revision(self) -> str | None:
        """Say which revision the tables are at; None if there are none. Raises Unavailable."""
        with _faults(), self._engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def check(self) -> None:
        """Raise Unavailable if it cannot be reached, SettingInvalid if it must be upgraded."""
        if self._path and not Path(self._path).exists():
            raise Unavailable("the database file is not there; run `porthor db upgrade`")
        found = self.revision()
        if found != HEAD:
            raise SettingInvalid(
                f"the database is at revision {found or 'none'}; expected {HEAD};"
                " run `porthor db upgrade`"
            )

    def scrub(self) -> bool:
        """Let go of the pages on which deleted rows stood; tell whether all could be.

        SQLite overwrites what is deleted (secure_delete); what is left is the write-ahead log,
        which is emptied if nobody reads. PostgreSQL writes the small table of keys anew, so that
        its old file goes; its write-ahead log goes as it is recycled. Who does not own that table
        may not, which is logged (docs/operating.md). Raises Unavailable.
        """
        with _faults():
            return self._scrub_sqlite() if self._path else self._scrub_postgresql()

    def _scrub_sqlite(self) -> bool:
        with self._engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            patience = f"PRAGMA busy_timeout={round(SQLITE_PATIENCE * 1000)}"
            driver.execute(f"PRAGMA busy_timeout={_SCRUB_PATIENCE}")  # writers wait meanwhile
            busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            driver.execute(patience)
        return not busy

    def _scrub_postgresql(self) -> bool:
        plain = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        with plain.connect() as connection:
            connection.exec_driver_sql(f"SET lock_timeout = {_SCRUB_PATIENCE}")
            if not connection.exec_driver_sql(_OWNS_KEYS).scalar_one():
                _log.warning("erased keys: their table is its owner's to write anew: VACUUM FULL")
                return True
            try:
                connection.exec_driver_sql("VACUUM (FULL) item_keys")
                connection.exec_driver_sql("VACUUM contents, held_messages, self_reports, people")
            finally:
                connection.exec_driver_sql("RESET lock_timeout")
        return True

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": SQLITE_PATIENCE})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=10)


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def _faults() -> Iterator[None]:
    """Turn the driver's faults into ours, without statement or parameters."""
    try:
        yield
    except OperationalError as error:
        raise Unavailable(_sentence(error)) from None
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable("the database closed the connection; try again") from None
        raise


def _sentence(error: OperationalError) -> str:
    text = str(error.orig).lower()
    if "locked" in text or "busy" in text:
        return "the database is locked by another program; try again"
    if "unable to open" in text:
        return "the database file cannot be opened; check that its folder exists and is writable"
    if "no such table" in text:
        return "the database has no tables; run `porthor db upgrade`"
    if "full" in text:
        return "the disk of the database is full"
    if "readonly" in text or "read-only" in text:
        return "the database is read-only; check who owns its files"
    return "the database cannot be reached; try again"
