"""The command line: every command, its help, and what it runs.

Exit status: 0 done, 1 the answer is no, 2 usage or setting, 75 try again (sysexits TEMPFAIL).
What each command does is in gateway/commands/, loaded only when it is run.
"""

import argparse
import ctypes
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn, TypeAlias

from models.errors import PorthorError, Unavailable

DONE, NO, USAGE, TRY_AGAIN = 0, 1, 2, 75
_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - its type
_STATUSES = "exit status: 0 done, 1 the answer is no, 2 bad usage or setting, 75 try again"


class _Parser(argparse.ArgumentParser):
    """Argparse, with our epilog kept as written."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # argparse's own arguments

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.prog}: {message}\n{self.format_usage()}")


def build_parser() -> argparse.ArgumentParser:
    """Return the whole command line."""
    parser: argparse.ArgumentParser = _Parser(
        prog="porthor",
        description="An outbound email gateway: clean mail passes, suspect mail waits.",
        epilog=_STATUSES,
    )
    parser.add_argument("--version", action="version", version="porthor " + version("porthor"))
    common = argparse.ArgumentParser(add_help=False)
    for each in (parser, common):
        each.add_argument(
            "--config",
            type=Path,
            metavar="FILE",
            default=Path("porthor.toml") if each is parser else argparse.SUPPRESS,
            help="settings (default: ./porthor.toml)",
        )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _programs(commands, common)
    _mail(commands, common)
    _people(commands, common)
    _registers(commands, common)
    _policy(commands, common)
    _upkeep(commands, common)
    return parser


def _add(
    commands: _Commands,
    common: argparse.ArgumentParser,
    name: str,
    run: str,
    summary: str,
    example: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        parents=[common],
        help=summary,
        description=summary,
        epilog=f"example: {example}\n{_STATUSES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def _programs(commands: _Commands, common: argparse.ArgumentParser) -> None:
    init = _add(
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
        program = _add(commands, common, name, f"programs:{name}", summary, f"porthor {name}")
        program.add_argument("--child", action="store_true", help=argparse.SUPPRESS)


def _mail(commands: _Commands, common: argparse.ArgumentParser) -> None:
    check = _add(
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
    held = commands.add_parser("held", help="List, show, release or refuse held messages.")
    acts = held.add_subparsers(dest="act", metavar="ACT", required=True)
    listing = _add(
        acts, common, "list", "held:list_", "List held messages.", "porthor held list --json"
    )
    listing.add_argument("--state", action="append", help="only these states (default: all)")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    show = _add(
        acts, common, "show", "held:show", "Show why a message is held.", "porthor held show ID"
    )
    show.add_argument("--json", action="store_true", help="print JSON")
    release = _add(
        acts, common, "release", "held:release", "Let a held message go.", "porthor held release ID"
    )
    refuse = _add(
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


def _people(commands: _Commands, common: argparse.ArgumentParser) -> None:
    people = commands.add_parser("people", help="Import or list people.").add_subparsers(
        dest="act", metavar="ACT", required=True
    )
    imports = _add(
        people,
        common,
        "import",
        "people:import_",
        "Make the directory the people of a CSV file.",
        "porthor people import --dry-run people.csv",
    )
    imports.add_argument("file", type=Path, metavar="FILE.csv")
    imports.add_argument("--dry-run", action="store_true", help="say what would change")
    imports.add_argument("--json", action="store_true", help="print JSON")
    listing = _add(people, common, "list", "people:list_", "List people.", "porthor people list")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    password = _add(
        people,
        common,
        "set-password",
        "people:set_password",
        "Set a local password, read from standard input.",
        "porthor people set-password gwen.morgan < secret",
    )
    password.add_argument("id", metavar="PERSON")


def _registers(commands: _Commands, common: argparse.ArgumentParser) -> None:
    acts = commands.add_parser(
        "registers", help="Register records, documents and domains, as keyed hashes."
    ).add_subparsers(dest="act", metavar="ACT", required=True)
    records = _add(
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
    documents = _add(
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
    domains = _add(
        acts,
        common,
        "add-domains",
        "registers:add_domains",
        "Make a list of domains that are written to, so that a first mail to another shows.",
        "porthor registers add-domains domains.txt --list known",
    )
    domains.add_argument("file", type=Path, metavar="FILE", help="a domain a line")
    for each in (records, documents, domains):
        each.add_argument(
            "--list", required=True, metavar="LIST", help="its name; one of that name is replaced"
        )
    show = _add(
        acts,
        common,
        "show",
        "registers:show",
        "Show the lists: names, sizes and dates, no content.",
        "porthor registers show --json",
    )
    remove = _add(
        acts,
        common,
        "remove",
        "registers:remove",
        "Take a list out of the registers.",
        "porthor registers remove pupils",
    )
    remove.add_argument("list", metavar="LIST")
    for each in (records, documents, domains, show, remove):
        each.add_argument("--json", action="store_true", help="print JSON")


def _policy(commands: _Commands, common: argparse.ArgumentParser) -> None:
    policy = commands.add_parser("policy", help="Check, test or back-test a policy.")
    acts = policy.add_subparsers(dest="act", metavar="ACT", required=True)
    lint = _add(
        acts,
        common,
        "lint",
        "upkeep:policy_lint",
        "Say what keeps each rule of a policy from doing more than watch.",
        "porthor policy lint draft.toml",
    )
    lint.add_argument("file", type=Path, metavar="FILE")
    lint.add_argument("--json", action="store_true", help="one JSON object a line")
    test = _add(
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
    backtest = _add(
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


def _upkeep(commands: _Commands, common: argparse.ArgumentParser) -> None:
    config = commands.add_parser("config", help="Check the settings.").add_subparsers(
        dest="act", metavar="ACT", required=True
    )
    _add(
        config,
        common,
        "check",
        "upkeep:config_check",
        "Report every mistake in the settings and the policy.",
        "porthor config check",
    )
    audit = commands.add_parser("audit", help="Check the audit chain.").add_subparsers(
        dest="act", metavar="ACT", required=True
    )
    verify = _add(
        audit,
        common,
        "verify",
        "upkeep:audit_verify",
        "Check that no audit entry was edited, deleted, moved or cut off.",
        "porthor audit verify",
    )
    verify.add_argument("--json", action="store_true", help="print JSON")
    database = commands.add_parser("db", help="Upgrade the database.").add_subparsers(
        dest="act", metavar="ACT", required=True
    )
    _add(
        database,
        common,
        "upgrade",
        "upkeep:db_upgrade",
        "Bring the database to this version, or make it.",
        "porthor db upgrade",
    )


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status; no error of ours shows a traceback."""
    parsed = build_parser().parse_args(arguments)
    module, _, name = parsed.run.partition(":")
    command: Callable[[argparse.Namespace], int] = getattr(
        import_module(f"gateway.commands.{module}"), name
    )
    if getattr(parsed, "child", False):
        _die_with_parent()
        threading.Thread(target=_stop_with_parent, daemon=True).start()
    _log_to_stderr()
    try:
        return command(parsed)
    except Unavailable as error:
        _say(error)
        return TRY_AGAIN
    except PorthorError as error:
        _say(error)
        return USAGE if type(error).__name__ == "SettingInvalid" else NO
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return NO


def _say(error: PorthorError) -> None:
    for line in str(error).splitlines():
        sys.stderr.write(f"porthor: {line}\n")


def _die_with_parent() -> None:
    """Ask Linux to kill us the instant `porthor run` dies (prctl(2), PR_SET_PDEATHSIG = 1)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _stop_with_parent() -> None:
    """End when the pipe from `porthor run` does: for systems that have no such call."""
    sys.stdin.buffer.read()
    os._exit(1)


def _log_to_stderr() -> None:
    """One event a line, instants in UTC; journald keeps it."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO,
        format="%(asctime)s %(name)s[%(process)d]: %(message)s",
        datefmt="%Y-%m-%dT%H:%M:%SZ",
    )
    logging.Formatter.converter = time.gmtime
    logging.getLogger("alembic").setLevel(logging.WARNING)
