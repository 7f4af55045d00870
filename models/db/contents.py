"""Sealed bytes: put; open, which takes an AuditEntry; erase."""

from collections.abc import Collection, Iterator
from contextlib import suppress

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import and_, delete, select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.db import audit, freezes, sealed
from models.db.keyring import Keyring, seal, unseal
from models.db.sealed_tables import SealedRow
from models.db.tables import ContentRow, ItemKeyRow
from models.errors import Conflict, NotFound, Tampered

MESSAGE = "message"  # the bytes as accepted
TEXTS = "texts"  # what inspection read, as JSON
EXCERPTS = "excerpts"  # what each finding matched, as JSON
ACCEPTANCE = "acceptance"  # the whole envelope and the verdict: quarantine/acceptance.py
SEARCH = "search"  # the same texts, folded for searching (models/search_text.py)


def put(session: Session, keyring: Keyring, item: str, contents: dict[str, bytes]) -> None:
    """Seal all of an item's contents, by kind, under a new key of its own."""
    plain, wrapped = keyring.new_key(item)
    session.add(ItemKeyRow(item=item, wrapped=wrapped))
    key = AESGCM(plain)
    for kind, content in contents.items():
        session.add(ContentRow(item=item, kind=kind, sealed=seal(key, content, _bound(item, kind))))


def open_(session: Session, keyring: Keyring, item: str, kind: str, entry: AuditEntry) -> bytes:
    """Return the plain bytes, and enter who looked.

    Raises NotFound if it was erased or is in the sealed lane, Tampered.
    """
    audit.append(session, entry)
    return _open(session, keyring, item, kind)


def open_more(session: Session, keyring: Keyring, item: str, kind: str) -> bytes:
    """Return more of what `open_` has just entered in this same transaction."""
    return _open(session, keyring, item, kind)


def open_to_hand_over(session: Session, keyring: Keyring, item: str, entry: AuditEntry) -> bytes:
    """Return the message of a sealed item, for the police's key alone (quarantine/sealed.py)."""
    audit.append(session, entry)
    return _unsealed(session, keyring, item, MESSAGE)


def _open(session: Session, keyring: Keyring, item: str, kind: str) -> bytes:
    _check_not_sealed(session, item)
    return _unsealed(session, keyring, item, kind)


def _check_not_sealed(session: Session, item: str) -> None:
    """Raise NotFound if it is in the lane that nobody looks into; here, so no way leads past."""
    if sealed.among(session, [item]):
        raise NotFound(f"the content of {item} is not here")


def _unsealed(session: Session, keyring: Keyring, item: str, kind: str) -> bytes:
    key = session.get(ItemKeyRow, item)
    row = session.get(ContentRow, (item, kind))
    if key is None or row is None:
        raise NotFound(f"the content of {item} is not here: it was erased")
    plain = AESGCM(keyring.unwrap(key.wrapped, item))
    return unseal(plain, row.sealed, _bound(item, kind), f"the content of {item}")


def scan(
    session: Session, keyring: Keyring, items: Collection[str], kind: str
) -> Iterator[tuple[str, bytes | None]]:
    """Yield each item that has a key, with its plain bytes of a kind; None if it has no such kind.

    For the program to go through many at once; the caller has entered why, once for them all.
    What does not open is left out, as what was erased is.
    """
    query = (
        select(ItemKeyRow.item, ItemKeyRow.wrapped, ContentRow.sealed)
        .outerjoin(ContentRow, and_(ContentRow.item == ItemKeyRow.item, ContentRow.kind == kind))
        .where(ItemKeyRow.item.in_(items), ItemKeyRow.item.not_in(select(SealedRow.item)))
    )
    for item, wrapped, content in session.connection().execute(query):
        if content is None:
            yield item, None
            continue
        with suppress(Tampered):
            key = AESGCM(keyring.unwrap(wrapped, item))
            yield item, unseal(key, content, _bound(item, kind), item)


def seal_beside(session: Session, keyring: Keyring, item: str, kind: str, plain: bytes) -> bytes:
    """Seal more that belongs to an item, under its key, for a row elsewhere: erased with it.

    Raises NotFound if the item was erased.
    """
    return seal(_key(session, keyring, item), plain, _bound(item, kind))


def open_beside(session: Session, keyring: Keyring, item: str, kind: str, sealed: bytes) -> bytes:
    """Open what seal_beside sealed. Raises NotFound if the item was erased, Tampered."""
    what = f"the content of {item}"
    return unseal(_key(session, keyring, item), sealed, _bound(item, kind), what)


def _key(session: Session, keyring: Keyring, item: str) -> AESGCM:
    _check_not_sealed(session, item)
    row = session.get(ItemKeyRow, item)
    if row is None:
        raise NotFound(f"the content of {item} is not here: it was erased")
    return AESGCM(keyring.unwrap(row.wrapped, item))


def is_here(session: Session, item: str) -> bool:
    """Tell whether an item has its key still; nothing is opened."""
    return session.get(ItemKeyRow, item) is not None


def erase(session: Session, item: str, entry: AuditEntry) -> None:
    """Destroy an item's key, and then its bytes.

    Raises Conflict if a freeze covers it (N10), or it is in the sealed lane: it is evidence.
    """
    audit.lock(session)
    if sealed.among(session, [item]):
        raise Conflict(f"{item} cannot be erased; nothing was erased")
    if freezes.frozen(session, [item]):
        raise Conflict(f"{item} is under a freeze; nothing was erased")
    session.execute(delete(ItemKeyRow).where(ItemKeyRow.item == item))
    session.execute(delete(ContentRow).where(ContentRow.item == item))
    audit.append(session, entry)


def _bound(item: str, kind: str) -> bytes:
    return f"{item}/{kind}".encode()
