"""Finds the words and phrases that the body lists in its policy: early warning, never alone.

One RE2 set says which lists have a phrase here; only those are then run for their places.
Whole words, any case, accents and spacing as the writer left them.
"""

from collections.abc import Iterator, Sequence

import re2

from classifiers.detectors.pattern import compile_pattern, finding, matches
from classifiers.text.folding import fold
from classifiers.text.reading import Reading
from models.finding import Finding
from models.mail import Mail
from models.policy import PhraseList


class Phrases:
    """The body's own lists; the category of a finding is the list's name."""

    name = "phrases"

    def __init__(self, lists: Sequence[PhraseList]) -> None:
        self._lists = tuple(each for each in lists if each.phrases)
        sources = [_alternatives(each) for each in self._lists]
        self._patterns = [compile_pattern(source) for source in sources]
        options = re2.Options()
        options.case_sensitive = False
        self._set = re2.Set.SearchSet(options)
        for source in sources:
            self._set.Add(source)
        if sources:
            self._set.Compile()

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding]:
        """Yield each place where a phrase stands."""
        if not self._lists:
            return
        for text, folded in reading.texts:
            for index in sorted(self._set.Match(folded.text) or ()):
                listed = self._lists[index]
                for start, end, _ in matches(self._patterns[index], folded):
                    yield finding(self.name, listed.name, listed.score, text, folded, start, end)


def _alternatives(listed: PhraseList) -> str:
    return r"\b(?:" + "|".join(_pattern(each) for each in listed.phrases) + r")\b"


def _pattern(phrase: str) -> str:
    """A phrase as a pattern: folded as the text is, any white space between its words."""
    return r"\s+".join(re2.escape(word) for word in fold(phrase).text.split())
