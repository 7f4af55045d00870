"""porthor people import, list, set-password."""

import argparse
import getpass
import json
import sys
from datetime import UTC, datetime

from gateway.assembly import open_database
from gateway.config import load_settings
from models.audit import Action, AuditEntry
from models.db import people
from models.errors import SettingInvalid
from quarantine.console.passwords import SHORTEST, hash_password
from quarantine.directory import read_people


def import_(arguments: argparse.Namespace) -> int:
    """Replace the directory by a CSV file's people, or say what that would change."""
    given = read_people(arguments.file)
    database = open_database(load_settings(arguments.config))
    if arguments.dry_run:
        with database.reading() as session:
            change = people.changes(session, given)
    else:
        entry = AuditEntry(
            at=datetime.now(UTC),
            actor=f"os:{getpass.getuser()}",
            action=Action.IMPORT_PEOPLE,
            subject="people",
            detail=f"{len(given)} people",
        )
        with database.writing() as session:
            change = people.replace_all(session, given, entry)
    report = {
        "added": change.added,
        "changed": change.changed,
        "deactivated": change.deactivated,
    }
    if arguments.json:
        sys.stdout.write(json.dumps(report) + "\n")
    else:
        for what, ids in report.items():
            sys.stdout.write(f"{what:<12} {len(ids):>4}  {', '.join(ids)}\n")
        if arguments.dry_run:
            sys.stdout.write("Nothing was changed: this was a dry run.\n")
    return 0


def list_(arguments: argparse.Namespace) -> int:
    """List the directory."""
    database = open_database(load_settings(arguments.config))
    with database.reading() as session:
        everyone = people.everyone(session)
    for each in everyone:
        facts = {
            "id": each.id,
            "name": each.name,
            "email": each.email,
            "language": each.language,
            "manager": each.manager,
            "deputy": each.deputy,
            "roles": sorted(each.roles),
            "active": each.active,
        }
        line = f"{each.id:<24} {each.name:<24} {each.email:<40} {','.join(sorted(each.roles))}"
        sys.stdout.write((json.dumps(facts) if arguments.json else line.rstrip()) + "\n")
    return 0


def set_password(arguments: argparse.Namespace) -> int:
    """Set a local account's password from the first line of standard input."""
    password = sys.stdin.readline().rstrip("\n")
    if len(password) < SHORTEST:
        raise SettingInvalid(f"the password is too short; expected at least {SHORTEST} characters")
    database = open_database(load_settings(arguments.config))
    entry = AuditEntry(
        at=datetime.now(UTC),
        actor=f"os:{getpass.getuser()}",
        action=Action.SET_PASSWORD,
        subject=arguments.id,
    )
    with database.writing() as session:
        people.set_password_hash(session, arguments.id, hash_password(password), entry)
    sys.stdout.write(f"{arguments.id}: password set\n")
    return 0
