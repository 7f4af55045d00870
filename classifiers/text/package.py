"""Zip files: what they hold, file by file, or the Office document that they are."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from classifiers.text.extracting import Budget, Extracted, Member, Missing, Piece, Source
from classifiers.text.legacy import read_workbook
from classifiers.text.office import read_open_document, read_open_xml
from classifiers.text.zipped import ENCRYPTED, member_of

_LOCAL = b"PK\x03\x04"
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")  # APPNOTE 4.3.7
_STREAMED = 0x8  # general purpose flag (APPNOTE 4.4.4): sizes follow the data
_STORED, _DEFLATED = 0, 8
_OFFICE = ("[content_types].xml", "word/document", "xl/workbook", "ppt/presentation")
_MOST_HIDDEN = 1000  # local headers that the directory does not name


def read_package(source: Source, budget: Budget) -> Iterator[Extracted]:
    """Yield the text of an Office document, or each file of a plain archive."""
    try:
        package = zipfile.ZipFile(io.BytesIO(source.payload))
        members = package.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        inside = list(_undirected(source, budget, frozenset()))
        yield from inside
        yield Missing("partly-damaged" if inside else "damage", source.name)
        return
    names = {each.filename for each in members}
    if package.comment:
        yield Piece(package.comment.decode("utf-8", "replace"), hidden=True)
    if any(each.lower().startswith(_OFFICE) for each in names):
        yield from read_open_xml(package, budget)
        if "xl/workbook.bin" in names:
            yield from read_workbook(source, budget)
    elif "content.xml" in names:
        yield from read_open_document(package, budget)
    else:
        yield from _files(package, members, budget)
    offsets = frozenset(each.header_offset for each in members)
    yield from _undirected(source, budget, offsets)


def _files(
    package: zipfile.ZipFile, members: list[zipfile.ZipInfo], budget: Budget
) -> Iterator[Extracted]:
    for each in members:
        if each.comment:
            yield Piece(each.comment.decode("utf-8", "replace"), hidden=True)
        if each.is_dir():
            yield Piece(each.filename, hidden=True)
            continue
        budget.member()
        yield member_of(package, each, budget)


def _undirected(source: Source, budget: Budget, known: frozenset[int]) -> Iterator[Extracted]:
    """Read what local headers announce and the directory does not: some programs show it."""
    payload = source.payload
    at, found = payload.find(_LOCAL), 0
    while at >= 0 and found < _MOST_HIDDEN:
        if at not in known:
            each = _undirected_member(payload, at, budget)
            if each is not None:
                found += 1
                yield each
        at = payload.find(_LOCAL, at + len(_LOCAL))


def _undirected_member(payload: bytes, at: int, budget: Budget) -> Extracted | None:
    """Read the file behind one local header; None if there is none behind it."""
    header = payload[at : at + _LOCAL_HEADER.size]
    if len(header) < _LOCAL_HEADER.size:
        return None
    _, version, flags, method, _, _, _, packed, _, name_size, extra_size = _LOCAL_HEADER.unpack(
        header
    )
    start = at + _LOCAL_HEADER.size + name_size + extra_size
    name = payload[at + _LOCAL_HEADER.size :][:name_size].decode("utf-8", "replace")
    if version > 100 or not name_size or start > len(payload):  # noqa: PLR2004 - not a header
        return None
    budget.member()
    if flags & ENCRYPTED:
        return Missing("password", name)
    end = len(payload) if flags & _STREAMED or not packed else start + packed
    if method == _STORED:
        return Member(payload[start:end], name) if packed else None
    if method != _DEFLATED:
        return None
    return _inflated(payload[start:end], name, budget)


def _inflated(packed: bytes, name: str, budget: Budget) -> Extracted | None:
    unpack = zlib.decompressobj(-zlib.MAX_WBITS)
    most = budget.limits.part + 1
    try:
        data = unpack.decompress(packed, most)
    except zlib.error:
        return None
    budget.octets(len(data))
    if len(data) >= most:
        return Missing("too-large", name)
    return Member(data, name) if data else None
