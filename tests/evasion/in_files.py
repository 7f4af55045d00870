"""Techniques that put the text in a file: name -> raw mail of a text."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import libarchive
from building import attached, base64_line, encoded_second, single

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def zipped(**files):
    """A zip of one fixed date, so that its octets are the same each time."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in files.items():
            package.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _runs(text):
    runs = (f'<w:r><w:t xml:space="preserve">{each}</w:t></w:r>' for each in text)
    return f"<w:p>{''.join(runs)}</w:p>"


def document(body="", **parts):
    """A Word document; parts by their names, "footer1" being word/footer1.xml."""
    made = {"[Content_Types].xml": "<Types/>"}
    for name, content in {"document": f"<w:body>{body}</w:body>", **parts}.items():
        if isinstance(content, bytes):
            made[f"word/{name}"] = content
            continue
        made[f"word/{name}.xml"] = f'<w:x xmlns:w="{_WORD}" xmlns:v="urn:v">{content}</w:x>'
    return zipped(**made)


def workbook(cell, row="", strings=""):
    sheet = f"<worksheet><sheetData><row {row}>{cell}</row></sheetData></worksheet>"
    parts = {"[Content_Types].xml": "<Types/>", "xl/worksheets/sheet1.xml": sheet}
    if strings:
        parts["xl/sharedStrings.xml"] = f"<sst><si><t>{strings}</t></si></sst>"
    return zipped(**parts)


def _inline(text):
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


def slides(name, text):
    runs = "".join(f"<a:r><a:t>{each}</a:t></a:r>" for each in text)
    part = f'<p:sld xmlns:p="p" xmlns:a="a"><a:p>{runs}</a:p></p:sld>'
    return zipped(**{"[Content_Types].xml": "<Types/>", f"ppt/{name}.xml": part})


def open_text(part, text):
    runs = "".join(f"<text:span>{each}</text:span>" for each in text)
    body = f'<o xmlns:text="t"><text:p>{runs}</text:p></o>'
    return zipped(
        **{"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<o/>"}
        | {part: body}
    )


def pdf(text, page=b"", title=""):
    """A PDF of one page, written by hand."""
    shown = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    drawn = f"BT /F1 12 Tf 50 700 Td ({shown}) Tj ET".encode("latin-1", "replace")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>" + page + b">>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Title(%s)>>" % title.encode("latin-1"),
    ]
    made, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % each for each in places)
    return made + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R/Info 6 0 R>>\n"
        b"startxref\n%d\n%%%%EOF" % (len(objects) + 1, table, len(objects) + 1, len(made))
    )


def tarred(text, mode="w"):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as archive:
        entry = tarfile.TarInfo("a.txt")
        entry.size = len(text.encode())
        archive.addfile(entry, io.BytesIO(text.encode()))
    return made.getvalue()


def seven_zipped(text):
    made = []

    def write(data):
        made.append(bytes(data))
        return len(data)

    with libarchive.custom_writer(write, "7zip") as archive:
        archive.add_file_from_memory("a.txt", len(text.encode()), text.encode())
    return b"".join(made)


def _hidden_behind_another(text):
    """A zip whose directory names a file other than the one that stands first in it."""
    first, other = zipped(**{"a.txt": text}), zipped(**{"b.txt": "Hi"})
    return first[: first.index(b"PK\x01\x02")] + other


def _rich(text):
    escapes = (each if each.isascii() else f"\\u{ord(each)}?" for each in text)
    return ("{\\rtf1\\ansi " + "{\\b }".join(escapes) + "}").encode()


FILES = {
    "Word, a run a letter": lambda text: document(_runs(text)),
    "Word, in the footer": lambda text: document(footer1=_runs(text)),
    "Word, in a comment": lambda text: document(comments=f"<w:comment>{_runs(text)}</w:comment>"),
    "Word, in a footnote": lambda text: document(footnotes=_runs(text)),
    "Word, in a text box": lambda text: document(
        f"<w:p><w:r><v:textbox><w:txbxContent>{_runs(text)}</w:txbxContent></v:textbox></w:r></w:p>"
    ),
    "Word, deleted": lambda text: document(
        f"<w:p><w:del><w:r><w:delText>{text}</w:delText></w:r></w:del></w:p>"
    ),
    "Word, a word a cell": lambda text: document(
        "<w:tbl><w:tr>"
        + "".join(f"<w:tc>{_runs(w)}</w:tc>" for w in text.split())
        + "</w:tr></w:tbl>"
    ),
    "Word, XML broken off": lambda text: document(f"{_runs(text)}<w:p><w:open>"),
    "Word, in the properties": lambda text: zipped(
        **{
            "[Content_Types].xml": "<Types/>",
            "docProps/core.xml": f"<cp><title>{text}</title></cp>",
        }
    ),
    "Word in a zip": lambda text: zipped(**{"x/a.docx": document(_runs(text))}),
    "Excel, shared string": lambda text: workbook('<c t="s"><v>0</v></c>', strings=text),
    "Excel, inline string": lambda text: workbook(_inline(text)),
    "Excel, hidden row": lambda text: workbook(_inline(text), row='hidden="1"'),
    "PowerPoint, slide": lambda text: slides("slides/slide1", text),
    "PowerPoint, notes": lambda text: slides("notesSlides/notesSlide1", text),
    "OpenDocument, body": lambda text: open_text("content.xml", text),
    "OpenDocument, footer": lambda text: open_text("styles.xml", text),
    "PDF": pdf,
    "PDF behind junk": lambda text: b"junk\n" + pdf(text),
    "PDF, title": lambda text: pdf("Hi", title=text),
    "PDF, note": lambda text: pdf(
        "Hi",
        b"/Annots[<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(%s)>>]"
        % text.encode("latin-1"),
    ),
    "zip": lambda text: zipped(**{"a.txt": text}),
    "zip in zip in zip": lambda text: zipped(
        **{"b.zip": zipped(**{"c.zip": zipped(**{"a.txt": text})})}
    ),
    "zip behind a picture": lambda text: b"\x89PNG\r\n\x1a\nxxxx" + zipped(**{"a.txt": text}),
    "zip without its directory": lambda text: zipped(**{"a.txt": f"{text} . " * 20})[:-30],
    "zip that hides a file": _hidden_behind_another,
    "tar": tarred,
    "tar.gz": lambda text: tarred(text, "w:gz"),
    "gzip": lambda text: gzip.compress(text.encode()),
    "gzip with more behind": lambda text: gzip.compress(text.encode()) + b"trailing",
    "bzip2": lambda text: bz2.compress(text.encode()),
    "xz": lambda text: lzma.compress(text.encode()),
    "7z": seven_zipped,
    "RTF": _rich,
    "saved mail": single,
    "saved mail in base64": encoded_second,
    "CSV": lambda text: f"a,b\n1,{text}".encode(),
    "HTML": lambda text: ("<html><p>" + "".join(f"<i>{each}</i>" for each in text)).encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "base64": base64_line,
    "data URI in HTML in zip": lambda text: zipped(
        **{"a.html": f'<a href="data:text/plain;base64,{base64_line(text).decode()}">'}
    ),
    "flat XML": lambda text: f'<?xml version="1.0"?><o xmlns:t="t"><t:p>{text}</t:p></o>'.encode(),
}
TECHNIQUES = {
    **{
        f"{name}, in a file": lambda text, make=make: attached(make(text))
        for name, make in FILES.items()
    },
    **{
        f"{name}, called a picture": lambda text, make=make: attached(
            make(text), "a.jpg", "image/jpeg"
        )
        for name, make in FILES.items()
    },
}
