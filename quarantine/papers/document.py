"""A document of blocks, written as a page that stands alone and as plain text. Pure.

The page brings nothing from elsewhere, runs nothing, and prints; a document may be long, so both
writers take blocks one at a time.
"""

import html
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

_WIDTH = 78  # characters of a line of plain text


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading below the title: level 2 or 3."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; `warning` marks what the reader must see to.

    Figures, here as in a table, are counted anew each day: they make no paper out of date.
    """

    text: str
    warning: bool = False
    figures: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names, each with what it is."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below column headings; the first cell of a row names it."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: bool = False


@dataclass(frozen=True, slots=True)
class Quoted:
    """What someone wrote, with its own lines."""

    text: str = field(repr=False)


Block: TypeAlias = Heading | Paragraph | Items | Facts | Table | Quoted


def html_lines(
    title: str, language: str, blocks: Iterable[Block], above: str = ""
) -> Iterator[str]:
    """Yield a whole page; `above` is HTML of ours that stands over the title."""
    yield (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"{above}<h1>{html.escape(title)}</h1>\n"
    )
    for each in blocks:
        yield html_of(each)
    yield "</main>\n</body>\n</html>\n"


def text_lines(title: str, blocks: Iterable[Block]) -> Iterator[str]:
    """Yield the same as plain text."""
    yield f"{title}\n{'=' * len(title)}\n"
    for each in blocks:
        yield "\n" + text_of(each)


def html_of(block: Block) -> str:
    """One block as HTML, all of it escaped."""
    match block:
        case Heading(text, level):
            return f"<h{level}>{html.escape(text)}</h{level}>\n"
        case Paragraph(text, warning):
            written = html.escape(text)
            return f"<p><strong>{written}</strong></p>\n" if warning else f"<p>{written}</p>\n"
        case Items(items):
            return (
                "<ul>\n" + "".join(f"<li>{html.escape(each)}</li>\n" for each in items) + "</ul>\n"
            )
        case Facts(rows):
            pairs = (
                f"<dt>{html.escape(name)}</dt><dd>{html.escape(what)}</dd>\n" for name, what in rows
            )
            return "<dl>\n" + "".join(pairs) + "</dl>\n"
        case Table():
            return _html_table(block)
        case Quoted(text):
            return f"<pre>{html.escape(text)}</pre>\n"


def _html_table(table: Table) -> str:
    head = "".join(f'<th scope="col">{html.escape(each)}</th>' for each in table.head)
    rows = "".join(
        f'<tr><th scope="row">{html.escape(first)}</th>'
        + "".join(f"<td>{html.escape(each)}</td>" for each in rest)
        + "</tr>\n"
        for first, *rest in table.rows
    )
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{html.escape(table.caption)}">'
        f"<table>\n<caption>{html.escape(table.caption)}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n"
    )


def text_of(block: Block) -> str:
    """One block as plain text, ending with its line."""
    match block:
        case Heading(text, level):
            return f"{text}\n{('-' if level == 2 else '.') * len(text)}\n"  # noqa: PLR2004 - h2
        case Paragraph(text, warning):
            return _filled(f"! {text}" if warning else text)
        case Items(items):
            return "".join(_filled(each, "- ") for each in items)
        case Facts(rows):
            return "".join(_filled(f"{name}: {what}") for name, what in rows)
        case Table(caption, head, rows):
            return f"{caption}\n" + "".join(_text_row(head, row) for row in rows)
        case Quoted(text):
            return textwrap.indent(text.rstrip("\n"), "  | ", lambda _: True) + "\n"


def _text_row(head: tuple[str, ...], row: tuple[str, ...]) -> str:
    rest = zip(head[1:], row[1:], strict=True)
    return _filled(row[0], "- ") + "".join(_filled(f"{name}: {what}", "  ") for name, what in rest)


def _filled(text: str, before: str = "") -> str:
    lines = textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=before,
        subsequent_indent=" " * len(before),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines or [before.rstrip()]) + "\n"


_STYLE = (
    "body{font-family:Arial,Helvetica,sans-serif;line-height:1.5;margin:1rem auto;"
    "max-width:45rem;padding:0 1rem;color:#0b0c0c;background:#fff}"
    "a{color:#1d70b8}dt{font-weight:bold}dd{margin:0 0 .6rem;overflow-wrap:anywhere}"
    "p,li,h1,h2,h3{overflow-wrap:anywhere}h3{margin-bottom:.3rem}"
    "pre{font-family:inherit;white-space:pre-wrap;overflow-wrap:anywhere;"
    "border-left:4px solid #b1b4b6;padding-left:1rem}"
    ".wide{overflow-x:auto}table{border-collapse:collapse;width:100%;min-width:26rem}"
    "caption{font-weight:bold;text-align:left;padding:.4rem 0}"
    "th,td{border-bottom:1px solid #b1b4b6;padding:.4rem .6rem .4rem 0;text-align:left;"
    "vertical-align:top;overflow-wrap:break-word}"
    "@page{size:A4;margin:2cm}@media print{body{margin:0;max-width:none}a{color:inherit}"
    ".wide{overflow:visible}table{min-width:0}h2,h3{break-after:avoid}tr,dd{break-inside:avoid}}"
)
