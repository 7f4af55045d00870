"""Commands that check, test and back-test a policy."""

import argparse
from pathlib import Path

from gateway.arguments.adding import Commands, add


def policy(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add them."""
    policy = commands.add_parser("policy", help="Check, test or back-test a policy.")
    acts = policy.add_subparsers(dest="act", metavar="ACT", required=True)
    lint = add(
        acts,
        common,
        "lint",
        "upkeep:policy_lint",
        "Say what keeps each rule of a policy from doing more than watch.",
        "porthor policy lint draft.toml",
    )
    lint.add_argument("file", type=Path, metavar="FILE")
    lint.add_argument("--json", action="store_true", help="one JSON object a line")
    test = add(
        acts,
        common,
        "test",
        "policy_test:policy_test",
        "Judge a folder of messages and compare with what is expected of each.",
        "porthor policy test --policy draft.toml messages",
    )
    test.add_argument("dir", type=Path, metavar="DIR", help="NAME.eml beside NAME.toml")
    test.add_argument("--policy", type=Path, metavar="FILE", help="test this policy")
    test.add_argument("--json", action="store_true", help="print JSON")
    backtest = add(
        acts,
        common,
        "backtest",
        "backtest:backtest",
        "Say what a draft policy would change over an archive of mail.",
        "porthor policy backtest --policy draft.toml Maildir",
    )
    backtest.add_argument("path", type=Path, metavar="PATH", help="Maildir, mbox or .eml folder")
    backtest.add_argument("--policy", type=Path, metavar="FILE", required=True, help="the draft")
    backtest.add_argument("--against", type=Path, metavar="FILE", help="default: that in force")
    backtest.add_argument("--workers", type=int, metavar="N", help="default: every core")
    backtest.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster")
    backtest.add_argument("--json", action="store_true", help="print JSON")
