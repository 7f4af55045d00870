"""The sealed lane: what may be an illegal image of a child is opened by nobody (L50, N11).

Possessing, showing or copying such an image is itself an offence (Protection of Children Act 1978
s.1; the defence of Sexual Offences Act 2003 s.46 is narrow). So one press of a reviewer, or a hit
on a list of known files, seals the message where it lies: no preview, no text, no copy, no search,
no bundle, no release. models/db/contents.py refuses every way to its bytes but one: two named
officers hand it over, encrypted to the key of the police, once.
"""

from dataclasses import replace
from datetime import datetime

from cryptography.x509 import Certificate, load_pem_x509_certificate
from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry, Purpose
from models.body import HERE
from models.db import audit, cases, contents, held, outbox, people, sealed
from models.db.database import Database
from models.db.keyring import Keyring
from models.db.sealed import SealedItem
from models.errors import Conflict, NotFound, NotPermitted, SettingInvalid
from models.held import HeldMessage, HeldState
from models.person import Person, Role
from quarantine import notices, permissions
from quarantine.evidence.rights import Refusal, refusal_to_open
from quarantine.evidence.signing import encrypt, fingerprint
from quarantine.evidence.turned_away import TurnedAway, recorded
from quarantine.notices import LANGUAGES, Post

_LONGEST_REFERENCE = 100  # characters
_LONGEST_CERTIFICATE = 20_000
SYSTEM = "system"


def can_hand_over(person: Person) -> bool:
    """Tell whether a person is one of those who may know what is in the lane."""
    return person.active and Role.NAMED_OFFICER in person.roles


def check_hand_over(person: Person) -> None:
    """Raise NotFound unless they are: to everyone else there is no such lane."""
    if not can_hand_over(person):
        raise NotFound("there is no such page for this person")


def seal_as_reviewer(
    database: Database, post: Post, held_id: str, *, by: Person, now: datetime
) -> None:
    """Let a reviewer seal a message, whatever has become of it. They lose sight of it.

    Raises NotFound, NotPermitted, and Conflict if it was sealed or is just being sent.
    """
    with database.writing() as session:
        message = held.get(session, held_id)
        permissions.check_review(by, message, people.directory(session))
        seal(session, post, message, by=by.id, now=now)


def seal_in_case(
    database: Database, post: Post, case_id: str, held_id: str, *, by: Person, now: datetime
) -> None:
    """Let one who may open a message within a case seal it.

    Raises NotFound for every refusal, which is entered; Conflict.
    """
    with recorded(database, by.id, case_id, "seal", now), database.writing() as session:
        try:
            case, message = cases.get(session, case_id), held.get(session, held_id)
        except NotFound:
            raise TurnedAway(Refusal.NO_CASE) from None
        if refused := refusal_to_open(by, case, message, now.astimezone(HERE).date()):
            raise TurnedAway(refused, held_id)
        seal(session, post, message, by=by.id, now=now)


def seal(session: Session, post: Post, message: HeldMessage, *, by: str, now: datetime) -> None:
    """Seal it, and tell the named officers by a bare reference. Raises Conflict."""
    if message.state is HeldState.RELEASED and not outbox.take_back(session, message.id):
        raise Conflict("it is being sent; nothing of yours was saved")
    entry = _entry(message.id, by, Action.SEAL, now)
    held.move(session, message.id, message.state, HeldState.SEALED, entry, note=message.state.value)
    sealed.add(session, message.id, by=by, at=now, entry=replace(entry, detail="nobody opens it"))
    _tell(session, post, message, now)


def _tell(session: Session, post: Post, message: HeldMessage, now: datetime) -> None:
    """Tell the officers; where there is none, the protection officer that one must be named.

    Never its sender, whatever their roles: they would be warned.
    """
    everyone = [
        each
        for each in people.everyone(session)
        if each.active and not permissions.is_sender(each, message)
    ]
    officers = [each for each in everyone if can_hand_over(each)]
    name = "sealed" if officers else "sealed-nobody"
    others = [each for each in everyone if Role.PROTECTION_OFFICER in each.roles]
    values = {language: {"item": message.id} for language in LANGUAGES}
    for person in officers or others:
        notices.queue(session, post, name, person, values, held=None, now=now)


def lane(database: Database, *, who: Person) -> list[tuple[SealedItem, HeldMessage]]:
    """Return what is in the lane, the newest first, for a named officer. Raises NotFound."""
    check_hand_over(who)
    with database.reading() as session:
        rows = [(each, held.get(session, each.item)) for each in sealed.everything(session)]
    return [(each, message) for each, message in rows if not permissions.is_sender(who, message)]


