"""Commands about one message: would it be held, what is held, what becomes of it."""

import argparse
from pathlib import Path

from gateway.arguments.adding import Commands, add


def mail(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add them."""
    check = add(
        commands,
        common,
        "check",
        "check:check",
        "Say what would happen to a message, without sending or storing it.",
        "porthor check --policy draft.toml --json message.eml",
    )
    check.epilog = (
        "example: porthor check --policy draft.toml --json message.eml\n"
        "exit status: 0 it would be relayed, 1 it would be held, 2 bad usage or setting"
    )
    check.add_argument("file", metavar="FILE", help="an RFC 5322 message; - reads standard input")
    check.add_argument("--from", dest="sender", metavar="ADDRESS", help="envelope sender")
    check.add_argument(
        "--to", dest="recipients", metavar="ADDRESS", action="append", help="envelope recipient"
    )
    check.add_argument("--policy", type=Path, metavar="FILE", help="try this policy")
    check.add_argument("--json", action="store_true", help="print JSON")
    _held(commands, common)


def _held(commands: Commands, common: argparse.ArgumentParser) -> None:
    held = commands.add_parser("held", help="List, show, release or refuse held messages.")
    acts = held.add_subparsers(dest="act", metavar="ACT", required=True)
    listing = add(
        acts, common, "list", "held:list_", "List held messages.", "porthor held list --json"
    )
    listing.add_argument("--state", action="append", help="only these states (default: all)")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    show = add(
        acts, common, "show", "held:show", "Show why a message is held.", "porthor held show ID"
    )
    show.add_argument("--json", action="store_true", help="print JSON")
    waiting = add(
        acts,
        common,
        "waiting",
        "held:waiting",
        "Say how many wait and for how long; 1 if any is with nobody.",
        "porthor held waiting --json",
    )
    waiting.add_argument("--json", action="store_true", help="print JSON")
    release = add(
        acts, common, "release", "held:release", "Let a held message go.", "porthor held release ID"
    )
    refuse = add(
        acts,
        common,
        "refuse",
        "held:refuse",
        "Decide that a held message is not sent.",
        'porthor held refuse ID --reason "Use the secure portal"',
    )
    for each in (show, release, refuse):
        each.add_argument("id", metavar="ID")
    for each in (release, refuse):
        each.add_argument(
            "--by", metavar="PERSON", help="who decides (default: your account on this machine)"
        )
        each.add_argument(
            "--reason",
            default="",
            metavar="TEXT",
            required=each is refuse,
            help="the sender is told it",
        )
