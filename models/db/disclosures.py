"""Requests by authorities in rows, with what their forms say sealed under the case's key."""

import json
from collections.abc import Collection
from dataclasses import asdict
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.db import audit, contents
from models.db.case_tables import DisclosureRow
from models.db.keyring import Keyring
from models.disclosure import Asked, Disclosure, LegalGround, Receipt
from models.errors import NotFound

_SAME = ("id", "case", "asked_by", "asked", "signed_by", "signed", "export", "receipted")
_FORM, _RECEIPT = "disclosure", "receipt"


def add(
    session: Session, keyring: Keyring, disclosure: Disclosure, form: Asked, entry: AuditEntry
) -> None:
    """Keep a new request."""
    plain = json.dumps(asdict(form)).encode()
    session.add(
        DisclosureRow(
            **{each: getattr(disclosure, each) for each in _SAME},
            ground=disclosure.ground.value,
            exhibits=list(disclosure.exhibits),
            form=contents.seal_beside(session, keyring, disclosure.case, _FORM, plain),
        )
    )
    audit.append(session, entry)


def get(session: Session, disclosure_id: str) -> Disclosure:
    """Return one. Raises NotFound."""
    return _disclosure(_row(session, disclosure_id))


def of_cases(session: Session, cases: Collection[str]) -> list[Disclosure]:
    """Return the requests of several cases, the newest first."""
    query = select(DisclosureRow).where(DisclosureRow.case.in_(list(cases)))
    return [_disclosure(row) for row in session.scalars(query.order_by(DisclosureRow.asked.desc()))]


def form(session: Session, keyring: Keyring, disclosure: Disclosure) -> Asked:
    """Return what the authority's form says. Raises NotFound if the case was erased, Tampered."""
    sealed = _row(session, disclosure.id).form
    plain = contents.open_beside(session, keyring, disclosure.case, _FORM, sealed)
    return Asked(**json.loads(plain))


def change(session: Session, disclosure: Disclosure, entry: AuditEntry) -> None:
    """Keep how far it has come; the caller holds the chain's lock since it read it."""
    row = _row(session, disclosure.id)
    row.signed_by, row.signed = disclosure.signed_by, disclosure.signed
    row.export = disclosure.export
    audit.append(session, entry)


def put_receipt(
    session: Session,
    keyring: Keyring,
    disclosure: Disclosure,
    given: Receipt,
    entry: AuditEntry,
) -> None:
    """Keep who took the material."""
    plain = json.dumps({**asdict(given), "on": given.on.isoformat()}).encode()
    row = _row(session, disclosure.id)
    row.receipt = contents.seal_beside(session, keyring, disclosure.case, _RECEIPT, plain)
    row.receipted = entry.at
    audit.append(session, entry)


def receipt(session: Session, keyring: Keyring, disclosure: Disclosure) -> Receipt | None:
    """Return who took the material, if it was recorded. Raises NotFound, Tampered."""
    sealed = _row(session, disclosure.id).receipt
    if sealed is None:
        return None
    plain = contents.open_beside(session, keyring, disclosure.case, _RECEIPT, sealed)
    given = json.loads(plain)
    return Receipt(**{**given, "on": date.fromisoformat(given["on"])})


def _row(session: Session, disclosure_id: str) -> DisclosureRow:
    row = session.get(DisclosureRow, disclosure_id)
    if row is None:
        raise NotFound("there is no such request")
    return row


def _disclosure(row: DisclosureRow) -> Disclosure:
    return Disclosure(
        **{each: getattr(row, each) for each in _SAME},
        ground=LegalGround(row.ground),
        exhibits=tuple(row.exhibits),
    )
