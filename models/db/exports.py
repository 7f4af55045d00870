"""Bundles prepared from cases, in rows; what is fetched is sealed until its days are over."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.db import audit, contents
from models.db.case_tables import ExhibitRow, ExportRow
from models.db.keyring import Keyring
from models.db.sealed_tables import SealedRow
from models.errors import NotFound
from models.exhibit import Export, ExportPurpose, ExportState

_SAME = (
    *("id", "case", "by", "at", "form", "encrypted_to", "disclosure"),
    *("files", "digest", "size", "heard", "fault"),
)
_BUNDLE, _FOR = "bundle", "for-whom"


def add(
    session: Session, keyring: Keyring, export: Export, for_whom: str, entry: AuditEntry
) -> None:
    """Note that a bundle is being prepared."""
    sealed = contents.seal_beside(session, keyring, export.case, _FOR, for_whom.encode())
    session.add(ExportRow(**_columns(export), for_whom=sealed))
    audit.append(session, entry)


def get(session: Session, case_id: str, export_id: str) -> Export:
    """Return one of a case. Raises NotFound."""
    return _export(_row(session, case_id, export_id))


def of_case(session: Session, case_id: str) -> list[Export]:
    """Return the bundles of a case, the newest first."""
    query = select(ExportRow).where(ExportRow.case == case_id).order_by(ExportRow.at.desc())
    return [_export(row) for row in session.scalars(query)]


def for_whom(session: Session, keyring: Keyring, export: Export) -> str:
    """Return for whom it is. Raises NotFound if the case was erased, Tampered."""
    sealed = _row(session, export.case, export.id).for_whom
    return contents.open_beside(session, keyring, export.case, _FOR, sealed).decode()


def note_progress(session: Session, export_id: str, files: int, now: datetime) -> None:
    """Note how far it has come."""
    change = update(ExportRow).where(ExportRow.id == export_id)
    session.execute(change.values(files=files, heard=now))


def finish(
    session: Session, keyring: Keyring, export: Export, packed: bytes | None, entry: AuditEntry
) -> None:
    """Keep what it came to: sealed under a key of its own, or nothing if it went elsewhere."""
    if packed is not None:
        contents.put(session, keyring, export.id, {_BUNDLE: packed})
    change = update(ExportRow).where(ExportRow.id == export.id)
    session.execute(change.values(**_columns(export)))
    audit.append(session, entry)


def fetch(session: Session, keyring: Keyring, export: Export, entry: AuditEntry) -> bytes:
    """Return the packed bundle, and enter who fetched it.

    Raises NotFound when it was erased, or an exhibit in it was sealed meanwhile (N11).
    """
    since = (
        select(ExhibitRow.label)
        .join(SealedRow, SealedRow.item == ExhibitRow.held)
        .where(ExhibitRow.case == export.case)
    )
    if set(session.scalars(since)) & set(export.labels):
        raise NotFound("there is no such bundle in this case")
    return contents.open_(session, keyring, export.id, _BUNDLE, entry)


def _columns(export: Export) -> dict[str, Any]:
    return {
        **{each: getattr(export, each) for each in _SAME},
        "purpose": export.purpose.value,
        "labels": list(export.labels),
        "state": export.state.value,
    }


def _row(session: Session, case_id: str, export_id: str) -> ExportRow:
    row = session.get(ExportRow, export_id)
    if row is None or row.case != case_id:
        raise NotFound("there is no such bundle in this case")
    return row


def _export(row: ExportRow) -> Export:
    return Export(
        **{each: getattr(row, each) for each in _SAME},
        purpose=ExportPurpose(row.purpose),
        labels=tuple(row.labels),
        state=ExportState(row.state),
    )
