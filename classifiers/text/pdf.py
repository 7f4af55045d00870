"""PDF by PDFium: pages, form fields, annotations, properties and the files attached inside.

An empty user password is no password: what any reader opens is read (ISO 32000-1, 7.6.3).
"""

import ctypes
from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as api

from classifiers.text.extracting import Budget, Extracted, Member, Missing, Piece, Source
from classifiers.text.pdf_objects import read_objects

_MOST_PAGES = 5000
_MOST_MARKS = 2000  # annotations of one page
_PASSWORD_ERROR = 4  # FPDF_ERR_PASSWORD
_SECURITY_ERROR = 5  # FPDF_ERR_SECURITY: a handler that PDFium does not know
_KEYS = (b"Contents", b"T", b"V", b"RC", b"TU")  # of an annotation or field (ISO 32000-1, 12.5)
_PROPERTIES = ("Title", "Author", "Subject", "Keywords", "Creator")
_SCANNED = 20  # characters; a page with fewer and a picture is taken for a scan


def read_pdf(source: Source, budget: Budget) -> Iterator[Extracted]:
    """Yield everything in it that is text, and its files."""
    start = source.payload.find(b"%PDF-")
    try:
        document = pdfium.PdfDocument(source.payload[start:])
    except pdfium.PdfiumError:
        code = api.FPDF_GetLastError()
        locked = code in {_PASSWORD_ERROR, _SECURITY_ERROR}
        yield Missing("password" if locked else "damage", source.name)
        yield from read_objects(source.payload, budget)
        return
    try:
        yield from _properties(document)
        yield from _pages(document, source, budget)
        yield from _attached(document, budget)
        yield from read_objects(source.payload, budget)
    finally:
        document.close()


def _properties(document: pdfium.PdfDocument) -> Iterator[Extracted]:
    values = (document.get_metadata_value(each) for each in _PROPERTIES)
    yield Piece("\n".join(each for each in values if each), hidden=True)


def _pages(document: pdfium.PdfDocument, source: Source, budget: Budget) -> Iterator[Extracted]:
    scanned = False
    for number in range(min(len(document), _MOST_PAGES)):
        budget.tick()
        try:
            page = document[number]
        except pdfium.PdfiumError:
            yield Missing("damage", source.name)
            continue
        try:
            text = _text(page)
            yield Piece(text)
            yield Piece("\n".join(_annotations(page)), hidden=True)
            if len(text) < _SCANNED and _has_picture(page):
                scanned = True
                if budget.recogniser is not None:
                    yield Piece(_recognised(page, budget))
        finally:
            page.close()
    if len(document) > _MOST_PAGES:
        yield Missing("too-large", source.name)
    if scanned and budget.recogniser is None:
        yield Missing("picture", source.name)


def _text(page: pdfium.PdfPage) -> str:
    """The page's text; a hyphen that a line end made is taken out with it."""
    layer = page.get_textpage()
    try:
        text: str = layer.get_text_range()
    finally:
        layer.close()
    text = text.replace("\ufffe\r\n", "").replace("\x02\r\n", "")
    return text.replace("\ufffe", "").replace("\x02", "").replace("\r\n", "\n")


def _annotations(page: pdfium.PdfPage) -> Iterator[str]:
    for index in range(min(api.FPDFPage_GetAnnotCount(page), _MOST_MARKS)):
        mark = api.FPDFPage_GetAnnot(page, index)
        if not mark:
            continue
        try:
            for key in _KEYS:
                if value := _value(mark, key):
                    yield value
        finally:
            api.FPDFPage_CloseAnnot(mark)


def _value(mark: api.FPDF_ANNOTATION, key: bytes) -> str:
    """One entry of an annotation; PDFium gives UTF-16 and counts octets."""
    size = api.FPDFAnnot_GetStringValue(mark, key, None, 0)
    if size <= 2:  # noqa: PLR2004 - only the closing NUL
        return ""
    buffer = ctypes.create_string_buffer(size)
    api.FPDFAnnot_GetStringValue(
        mark, key, ctypes.cast(buffer, ctypes.POINTER(api.FPDF_WCHAR)), size
    )
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")


def _has_picture(page: pdfium.PdfPage) -> bool:
    return any(True for _ in page.get_objects(filter=(api.FPDF_PAGEOBJ_IMAGE,), max_depth=3))


def _recognised(page: pdfium.PdfPage, budget: Budget) -> str:
    """What OCR reads on a page, drawn at 200 dots an inch as a grey PNM picture."""
    assert budget.recogniser is not None  # noqa: S101 - the caller asked
    picture = page.render(scale=200 / 72, grayscale=True)
    head = f"P5 {picture.width} {picture.height} 255\n".encode()
    rows = (
        bytes(picture.buffer[at * picture.stride : at * picture.stride + picture.width])
        for at in range(picture.height)
    )
    data = head + b"".join(rows)
    picture.close()
    return budget.recogniser(data, budget.seconds_left)


def _attached(document: pdfium.PdfDocument, budget: Budget) -> Iterator[Extracted]:
    for index in range(document.count_attachments()):
        budget.member()
        attachment = document.get_attachment(index)
        name = attachment.get_name()
        try:
            data = bytes(attachment.get_data())
        except pdfium.PdfiumError:
            yield Missing("damage", name)
            continue
        budget.octets(len(data))
        yield Member(data, name)
