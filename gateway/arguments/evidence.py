"""Commands on evidence that has left: check it, repeat its decisions; make what signs it."""

import argparse
from pathlib import Path

from gateway.arguments.adding import Commands, add


def evidence(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add them."""
    acts = commands.add_parser("evidence", help="Check evidence, or repeat it.").add_subparsers(
        dest="act", metavar="ACT", required=True
    )
    verify = add(
        acts,
        common,
        "verify",
        "evidence:verify",
        "Check every file, the audit record, the signature and the time stamp of a bundle.",
        "porthor evidence verify --trust body.pem HR-26-014.tar",
    )
    _bundle(verify)
    verify.add_argument("--trust", type=Path, metavar="FILE", help="the body's certificate")
    verify.add_argument(
        "--authority", type=Path, metavar="FILE", help="the time-stamping authority's certificate"
    )
    verify.add_argument(
        "--anchor", default="", metavar="NUMBER:DIGEST", help="of the audit chain, kept elsewhere"
    )
    replay = add(
        acts,
        common,
        "replay",
        "evidence:replay",
        "Repeat the decisions in a bundle from its originals, and say whether they are the same.",
        "porthor evidence replay HR-26-014.tar",
    )
    _bundle(replay)
    replay.add_argument(
        "--classifier",
        type=Path,
        metavar="DIR",
        action="append",
        default=[],
        help="a trained classifier that took part (the shipped ones are known)",
    )
    certificate = add(
        acts,
        common,
        "certificate",
        "evidence:certificate",
        "Make a key and a certificate signed with itself, to sign bundles and anchors.",
        'porthor evidence certificate --name "Cyngor Enghraifft" --out /etc/porthor',
    )
    certificate.add_argument(
        "--name", action="append", help="whose it is (default: the body's names, in both languages)"
    )
    certificate.add_argument(
        "--out", type=Path, metavar="DIR", default=Path(), help="default: this folder"
    )


def _bundle(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="a folder, or its .tar")
    parser.add_argument("--json", action="store_true", help="print JSON")
