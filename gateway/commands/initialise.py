"""porthor init."""

import argparse
import json
import sys
from datetime import UTC, datetime

from gateway.initialise import SAMPLE_PASSWORD, Wishes, initialise


def init(arguments: argparse.Namespace) -> int:
    """Write everything into a folder and say what to do next."""
    wishes = Wishes(
        folder=arguments.dir,
        sample=arguments.sample,
        listen=arguments.listen,
        nexthop=arguments.nexthop,
        console=arguments.console,
    )
    made = initialise(wishes, datetime.now(UTC))
    accounts = [
        {
            "username": each.id,
            "password": SAMPLE_PASSWORD,
            "name": each.name,
            "manager": each.manager,
            "roles": ", ".join(sorted(each.roles)),
        }
        for each in made.accounts
    ]
    if arguments.json:
        sys.stdout.write(json.dumps({"config": str(made.config), "accounts": accounts}) + "\n")
        return 0
    sys.stdout.write(
        f"Wrote {made.config} and, beside it, policy.toml, keys.toml and the database.\n"
    )
    if accounts:
        sys.stdout.write(f"\nSample accounts, all with the password {SAMPLE_PASSWORD}\n")
        for each in accounts:
            sys.stdout.write(f"  {each['username']:<16} {each['name']:<16} {each['roles']}\n")
        sys.stdout.write("\nThese are for trying it out: never on a machine that others reach.\n")
    sys.stdout.write(
        f"\nNext: porthor --config {made.config} config check"
        f"\n      porthor --config {made.config} run\n"
    )
    return 0
