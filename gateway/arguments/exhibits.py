"""Commands about what a case produces: exhibits, legal holds, bundles."""

import argparse
from pathlib import Path

from gateway.arguments.adding import Commands, add, day


def exhibits(acts: Commands, within: argparse.ArgumentParser) -> None:
    """Add them to the commands about cases; `within` has what all of them ask for."""
    _exhibit(acts, within)
    listing = add(
        acts,
        within,
        "exhibits",
        "exhibits:exhibits",
        "List the exhibits of a case; with --check compare each with its digest, 1 if one differs.",
        "porthor case exhibits HR-26-014 --by huw.ifans --check",
    )
    listing.add_argument("--check", action="store_true", help="open each copy and compare it")
    _hold(acts, within)
    _bundle(acts, within)


def _exhibit(acts: Commands, within: argparse.ArgumentParser) -> None:
    adding = add(
        acts,
        within,
        "exhibit",
        "exhibits:exhibit",
        "Seal a copy of a message that a case covers, as an exhibit of it.",
        "porthor case exhibit HR-26-014 POR6A1F --by huw.ifans"
        ' --relevance "It has the card in it" --third-party colleague --redact',
    )
    adding.add_argument("held", metavar="ID", help="of the held message")
    adding.add_argument("--relevance", required=True, metavar="TEXT", help="why it matters")
    adding.add_argument("--label", default="", help="default: your initials and the next number")
    adding.add_argument(
        "--third-party",
        action="append",
        default=[],
        choices=("service-user", "colleague", "child"),
        help="who else is in it",
    )
    adding.add_argument(
        "--redact", action="store_true", help="no reading copy before something was cut"
    )


def _hold(acts: Commands, within: argparse.ArgumentParser) -> None:
    hold = add(
        acts,
        within,
        "hold",
        "exhibits:hold",
        "Place a legal hold for a case: nothing that it covers is erased.",
        'porthor case hold HR-26-014 --by huw.ifans --covers scope --reason "A claim"'
        " --review 2027-02-20",
    )
    hold.add_argument(
        "--covers",
        required=True,
        choices=("exhibits", "scope", "new-mail"),
        help="exhibits and originals; all that is in scope; and what comes into it",
    )
    hold.add_argument("--reason", default="", metavar="TEXT", help="it names nobody")
    hold.add_argument("--review", type=day, metavar="DATE", help="within six months")
    hold.add_argument("--dry-run", action="store_true", help="say what it would keep")


def _bundle(acts: Commands, within: argparse.ArgumentParser) -> None:
    bundle = add(
        acts,
        within,
        "bundle",
        "exhibits:bundle",
        "Write a signed bundle of a case's exhibits, which anyone can check without us.",
        "porthor case bundle HR-26-014 --by huw.ifans --purpose hearing"
        ' --to "Hearing panel, Cyngor Enghraifft" --out /srv/evidence',
    )
    bundle.add_argument("--out", type=Path, required=True, metavar="DIR", help="where it goes")
    bundle.add_argument("--to", required=True, metavar="TEXT", help="name and organisation")
    bundle.add_argument(
        "--purpose",
        required=True,
        choices=("hearing", "appeal", "tribunal", "employee", "disclosure"),
        help="the employee's own copy is always a reading copy",
    )
    bundle.add_argument(
        "--form", default="evidence", choices=("evidence", "reading-copy"), help="default: evidence"
    )
    bundle.add_argument(
        "--exhibit", action="append", default=[], metavar="LABEL", help="default: all of the case"
    )
    bundle.add_argument(
        "--recipient", type=Path, metavar="FILE", help="encrypt it to this certificate (PEM, RSA)"
    )
    bundle.add_argument(
        "--request", default="", metavar="ID", help="the authority's request that it answers"
    )
