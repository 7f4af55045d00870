"""A message's text as numbered lines, with the evidence marked. Pure; the templates escape it."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from models.finding import Finding, Text

# Of a very long text its beginning is shown, and beyond it the matches with a few words around
# them: padding hides nothing. The page says that more is left out.
MOST_LINES = 5000
MOST_CHARACTERS = 200_000
_MOST_MATCHES_BEYOND = 200
_AROUND = 200  # characters before and after such a match
_LINE_ENDS = "\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_LINE_END = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")  # as str.splitlines has it


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One match: characters `start` up to `end` of the text, for a clause of the policy."""

    start: int
    end: int
    label: str  # "policy 4.2", in the reader's language
    sign: str = ""  # "for" or "against": a word that the trained classifier weighed; "" a match


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some characters of one line, all marked alike."""

    text: str = field(repr=False)
    label: str = ""  # "" for text that is not evidence
    sign: str = ""  # as of its mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the text."""

    number: int  # from 1
    pieces: tuple[Piece, ...]
    quoted: bool  # not in the sender's own words


def numbered_lines(text: Text, marks: Sequence[Mark]) -> tuple[Line, ...]:
    """Cut the text into lines, and each line where a match starts or ends; see also `is_cut`."""
    flat = _without_overlaps(marks, len(text.content))
    starts = [mark.start for mark in flat]
    ends = [end for _, end in text.own]
    lines = []
    for number, start, end in _shown(text.content, flat):
        first = max(bisect_right(starts, start) - 1, 0)
        inside = [mark for mark in flat[first : bisect_right(starts, end)] if mark.end > start]
        written = bool(text.content[start:end].strip())
        own = bisect_right(ends, start)  # the first of the sender's own spans that ends after it
        lines.append(
            Line(
                number=number,
                pieces=_pieces(text.content, start, end, inside),
                quoted=written and not (own < len(ends) and text.own[own][0] < end),
            )
        )
    return tuple(lines)


def is_cut(text: Text) -> bool:
    """Tell whether some of a text is left out because it is too long."""
    return sum(map(len, _beginning(text.content))) < len(text.content)


def _beginning(content: str) -> list[str]:
    """The first lines with their ends; the last of them may be cut."""
    return content[:MOST_CHARACTERS].splitlines(keepends=True)[:MOST_LINES]


def _shown(content: str, marks: Sequence[Mark]) -> Iterator[tuple[int, int, int]]:
    """What of the text is shown: a line's number, and where what is shown of it starts and ends."""
    number, last = 0, 0
    for number, line in enumerate(_beginning(content), 1):
        yield number, last, last + len(line.rstrip(_LINE_ENDS))
        last += len(line)
    if content[last - 1 : last] in _LINE_ENDS:
        number += 1
    counted = last
    beyond = [mark for mark in marks if mark.end > last]
    for mark in beyond[:_MOST_MATCHES_BEYOND]:
        start, end = _around(content, mark, last)
        number += sum(1 for _ in _LINE_END.finditer(content, counted, start))
        counted = start
        if start < end:
            yield number, start, end
            last = end


def _around(content: str, mark: Mark, last: int) -> tuple[int, int]:
    """Where what is shown of a match's line starts and ends, after what is shown already."""
    start = max(mark.start - _AROUND, last)
    for each in _LINE_END.finditer(content, start, max(mark.start, start)):
        start = each.end()
    end = min(mark.end, start + 2 * _AROUND) + _AROUND
    ends = _LINE_END.search(content, start, end)
    return start, ends.start() if ends else min(end, len(content))


def mask(value: str) -> str:
    """Show enough of a value to know it again, never the whole: "943 ••• ••••"."""
    letters = [index for index, each in enumerate(value) if each.isalnum()]
    shown = set(letters[: min(3, len(letters) // 3)])
    return "".join(
        "•" if each.isalnum() and index not in shown else each for index, each in enumerate(value)
    )


def in_basic_letters(domain: str) -> str:
    """A domain with other letters as the network has it, "xn--…"; "" if it has basic ones alone.

    A letter of another alphabet can look like one of ours: the two forms side by side tell.
    """
    if domain.isascii():
        return ""
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain.encode("ascii", "backslashreplace").decode()


def unhidden(text: str) -> str:
    """The same text with what cannot be seen, or turns the direction, written as its number."""
    return "".join(each if each.isprintable() else f"[U+{ord(each):04X}]" for each in text)


def finding_marks(
    text: Text, findings: Sequence[Finding], labels: Sequence[str]
) -> tuple[Mark, ...]:
    """Return the marks of the findings that lie in this text; labels run beside findings."""
    marks: list[Mark] = []
    for each, label in zip(findings, labels, strict=True):
        if (each.part, each.kind) != (text.part, text.kind):
            continue
        marks += _weighed(each, label)
        if each.end > each.start and not each.weights:
            marks.append(Mark(start=each.start, end=each.end, label=label))
    return tuple(marks)


def _weighed(finding: Finding, label: str) -> list[Mark]:
    """The words that spoke for and against; where they are known, the passage is not marked."""
    return [
        Mark(
            start=each.start,
            end=each.end,
            label=label,
            sign="for" if each.value > 0 else "against",
        )
        for each in finding.weights
        if each.end > each.start and each.value
    ]


def _without_overlaps(marks: Sequence[Mark], length: int) -> list[Mark]:
    """Marks in order, none over another; a match goes before a weighed word."""
    flat = _flat([each for each in marks if not each.sign], length)
    ends = [each.end for each in flat]
    for mark in _flat([each for each in marks if each.sign], length):
        following = bisect_right(ends, mark.start)
        if following == len(flat) or flat[following].start >= mark.end:
            flat.insert(following, mark)
            ends.insert(following, mark.end)
    return flat


def _flat(marks: Sequence[Mark], length: int) -> list[Mark]:
    flat: list[Mark] = []
    for mark in sorted(marks, key=lambda each: (each.start, -each.end)):
        start = max(mark.start, flat[-1].end if flat else 0)
        end = min(mark.end, length)
        if start < end:
            flat.append(Mark(start=start, end=end, label=mark.label, sign=mark.sign))
    return flat


def _pieces(content: str, start: int, end: int, marks: Sequence[Mark]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    position = start
    for mark in marks:
        first, last = max(mark.start, start), min(mark.end, end)
        if first >= last:
            continue
        if first > position:
            pieces.append(Piece(text=content[position:first]))
        pieces.append(Piece(text=content[first:last], label=mark.label, sign=mark.sign))
        position = last
    if position < end:
        pieces.append(Piece(text=content[position:end]))
    return tuple(pieces)


def _has_own(text: Text, start: int, end: int) -> bool:
    return any(first < end and start < last for first, last in text.own)
