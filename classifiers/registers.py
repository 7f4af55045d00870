"""The body's own registers, as keyed hashes: its records, its documents, domains it knows.

What is registered and what is read are brought to the same forms here, and both are hashed with
the body's own key: HMAC-SHA-256 (RFC 2104), its first eight octets. A short hash without a key,
CRC-32, comes first and turns nearly everything else away at little cost.
"""

import hmac
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from zlib import crc32

_BLOCK = 64 * 1024  # characters taken at a time, so that memory stays bounded
_SPREAD = 16  # marks for each short hash: one in sixteen of other words passes
_FEWEST, _MOST = 1 << 16, 1 << 26  # marks
_MOST_KEPT = 20_000  # characters of which the plain form is remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashes:
    """Hashed forms and where they stand: arrays of 64-bit numbers in the machine's order."""

    digests: bytes = field(default=b"", repr=False)  # ascending
    places: bytes = field(default=b"", repr=False)  # one for each digest; its layout is its owner's
    hints: bytes = field(default=b"", repr=False)  # list << 32 | a short hash that may pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """People and organisations. A place is record << 16 | list << 8 | column << 2 | strength."""

    lists: Mapping[int, str] = field(default_factory=dict)  # names by number
    hashes: Hashes = Hashes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One registered document, without anything of its content."""

    list: int
    words: int  # how many it has


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprints:
    """Documents. A place is document << 32 | the number of the shingle's first word."""

    lists: Mapping[int, str] = field(default_factory=dict)
    documents: Mapping[int, Document] = field(default_factory=dict)
    hashes: Hashes = Hashes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Registers:
    """All that a body has registered; nothing by default."""

    key: bytes = field(default=b"", repr=False)
    records: Records = Records()
    fingerprints: Fingerprints = Fingerprints()
    images: frozenset[str] = field(default=frozenset(), repr=False)  # digests of known files
    domains: frozenset[int] = field(default=frozenset(), repr=False)  # digests of known domains


NOTHING_REGISTERED = Registers()


def digest(key: bytes, form: bytes) -> int:
    """The keyed hash of one form, 64 bits."""
    return int.from_bytes(hmac.digest(key, form, "sha256")[:8], "big")


class Index:
    """Looks forms up in hashes."""

    def __init__(self, key: bytes, hashes: Hashes) -> None:
        self._key = key
        self._digests = memoryview(hashes.digests).cast("Q")
        self._places = memoryview(hashes.places).cast("Q")
        hints = memoryview(hashes.hints).cast("Q")
        size = _FEWEST
        while size < min(_MOST, len(hints) * _SPREAD):
            size *= 2
        self.mask = size - 1
        self.marks = bytearray(size)  # 1 where a short hash of something registered falls
        for each in hints:
            self.marks[each & self.mask] = 1

    def __bool__(self) -> bool:
        return len(self._digests) > 0

    def places(self, form: bytes) -> list[int]:
        """Where a form stands; nearly always nowhere."""
        if not self.marks[crc32(form) & self.mask]:
            return []
        wanted = digest(self._key, form)
        first = last = bisect_left(self._digests, wanted)
        while last < len(self._digests) and self._digests[last] == wanted:
            last += 1
        return self._places[first:last].tolist()


class Gathering:
    """The hashes of one list in the making."""

    def __init__(self, key: bytes, number: int) -> None:
        self._key = key
        self._number = number
        self.places: list[tuple[int, int]] = []
        self.hints: set[int] = set()

    def add(self, form: bytes, place: int) -> None:
        """Take in one form."""
        self.places.append((digest(self._key, form), place))
        self.hint(form)

    def hint(self, form: bytes) -> None:
        """Let a form pass, though it is none: a word of a name."""
        self.hints.add(self._number << 32 | crc32(form))


def packed(places: Iterable[tuple[int, int]], hints: Iterable[int]) -> Hashes:
    """Lay out digests with their places, and hints."""
    ordered = sorted(set(places))
    return Hashes(
        digests=array("Q", (each for each, _ in ordered)).tobytes(),
        places=array("Q", (each for _, each in ordered)).tobytes(),
        hints=array("Q", sorted(set(hints))).tobytes(),
    )


def unpacked(hashes: Hashes) -> tuple[list[tuple[int, int]], list[int]]:
    """The reverse of `packed`."""
    digests, places, hints = (
        memoryview(each).cast("Q").tolist()
        for each in (hashes.digests, hashes.places, hashes.hints)
    )
    return list(zip(digests, places, strict=True)), hints


class _Plain(dict[int, str]):
    """Letters and digits in lower case; every other character is a space."""

    def __missing__(self, code: int) -> str:
        each = chr(code)
        lower = each.lower()
        plain = (lower if len(lower) == 1 else each) if each.isalnum() else " "
        if len(self) < _MOST_KEPT:
            self[code] = plain
        return plain


_PLAIN = _Plain()


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of text and its words, lower case, in UTF-8."""

    words: list[bytes] = field(repr=False)
    first: int  # the number of its first word in the whole text
    plain: str = field(repr=False)
    start: int  # where it starts in the whole text

    def spans(self) -> list[tuple[int, int]]:
        """Start and end of each word in the whole text."""
        sizes = [len(each) for each in self.plain.split(" ")]
        ends = accumulate(size + 1 for size in sizes)
        after = self.start - 1
        return [
            (after + end - size, after + end) for size, end in zip(sizes, ends, strict=True) if size
        ]


def blocks(text: str) -> Iterator[Block]:
    """Divide folded text into blocks of words, at spaces where there are any."""
    start = first = 0
    while start < len(text):
        end = start + _BLOCK
        if end < len(text):
            end = max(text.rfind(" ", start, end), text.rfind("\n", start, end)) + 1 or end
        plain = text[start:end].translate(_PLAIN)
        words = plain.encode("utf-8", "surrogatepass").split()
        yield Block(words, first, plain, start)
        start, first = end, first + len(words)


def words_of(text: str) -> list[bytes]:
    """All the words of a folded text, as `blocks` gives them."""
    return [word for block in blocks(text) for word in block.words]
