"""A real PostgreSQL server of one's own on a socket, for tests and benchmarks."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class MissingError(Exception):
    """There is no PostgreSQL here, or no account to run it as; the text says which."""


@contextmanager
def running() -> Iterator[str]:
    """Start a server that does not wait for the disk; give its URL with a place for a name.

    Raises MissingError.
    """
    initdb, pg_ctl = _binary("initdb"), _binary("pg_ctl")
    if not (initdb and pg_ctl):
        raise MissingError("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    user, switch = "postgres", []
    if os.getuid() == 0:  # the server refuses root
        try:
            account = pwd.getpwnam("postgres")
        except KeyError:
            raise MissingError("there is no postgres account to run the server as") from None
        os.chown(folder, account.pw_uid, account.pw_gid)
        switch = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    data = folder / "data"

    def as_server(*command):
        subprocess.run([*switch, *map(str, command)], check=True, capture_output=True, cwd=folder)

    as_server(initdb, "-D", data, "-U", user, "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-k {folder} -c listen_addresses= -c fsync=off -c full_page_writes=off"
    as_server(pg_ctl, "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
    try:
        yield f"postgresql+psycopg://{user}@/{{name}}?host={folder}"
    finally:
        as_server(pg_ctl, "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _binary(name):
    found = shutil.which(name)
    if found:
        return found
    return next(iter(sorted(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")))), None)
