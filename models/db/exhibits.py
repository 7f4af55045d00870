"""Exhibits in rows: a sealed copy under a key of its own, and what was written and cut beside it.

Erasing an exhibit's key leaves its label, dates and digest, and no word.
"""

import json
from collections.abc import Collection
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.db import audit, contents
from models.db.case_tables import ExhibitRow
from models.db.keyring import Keyring
from models.errors import NotFound
from models.exhibit import Cut, Exhibit, ThirdParty

_SAME = ("id", "case", "label", "held", "digest", "received", "by", "added")
_ALSO = ("redact", "cuts", "checked", "whole")
_RELEVANCE, _CUTS = "relevance", "cuts"


def add(
    session: Session,
    keyring: Keyring,
    exhibit: Exhibit,
    copied: dict[str, bytes],
    relevance: str,
    entry: AuditEntry,
) -> None:
    """Keep a new exhibit with its copied contents, by kind."""
    contents.put(session, keyring, exhibit.id, copied)
    session.flush()
    sealed = contents.seal_beside(session, keyring, exhibit.id, _RELEVANCE, relevance.encode())
    session.add(
        ExhibitRow(
            **{each: getattr(exhibit, each) for each in (*_SAME, *_ALSO)},
            third_parties=[each.value for each in exhibit.third_parties],
            relevance=sealed,
        )
    )
    audit.append(session, entry)


def get(session: Session, case_id: str, exhibit_id: str) -> Exhibit:
    """Return one of a case. Raises NotFound."""
    return _exhibit(_row(session, case_id, exhibit_id))


def of_case(session: Session, case_id: str) -> list[Exhibit]:
    """Return a case's exhibits, the oldest first."""
    query = select(ExhibitRow).where(ExhibitRow.case == case_id)
    return [_exhibit(row) for row in session.scalars(query.order_by(ExhibitRow.added))]


def relevance(session: Session, keyring: Keyring, exhibit: Exhibit) -> str:
    """Return why it matters. Raises NotFound if it was erased, Tampered."""
    sealed = _row(session, exhibit.case, exhibit.id).relevance
    return contents.open_beside(session, keyring, exhibit.id, _RELEVANCE, sealed).decode()


def cuts(session: Session, keyring: Keyring, exhibit: Exhibit) -> tuple[Cut, ...]:
    """Return what is cut from its reading copy, in order. Raises NotFound, Tampered."""
    sealed = _row(session, exhibit.case, exhibit.id).cut
    if sealed is None:
        return ()
    plain = contents.open_beside(session, keyring, exhibit.id, _CUTS, sealed)
    return tuple(Cut(**each) for each in json.loads(plain))


def put_cuts(
    session: Session, keyring: Keyring, exhibit: Exhibit, given: Collection[Cut], entry: AuditEntry
) -> Exhibit:
    """Keep what is cut; the copy itself is never changed."""
    plain = json.dumps([asdict(each) for each in given]).encode()
    row = _row(session, exhibit.case, exhibit.id)
    row.cut = contents.seal_beside(session, keyring, exhibit.id, _CUTS, plain)
    row.cuts = len(given)
    audit.append(session, entry)
    return replace(exhibit, cuts=len(given))


def note_check(session: Session, exhibit: Exhibit, *, whole: bool, at: datetime) -> None:
    """Note what comparing the copy with its digest came to; the look has its own entry."""
    row = _row(session, exhibit.case, exhibit.id)
    row.checked, row.whole = at, whole


def _row(session: Session, case_id: str, exhibit_id: str) -> ExhibitRow:
    row = session.get(ExhibitRow, exhibit_id)
    if row is None or row.case != case_id:
        raise NotFound("there is no such exhibit in this case")
    return row


def _exhibit(row: ExhibitRow) -> Exhibit:
    return Exhibit(
        **{each: getattr(row, each) for each in (*_SAME, *_ALSO)},
        third_parties=tuple(ThirdParty(each) for each in row.third_parties),
    )
