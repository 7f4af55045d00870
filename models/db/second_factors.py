"""Keys of second factors, sealed, and recovery codes, as digests.

A recovery code has 120 random bits, so a plain digest is enough (ASVS 5.0, 6.5.2: from 112).
"""

from hashlib import sha256

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from models.db.tables import RecoveryCodeRow, SecondFactorRow
from models.sign_in import SecondFactor


def get(session: Session, person_id: str) -> SecondFactor | None:
    """Return a person's second factor, if there is one."""
    row = session.get(SecondFactorRow, person_id)
    if row is None:
        return None
    return SecondFactor(
        person=row.person, sealed=row.sealed, made=row.made, last_step=row.last_step
    )


def put(session: Session, factor: SecondFactor, codes: list[str]) -> None:
    """Set a person's second factor and recovery codes in place of any before."""
    remove(session, factor.person)
    session.flush()
    session.add(
        SecondFactorRow(
            person=factor.person,
            sealed=factor.sealed,
            made=factor.made,
            last_step=factor.last_step,
        )
    )
    renew_codes(session, factor.person, codes)


def renew_codes(session: Session, person_id: str, codes: list[str]) -> None:
    """Put new recovery codes in place of those that are left."""
    session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.person == person_id))
    for each in codes:
        session.add(RecoveryCodeRow(digest=_digest(person_id, each), person=person_id))


def use_step(session: Session, person_id: str, step: int) -> bool:
    """Take the code of a step; tell whether it had not been taken, nor a later one."""
    query = select(SecondFactorRow).where(SecondFactorRow.person == person_id).with_for_update()
    row = session.scalar(query)
    if row is None or step <= row.last_step:
        return False
    row.last_step = step
    return True


def use_code(session: Session, person_id: str, code: str) -> bool:
    """Take a recovery code; tell whether it was one of the person's. It is gone then."""
    row = session.get(RecoveryCodeRow, _digest(person_id, code), with_for_update=True)
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True


def codes_left(session: Session, person_id: str) -> int:
    """Say how many recovery codes a person has left."""
    query = select(func.count()).where(RecoveryCodeRow.person == person_id)
    return session.scalar(query) or 0


def remove(session: Session, person_id: str) -> bool:
    """Remove a person's second factor and codes; tell whether there was one."""
    session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.person == person_id))
    row = session.get(SecondFactorRow, person_id)
    if row is None:
        return False
    session.delete(row)
    return True


def _digest(person_id: str, code: str) -> str:
    return sha256(f"{person_id}\n{code}".encode()).hexdigest()
