"""Commands about the directory of people."""

import argparse
from pathlib import Path

from gateway.arguments.adding import Commands, add


def people(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add them."""
    people = commands.add_parser("people", help="Import or list people.").add_subparsers(
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
    imports.add_argument("--json", action="store_true", help="print JSON")
    listing = add(people, common, "list", "people:list_", "List people.", "porthor people list")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    password = add(
        people,
        common,
        "set-password",
        "people:set_password",
        "Set a local password, read from standard input.",
        "porthor people set-password gwen.morgan < secret",
    )
    password.add_argument("id", metavar="PERSON")
