"""Commands that check settings, database and audit chain."""

import argparse

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
    audit = commands.add_parser("audit", help="Check the audit chain.").add_subparsers(
        dest="act", metavar="ACT", required=True
    )
    verify = add(
        audit,
        common,
        "verify",
        "upkeep:audit_verify",
        "Check that no audit entry was edited, deleted, moved or cut off.",
        "porthor audit verify",
    )
    verify.add_argument("--json", action="store_true", help="print JSON")
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
