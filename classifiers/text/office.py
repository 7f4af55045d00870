"""Word, Excel, PowerPoint (ECMA-376) and OpenDocument (ISO/IEC 26300): every run of every part.

Protective markings stand in footers and names in properties, so no part is left out: what is a
part's XML is read for its text, what is not is a file inside.
"""

import zipfile
from collections.abc import Iterator
from itertools import islice
from urllib.parse import unquote_to_bytes

import re2

from classifiers.text.extracting import Budget, Extracted, Member, Missing, Piece
from classifiers.text.remains import legible
from classifiers.text.sheets import is_sheet, read_sheets
from classifiers.text.xml import parsed, texts_of, without_vanished
from classifiers.text.zipped import member_of

_HIDDEN = ("comments", "notesslide", "docprops/", "person", "meta.xml", "customxml/")
_NOT_TEXT = (  # fonts, colours, defaults: names of things nobody reads
    *("theme/", "theme1", "/styles.xml", "fonttable", "settings.xml", "tablestyles", "numbering"),
    *("printersettings", "presprops", "viewprops", "calcchain", "manifest.xml", "manifest.rdf"),
)
_XML = (".xml", ".vml")
_SAYS = re2.compile(  # such a part has words after all
    rb">[ \t\r\n]*[^<\s]|<(?:\w+:)?(?:docVar|lvlText)\s[^>]{0,200}\"[^\"]{8,}\""
)
_OUTSIDE = re2.compile(rb"(?i)Target=(\"(?:https?|mailto|file|ftp|tel)[^\"]+|'[a-z]+:[^']+)[\"']")
_MOST_LINKS = 5000


def read_open_xml(package: zipfile.ZipFile, budget: Budget) -> Iterator[Extracted]:
    """Yield the text of each part, workbooks as rows, and every file inside."""
    sheets: dict[str, bytes] = {}
    styles = b""
    for info in package.infolist():
        name = info.filename.lower()
        if info.is_dir() or name.endswith("[content_types].xml"):
            continue
        budget.member()
        member = member_of(package, info, budget)
        if isinstance(member, Member) and name.endswith(".rels"):
            yield _links(member.payload)
        elif isinstance(member, Member) and is_sheet(name):
            sheets[info.filename] = member.payload
        elif isinstance(member, Member) and name == "xl/styles.xml":
            styles = member.payload
        else:
            yield from _part(member, budget)
    if sheets:
        yield from read_sheets(sheets, styles, budget)


def read_open_document(package: zipfile.ZipFile, budget: Budget) -> Iterator[Extracted]:
    """Yield the text of each part, and every file inside."""
    for info in package.infolist():
        if info.is_dir():
            continue
        budget.member()
        member = member_of(package, info, budget)
        name = info.filename
        if isinstance(member, Member) and name == "META-INF/manifest.xml":
            if b"encryption-data" in member.payload:
                yield Missing("password")
                return
        elif isinstance(member, Member) and name in {"styles.xml", "content.xml"}:
            yield from _read_part(member, budget)  # headers and footers are styles there
        else:
            yield from _part(member, budget)


def _part(member: Extracted, budget: Budget) -> Iterator[Extracted]:
    if not isinstance(member, Member):
        yield member
        return
    name = member.name.lower()
    xml = name.endswith(_XML) or member.payload[:64].lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")
    if any(each in name for each in _NOT_TEXT):
        if not xml:
            yield Piece(legible(member.payload), hidden=True)
            return
        if _SAYS.search(member.payload) is None:
            return
    if xml and not name.endswith((".html", ".htm", ".svg", ".xhtml")):
        yield from _read_part(member, budget)
    elif name != "mimetype" and not name.startswith("thumbnails/"):
        yield member


def _read_part(member: Member, budget: Budget) -> Iterator[Extracted]:
    if not member.payload.strip():
        return  # LibreOffice leaves its own settings empty
    tree, whole = parsed(member.payload)
    if b"<!ENTITY" in member.payload:  # no Office program writes it, and what it hides is not read
        yield Missing("damage", member.name)
    if not whole:
        yield Missing("damage" if tree is None else "partly-damaged", member.name)
    if tree is None:
        return
    seen, unseen = texts_of(tree, budget)
    hidden = any(each in member.name.lower() for each in _HIDDEN)
    yield Piece(seen, hidden=hidden)
    yield Piece(unseen, hidden=True)
    if b"vanish" in member.payload and without_vanished(tree):
        yield Piece(texts_of(tree, budget)[0], another=True)


def _links(payload: bytes) -> Piece:
    """Where a part's links lead: an address can carry words."""
    found = islice(_OUTSIDE.finditer(payload), _MOST_LINKS)
    links = dict.fromkeys(unquote_to_bytes(each.group(1)[1:]) for each in found)
    return Piece(b"\n".join(links).decode("utf-8", "replace"), hidden=True)
