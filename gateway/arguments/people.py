"""Commands about the directory of people."""

import argparse
from pathlib import Path

from gateway.arguments.adding import Commands, add, day


def people(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add them."""
    people = commands.add_parser("people", help="Import, list or check people.").add_subparsers(
        dest="act", metavar="ACT", required=True
    )
    imports = add(
        people,
        common,
        "import",
        "people:import_",
        "Make the directory the people of a CSV file.",
        "porthor people import --dry-run people.csv",
    )
    imports.add_argument("file", type=Path, metavar="FILE.csv")
    imports.add_argument("--dry-run", action="store_true", help="say what would change")
    imports.add_argument(
        "--many-leavers",
        action="store_true",
        help="go on though more than one in five is not in the file",
    )
    imports.add_argument("--json", action="store_true", help="print JSON")
    listing = add(people, common, "list", "people:list_", "List people.", "porthor people list")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    _absence(people, common)
    _checks(people, common)
    password = add(
        people,
        common,
        "set-password",
        "accounts:set_password",
        "Set a local password, read from standard input.",
        "porthor people set-password gwen.morgan < secret",
    )
    password.add_argument("id", metavar="PERSON")
    ending = add(
        people,
        common,
        "sign-out",
        "accounts:sign_out",
        "End all console sessions of a person, or of everyone.",
        "porthor people sign-out gwen.morgan",
    )
    ending.add_argument("id", metavar="PERSON", nargs="?")
    ending.add_argument("--everyone", action="store_true", help="everyone's sessions")
    reset = add(
        people,
        common,
        "reset-sign-in",
        "accounts:reset_sign_in",
        "Let a person who lost their codes, or is locked out, begin again.",
        "porthor people reset-sign-in gwen.morgan",
    )
    reset.add_argument("id", metavar="PERSON")


def _absence(people: Commands, common: argparse.ArgumentParser) -> None:
    away = add(
        people,
        common,
        "away",
        "people:away",
        "Say that a person cannot decide for some days; others are asked in their place.",
        "porthor people away gwen.morgan --until 2026-12-04",
    )
    away.add_argument("id", metavar="PERSON")
    away.add_argument(
        "--from", dest="first", type=day, metavar="DATE", help="the first day (default: today)"
    )
    away.add_argument("--until", type=day, metavar="DATE", help="the last day (default: open)")
    back = add(
        people,
        common,
        "back",
        "people:back",
        "Say that a person can decide again.",
        "porthor people back gwen.morgan",
    )
    back.add_argument("id", metavar="PERSON")


def _checks(people: Commands, common: argparse.ArgumentParser) -> None:
    check = add(
        people,
        common,
        "check",
        "people:check",
        "Say what the directory lacks: managers, deputies, two of a role; 1 if anything.",
        "porthor people check",
    )
    check.add_argument("--json", action="store_true", help="print JSON")
    informed = add(
        people,
        common,
        "informed",
        "people:informed",
        "Say by department who has been told of the monitoring; 1 if someone has not.",
        "porthor people informed",
    )
    informed.add_argument("--json", action="store_true", help="one JSON object a line")
