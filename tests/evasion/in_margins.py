"""Techniques that put the text where few look: name -> raw mail of a text.

Headers that end early, names that few programs show, octets of other kinds, style that hides a
little, attributes, fields and properties of documents.
"""

import gzip
import io
import lzma
import zipfile
import zlib

from building import HELLO, attached, base64_line, base64_lines, part, several, single
from in_files import document, pdf, workbook, zipped

_HEAD = single("").partition(b"Content-Type")[0]


def _field(name, form="{}"):
    return lambda text: _HEAD + f"{name}: {form.format(text)}\r\n\r\nHi\r\n".encode()


def _named(fields):
    return lambda text: several(HELLO, fields(text) + b"\r\n\r\nx")


def _markup(change):
    return lambda text: single(change(text), kind="text/html; charset=utf-8", encoding="8bit")


def _seven_bit(text):
    return b"".join(b"+" + base64_line(each, "utf-16-be").rstrip(b"=") + b"-" for each in text)


def _yenc(text):
    octets = bytes((each + 42) % 256 for each in text.encode())
    return b"=ybegin line=128 size=9 name=a.txt\r\n" + octets + b"\r\n=yend size=9\r\n"


def _deflated(text):
    return zlib.compress(text.encode())


def _zip_with(comment=b"", **files):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for name, data in files.items():
            package.writestr(name, data)
        package.comment = comment
    return made.getvalue()


def _rich(inside):
    return lambda text: attached(f"{{\\rtf1\\ansi {inside.format(text)}}}", "a.rtf")


def _pdf_with(before, after):
    return lambda text: attached(
        pdf("Hi").replace(b"/Title()", b"/Title()" + before + text.encode("latin-1") + after)
    )


def _paragraph(text):
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def _vanished(text):
    runs = (f'<w:r><w:t xml:space="preserve">{each}</w:t></w:r>' for each in text)
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>9x</w:t></w:r>"
    return document(f"<w:p>{hidden.join(runs)}</w:p>")


