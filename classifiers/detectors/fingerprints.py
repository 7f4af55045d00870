"""Finds passages of documents that the body registered as confidential, from hashes alone.

Winnowing (Schleimer, Wilkerson and Aiken, 2003) over shingles of five words: of every four
shingles in a row the one with the least hash is registered, so that any eight words in a row
hold one. All shingles of what is read are looked up. Words are folded, so that wrapping,
punctuation and case count for nothing; a changed word costs only the shingles it stands in.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from zlib import crc32

from classifiers.detectors.pattern import finding, rejected
from classifiers.registers import Fingerprints, Gathering, Index, blocks
from classifiers.text.folding import Folded
from classifiers.text.reading import Reading
from models.finding import Finding, Rejected
from models.mail import Mail

_SHINGLE = 5  # words
_WINDOW = 4  # shingles
_GAP = 20  # words that may stand between two shingles of one passage
_SHIFT = 10  # words added or left out in between
_SHORT = 9  # words: fewer are anyone's
_LONG = 34  # words found of a passage of forty: as much as three may be missed at either end
_SENTENCE, _NEARLY_LONG, _PARAGRAPH, _COPY = 0.5, 0.8, 0.9, 0.95
_HALF = 0.5  # of a document: a near-copy
_FEW_DOCUMENTS, _MANY = 5, 0.1  # a shingle in more, and in more of all, is boilerplate
_MOST_SHOWN = 2000  # characters of a passage that are marked


@dataclass(slots=True)
class _Passage:
    """A stretch of text that runs beside a document."""

    document: int
    start: int  # characters
    end: int
    read: int  # the word at which the last shingle starts: here ...
    registered: int  # ... and in the document
    found: int = _SHINGLE  # words

    def runs_on(self, read: int, registered: int) -> bool:
        """Tell whether a shingle continues this passage."""
        here, there = read - self.read, registered - self.registered
        return here <= _GAP and abs(here - there) <= _SHIFT and there > 0


class NearCopies:
    """Passages of registered documents; the category of a finding is the list's name."""

    name = "fingerprints"

    def __init__(self, key: bytes, fingerprints: Fingerprints) -> None:
        self._lists, self._documents = fingerprints.lists, fingerprints.documents
        self._index = Index(key, fingerprints.hashes)
        self._common = max(_FEW_DOCUMENTS, _MANY * len(self._documents))

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding | Rejected]:
        """Yield each passage of nine words or more; of several documents, the one most found."""
        if not self._index:
            return
        for text, folded in reading.texts:
            passages = self._passages(folded)
            found: dict[int, int] = defaultdict(int)
            for each in passages:
                found[each.document] += each.found
            best: dict[tuple[int, int], _Passage] = {}
            for each in sorted(passages, key=lambda each: each.found):
                best[self._documents[each.document].list, each.start] = each
            for (number, start), each in sorted(best.items(), key=lambda each: each[0][1]):
                if each.found < _SHORT:
                    yield rejected(self.name, "short", text, folded, start, each.end)
                    continue
                total = found[each.document]
                copy = total >= max(_LONG, _HALF * self._documents[each.document].words)
                score = _COPY if copy else _score(each.found)
                end = min(each.end, start + _MOST_SHOWN)
                made = finding(self.name, self._lists[number], score, text, folded, start, end)
                yield replace(made, reason="near-copy" if copy else "excerpt")

    def _passages(self, folded: Folded) -> list[_Passage]:
        passages: list[_Passage] = []
        running: dict[int, _Passage] = {}  # by document
        for read, start, end, places in self._hits(folded):
            beside: dict[int, list[int]] = defaultdict(list)
            for place in places:
                beside[place >> 32].append(place & 0xFFFFFFFF)
            if len(beside) > self._common:
                continue
            for document, registered in beside.items():
                passage = running.get(document)
                on = [at for at in registered if passage and passage.runs_on(read, at)]
                if passage and on:
                    passage.found += min(_SHINGLE, read - passage.read)
                    passage.end, passage.read, passage.registered = end, read, on[0]
                else:
                    running[document] = _Passage(document, start, end, read, registered[0])
                    passages.append(running[document])
        return passages

    def _hits(self, folded: Folded) -> Iterator[tuple[int, int, int, list[int]]]:
        """First word, start and end of every registered shingle, and its places."""
        marks, mask = self._index.marks, self._index.mask
        for block in blocks(folded.text):
            shingles = shingles_of(block.words)
            hashed = map(crc32, shingles)
            likely = [at for at, each in enumerate(hashed) if marks[each & mask]]
            found = [(at, places) for at in likely if (places := self._index.places(shingles[at]))]
            if found:
                spans = block.spans()
                for at, places in found:
                    yield block.first + at, spans[at][0], spans[at + _SHINGLE - 1][1], places


def _score(words: int) -> float:
    """From a sentence to a paragraph."""
    if words >= _LONG:
        return _PARAGRAPH
    share = (words - _SHORT) / (_LONG - _SHORT)
    return round(_SENTENCE + (_NEARLY_LONG - _SENTENCE) * share, 2)


def register(
    gathering: Gathering, words: list[bytes], document: int, left_out: Collection[bytes] = ()
) -> int:
    """Take a document's words into a register, less some shingles; return how many were taken."""
    shingles = shingles_of(words)
    hashed = [crc32(each) for each in shingles]
    chosen = {
        min(range(at, min(at + _WINDOW, len(hashed))), key=lambda each: (hashed[each], -each))
        for at in range(max(1, len(hashed) - _WINDOW + 1) if hashed else 0)
    }
    kept = [at for at in chosen if shingles[at] not in left_out]
    for at in kept:
        gathering.add(shingles[at], document << 32 | at)
    return len(kept)


def shingles_of(words: list[bytes]) -> list[bytes]:
    """Every five words in a row."""
    return list(map(b" ".join, zip(*(words[at:] for at in range(_SHINGLE)), strict=False)))
