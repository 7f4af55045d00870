"""Office files before 2007, and whatever else stands in an OLE compound file ([MS-CFB])."""

import io
import struct
from collections.abc import Iterator

import msoffcrypto
import olefile
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from classifiers.text.extracting import Budget, Extracted, Member, Missing, Piece, Source
from classifiers.text.remains import legible

_MOST_STREAM = 50_000_000  # octets of one stream
_PIECE_TABLE = 0x01A2  # fcClx in the FIB ([MS-DOC] 2.5.1)
_TABLE_FLAG = 0x0200  # fWhichTblStm: which of two table streams is in use
_COMPRESSED = 0x40000000  # fc of a piece whose characters are single octets ([MS-DOC] 2.9.73)
_PIECES_FOLLOW = 2  # clxt
_TEXT_ATOMS = {0x0FA0: "utf-16-le", 0x0FA8: "latin-1", 0x0FBA: "utf-16-le"}  # [MS-PPT] 2.9
_CONTAINER = 0xF  # recVer of a record that holds records
_LABELS = {"title", "subject", "author", "keywords", "comments", "last_saved_by", "company"}
_SIGNS = str.maketrans(
    {"\r": "\n", "\x07": "\t", "\x0b": "\n", "\x0c": "\n", "\x1e": "-", "\x1f": "", "\x13": " "}
)


def read_ole(source: Source, budget: Budget) -> Iterator[Extracted]:
    """Yield the text of a .doc, .xls, .ppt or .msg; of anything else, that it is not known."""
    with olefile.OleFileIO(io.BytesIO(source.payload)) as file:
        names = {"/".join(each) for each in file.listdir()}
        if "EncryptedPackage" in names or _locked(source.payload, names):
            yield Missing("password", source.name)
            return
        yield _properties(file)
        if "__properties_version1.0" in names:
            from classifiers.text.attached_mail import read_msg  # noqa: PLC0415 - only for these

            yield from read_msg(source, budget)
        elif "WordDocument" in names:
            yield from _word(file, budget)
        elif names & {"Workbook", "Book"}:
            yield from read_workbook(source, budget)
        elif "PowerPoint Document" in names:
            yield from _slides(_stream(file, "PowerPoint Document", budget), budget)
        else:
            yield from _objects(file, source, budget)


def _locked(payload: bytes, names: set[str]) -> bool:
    if not names & {"WordDocument", "Workbook", "Book", "PowerPoint Document"}:
        return False
    try:
        return bool(msoffcrypto.OfficeFile(io.BytesIO(payload)).is_encrypted())
    except Exception:  # noqa: BLE001 - it raises whatever a broken file makes it raise
        return False


def _stream(file: olefile.OleFileIO, name: str, budget: Budget) -> bytes:
    data: bytes = file.openstream(name).read(_MOST_STREAM)
    budget.octets(len(data))
    return data


def _properties(file: olefile.OleFileIO) -> Piece:
    known = file.get_metadata()
    values = (getattr(known, name, None) for name in sorted(_LABELS))
    texts = [v.decode("utf-8", "replace") if isinstance(v, bytes) else v for v in values if v]
    return Piece("\n".join(each for each in texts if isinstance(each, str)), hidden=True)


def _word(file: olefile.OleFileIO, budget: Budget) -> Iterator[Extracted]:
    """Yield the text of every piece: body, footnotes, headers, comments, text boxes in turn."""
    document = _stream(file, "WordDocument", budget)
    flags, where, size = (
        *struct.unpack_from("<H", document, 0x0A),
        *struct.unpack_from("<II", document, _PIECE_TABLE),
    )
    table = _stream(file, "1Table" if flags & _TABLE_FLAG else "0Table", budget)
    pieces = _pieces(table[where : where + size])
    texts = []
    for characters, at in pieces:
        budget.tick()
        if at & _COMPRESSED:
            start = (at & ~_COMPRESSED) // 2
            texts.append(document[start : start + characters].decode("cp1252", "replace"))
        else:
            texts.append(document[at : at + 2 * characters].decode("utf-16-le", "replace"))
    yield Piece("".join(texts).translate(_SIGNS))


def _pieces(table: bytes) -> list[tuple[int, int]]:
    """Return each piece's count of characters and its place ([MS-DOC] 2.9.38 and 2.8.35)."""
    at = 0
    while at < len(table) and table[at] != _PIECES_FOLLOW:
        at += 3 + int(struct.unpack_from("<H", table, at + 1)[0])
    (size,) = struct.unpack_from("<I", table, at + 1)
    body = table[at + 5 : at + 5 + size]
    count = (len(body) - 4) // 12
    ends = struct.unpack_from(f"<{count + 1}I", body)
    places = (struct.unpack_from("<HIH", body, 4 * (count + 1) + 8 * each) for each in range(count))
    return [
        (last - first, place[1])
        for first, last, place in zip(ends, ends[1:], places, strict=False)
        if last >= first
    ]


def read_workbook(source: Source, budget: Budget) -> Iterator[Extracted]:
    """Yield the sheets of a .xls or .xlsb, a row a line."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(source.payload))
    for sheet in book.sheets_metadata:
        rows = book.get_sheet_by_name(sheet.name).to_python()
        lines = []
        for row in rows:
            budget.tick()
            lines.append("\t".join(_cell(each) for each in row))
        text = "\n".join((sheet.name, *lines))
        yield Piece(text, hidden=sheet.visible is not SheetVisibleEnum.Visible)


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if hasattr(value, "strftime"):
        return str(value.strftime("%d/%m/%Y"))
    return str(value)


def _slides(data: bytes, budget: Budget) -> Iterator[Extracted]:
    """Yield every text atom, slides and notes alike ([MS-PPT] 2.3.1: records in records)."""
    at, texts = 0, []
    while at + 8 <= len(data):
        budget.tick()
        version, kind, size = struct.unpack_from("<HHI", data, at)
        at += 8
        if version & _CONTAINER == _CONTAINER:
            continue  # what it holds follows
        if kind in _TEXT_ATOMS:
            texts.append(data[at : at + size].decode(_TEXT_ATOMS[kind], "replace"))
        at += size
    yield Piece("\n".join(texts).translate(_SIGNS))
    if not texts:
        yield Piece(legible(data), hidden=True)


def _objects(file: olefile.OleFileIO, source: Source, budget: Budget) -> Iterator[Extracted]:
    """Yield the streams of an embedded object: a packaged file stands in one of them whole."""
    found = False
    for path in file.listdir():
        if path[-1] in {"\x01Ole10Native", "CONTENTS", "Package"}:
            data = _stream(file, "/".join(path), budget)
            found = True
            start = max(
                0, *(data.find(mark) for mark in (b"PK\x03\x04", b"%PDF-", b"\xd0\xcf\x11"))
            )
            yield Member(data[start:])
    if not found:
        yield Missing("unknown-type", source.name)
    yield Piece(legible(source.payload), hidden=True)
