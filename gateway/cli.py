"""The command line: every command, its help, and what it runs.

Exit status: 0 done, 1 the answer is no, 2 usage or setting, 75 try again (sysexits TEMPFAIL).
What each takes is in gateway/arguments/, what it does in gateway/commands/, loaded only when run.
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
from typing import NoReturn

from gateway.arguments import (
    api_keys,
    cases,
    evidence,
    exempt,
    keeping,
    learning,
    mail,
    papers,
    people,
    policy,
    programs,
    registers,
    upkeep,
)
from gateway.arguments.adding import STATUSES
from models.errors import PorthorError, SettingInvalid, Unavailable

DONE, NO, USAGE, TRY_AGAIN = 0, 1, 2, 75


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
        epilog=STATUSES,
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
    for family in (
        programs.programs,
        mail.mail,
        exempt.exempt,
        people.people,
        api_keys.api_keys,
        registers.registers,
        policy.policy,
        learning.learning,
        cases.cases,
        evidence.evidence,
        keeping.keeping,
        papers.papers,
        upkeep.upkeep,
    ):
        family(commands, common)
    return parser


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
        return USAGE if isinstance(error, SettingInvalid) else NO
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
    while os.read(0, 1024):  # not by sys.stdin: its lock would be held when we end of ourselves
        pass
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
