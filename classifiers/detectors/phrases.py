"""Finds the words and phrases that the body lists in its policy: early warning, never alone.

One RE2 set says which lists have a phrase here; only those are then run for their places.
Whole words, any case, accents and spacing as the writer left them; and once more with
disguises undone, where there is a sign of any.
"""

from collections.abc import Iterator, Sequence

import re2

from classifiers.detectors.pattern import compile_pattern, finding
from classifiers.text.disguise import skeleton, undisguise
from classifiers.text.folding import fold
from classifiers.text.reading import Reading
from models.finding import Finding
from models.mail import Mail
from models.policy import PhraseList

_MOST_STARS = 0.4  # of a disguised phrase may be stars for vowels
_MEMORY = 64 * 1024 * 1024  # octets that RE2 may use for one set


class Phrases:
    """The body's own lists; the category of a finding is the list's name."""

    name = "phrases"

    def __init__(self, lists: Sequence[PhraseList]) -> None:
        self._lists = tuple(each for each in lists if each.phrases)
        self._plain = _Lists([_as_written(each) for each in self._lists])
        self._disguised = _Lists([_as_disguised(each) for each in self._lists])

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding]:
        """Yield each place where a phrase stands."""
        if not self._lists:
            return
        for text, folded in reading.texts:
            seen: set[tuple[int, int]] = set()
            for index, start, end in self._places(folded.text):
                if (index, start) not in seen:
                    seen.add((index, start))
                    listed = self._lists[index]
                    yield finding(self.name, listed.name, listed.score, text, folded, start, end)

    def _places(self, text: str) -> Iterator[tuple[int, int, int]]:
        """The list, start and end of each phrase in folded text."""
        yield from self._plain.places(text)
        undisguised = undisguise(text)
        for index, start, end in self._disguised.places(undisguised.text):
            found = undisguised.text[start:end]
            if found.count("*") + found.count("#") > len(found) * _MOST_STARS:
                continue  # stars alone say nothing
            yield index, *undisguised.span(start, end)


class _Lists:
    """One pattern a list, and a set that tells at once which of them match."""

    def __init__(self, sources: list[str]) -> None:
        self._patterns = [compile_pattern(source) for source in sources]
        options = re2.Options()
        options.case_sensitive = False
        options.max_mem = _MEMORY
        self._set = re2.Set.SearchSet(options)
        for source in sources:
            self._set.Add(source)
        if sources:
            self._set.Compile()

    def places(self, text: str) -> Iterator[tuple[int, int, int]]:
        for index in sorted(self._set.Match(text) or ()):
            for found in self._patterns[index].finditer(text):
                yield index, found.start(), found.end()


def _as_written(listed: PhraseList) -> str:
    """Phrases as patterns: folded as the text is, any white space between their words."""
    return _any_of(
        r"\s+".join(re2.escape(word).replace("'", "'?") for word in fold(phrase).text.split())
        for phrase in listed.phrases
    )


def _as_disguised(listed: PhraseList) -> str:
    """Phrases as patterns of undisguised text, in which a closing "!" has become a letter."""
    return _any_of(skeleton(fold(phrase).text) + "i*" for phrase in listed.phrases)


def _any_of(patterns: Iterator[str]) -> str:
    return r"\b(?:" + "|".join(patterns) + r")(?:\b|$)"
