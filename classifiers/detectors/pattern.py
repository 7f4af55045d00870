"""What the pattern detectors share: linear-time matching and words nearby (google-re2)."""

from collections.abc import Iterator

import re2

from classifiers.text.folding import Folded
from models.finding import Finding, Text

_REACH = 80  # characters on each side in which a word counts as nearby


def compile_pattern(source: str) -> "re2._Regexp":
    """Compile one pattern, ignoring case."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return re2.compile(source, options)


def matches(pattern: "re2._Regexp", folded: Folded) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and text of each match in the folded text."""
    for found in pattern.finditer(folded.text):
        yield found.start(), found.end(), found.group()


def nearby(folded: Folded, start: int, end: int, words: "re2._Regexp") -> bool:
    """Tell whether one of some words stands near a match."""
    return words.search(folded.text[max(0, start - _REACH) : end + _REACH]) is not None


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


def digits_of(text: str) -> str:
    """Only the digits."""
    return "".join(each for each in text if each in "0123456789")
