"""porthor people set-password, sign-out, reset-sign-in."""

import argparse
import getpass
import sys
from datetime import UTC, datetime

from gateway.assembly import open_database, post
from gateway.config import load_settings
from models.audit import Action, AuditEntry
from models.db import audit, people, second_factors, sign_ins
from models.errors import SettingInvalid
from quarantine import notices
from quarantine.console.local_accounts import key_of_code, key_of_name
from quarantine.console.passwords import LONGEST, SHORTEST, fault_of, hash_password

_FAULTS = {
    "short": f"the password is too short; expected at least {SHORTEST} characters",
    "long": f"the password is too long; expected at most {LONGEST} characters",
    "guessed": "the password is easily guessed; expected several words, none of them a name here",
}


def set_password(arguments: argparse.Namespace) -> int:
    """Set a local account's password from the first line of standard input; sign it out."""
    password = sys.stdin.readline().rstrip("\n")
    settings = load_settings(arguments.config)
    database, body = open_database(settings), settings.body
    with database.reading() as session:
        person = people.get(session, arguments.id)
    fault = fault_of(password, (person.name, person.id, person.email, body.name_en, body.name_cy))
    if fault:
        raise SettingInvalid(_FAULTS[fault])
    entry = _entry(Action.SET_PASSWORD, arguments.id)
    with database.writing() as session:
        people.set_password_hash(session, arguments.id, hash_password(password), entry)
        sign_ins.close_all(session, arguments.id)
    sys.stdout.write(f"{arguments.id}: password set\n")
    return 0


def sign_out(arguments: argparse.Namespace) -> int:
    """End all sessions of a person, or of everyone; 1 if there were none."""
    if arguments.id is None and not arguments.everyone:
        raise SettingInvalid("nobody is named; expected PERSON or --everyone")
    database = open_database(load_settings(arguments.config))
    with database.writing() as session:
        if arguments.id is not None:
            people.get(session, arguments.id)
        ended = sign_ins.close_all(session, arguments.id)
        who = arguments.id or "everyone"
        audit.append(session, _entry(Action.END_SESSION, who, f"{ended} ended"))
    sys.stdout.write(f"{who}: {ended} sessions ended\n")
    return 0 if ended else 1


def reset_sign_in(arguments: argparse.Namespace) -> int:
    """Take away a person's second factor, lock and bond to the provider; tell them."""
    settings = load_settings(arguments.config)
    database, now = open_database(settings), datetime.now(UTC)
    with database.writing() as session:
        person = people.get(session, arguments.id)
        factor = second_factors.remove(session, person.id)
        bond = sign_ins.unbind(session, person.id)
        for counted in (key_of_name(person.id), key_of_code(person.id)):
            sign_ins.clear_failures(session, counted)
        sign_ins.close_all(session, person.id)
        audit.append(session, _entry(Action.SECOND_FACTOR, person.id, "reset"))
        if factor:
            notices.queue(session, post(settings), "second-factor", person, {}, held=None, now=now)
    had = (("second factor", factor), ("account at the provider", bond))
    taken = ["lock", "sessions", *(name for name, there in had if there)]
    sys.stdout.write(f"{arguments.id}: cleared {', '.join(taken)}\n")
    return 0


def _entry(action: Action, subject: str, detail: str = "") -> AuditEntry:
    """An act of this machine's account."""
    actor = f"os:{getpass.getuser()}"
    return AuditEntry(
        at=datetime.now(UTC), actor=actor, action=action, subject=subject, detail=detail
    )
