"""Commands about rights and papers: subject access; the law's papers; the six questions."""

import argparse
from pathlib import Path

from gateway.arguments.adding import Commands, add, instant


def papers(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add them."""
    access = add(
        commands,
        common,
        "subject-access",
        "papers:subject_access",
        "Gather everything about one person, others masked; 1 if something is still to be decided.",
        "porthor subject-access sioned --request RQ-26-014 --by dewi --out sioned-RQ-26-014",
    )
    access.add_argument("who", metavar="PERSON_OR_ADDRESS", help="an id, or any address")
    access.add_argument("--out", type=Path, metavar="DIR", required=True, help="a new folder")
    access.add_argument("--request", required=True, metavar="REF", help="the request's reference")
    access.add_argument(
        "--by",
        metavar="PERSON",
        help="the protection officer who answers it (default: your account on this machine)",
    )
    access.add_argument("--language", choices=("cy", "en"), help="default: the person's own")
    access.add_argument(
        "--show",
        action="append",
        default=[],
        metavar="PERSON_OR_ADDRESS",
        help="do not mask this one",
    )
    access.add_argument(
        "--decide",
        action="append",
        default=[],
        metavar="MATTER=CHOICE",
        help="disclose a matter, or keep it back for a reason: HR-26-014=crime",
    )
    access.add_argument("--json", action="store_true", help="print the counts as JSON")
    _incident(commands, common)
    _papers(commands, common)


def _incident(commands: Commands, common: argparse.ArgumentParser) -> None:
    sheet = add(
        commands,
        common,
        "incident",
        "papers:incident_sheet",
        "Gather what is recorded of a breach, for the 72-hour clock; opens nothing; entered.",
        "porthor incident POR6A1F --by dewi --aware 2026-11-24T09:30",
    )
    sheet.add_argument(
        "reference",
        nargs="?",
        default="",
        metavar="REFERENCE",
        help="of a held message or a self-report; none: a breach of the system itself",
    )
    sheet.add_argument(
        "--by",
        metavar="PERSON",
        help="the protection officer who makes it (default: your account on this machine)",
    )
    sheet.add_argument(
        "--aware",
        type=instant,
        metavar="TIME",
        help="when the body became aware, in its own zone (default: when it was held or reported)",
    )
    sheet.add_argument("--language", choices=("cy", "en"), help="default: the officer's own")
    sheet.add_argument("--json", action="store_true", help="print JSON")


def _papers(commands: Commands, common: argparse.ArgumentParser) -> None:
    acts = commands.add_parser(
        "papers", help="Make the law's papers from the live settings, or check them."
    ).add_subparsers(dest="act", metavar="ACT", required=True)
    build = add(
        acts,
        common,
        "build",
        "papers:build",
        "Make every paper from the live settings; 1 if any of them lacks something.",
        "porthor papers build papers --language both",
    )
    build.add_argument("dir", type=Path, metavar="DIR")
    build.add_argument("--language", choices=("cy", "en", "both"), default="both")
    build.add_argument("--json", action="store_true", help="print what was made as JSON")
    status = add(
        acts,
        common,
        "status",
        "papers:status",
        "Say which papers were issued and are still what is in force; 1 if any is not.",
        "porthor papers status --json",
    )
    issue = add(
        acts,
        common,
        "issue",
        "papers:issue",
        "Enter that a paper, as it is now, was given to those it is for.",
        "porthor papers issue worker-notice --by dewi",
    )
    issue.add_argument("name", metavar="PAPER")
    issue.add_argument("--by", required=True, metavar="PERSON", help="the protection officer")
    check = add(
        acts,
        common,
        "check",
        "papers:check",
        "Answer the six questions of the case law from the records; 1 if one is not met.",
        "porthor papers check",
    )
    for each in (status, check):
        each.add_argument("--json", action="store_true", help="print JSON")
