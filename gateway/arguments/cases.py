"""Commands about cases: opened, approved, searched and closed in a person's name."""

import argparse

from gateway.arguments.adding import Commands, add, day
from gateway.arguments.exhibits import exhibits


def cases(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add them."""
    case = commands.add_parser("case", help="Open, approve, search and close cases of HR.")
    acts = case.add_subparsers(dest="act", metavar="ACT", required=True)
    acting = argparse.ArgumentParser(add_help=False, parents=[common])
    acting.add_argument(
        "--by", required=True, metavar="PERSON", help="who acts; they must have the right to"
    )
    acting.add_argument("--json", action="store_true", help="print JSON")
    within = argparse.ArgumentParser(add_help=False, parents=[acting])
    within.add_argument("case", metavar="CASE", help="such as HR-26-014")
    add(
        acts,
        acting,
        "list",
        "cases:list_",
        "List the cases that a person works on or was asked to approve.",
        "porthor case list --by huw.ifans",
    )
    add(
        acts,
        within,
        "show",
        "cases:show",
        "Show a case: its scope, its answers and what happened in it.",
        "porthor case show HR-26-014 --by huw.ifans --json",
    )
    _open(acts, acting)
    _approve(acts, within)
    _search(acts, within)
    close = add(
        acts,
        within,
        "close",
        "cases:close",
        "Close a case: nothing can be searched or opened in it any more.",
        "porthor case close HR-26-014 --by huw.ifans --outcome no-case --keep-until 2027-12-01",
    )
    outcomes = ("no-case", "informal", "formal", "elsewhere", "stopped")
    close.add_argument("--outcome", choices=outcomes, required=True, help="how it ended")
    close.add_argument(
        "--keep-until", type=day, required=True, metavar="DATE", help="by the body's schedule"
    )
    exhibits(acts, within)


def _open(acts: Commands, acting: argparse.ArgumentParser) -> None:
    opening = add(
        acts,
        acting,
        "open",
        "cases:open_",
        "Open a case, with every answer it needs; with --authoriser, ask for its approval.",
        'porthor case open --by huw.ifans --title "Payment details" --people sioned.parry'
        " --first 2026-11-01 --last 2026-11-30 --basis discipline --reach content"
        ' --allegation "..." --milder "..." --told 2026-11-20 --authoriser owain.lloyd',
    )
    opening.add_argument("--title", required=True, metavar="TEXT", help="neutral: it names nobody")
    opening.add_argument("--about", default="", metavar="ID", help="a message passed to HR")
    opening.add_argument(
        "--complainant", default="", metavar="ADDRESS", help="who complained of mail they got"
    )
    opening.add_argument("--allegation", required=True, metavar="TEXT", help="or the question")
    opening.add_argument("--basis", required=True, metavar="ID", help="of the policy's register")
    opening.add_argument(
        "--people", required=True, nargs="+", metavar="PERSON", help="ids or addresses"
    )
    opening.add_argument("--first", type=day, required=True, metavar="DATE", help="first day")
    opening.add_argument("--last", type=day, required=True, metavar="DATE", help="last day")
    opening.add_argument("--reach", choices=("envelopes", "content"), required=True)
    opening.add_argument(
        "--milder", required=True, metavar="TEXT", help="why nothing less intrusive will do"
    )
    told = opening.add_mutually_exclusive_group(required=True)
    told.add_argument("--told", type=day, metavar="DATE", help="the employee was told that day")
    told.add_argument(
        "--tell-later", type=day, metavar="DATE", help="they are not; looked at again that day"
    )
    opening.add_argument("--why-later", default="", metavar="TEXT", help="why they are told later")
    opening.add_argument("--authoriser", metavar="PERSON", help="who is asked to approve it")


def _approve(acts: Commands, within: argparse.ArgumentParser) -> None:
    approve = add(
        acts,
        within,
        "approve",
        "cases:approve",
        "Approve a case, as it is or narrower; or send it back.",
        "porthor case approve HR-26-014 --by owain.lloyd --ends 2027-02-20 --review 2026-12-06",
    )
    approve.add_argument("--ends", type=day, metavar="DATE", help="the last day of the case")
    approve.add_argument(
        "--review", type=day, metavar="DATE", help="by when to say whether it is still necessary"
    )
    approve.add_argument("--first", type=day, metavar="DATE", help="not before this day")
    approve.add_argument("--last", type=day, metavar="DATE", help="not after this day")
    approve.add_argument("--envelopes", action="store_true", help="no message is opened")
    approve.add_argument("--send-back", action="store_true", help="do not approve it")
    approve.add_argument("--note", default="", metavar="TEXT", help="to who works on it")


def _search(acts: Commands, within: argparse.ArgumentParser) -> None:
    search = add(
        acts,
        within,
        "search",
        "cases:search",
        "Search what a case covers; print counts and ids, never content.",
        "porthor case search HR-26-014 --by huw.ifans --words 'cerdyn \"rhif y cerdyn\"'",
    )
    search.add_argument(
        "--words", default="", metavar="WORDS", help='all of them; "a phrase"; a beginning*'
    )
    search.add_argument("--first", type=day, metavar="DATE")
    search.add_argument("--last", type=day, metavar="DATE")
    search.add_argument("--sender", default="", metavar="PERSON", help="within the case")
    search.add_argument("--domain", default="", metavar="DOMAIN", help="of a recipient")
    search.add_argument("--rule", default="", metavar="RULE", help="a rule's id or clause")
    search.add_argument("--attached", action="store_true", help="only with an attachment")