HEADERS = {
    "a body without a blank line": lambda text: _HEAD + text.encode() + b"\r\nmore\r\n",
    "a blank line of spaces": lambda text: _HEAD + b" \r\n" + text.encode() + b"\r\n\r\nHi",
    "a line that is no field, then the text": lambda text: (
        _HEAD + b"junk\r\n" + text.encode() + b"\r\n\r\nHi\r\n"
    ),
    "only carriage returns": lambda text: single(text).replace(b"\r\n", b"\r"),
    "in a preamble behind the usual phrase": lambda text: several(
        HELLO, preamble=b"This is a multi-part message in MIME format.\r\n" + text.encode()
    ),
    "in a field of its own": _field("X-Note"),
    "in a description": _field("Content-Description"),
    "in the name of a group": _field("Cc", '"{}": a@elsewhere.example;'),
    "in an address's comment": _field("Cc", "a@elsewhere.example ({})"),
    "in the subject past two thousand words": lambda text: (
        _HEAD.replace(
            b"Room", b"=?utf-8?Q?a?= " * 2100 + b"=?utf-8?B?" + base64_line(f" {text}") + b"?="
        )
        + b"\r\nHi"
    ),
    "in the subject, characters cut in two": lambda text: (
        _HEAD.replace(
            b"Room",
            b" ".join(
                b"=?utf-16le?B?" + base64_line(text.encode("utf-16-le")[at : at + 3]) + b"?="
                for at in range(0, 2 * len(text), 3)
            ),
        )
        + b"\r\nHi"
    ),
    "in the second of two file names": _named(
        lambda text: (
            b'Content-Disposition: attachment; filename="a.txt"; filename="' + text.encode() + b'"'
        )
    ),
    "in the type's name beside a file name": _named(
        lambda text: (
            b'Content-Type: text/plain; name="'
            + text.encode()
            + b'"\r\nContent-Disposition: attachment; filename="a.txt"'
        )
    ),
    "in the file name of attached mail": lambda text: several(
        HELLO,
        part(
            single("Hi"),
            kind="message/rfc822",
            more=f'Content-Disposition: attachment; filename="{text}"\r\n'.encode(),
        ),
    ),
    "soft breaks of carriage returns": lambda text: single(
        b"=\r".join(text.encode()[at : at + 2] for at in range(0, len(text.encode()), 2)),
        encoding="quoted-printable",
    ),
    "padding as rubbish in base64": lambda text: single(
        b"=".join(base64_line(text)[at : at + 5] for at in range(0, 400, 5)), encoding="base64"
    ),
    "UTF-7, every letter": lambda text: single(_seven_bit(text), kind="text/plain"),
    "EBCDIC by a name nobody knows": lambda text: single(
        base64_lines(text.encode("cp037")), kind="text/plain; charset=ibm-285", encoding="base64"
    ),
    "EBCDIC by the second of two names": lambda text: single(
        base64_lines(text.encode("cp037")),
        kind="text/plain; charset=us-ascii; charset=cp037",
        encoding="base64",
    ),
    "controls between letters": lambda text: single("\x01".join(text)),
    "two NULs between letters": lambda text: single("\0\0".join(text)),
}
OCTETS = {
    "yEnc": lambda text: single(b"Hi\r\n" + _yenc(text), encoding="8bit"),
    "base32": lambda text: single(b"see " + base64_line(f"{text} . " * 3, form="32")),
    "base64 past many decoys": lambda text: single(
        b"\r\n".join(b".%dAbCdEfGhIjKl." % each for each in range(300))
        + b"\r\n"
        + base64_line(text)
    ),
    "text that begins like a picture": lambda text: attached(f"BM. {text}", "a.txt"),
    "text that begins like sound": lambda text: single(f"RIFF {text}"),
    "text called a signature": lambda text: several(
        HELLO, part(text, kind="application/pgp-signature")
    ),
    "behind a picture": lambda text: attached(
        b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(40) + b"\xff\xd9\0" + text.encode() + b"\0", "a.jpg"
    ),
    "in octets of no kind": lambda text: attached(
        bytes(range(256)) * 2 + b"\0" + text.encode() + b"\0" + bytes(range(32)), "a.dat"
    ),
    "zlib": lambda text: attached(_deflated(text)),
    "zlib in the text": lambda text: single(b"see: " + base64_line(_deflated(text))),
    "LZMA": lambda text: attached(lzma.compress(text.encode(), format=lzma.FORMAT_ALONE)),
    "a zip's comment": lambda text: attached(_zip_with(text.encode(), a="x")),
    "a name in a zip": lambda text: attached(_zip_with(**{f"{text}.txt": "x"})),
    "behind gzip": lambda text: attached(gzip.compress(b"Hi") + b"\n" + text.encode()),
    "calendar called plain text": lambda text: single(
        b"BEGIN:VCALENDAR\r\nDESCRIPTION:"
        + b"\r\n ".join(text.encode()[at : at + 3] for at in range(0, len(text.encode()), 3))
    ),
}
MARKUP = {
    **{
        f"junk, {style}": _markup(f'<span style="{style}">9x</span>'.join)
        for style in (
            *("color:#fff", "color: rgb(255, 255, 255)", "font-size:1px", "d\\69splay:none"),
            *("position:absolute;left:-9999px", "width:0;overflow:hidden", "display:/**/none"),
        )
    },
    "every other letter smaller": _markup(
        lambda text: "".join(
            f'<span style="font-size:0.9em">{each}</span>' if at % 2 else each
            for at, each in enumerate(text)
        )
    ),
    "every other letter hidden from one program": _markup(
        lambda text: "".join(
            f'<span style="mso-hide:all">{each}</span>' if at % 2 else each
            for at, each in enumerate(text)
        )
    ),
    "turned by a style sheet": _markup(
        lambda text: (
            "<style>.r{unicode-bidi:bidi-override;direction:rtl}</style>"
            f"<p class=r>{text[::-1]}</p>"
        )
    ),
    "in an attribute of its own": _markup(lambda text: f'<p data-note="{text}">Hi'),
    "in a tag that never ends": _markup(lambda text: f'<p>Hi</p><p title="{text}'),
    "in a closing tag": _markup(lambda text: f'<p>Hi</p x="{text}">'),
    "in the document type": _markup(lambda text: f'<!DOCTYPE html "{text}"><p>Hi'),
    "escaped in a style sheet": _markup(
        lambda text: (
            '<style>p:before{content:"'
            + "".join(f"\\{ord(each):06x}" for each in text)
            + '"}</style><p></p>'
        )
    ),
    "tags in plain text": lambda text: single("<p>" + "".join(f"<b>{each}</b>" for each in text)),
    "entities of XML": lambda text: attached(
        '<?xml version="1.0"?><!DOCTYPE a ['
        + "".join(f'<!ENTITY e{at} "{each}">' for at, each in enumerate(text))
        + "]><a>"
        + "".join(f"&e{at};" for at in range(len(text)))
        + "</a>",
        "a.xml",
    ),
}
DOCUMENTS = {
    "Word, as the theme": lambda text: attached(document(**{"theme/theme1": _paragraph(text)})),
    "Word, hidden junk between": lambda text: attached(_vanished(text)),
    "Word, in a list to choose from": lambda text: attached(
        document(f'<w:p><w:sdt><w:listItem w:displayText="{text}"/></w:sdt></w:p>')
    ),
    "Word, where a link leads": lambda text: attached(
        document(
            **{
                "_rels/document.xml.rels": (
                    f'<R Target="https://x.example/?q={text}" TargetMode="External"/>'.encode()
                )
            }
        )
    ),
    "Excel, a sheet's name": lambda text: attached(
        zipped(
            **{
                "[Content_Types].xml": "<Types/>",
                "xl/workbook.xml": f'<w><sheets><sheet name="{text}"/></sheets></w>',
            }
        )
    ),
    "Excel, a formula without a value": lambda text: attached(workbook(f'<c><f>"{text}"</f></c>')),
    "RTF, footer": _rich("{{\\footer {}}}Hi"),
    "RTF, note": _rich("Hi{{\\footnote {}}}"),
    "RTF, properties": _rich("{{\\info{{\\title {}}}}}Hi"),
    "RTF, unknown destination": _rich("{{\\*\\zzz {}}}Hi"),
    "PDF, a property of its own": _pdf_with(b"/Secret(", b")"),
    "PDF, behind its end": lambda text: attached(pdf("Hi") + b"\n" + text.encode()),
}
TECHNIQUES = {**HEADERS, **OCTETS, **MARKUP, **DOCUMENTS}
