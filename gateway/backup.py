"""Backups that cannot bring back what was erased (docs/decisions/0004-backups.md).

A backup is a folder: a copy of the database without the keys of items, the settings and the
policy, and a manifest of digests. Beside all backups lies one keys file, sealed under the key
file's key and replaced at each backup and after each sweep: an older backup, opened with it,
lacks the keys of whatever has been erased since.
"""

import base64
import json
import os
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from fcntl import LOCK_EX, flock
from hashlib import file_digest
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gateway.config import Settings
from models.audit import Action, AuditEntry
from models.db import audit, copies, erasures
from models.db.database import HEAD, Database
from models.db.keyring import Keyring
from models.errors import NotFound, SettingInvalid, Tampered
from quarantine.access import open_sample

KEYS = "keys.sealed"
_LOCK = "keys.lock"  # empty; held by the process that renews the keys file
_MANIFEST = "manifest.json"
_BOUND = "backup-keys"
_SAMPLE = 20  # items that a check opens
_OWNER = 0o700


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds."""

    made: str  # ISO 8601, UTC
    program: str
    revision: str
    database: str  # the copy's file name
    files: dict[str, str]  # name -> SHA-256
    rows: dict[str, int]  # by table
    entries: int  # of the audit chain
    digest: str  # of its last


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a backup was found to be, restored for a trial or in earnest."""

    backup: str
    made: str
    rows: int
    entries: int
    opened: int  # items of the sample that opened, and are what their digests say
    held: int  # held messages whose content can be opened
    erased: int  # held messages of the copy whose keys are gone


def back_up(settings: Settings, folder: Path, *, by: str, now: datetime) -> Path:
    """Make a backup in a folder of its own; return it. Raises SettingInvalid, Unavailable."""
    name = f"porthor-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    target, partial = folder / name, folder / f"{name}.partial"
    if target.exists():
        raise SettingInvalid(f"{target} is there already; a backup is never overwritten")
    with closing(Database(settings.database_url)) as database:
        database.check()
        try:
            partial.mkdir(mode=_OWNER, parents=True)
            manifest = _filled(settings, partial, now)
            _write(partial / _MANIFEST, json.dumps(asdict(manifest), indent=1).encode())
            partial.rename(target)
            renew_keys(database, Keyring.load(settings.keys_file), folder)
        except OSError as error:
            raise SettingInvalid(f"{folder}: cannot be written: {error.strerror}") from None
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        detail = f"{manifest.entries} audit entries, {sum(manifest.rows.values())} rows"
        _enter(database, Action.BACK_UP, name, detail, by, now)
    return target


def renew_keys(database: Database, keyring: Keyring, folder: Path) -> None:
    """Replace the keys file by one of the keys that there are now. Raises OSError.

    One at a time: keys read before a sweep erased some are never written after it.
    """
    with os.fdopen(os.open(folder / _LOCK, os.O_WRONLY | os.O_CREAT, 0o600), "w") as lock:
        flock(lock, LOCK_EX)
        with database.reading() as session:
            keys = {
                item: base64.b64encode(wrapped).decode() for item, wrapped in erasures.keys(session)
            }
        sealed = keyring.seal_secret(json.dumps(keys).encode(), _BOUND)
        new = folder / f"{KEYS}.new"
        _write(new, sealed)
        new.replace(folder / KEYS)


def newest(folder: Path) -> Path:
    """The newest backup of a folder, or the folder if it is one. Raises NotFound."""
    if (folder / _MANIFEST).exists():
        return folder
    found = sorted(each.parent for each in folder.glob(f"porthor-*Z/{_MANIFEST}"))
    if not found:
        raise NotFound(f"{folder}: no backup of `porthor backup` is there")
    return found[-1]


def check(settings: Settings, folder: Path, *, by: str, now: datetime) -> Checked:
    """Restore a backup for a trial and examine it; the database in force is left as it is.

    That it was tried is entered in the database in force, where there is one. Raises Tampered.
    """
    source = newest(folder)
    with (
        TemporaryDirectory(prefix="porthor-check-") as scratch,
        copies.scratch(settings.database_url, Path(scratch)) as url,
    ):
        found = _restored(settings, source, url)
    if not copies.is_empty(settings.database_url):
        with closing(Database(settings.database_url)) as database:
            _enter(database, Action.RESTORE_BACKUP, source.name, "a trial: it is whole", by, now)
    return found


