"""Commands that start the three programs or make them ready."""

import argparse
from pathlib import Path

from gateway.arguments.adding import Commands, add


def programs(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add them."""
    init = add(
        commands,
        common,
        "init",
        "initialise:init",
        "Write settings, a policy, a key file and the database into a folder.",
        "porthor init /etc/porthor --nexthop mail.cyngor.example:25",
    )
    init.add_argument("dir", type=Path, metavar="DIR")
    init.add_argument("--sample", action="store_true", help="with a sample council and policy")
    init.add_argument("--listen", metavar="HOST:PORT", help="smtp.listen")
    init.add_argument("--nexthop", metavar="HOST:PORT", help="nexthop.address")
    init.add_argument("--console", metavar="HOST:PORT", help="console.listen")
    init.add_argument("--json", action="store_true", help="print what was made as JSON")
    for name, summary in (
        ("run", "Run the gateway, the worker and the console together."),
        ("serve", "Run the gateway: SMTP in, next hop out."),
        ("worker", "Run the worker: it sends what was released, and notices."),
        ("console", "Run the console: the web pages."),
    ):
        program = add(commands, common, name, f"programs:{name}", summary, f"porthor {name}")
        program.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
