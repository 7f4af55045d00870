"""Text -> tokens -> hashed features: words, pairs of words and pieces of words.

The folding is the rules' own, so that what a reader sees is what is counted. White space cuts a
text into chunks; what a chunk gives is remembered, which makes a mail cost a look-up a word.
Features are numbers below `SPACE`, by CRC-32 (the same on every machine), so no vocabulary is
kept and any text has a place.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from classifiers.learned.cues import cues_of
from classifiers.learned.meanings import meanings
from classifiers.learned.welsh import english
from classifiers.text.folding import fold
from classifiers.text.language import language_of

IntArray = npt.NDArray[np.int32]
Hashes = npt.NDArray[np.uint64]

SPACE = 2**19  # features; more cost size, fewer collide
_LONGEST = 40  # characters of a chunk that may be a word; longer ones are codes and addresses
_REMEMBERED, _REMEMBERED_TRAINING = 60_000, 500_000  # chunks
_PIECES = (3, 4)  # characters
_WHOLE_ONLY = 3  # letters: shorter words have no pieces
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio (Knuth, volume 3, 6.4)
_MASK = np.uint64(SPACE - 1)

# every pattern is run on one chunk of at most _LONGEST characters
_TOKEN = re.compile(r"[^\W\d_]+(?:['*][^\W\d_]+)*|[£$€%]|\d+(?:[.,:/-]\d+)*|[!?]")
_DISGUISED = re.compile(r"[a-z][0134578@$!|]+[a-z]|[@$!][a-z]{2}", re.IGNORECASE)
_ORDINARY = re.compile(r"[a-z]{1,3}\d+[a-z]{1,2}|\d+[a-z]{1,3}", re.IGNORECASE)  # postcodes, 10am
_APART = re.compile(r"[a-z](?:[.*_|/~+-][a-z]){2,}[.!?]?", re.IGNORECASE)
_CHUNK = re.compile(r"\S+")
_RUN = re.compile(r"(.)\1{2,}")
_SWAPS = str.maketrans("013457@$!|8", "oieastasiib")
_YEAR = re.compile(r"(?:19|20)\d\d")
_SHOUTED = 4  # letters
_ENDS, _CLOSING = (".", "!", "?", ":", ";"), "\"')"


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one chunk gives: its tokens, their hashes, and the features that need no neighbour."""

    words: tuple[str, ...]
    tokens: Hashes
    glosses: Hashes  # of the first English word of each token, in a Welsh text
    features: IntArray
    meanings: IntArray  # rows of the table of meanings
    cues: int  # a bit each
    ends: bool  # a sentence


class Reader:
    """Turns texts into chunks, remembering what each gave. Not for threads."""

    def __init__(self, most: int = _REMEMBERED) -> None:
        """Remember so many chunks at most, of each language."""
        self._most = most
        self._known: dict[str, Chunk] = {}
        self._welsh: dict[str, Chunk] = {}

    def chunks(self, text: str) -> tuple[list[Chunk], str]:
        """The chunks of a text, which need not be folded, and its language."""
        written = joined(fold(text).text.split())
        chunks = [self._known.get(each) or self._read(each) for each in written]
        language = language_of(word for chunk in chunks for word in chunk.words)
        if language == "cy":
            chunks = [self._welsh.get(each) or self._read_welsh(each) for each in written]
        return chunks, language

    def _read(self, written: str) -> Chunk:
        return self._remember(self._known, written, _chunk(written, tuple(tokens(written))))

    def _read_welsh(self, written: str) -> Chunk:
        words = tuple(tokens(written))
        glosses = tuple(english(each) for each in words)
        return self._remember(self._welsh, written, _chunk(written, words, glosses))

    def _remember(self, known: dict[str, Chunk], written: str, chunk: Chunk) -> Chunk:
        if len(known) < self._most:
            known[written] = chunk
        return chunk


@cache
def training_reader() -> Reader:
    """The one that training shares, which reads the same texts again and again."""
    return Reader(_REMEMBERED_TRAINING)


def joined(chunks: list[str]) -> list[str]:
    """Join letters that stand apart, as in "f u c k"."""
    for first, last in reversed(_runs(chunks)):
        chunks[first:last] = ["".join(chunks[first:last])]
    return chunks


def located(text: str) -> list[tuple[int, int]]:
    """Where each chunk of folded text stands, in the order of `Reader.chunks`."""
    found = list(_CHUNK.finditer(text))
    places = [each.span() for each in found]
    for first, last in reversed(_runs([each[0] for each in found])):
        places[first:last] = [(places[first][0], places[last - 1][1])]
    return places


def _runs(chunks: list[str]) -> list[tuple[int, int]]:
    """Four or more chunks of one letter in a row: the first, and that behind the last."""
    alone = [place for place, each in enumerate(chunks) if len(each) == 1 and _may_be_letter(each)]
    runs: list[tuple[int, int]] = []
    if len(alone) <= _WHOLE_ONLY:
        return runs
    first = 0
    for place in range(1, len(alone) + 1):
        if place == len(alone) or alone[place] != alone[place - 1] + 1:
            if place - first > _WHOLE_ONLY:
                runs.append((alone[first], alone[place - 1] + 1))
            first = place
    return runs