def restore(settings: Settings, folder: Path, *, by: str, now: datetime) -> Checked:
    """Make the database of the settings from a backup, and examine it.

    Raises SettingInvalid if a database is there, Tampered if the backup is not what it was.
    """
    source = newest(folder)
    found = _restored(settings, source, settings.database_url)
    detail = f"restored, {found.entries} audit entries, {found.erased} erased since"
    with closing(Database(settings.database_url)) as database:
        _enter(database, Action.RESTORE_BACKUP, source.name, detail, by, now)
    return found


def _filled(settings: Settings, folder: Path, now: datetime) -> Manifest:
    """Copy everything into a backup's folder."""
    name = copies.name_of_copy(settings.database_url)
    rows, (entries, digest) = copies.copy(settings.database_url, folder / name)
    for each in (settings.path, settings.policy_file):
        _write(folder / each.name, each.read_bytes())  # database.url may hold a password
    return Manifest(
        made=now.astimezone(UTC).isoformat(timespec="seconds"),
        program=version("porthor"),
        revision=HEAD,
        database=name,
        files={each.name: _digest(each) for each in sorted(folder.iterdir())},
        rows=rows,
        entries=entries,
        digest=digest,
    )


def _restored(settings: Settings, source: Path, url: str) -> Checked:
    """Make a database of a backup and the current keys, and examine it. Raises Tampered."""
    manifest = _manifest(source)
    keyring = Keyring.load(settings.keys_file)
    keys = _keys(keyring, source.parent / KEYS)
    copies.restore(url, source / manifest.database)
    found = copies.counts_of(url, manifest.rows)
    for name, count in manifest.rows.items():
        if found[name] != count:
            raise Tampered(f"{source.name}: table {name} has {found[name]} rows; expected {count}")
    copies.put_keys(url, keys)
    with closing(Database(url)) as database:
        database.upgrade()
        with database.reading() as session:
            if audit.verify(session) != (manifest.entries, manifest.digest):
                raise Tampered(f"{source.name}: the audit chain does not end as the manifest says")
            opened = open_sample(session, keyring, limit=_SAMPLE)
            held, erased = erasures.readable(session)
    return Checked(
        backup=source.name,
        made=manifest.made,
        rows=sum(found.values()),
        entries=manifest.entries,
        opened=opened,
        held=held,
        erased=erased,
    )


def _manifest(source: Path) -> Manifest:
    """Read a manifest, and see that every file is what it was. Raises Tampered."""
    try:
        given: dict[str, Any] = json.loads((source / _MANIFEST).read_text())
        manifest = Manifest(**given)
    except (OSError, ValueError, TypeError):
        raise Tampered(f"{source / _MANIFEST} is not the manifest of a backup") from None
    for name, digest in manifest.files.items():
        path = source / name
        if Path(name).name != name or not path.is_file() or _digest(path) != digest:
            raise Tampered(f"{path} is missing, or is not the file that was written")
    return manifest


def _keys(keyring: Keyring, path: Path) -> dict[str, bytes]:
    try:
        sealed = path.read_bytes()
    except OSError:
        raise NotFound(f"{path} is not there; without it no content can be read") from None
    try:
        plain = keyring.open_secret(sealed, _BOUND)
    except Tampered:
        raise Tampered(f"{path} was changed, or is sealed under another key file") from None
    return {item: base64.b64decode(key) for item, key in json.loads(plain).items()}


def _enter(
    database: Database, action: Action, subject: str, detail: str, by: str, now: datetime
) -> None:
    with database.writing() as session:
        audit.append(
            session, AuditEntry(at=now, actor=by, action=action, subject=subject, detail=detail)
        )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Write a file that its owner alone may read, and have it on the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def keys_renewal(settings: Settings, database: Database) -> Callable[[], None]:
    """What a sweep does when it is over: nothing, unless keeping.backup names a folder."""
    if not settings.keeping.backup:
        return lambda: None
    folder = settings.path.parent / settings.keeping.backup
    return lambda: renew_keys(database, Keyring.load(settings.keys_file), folder)
