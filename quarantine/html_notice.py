"""A notice as HTML, made of the same words as its plain text: nothing is said in it alone.

Headings, lists and one link that looks like a button; no picture, no script, nothing from
elsewhere. Each language stands in an element with its own `lang`, so that a screen reader reads
Welsh as Welsh. A heading in the words is a short first line of a paragraph of several lines,
without a full stop and without a place to fill.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

_LONGEST_HEADING = 40  # characters; lines of running text are longer
_LABELLED = re.compile(r"[\w' ]{1,24}: ")  # a line of its own, such as "To: …"
_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A heading, a list or a paragraph; its lines as (before the link, link, after it)."""

    kind: str  # "heading", "list" or "text"
    lines: tuple[tuple[str, str, str], ...]


def to_html(title: str, written: Sequence[tuple[str, str, Mapping[str, str]]]) -> str:
    """Return the page; `written` has for each language its words and what fills them."""
    languages = [(language, list(_blocks(words, filled))) for language, words, filled in written]
    return _PAGES.get_template("notice.html").render(title=title, languages=languages)


def _blocks(words: str, filled: Mapping[str, str]) -> Iterator[Block]:
    for paragraph in words.strip().split("\n\n"):
        lines = paragraph.split("\n")
        if len(lines) > 1 and _is_heading(lines[0]):
            yield Block(kind="heading", lines=((lines.pop(0), "", ""),))
        shown = [one for line in lines for one in line.format_map(filled).splitlines()]
        yield from _lists_and_text(shown, filled.get("link", ""))


def _is_heading(line: str) -> bool:
    return len(line) <= _LONGEST_HEADING and "{" not in line and line[-1:].isalpha()


def _lists_and_text(lines: Sequence[str], link: str) -> Iterator[Block]:
    """Lines that begin with a dash are a list; those set in belong to the one before."""
    runs: list[tuple[str, list[str]]] = []
    for line in lines:
        kind = "list" if line.startswith("- ") else "text"
        before = runs[-1] if runs else ("", [])
        if kind == "list" and before[0] == "list":
            before[1].append(line[2:])
        elif kind == "list":
            runs.append(("list", [line[2:]]))
        elif before[0] == "list" and line.startswith("  "):
            before[1][-1] += f"\n{line.strip()}"
        elif before[0] == "text" and not _LABELLED.match(line):
            before[1][-1] += f" {line}"
        elif before[0] == "text":
            before[1].append(line)
        else:
            runs.append(("text", [line]))
    for kind, found in runs:
        yield Block(kind=kind, lines=tuple(_at_link(each, link) for each in found))


def _at_link(line: str, link: str) -> tuple[str, str, str]:
    """Split a line round the console's address and the path that follows it, if it is there."""
    found = re.search(re.escape(link) + r"[\w/-]*", line) if link else None
    return (line[: found.start()], found[0], line[found.end() :]) if found else (line, "", "")
