"""Commands about keeping and destroying: sweeps, freezes, backups."""

import argparse
from pathlib import Path

from gateway.arguments.adding import Commands, add


def keeping(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add them."""
    retention = commands.add_parser(
        "retention", help="Erase what is due, or list what was erased."
    ).add_subparsers(dest="act", metavar="ACT", required=True)
    sweep = add(
        retention,
        common,
        "sweep",
        "keeping:sweep",
        "Erase all that is due now, as the worker does once a day; 1 if not all could be done.",
        "porthor retention sweep --dry-run",
    )
    sweep.add_argument("--dry-run", action="store_true", help="say what would be erased")
    sweep.add_argument("--json", action="store_true", help="print JSON")
    certificates = add(
        retention,
        common,
        "certificates",
        "keeping:certificates",
        "Print the certificates of erasure, the newest first, as they were signed.",
        "porthor retention certificates --json",
    )
    certificates.add_argument("--json", action="store_true", help="one JSON object a line")
    freeze = commands.add_parser("freeze", help="List freezes.").add_subparsers(
        dest="act", metavar="ACT", required=True
    )
    listing = add(
        freeze,
        common,
        "list",
        "keeping:freezes",
        "Report who froze what, when and until when.",
        "porthor freeze list --all --json",
    )
    listing.add_argument("--all", action="store_true", help="those that were lifted too")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    register = commands.add_parser("requests", help="Count requests.").add_subparsers(
        dest="act", metavar="ACT", required=True
    )
    counting = add(
        register,
        common,
        "statistics",
        "keeping:statistics",
        "Count the requests of a year, and held mail by quarter; ready to publish.",
        "porthor requests statistics --json",
    )
    counting.add_argument("--json", action="store_true", help="print JSON")
    _backups(commands, common)


def _backups(commands: Commands, common: argparse.ArgumentParser) -> None:
    backup = add(
        commands,
        common,
        "backup",
        "keeping:backup",
        "Copy the database into a folder, and renew the keys file beside its copies.",
        "porthor backup /srv/backups/porthor",
    )
    backup.add_argument("dir", type=Path, metavar="DIR")
    backup.add_argument("--json", action="store_true", help="print JSON")
    restore = add(
        commands,
        common,
        "restore",
        "keeping:restore",
        "Make the database of a backup, the newest of a folder; what was erased stays erased.",
        "porthor restore /srv/backups/porthor --check",
    )
    restore.add_argument("dir", type=Path, metavar="DIR")
    restore.add_argument(
        "--check",
        action="store_true",
        help="restore it for a trial: digests, rows, audit chain, a sample; changes nothing",
    )
    restore.add_argument("--json", action="store_true", help="print JSON")