def _may_be_letter(character: str) -> bool:
    return character.isalpha() or character in "@$!*013"


def _chunk(
    written: str, words: tuple[str, ...], glosses: tuple[tuple[str, ...], ...] = ()
) -> Chunk:
    brought = [word for each in glosses for word in each]
    features = [each for word in (*words, *brought) for each in _features(word)]
    letters = written.strip(".,;:!?()\"'")
    if len(letters) >= _SHOUTED and letters.isalpha() and letters.isupper():
        features.append(_place("<shouted>"))
    return Chunk(
        words,
        _hashes(words),
        _hashes([each[0] for each in glosses if each]),
        np.array(features, dtype=np.int32),
        meanings().rows(brought if glosses else words),
        cues_of((*words, *brought)),
        written.rstrip(_CLOSING).endswith(_ENDS),
    )


def _hashes(words: Sequence[str]) -> Hashes:
    return np.array([crc32(each.encode()) for each in words], dtype=np.uint64)


def tokens(written: str) -> Iterator[str]:
    """Yield the tokens of one chunk: words in small letters; numbers, addresses by their kind."""
    if len(written) > _LONGEST:
        yield "<long>"
        return
    lowered = written.lower()
    if "@" in lowered and "." in lowered.partition("@")[2]:
        yield "<address>"
        return
    if lowered.startswith(("http:", "https:", "www.")):
        yield "<link>"
        return
    if _APART.fullmatch(lowered):
        lowered = "".join(each for each in lowered if each.isalpha())
    elif _DISGUISED.search(lowered) and not _ORDINARY.fullmatch(lowered.strip(".,;:()")):
        lowered = lowered.rstrip("!").translate(_SWAPS)
    for token in _TOKEN.findall(lowered):
        if token[0].isdigit():
            yield _number(token)
        else:
            yield _RUN.sub(r"\1", token)


def _number(token: str) -> str:
    if _YEAR.fullmatch(token):
        return "<year>"
    if "/" in token or ":" in token or "-" in token:
        return "<date>"
    digits = sum(each.isdigit() for each in token)
    return f"<{min(digits, 10)} digits>"


def _features(token: str) -> Iterator[int]:
    yield _place(token)
    if token[0] == "<" or len(token) <= _WHOLE_ONLY:
        return
    fenced = f"<{token}>"
    for size in _PIECES:
        for start in range(len(fenced) - size + 1):
            yield _place("~" + fenced[start : start + size])


def _place(name: str) -> int:
    return crc32(name.encode()) % SPACE


class Laid:
    """Chunks laid out in arrays, so that what a run of them gives is cut out, not made anew."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        """Take at least one chunk."""
        self._features, self._ends = _laid([each.features for each in chunks])
        self._meanings, self._meaning_ends = _laid([each.meanings for each in chunks])
        tokens, self._token_ends = _laid([each.tokens for each in chunks])
        glosses, self._gloss_ends = _laid([each.glosses for each in chunks])
        self._pairs, self._glossed = pairs(tokens), pairs(glosses)
        self._cues = np.array([each.cues for each in chunks])

    def features(self, first: int, end: int) -> IntArray:
        """All features of chunks `first` up to `end`, each as often as it occurs.

        First each chunk's own, then the pairs of its tokens, then the pairs of its glosses.
        """
        parts = [
            self._features[self._ends[first] : self._ends[end]],
            self._pairs[self._token_ends[first] : max(self._token_ends[end] - 1, 0)],
        ]
        if len(self._glossed):
            glossed = slice(self._gloss_ends[first], max(self._gloss_ends[end] - 1, 0))
            parts.append(self._glossed[glossed])
        return np.concatenate(parts)

    def meanings(self, first: int, end: int) -> IntArray:
        """The rows in the table of meanings of all words of chunks `first` up to `end`."""
        return self._meanings[self._meaning_ends[first] : self._meaning_ends[end]]

    def cues(self, first: int, end: int) -> int:
        """The cues that chunks `first` up to `end` give together."""
        return int(np.bitwise_or.reduce(self._cues[first:end]))


def _laid(parts: Sequence[npt.NDArray[Any]]) -> tuple[npt.NDArray[Any], list[int]]:
    """Arrays one behind the other, and where each begins; the last place is the end of all."""
    return np.concatenate(parts), [0, *accumulate(len(each) for each in parts)]


def pairs(hashes: Hashes) -> IntArray:
    """The feature of each token and the next."""
    mixed = (hashes[:-1] * np.uint64(3) + hashes[1:] * np.uint64(5)) * _MIX
    return ((mixed >> np.uint64(40)) & _MASK).astype(np.int32)
