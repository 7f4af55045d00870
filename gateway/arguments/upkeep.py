"""Commands that check settings, database and audit chain."""

import argparse
from pathlib import Path

from gateway.arguments.adding import Commands, add


def upkeep(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add them."""
    config = commands.add_parser("config", help="Check the settings.").add_subparsers(
        dest="act", metavar="ACT", required=True
    )
    add(
        config,
        common,
        "check",
        "upkeep:config_check",
        "Report every mistake in the settings and the policy.",
        "porthor config check",
    )
    audit = commands.add_parser(
        "audit", help="Check the audit chain, or anchor it."
    ).add_subparsers(dest="act", metavar="ACT", required=True)
    verify = add(
        audit,
        common,
        "verify",
        "audit:verify",
        "Check that no audit entry was edited, deleted, moved or cut off.",
        "porthor audit verify --anchor /mnt/archive/anchors.txt",
    )
    verify.add_argument(
        "--anchor",
        type=Path,
        metavar="FILE",
        help="anchors kept elsewhere, one a line; the chain must have been as each says",
    )
    verify.add_argument(
        "--certificate",
        type=Path,
        metavar="FILE",
        help="whose signature the anchors must bear (default: evidence.certificate)",
    )
    verify.add_argument("--json", action="store_true", help="print JSON")
    anchor = add(
        audit,
        common,
        "anchor",
        "audit:anchor",
        "Write the end of the audit chain down where [anchor] says, now.",
        "porthor audit anchor",
    )
    anchor.add_argument("--json", action="store_true", help="print JSON")
    database = commands.add_parser("db", help="Upgrade the database.").add_subparsers(
        dest="act", metavar="ACT", required=True
    )
    add(
        database,
        common,
        "upgrade",
        "upkeep:db_upgrade",
        "Bring the database to this version, or make it.",
        "porthor db upgrade",
    )
