"""Commands about the body's own records, documents and domains."""

import argparse
from pathlib import Path

from gateway.arguments.adding import Commands, add


def registers(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add them."""
    acts = commands.add_parser(
        "registers", help="Register records, documents and domains, as keyed hashes."
    ).add_subparsers(dest="act", metavar="ACT", required=True)
    making = _making(acts, common)
    for each in making:
        each.add_argument(
            "--list", required=True, metavar="LIST", help="its name; one of that name is replaced"
        )
    show = add(
        acts,
        common,
        "show",
        "registers:show",
        "Show the lists: names, sizes and dates, no content.",
        "porthor registers show --json",
    )
    remove = add(
        acts,
        common,
        "remove",
        "registers:remove",
        "Take a list out of the registers.",
        "porthor registers remove pupils",
    )
    remove.add_argument("list", metavar="LIST")
    for each in (*making, show, remove):
        each.add_argument("--json", action="store_true", help="print JSON")


def _making(acts: Commands, common: argparse.ArgumentParser) -> tuple[argparse.ArgumentParser, ...]:
    records = add(
        acts,
        common,
        "add-records",
        "registers:add_records",
        "Make a list of the records of a CSV file, kept as keyed hashes.",
        "porthor registers add-records pupils.csv --list pupils --columns name,date_of_birth,upn",
    )
    records.add_argument("file", type=Path, metavar="FILE.csv")
    records.add_argument(
        "--columns",
        required=True,
        metavar="NAMES",
        help="which to take, each a heading or HEADING=KIND (name, forename, surname, date,"
        " postcode, email, telephone, reference)",
    )
    documents = add(
        acts,
        common,
        "add-documents",
        "registers:add_documents",
        "Make a list of confidential documents, kept as fingerprints.",
        "porthor registers add-documents papers/ --list board-papers",
    )
    documents.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="file or folder")
    documents.add_argument(
        "--boilerplate",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a document whose words may go anywhere, such as an empty template",
    )
    domains = add(
        acts,
        common,
        "add-domains",
        "registers:add_domains",
        "Make a list of domains that are written to, so that a first mail to another shows.",
        "porthor registers add-domains domains.txt --list known",
    )
    domains.add_argument("file", type=Path, metavar="FILE", help="a domain a line")
    return records, documents, domains