def ask(
    database: Database, item: str, *, by: Person, reference: str, certificate: str, now: datetime
) -> None:
    """Ask that it be handed over to the police, under their reference, to their certificate.

    Asking again replaces what was asked and needs agreement anew. Raises NotFound, Conflict, and
    SettingInvalid if the reference is empty or the certificate cannot be used.
    """
    check_hand_over(by)
    if not reference.strip() or len(reference) > _LONGEST_REFERENCE:
        raise SettingInvalid(
            f"the police's reference is needed, of up to {_LONGEST_REFERENCE} characters"
        )
    read_certificate(certificate)
    with database.writing() as session:
        seen = _not_given(session, item, by)
        entry = _entry(item, by.id, Action.HAND_OVER, now, "asked")
        sealed.change(
            session,
            seen,
            entry,
            asked_by=by.id,
            agreed_by=None,
            reference=reference.strip(),
            certificate=certificate,
        )


def agree(database: Database, item: str, *, seen: str, by: Person, now: datetime) -> None:
    """Agree, as another officer than who asked. Raises NotFound, NotPermitted, Conflict.

    `seen` is the fingerprint of the certificate that they agree to: who asked may have put
    another in its place meanwhile. One officer alone is refused, and the refusal is entered.
    """
    check_hand_over(by)
    with database.writing() as session:
        asked = _not_given(session, item, by)
        if asked.asked_by is None:
            raise Conflict("nobody has asked for it to be handed over; nothing was saved")
        if fingerprint_of(asked) != seen:
            raise Conflict("it was asked for anew, to another certificate; nothing was saved")
        if alone := asked.asked_by == by.id:
            entry = _entry(item, by.id, Action.TURN_AWAY, now, "agreed to what they asked")
        else:
            entry = _entry(item, by.id, Action.HAND_OVER, now, "agreed")
        sealed.change(session, asked, entry, agreed_by=None if alone else by.id)
    if alone:
        raise NotPermitted("another named officer must agree")


def hand_over(
    database: Database, keyring: Keyring, item: str, *, by: Person, now: datetime
) -> bytes:
    """Return the message encrypted to the police's certificate (CMS EnvelopedData, DER), once.

    Raises NotFound, Conflict if it was given before, and NotPermitted without two officers,
    which is entered.
    """
    check_hand_over(by)
    with database.writing() as session:
        seen = _not_given(session, item, by)
        if seen.asked_by and seen.agreed_by:
            entry = replace(
                _entry(item, by.id, Action.HAND_OVER, now, "given, encrypted to the police's key"),
                purpose=Purpose.HAND_OVER,
            )
            sealed.change(session, seen, replace(entry, purpose=None), given=now)
            look = replace(entry, action=Action.LOOK)
            raw = contents.open_to_hand_over(session, keyring, item, look)
            return encrypt(raw, read_certificate(seen.certificate))
        alone = _entry(item, by.id, Action.TURN_AWAY, now, "no second officer has agreed")
        audit.append(session, alone)
    raise NotPermitted("another named officer must agree first")


def fingerprint_of(item: SealedItem) -> str:
    """SHA-256 of the certificate that it is to be encrypted to; "" if nobody has asked."""
    return fingerprint(read_certificate(item.certificate)) if item.certificate else ""


def read_certificate(pem: str) -> Certificate:
    """Read the police's certificate. Raises SettingInvalid if nothing can be encrypted to it."""
    try:
        certificate = load_pem_x509_certificate(pem[:_LONGEST_CERTIFICATE].strip().encode())
    except ValueError:
        raise SettingInvalid(
            "the certificate cannot be read; expected PEM, from BEGIN to END CERTIFICATE"
        ) from None
    encrypt(b"", certificate)  # a key of another kind is refused now, not when it is handed over
    return certificate


def _not_given(session: Session, item: str, by: Person) -> SealedItem:
    """Return what is still to be handed over; nobody handles their own mail."""
    seen = sealed.get(session, item)
    if permissions.is_sender(by, held.get(session, item)):
        raise NotFound(f"no sealed item {item}")
    if seen.given is not None:
        raise Conflict("it was handed over already; there is to be one copy")
    return seen


def _entry(item: str, by: str, action: Action, now: datetime, detail: str = "") -> AuditEntry:
    return AuditEntry(at=now, actor=by, action=action, subject=item, detail=detail)
