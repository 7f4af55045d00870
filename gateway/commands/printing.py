"""Lines for a person: coloured on a terminal, plain elsewhere, never wider than the screen."""

import shutil
import sys
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

_NARROWEST = 40
_WIDEST = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One line, which may be broken into several."""

    text: str
    indent: int = 0
    style: str = ""  # as rich names it, for a terminal


def show(lines: Iterable[Line]) -> None:
    """Print lines on standard output."""
    width = max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size().columns))
    if not sys.stdout.isatty():
        for line in lines:
            sys.stdout.write(_broken(line, width) + "\n")
        return
    from rich.console import Console  # noqa: PLC0415 - only for a terminal
    from rich.text import Text  # noqa: PLC0415

    screen = Console()
    for line in lines:
        screen.print(Text(_broken(line, width), style=line.style), soft_wrap=True)


def _broken(line: Line, width: int) -> str:
    """The line in pieces that fit, the later ones indented further."""
    before = " " * line.indent
    return textwrap.fill(
        line.text,
        width,
        initial_indent=before,
        subsequent_indent=before + "    ",
        replace_whitespace=False,
        drop_whitespace=True,
        break_on_hyphens=False,
    )


def progress_bar() -> "Progress":
    """A bar on standard error, on a terminal alone."""
    from rich.console import Console  # noqa: PLC0415 - heavy
    from rich.progress import Progress  # noqa: PLC0415

    return Progress(console=Console(stderr=True), disable=not sys.stderr.isatty())
