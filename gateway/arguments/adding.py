"""How every command is added: with its summary, an example and the exit statuses."""

import argparse
from datetime import date, datetime
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - its type
STATUSES = "exit status: 0 done, 1 the answer is no, 2 bad usage or setting, 75 try again"


def add(
    commands: Commands,
    common: argparse.ArgumentParser,
    name: str,
    run: str,
    summary: str,
    example: str,
) -> argparse.ArgumentParser:
    """Add one command; `run` is "module:function" in gateway/commands/."""
    parser = commands.add_parser(
        name,
        parents=[common],
        help=summary,
        description=summary,
        epilog=f"example: {example}\n{STATUSES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def day(text: str) -> date:
    """Read a date of the command line."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text}"; expected a date such as 2026-12-04') from None


def instant(text: str) -> datetime:
    """Read a day and a time of the command line, with a zone or without."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f'"{text}"; expected a day and a time such as 2026-12-04T09:30'
        ) from None
