"""What the pattern detectors share: linear-time matching and words nearby (google-re2)."""

from collections.abc import Iterator

import re2

from classifiers.text.folding import Folded
from models.finding import Finding, Rejected, Text

_REACH = 80  # characters on each side in which a word counts as nearby
_LONGEST_ROW = 2000  # characters of a row on each side: what is longer is no table
_SEPARATORS = "\t;|,"  # between the cells of a table


def compile_pattern(source: str, *, case: bool = False) -> "re2._Regexp":
    """Compile one pattern, ignoring case unless `case`."""
    options = re2.Options()
    options.case_sensitive = case
    options.log_errors = False
    return re2.compile(source, options)


def matches(pattern: "re2._Regexp", folded: Folded) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and text of each match in the folded text."""
    for found in pattern.finditer(folded.text):
        yield found.start(), found.end(), found.group()


def nearby(folded: Folded, start: int, end: int, words: "re2._Regexp") -> bool:
    """Tell whether one of some words stands near a match, or heads its column of a table."""
    if words.search(folded.text[max(0, start - _REACH) : end + _REACH]) is not None:
        return True
    return headed(folded, start, words)


def headed(folded: Folded, start: int, words: "re2._Regexp") -> bool:
    """Tell whether one of some words heads the column of a table in which a match stands."""
    heading = _heading(folded, start)
    return bool(heading) and words.search(heading) is not None


def _heading(folded: Folded, start: int) -> str:
    """The cell that heads the column in which a match stands; "" outside a table."""
    text = folded.text
    line_start = text.rfind("\n", max(0, start - _LONGEST_ROW), start) + 1
    line_end = text.find("\n", start, start + _LONGEST_ROW)
    if line_end < 0:
        line_end = len(text)
    if max(start - line_start, line_end - start) > _LONGEST_ROW:
        return ""
    line = text[line_start:line_end]
    for separator in _SEPARATORS:
        if count := line.count(separator):
            column = line.count(separator, 0, start - line_start)
            first = _first_rows(folded, separator)[count]
            return first.split(separator)[column] if first != line else ""
    return ""


def _first_rows(folded: Folded, separator: str) -> dict[int, str]:
    """The first line with each number of separators: a table's heading."""
    key = ("first-rows", separator)
    if key not in folded.notes:
        rows: dict[int, str] = {}
        for line in folded.text.split("\n"):
            rows.setdefault(line.count(separator), line)
        folded.notes[key] = rows
    found: dict[int, str] = folded.notes[key]
    return found


def finding(  # noqa: PLR0913 - a finding's own fields
    detector: str, category: str, score: float, text: Text, folded: Folded, start: int, end: int
) -> Finding:
    """Make the finding of a match, pointing at the original characters."""
    first, last = folded.span(start, end)
    return Finding(
        detector=detector,
        category=category,
        score=score,
        part=text.part,
        kind=text.kind,
        start=first,
        end=last,
        own=text.is_own(first),
        excerpt=text.content[first:last],
    )


def rejected(
    detector: str, reason: str, text: Text, folded: Folded, start: int, end: int
) -> Rejected:
    """Note a candidate that was left, and why."""
    first, last = folded.span(start, end)
    return Rejected(
        detector=detector,
        reason=reason,
        part=text.part,
        kind=text.kind,
        start=first,
        end=last,
        excerpt=text.content[first:last],
    )


def digits_of(text: str) -> str:
    """Only the digits."""
    return "".join(each for each in text if each in "0123456789")
