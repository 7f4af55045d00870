"""Commands about the keys of the HTTP API."""

import argparse

from gateway.arguments.adding import Commands, add, day
from models.api_key import Channel


def api_keys(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add them."""
    keys = commands.add_parser(
        "api-key", help="Make, list or revoke keys of the HTTP API."
    ).add_subparsers(dest="act", metavar="ACT", required=True)
    make = add(
        keys,
        common,
        "make",
        "api_keys:make",
        "Make a key for one program and print it; it is shown once.",
        "porthor api-key make sms-gateway --channel sms --until 2027-03-31",
    )
    make.add_argument("name", metavar="NAME", help="the program's, such as sms-gateway")
    make.add_argument(
        "--channel",
        action="append",
        required=True,
        choices=[each.value for each in Channel],
        help="where it publishes; give it again for another",
    )
    make.add_argument(
        "--until", type=day, metavar="DATE", help="the last day it is good (default: open)"
    )
    make.add_argument("--json", action="store_true", help="print JSON")
    listing = add(
        keys,
        common,
        "list",
        "api_keys:list_",
        "List keys, without their tokens.",
        "porthor api-key list",
    )
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    revoke = add(
        keys,
        common,
        "revoke",
        "api_keys:revoke",
        "Make a key useless at once.",
        "porthor api-key revoke sms-gateway",
    )
    revoke.add_argument("name", metavar="NAME")
