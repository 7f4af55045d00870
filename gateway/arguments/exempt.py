"""Commands about the routes that are passed unread."""

import argparse
from datetime import date

from gateway.arguments.adding import Commands, add, day


def exempt(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add them."""
    family = commands.add_parser(
        "exempt", help="Prove that private routes pass unread, or report it."
    ).add_subparsers(dest="act", metavar="ACT", required=True)
    canary = add(
        family,
        common,
        "canary",
        "exempt:canary",
        "Put a test message through every exempt route of the policy; 1 if one does not pass"
        " unread. Nothing is sent to anybody.",
        "porthor exempt canary",
    )
    canary.add_argument("--json", action="store_true", help="print JSON")
    report = add(
        family,
        common,
        "report",
        "exempt:report",
        "Print the counts of the daily test messages as one line, signed if a key is named.",
        "porthor exempt report --since 2026-09-01",
    )
    report.add_argument(
        "--since",
        type=day,
        metavar="DATE",
        default=date(2000, 1, 1),
        help="from this day (default: all)",
    )
