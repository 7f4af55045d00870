"""Trying a password or a code of a local account: slow after failures, then locked and told.

An attempt is counted before it is checked and forgiven when it was right, so that attempts
made side by side are all counted. Known and unknown names cost the same work. It is counted at the
name and at the network it comes from.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256

from sqlalchemy.orm import Session

from models.audit import Action
from models.db import people, second_factors, sign_ins
from models.person import Person, Role
from models.sign_in import Method
from quarantine import notices, throttle
from quarantine.console.passwords import LONGEST, verify_password
from quarantine.console.second_factors import step_of, tidy_recovery_code
from quarantine.console.session import active, note
from quarantine.console.visit import Visit
from quarantine.dates import write_time

_LONGEST_NAME = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of an attempt: right, wrong, or not tried because the name must wait."""

    person: Person | None = None  # only when it was right
    method: Method = Method.PASSWORD
    wait: throttle.Wait | None = None

    @property
    def right(self) -> bool:
        """Whether it was right."""
        return self.person is not None


def username_of(typed: str) -> str:
    """The name as the directory writes it."""
    return typed.strip().casefold()[:_LONGEST_NAME]


def may_use_password(visit: Visit, person: Person) -> bool:
    """Tell whether a person may have a local account by the settings."""
    allowed = visit.services.sign_in.local_accounts
    return allowed == "all" or (allowed == "administrators" and Role.ADMINISTRATOR in person.roles)


def try_password(visit: Visit, username: str, password: str) -> Tried:
    """Try a name and a password."""
    with visit.services.database.reading() as session:
        person = active(session, username)
        hashed = people.password_hash(session, username)
    if person is None or not may_use_password(visit, person):
        hashed = None
    counted = key_of_name(username)  # what was typed may be a password

    def verify() -> Method | None:
        return Method.PASSWORD if verify_password(hashed, password[:LONGEST]) else None

    return _attempt(visit, counted, person, verify)


def try_code(visit: Visit, person: Person, typed: str) -> Tried:
    """Try a code from the app, or a recovery code; each is taken once."""
    services = visit.services

    def verify() -> Method | None:
        with services.database.writing() as session:
            factor = second_factors.get(session, person.id)
            if factor is None:
                return None
            step = step_of(services.keyring, factor, typed, visit.now)
            if step is not None:
                fresh = second_factors.use_step(session, person.id, step)
                return Method.TWO_FACTORS if fresh else None
            if not second_factors.use_code(session, person.id, tidy_recovery_code(typed)):
                return None
            left = second_factors.codes_left(session, person.id)
            detail = f"recovery code used, {left} left"
            note(session, visit, Action.SECOND_FACTOR, person.id, actor=person.id, detail=detail)
            values = {each: {"left": str(left)} for each in notices.LANGUAGES}
            _tell(visit, session, "recovery-used", person, values)
            return Method.RECOVERY

    return _attempt(visit, key_of_code(person.id), person, verify)


def key_of_name(username: str) -> str:
    """What failures of a name are counted under."""
    return sha256(username.encode()).hexdigest()


def key_of_code(person_id: str) -> str:
    """What failures of a person's codes are counted under."""
    return sha256(f"code\n{person_id}".encode()).hexdigest()


def key_of_network(visit: Visit) -> str:
    """What failures of a network are counted under."""
    client = visit.request.client
    network = throttle.network_of(client.host if client else "")
    return sha256(f"network\n{network}".encode()).hexdigest()


def network_limits(visit: Visit) -> throttle.Limits:
    """How many failures a network may have here; many people may stand behind one address."""
    ways = visit.services.sign_in
    most = ways.network_attempts
    return throttle.Limits(attempts=most, locked_for=ways.locked_for, free=most)


def limits(visit: Visit) -> throttle.Limits:
    """How many failures a name may have here."""
    services = visit.services
    return throttle.Limits(
        attempts=services.settings.sign_in_attempts, locked_for=services.sign_in.locked_for
    )


def _attempt(
    visit: Visit, counted: str, person: Person | None, verify: Callable[[], Method | None]
) -> Tried:
    database, bounds = visit.services.database, limits(visit)
    network, network_bounds = key_of_network(visit), network_limits(visit)
    since = visit.now - timedelta(seconds=bounds.locked_for)
    with database.writing() as session:
        failures = sign_ins.failures(session, counted, since)
        others = sign_ins.failures(session, network, since)
        wait = throttle.wait(failures, visit.now, bounds)
        if crowded := throttle.wait(others, visit.now, network_bounds):
            wait = replace(crowded, network=True)
        if wait is None:
            sign_ins.note_failure(session, counted, visit.now)
            sign_ins.note_failure(session, network, visit.now)
    if wait is not None:
        return Tried(wait=wait)
    method = verify()
    with database.writing() as session:
        if method is not None and person is not None:
            sign_ins.clear_failures(session, counted)
            sign_ins.forgive(session, network, visit.now)
            return Tried(person=person, method=method)
        subject = person.id if person else "unknown"
        note(session, visit, Action.SIGN_IN_FAILED, subject, actor="unknown")
        if throttle.locks_next(others, visit.now, network_bounds):
            locked = Action.SIGN_IN_LOCKED
            note(session, visit, locked, "unknown", actor="system", detail="network")
        if throttle.locks_next(failures, visit.now, bounds):
            note(session, visit, Action.SIGN_IN_LOCKED, subject, actor="system")
            if person is not None:
                until = visit.now + timedelta(seconds=bounds.locked_for)
                values = {each: {"until": write_time(until, each)} for each in notices.LANGUAGES}
                _tell(visit, session, "sign-in-locked", person, values)
    return Tried()


def _tell(
    visit: Visit, session: Session, name: str, person: Person, values: dict[str, dict[str, str]]
) -> None:
    post = visit.services.review.post
    notices.queue(session, post, name, person, values, held=None, now=visit.now)
