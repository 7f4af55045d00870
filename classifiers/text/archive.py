"""Archives by the system's libarchive, tar by the standard library where there is none.

Nothing is written: names are only names, links and devices are left, and every octet that
unpacking makes is paid for.
"""

import bz2
import io
import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from classifiers.text.extracting import (
    Budget,
    Extracted,
    Member,
    Missing,
    Piece,
    Source,
    TooMuch,
)
from classifiers.text.remains import legible

try:
    import libarchive
except (ImportError, OSError, AttributeError, TypeError):  # no system library behind it
    libarchive = None

_LOCKED = ("encrypt", "passphrase", "password")
_CHUNK = 64 * 1024
_STREAMS: tuple[tuple[bytes, Callable[[], Any]], ...] = (
    (b"\x1f\x8b", lambda: zlib.decompressobj(zlib.MAX_WBITS | 16)),  # RFC 1952
    (b"BZh", bz2.BZ2Decompressor),
    (b"\xfd7zXZ\x00", lzma.LZMADecompressor),
    (b"\x78", zlib.decompressobj),  # RFC 1950
)
_MOST_NAMED = 2000  # octets in which a gzip's own name and comment stand
_SUFFIXES = (".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".txz")


def read_archive(source: Source, budget: Budget) -> Iterator[Extracted]:
    """Yield each file inside a 7z, RAR, tar or CAB archive, or why it cannot be read."""
    begun = bool(source.payload[:512].strip(b"\0"))  # zeros are an empty tar, and a disc's start
    if begun and tarfile.is_tarfile(io.BytesIO(source.payload)):
        yield from _tar(source, budget)
    elif libarchive is None:
        yield Missing("no-reader", source.name)
    else:
        yield from _with_libarchive(source, budget)


def _tar(source: Source, budget: Budget) -> Iterator[Extracted]:
    with tarfile.open(fileobj=io.BytesIO(source.payload), mode="r:") as archive:
        for entry in archive:
            said = (entry.linkname, *map(str, entry.pax_headers.values()))
            yield Piece("\n".join(each for each in said if each), hidden=True)
            stream = archive.extractfile(entry) if entry.isfile() else None
            if stream is None:
                yield Piece(entry.name, hidden=True)
                continue
            budget.member()
            yield Member(budget.read(stream), entry.name)


def read_filtered(source: Source, budget: Budget) -> Iterator[Extracted]:
    """Yield what a compression holds that only libarchive undoes: an archive, or one file."""
    if libarchive is None:
        yield Missing("no-reader", source.name)
        return
    inside = list(_with_libarchive(source, budget))
    if not any(isinstance(each, Member) for each in inside):
        inside = list(_with_libarchive(source, budget, "raw"))
    yield from inside


def _with_libarchive(source: Source, budget: Budget, form: str = "all") -> Iterator[Extracted]:
    try:
        with libarchive.memory_reader(source.payload, format_name=form) as archive:
            for entry in archive:
                if not entry.isfile:
                    yield Piece(f"{_name(entry)}\n{entry.linkpath or ''}", hidden=True)
                    continue
                budget.member()
                yield _entry(entry, budget)
    except libarchive.ArchiveError as error:
        yield Missing(_reason(error), source.name)


def _entry(entry: "libarchive.entry.ArchiveEntry", budget: Budget) -> Extracted:
    pieces: list[bytes] = []
    size = 0
    try:
        for block in entry.get_blocks():
            budget.octets(len(block))
            size += len(block)
            if size > budget.limits.part:
                raise TooMuch("too-large")
            pieces.append(block)
    except libarchive.ArchiveError as error:
        return Missing(_reason(error), _name(entry))
    return Member(b"".join(pieces), _name(entry))


def _name(entry: "libarchive.entry.ArchiveEntry") -> str:
    """A file's name as text; where it is none, libarchive gives octets or nothing."""
    name = entry.pathname
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name or "")


def _reason(error: Exception) -> str:
    """Libarchive says in words that a file is locked, and in no other way."""
    said = str(error).lower()
    return "password" if any(each in said for each in _LOCKED) else "damage"


def read_compressed(source: Source, budget: Budget) -> Iterator[Extracted]:
    """Yield the one file inside a gzip, bzip2, xz or zlib stream, and what stands behind it."""
    pieces: list[bytes] = []
    behind: list[bytes] = []
    size = 0
    try:
        for piece in _unpacked(source.payload, behind):
            budget.octets(len(piece))
            size += len(piece)
            if size > budget.limits.part:
                raise TooMuch("too-large")
            pieces.append(piece)
    except (zlib.error, OSError, EOFError, lzma.LZMAError):
        yield Missing("partly-damaged" if pieces else "damage", source.name)
    yield Member(b"".join(pieces), _inner_name(source.name))
    if source.payload.startswith(_STREAMS[0][0]) and source.payload[3:4] > b"\0":
        yield Piece(legible(source.payload[10 : 10 + _MOST_NAMED]), hidden=True)  # name, comment
    if behind:
        yield Member(behind[-1])


def _unpacked(packed: bytes, behind: list[bytes]) -> Iterator[bytes]:
    """Unpack stream after stream in pieces. Raises EOFError where the last one breaks off.

    What stands behind the last stream goes to `behind`.
    """
    mark, new = next(each for each in _STREAMS if packed.startswith(each[0]))
    while packed.startswith(mark):
        stream = new()
        waiting = packed
        while not stream.eof:
            piece = stream.decompress(waiting, _CHUNK)
            # zlib hands back what it has not taken in; the others keep it
            waiting = getattr(stream, "unconsumed_tail", b"")
            if not piece and not waiting and getattr(stream, "needs_input", True):
                raise EOFError
            yield piece
        packed = stream.unused_data
    if packed.strip(b"\0"):
        behind.append(packed)


def _inner_name(name: str) -> str:
    for suffix in _SUFFIXES:
        if name.lower().endswith(suffix):
            return name[: -len(suffix)] + (".tar" if suffix.startswith(".t") else "")
    return name
