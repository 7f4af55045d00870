"""porthor people import, list, away, back, check, informed."""

import argparse
import getpass
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Any

from gateway.assembly import open_database
from gateway.config import load_settings
from models.audit import Action, AuditEntry
from models.db import people
from models.db.people import PeopleChange
from models.errors import Conflict, SettingInvalid
from models.person import Absence, Person, Source
from quarantine.directory import coverage, lacks, read_people
from quarantine.group_roles import read_mapping, with_kept
from quarantine.settings import SignInSettings
from quarantine.working_hours import working_hours

_A_FEW = 5  # who may leave in one import without being asked about
_MOST_LEAVERS = 5  # nor may more than one in five
_SHOWN = 20  # ids on a line of a report


def import_(arguments: argparse.Namespace) -> int:
    """Replace the directory by a CSV file's people, or say what that would change."""
    settings = load_settings(arguments.config)
    database = open_database(settings)
    with database.reading() as session:
        everyone = people.everyone(session)
        kept = [each for each in everyone if _is_kept(each)]
        given = _with_kept_roles(read_people(arguments.file, kept), everyone, settings.sign_in)
        change = people.changes(session, given)
    before = sum(each.active for each in everyone)
    if not arguments.dry_run:
        _check_leavers(change, before, arguments.many_leavers)
        entry = _entry(Action.IMPORT_PEOPLE, "people", f"{len(given)} people")
        with database.writing() as session:
            change = people.replace_all(session, given, entry)
    lacking = lacks({each.id: each for each in (*kept, *given)})
    if arguments.json:
        report = {
            **{name: getattr(change, name) for name in ("added", "changed", "deactivated")},
            "differences": [asdict(each) for each in change.differences],
            "lacks": {lack.value: ids for lack, ids in lacking.items()},
            "changed_anything": not arguments.dry_run,
        }
        _say(json.dumps(report))
        return 0
    _report(change)
    _report_lacks(lacking.items())
    if arguments.dry_run:
        _say("Nothing was changed: this was a dry run.")
    return 0


def _is_kept(person: Person) -> bool:
    """Tell whether it is the identity provider who says that a person leaves."""
    return person.source is Source.SCIM


def _with_kept_roles(
    given: Iterable[Person], everyone: Iterable[Person], settings: SignInSettings
) -> list[Person]:
    """People of a file, with the roles that groups give them as they are."""
    mapped = read_mapping(settings.scim_groups)
    before = {each.id: each.roles for each in everyone}
    return [
        replace(each, roles=with_kept(each.roles, before.get(each.id, frozenset()), mapped))
        for each in given
    ]


def _check_leavers(change: PeopleChange, before: int, allowed: bool) -> None:
    """Raise Conflict if a file that was cut off would make much of the body leave."""
    gone = len(change.deactivated)
    if not allowed and gone > _A_FEW and gone * _MOST_LEAVERS > before:
        raise Conflict(
            f"{gone} of {before} people are not in the file and would be marked as having left;"
            " nothing was changed. If that is right, add --many-leavers"
        )


def _report(change: PeopleChange) -> None:
    for what in ("added", "changed", "deactivated"):
        ids = getattr(change, what)
        _say(f"{what:<12} {len(ids):>4}  {_some(ids)}")
    for each in change.differences:
        _say(f"  {each.person}: {each.fact}: {each.before or '-'} -> {each.after or '-'}")


def _report_lacks(lacking: Iterable[tuple[str, tuple[str, ...]]]) -> None:
    for lack, ids in lacking:
        _say(f"{lack}: {len(ids)}  {_some(ids)}")


def _some(ids: tuple[str, ...]) -> str:
    rest = len(ids) - _SHOWN
    return ", ".join(ids[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def list_(arguments: argparse.Namespace) -> int:
    """List the directory."""
    settings = load_settings(arguments.config)
    database = open_database(settings)
    today = working_hours(settings.review).today(datetime.now(UTC))
    with database.reading() as session:
        everyone = people.everyone(session)
    for each in everyone:
        roles = ",".join(sorted(each.roles))
        line = f"{each.id:<24} {each.name:<24} {each.email:<40} {_state(each, today):<10} {roles}"
        _say(json.dumps(_facts(each, today)) if arguments.json else line.rstrip())
    return 0


def _facts(person: Person, today: date) -> dict[str, Any]:
    absence = person.absence
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "language": person.language,
        "department": person.department,
        "manager": person.manager,
        "deputy": person.deputy,
        "alternate": person.alternate,
        "roles": sorted(person.roles),
        "standing": person.standing.value,
        "active": person.active,
        "away": person.away_on(today),
        "away_from": absence.first.isoformat() if absence else None,
        "away_until": absence.last.isoformat() if absence and absence.last else None,
        "informed": person.informed.isoformat() if person.informed else None,
        "informed_by": person.informed_by,
        "source": person.source.value,
    }


def _state(person: Person, today: date) -> str:
    if not person.active:
        return person.standing.value
    return "away" if person.away_on(today) else ""


def away(arguments: argparse.Namespace) -> int:
    """Note that a person cannot decide for some days: their mail goes to their deputy."""
    settings = load_settings(arguments.config)
    first = arguments.first or working_hours(settings.review).today(datetime.now(UTC))
    if arguments.until and arguments.until < first:
        raise SettingInvalid(f"--until is {arguments.until}; expected {first} or later")
    absence = Absence(first=first, last=arguments.until)
    until = f" until {absence.last}" if absence.last else ""
    _set_absence(arguments, absence, f"from {first}{until}")
    _say(f"{arguments.id}: away from {first}{until}")
    return 0


def back(arguments: argparse.Namespace) -> int:
    """Note that a person is back."""
    _set_absence(arguments, None, "back")
    _say(f"{arguments.id}: back")
    return 0


def _set_absence(arguments: argparse.Namespace, absence: Absence | None, detail: str) -> None:
    database = open_database(load_settings(arguments.config))
    entry = _entry(Action.SET_AWAY, arguments.id, detail)
    with database.writing() as session:
        people.set_absence(session, arguments.id, absence, entry)


def check(arguments: argparse.Namespace) -> int:
    """Say what the directory lacks; 1 if anything."""
    database = open_database(load_settings(arguments.config))
    with database.reading() as session:
        lacking = lacks(people.directory(session))
    if arguments.json:
        _say(json.dumps({lack.value: ids for lack, ids in lacking.items()}))
    else:
        _report_lacks(lacking.items())
    return 1 if lacking else 0


def informed(arguments: argparse.Namespace) -> int:
    """Say, by department, who has been told of the monitoring; 1 if someone has not."""
    settings = load_settings(arguments.config)
    database = open_database(settings)
    today = working_hours(settings.review).today(datetime.now(UTC))
    with database.reading() as session:
        counted = coverage(people.everyone(session), today)
    for each in counted:
        line = f"{each.department or '-':<32} {each.informed:>5} of {each.people}"
        _say(json.dumps(asdict(each)) if arguments.json else line)
    return 1 if any(each.informed < each.people for each in counted) else 0


def _entry(action: Action, subject: str, detail: str = "") -> AuditEntry:
    """An act of this machine's account."""
    actor = f"os:{getpass.getuser()}"
    return AuditEntry(
        at=datetime.now(UTC), actor=actor, action=action, subject=subject, detail=detail
    )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
