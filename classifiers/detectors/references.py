"""Finds references in the shapes that the body lists in its policy: council tax, housing.

The body's own pattern says what one looks like; its own words nearby say that it is one.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import re2

from classifiers.detectors.number_kind import words
from classifiers.detectors.pattern import compile_pattern, finding, matches, nearby
from classifiers.text.folding import fold
from classifiers.text.reading import Reading
from models.finding import Finding
from models.mail import Mail
from models.policy import ReferencePattern


class References:
    """The body's own references; the category of a finding is the pattern's name."""

    name = "references"

    def __init__(self, references: Sequence[ReferencePattern]) -> None:
        self._references = [
            (each, compile_pattern(each.pattern), _words(each)) for each in references
        ]

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding]:
        """Yield each place where a pattern matches, by whether a word stands near."""
        for text, folded in reading.texts:
            for reference, pattern, carrying in self._references:
                for start, end, found in matches(pattern, folded):
                    if not found:
                        continue
                    beside = carrying is not None and nearby(folded, start, end, carrying)
                    score = reference.score if beside else reference.alone
                    yield finding(self.name, reference.name, score, text, folded, start, end)


def _words(reference: ReferencePattern) -> Any:
    """The words of a reference as one pattern, folded as the text is; None without any."""
    if not reference.words:
        return None
    return words(
        "|".join(
            r"\s+".join(re2.escape(word) for word in fold(each).text.split())
            for each in reference.words
        )
    )
