"""Techniques that use what mail programs do with MIME: name -> raw mail of a text."""

import binascii

from building import (
    HELLO,
    base64_line,
    base64_lines,
    encoded_second,
    escaped,
    part,
    several,
    single,
)

_CTE = b"Content-Transfer-Encoding: "


def _stretches(octets, size):
    return [octets[at : at + size] for at in range(0, len(octets), size)]


def _uuencoded(text):
    lines = [binascii.b2a_uu(each) for each in _stretches(text.encode(), 45)]
    return b"begin 644 a.txt\r\n" + b"".join(lines).replace(b"\n", b"\r\n") + b"`\r\nend\r\n"


def _encoded_multipart(text):
    inner = b"--bnd\r\n" + part(base64_lines(text), encoding="base64") + b"\r\n--bnd--\r\n"
    return several(boundary='; boundary="bnd"\r\nContent-Transfer-Encoding: base64').replace(
        b"--bnd--\r\n", base64_lines(inner)
    )


TECHNIQUES = {
    **{
        f"encoding written {spelling!r}": lambda text, spelling=spelling: single(
            base64_lines(text), encoding=spelling
        )
        for spelling in (
            *("base64", "BASE64", '"base64"', "base64 (x)", "base64;x", "base-64", "x-base64"),
            *("8bit, base64", "quoted-printable, base64"),
        )
    },
    "base64 without a field": lambda text: single(base64_lines(text)),
    "7bit, then base64": lambda text: single(
        base64_lines(text), encoding="7bit", more=_CTE + b"base64\r\n"
    ),
    "base64, then 7bit": lambda text: single(
        base64_lines(text), encoding="base64", more=_CTE + b"7bit\r\n"
    ),
    "said to be base64, in clear": lambda text: single(text, encoding="base64"),
    "rubbish in base64": lambda text: single(
        b"*!".join(_stretches(base64_line(text), 1)), encoding="base64"
    ),
    "padding inside base64": lambda text: single(
        base64_line(text[:10]) + base64_line(text[10:]), encoding="base64"
    ),
    "padding on every line": lambda text: single(
        b"\r\n".join(base64_line(text[at : at + 5]) for at in range(0, len(text), 5)),
        encoding="base64",
    ),
    "base64, a letter a line": lambda text: single(
        b"\r\n".join(_stretches(base64_line(text), 1)), encoding="base64"
    ),
    "base64 of base64": lambda text: single(base64_lines(base64_line(text)), encoding="base64"),
    "base64 of quoted-printable": lambda text: single(
        base64_lines(escaped(text)), encoding="base64"
    ),
    "soft breaks inside": lambda text: single(
        b"=\r\n".join(_stretches(text.encode(), 3)), encoding="quoted-printable"
    ),
    "soft breaks with spaces after": lambda text: single(
        b"= \t\r\n".join(_stretches(text.encode(), 3)), encoding="quoted-printable"
    ),
    "every octet escaped": lambda text: single(escaped(text), encoding="quoted-printable"),
    "escaped in small letters": lambda text: single(
        escaped(text).lower(), encoding="quoted-printable"
    ),
    "bad escapes around": lambda text: single(
        b"=ZZ =4 " + text.encode() + b" =", encoding="quoted-printable"
    ),
    "escaped without a field": lambda text: single(escaped(text)),
    "a picture by the first type, text by the second": lambda text: single(
        text, kind="image/png", more=b"Content-Type: text/plain\r\n"
    ),
    "text called a picture": lambda text: single(text, kind="image/png"),
    "a type that is none": lambda text: single(base64_lines(text), kind="text", encoding="base64"),
    "no closing boundary": lambda text: encoded_second(text, closed=False),
    "in the preamble": lambda text: several(HELLO, preamble=text.encode() + b"\r\n"),
    "in the preamble in base64": lambda text: several(HELLO, preamble=base64_lines(text)),
    "in the epilogue": lambda text: several(HELLO, epilogue=text.encode() + b"\r\n"),
    "a part after the closing boundary": lambda text: several(
        HELLO,
        epilogue=b"--bnd\r\n" + part(base64_lines(text), encoding="base64") + b"\r\n--bnd--\r\n",
    ),
    **{
        f"boundary {spelling}": lambda text, spelling=spelling: encoded_second(
            text, boundary=spelling
        )
        for spelling in (
            *('; boundary="other"', '; boundary="other"; boundary="bnd"', "; boundary=(c)bnd(x)"),
            *('; boundary="bnd"; boundary="other"', "; boundary=bnd (x)", '; boundary="bnd'),
            *("; boundary*0=bn; boundary*1=d", "; boundary*=us-ascii''b%6ed", "; BOUNDARY=bnd"),
            *('; boundary="=?us-ascii?q?bnd?="', "; boundary = bnd", "; boundary='bnd'", ""),
            *(";\r\n\tboundary=bnd", ";\r\n \r\n boundary=bnd", '; boundary="bnd "'),
        )
    },
    "no MIME-Version": lambda text: encoded_second(text).replace(b"MIME-Version: 1.0\r\n", b""),
    "no Content-Type": lambda text: encoded_second(text).replace(
        b"Content-Type: multipart", b"X-Content: multipart", 1
    ),
    "space after the field name": lambda text: encoded_second(text).replace(
        b"Content-Type: multipart", b"Content-Type : multipart", 1
    ),
    "NUL in the field name": lambda text: encoded_second(text).replace(
        b"Content-Type: multipart", b"Content-\0Type: multipart", 1
    ),
    "a line that is no field": lambda text: single(base64_lines(text), encoding="base64").replace(
        b"MIME-Version: 1.0\r\n", b"MIME-Version: 1.0\r\njunk line\r\n"
    ),
    "a multipart in base64": _encoded_multipart,
    "an attached message": lambda text: several(
        HELLO, b"Content-Type: message/rfc822\r\n\r\n" + single(text)
    ),
    "an attached message in base64": lambda text: several(
        HELLO, part(base64_lines(single(text)), kind="message/rfc822", encoding="base64")
    ),
    "only in the plain alternative": lambda text: several(
        part(text), part("<p>Hi</p>", kind="text/html"), kind="multipart/alternative"
    ),
    "only in the HTML alternative": lambda text: several(
        part("Hi"), part(f"<p>{text}</p>", kind="text/html"), kind="multipart/alternative"
    ),
    "in a digest": lambda text: several(b"\r\n" + single(text), kind="multipart/digest"),
    "in the subject in base64": lambda text: single("Hi").replace(
        b"Subject: Room", b"Subject: =?utf-8?B?" + base64_line(text) + b"?="
    ),
    "in the subject escaped": lambda text: single("Hi").replace(
        b"Subject: Room", b"Subject: =?utf-8?Q?" + escaped(text) + b"?="
    ),
    "in a display name": lambda text: single("Hi").replace(
        b"To: john@elsewhere.example", b'To: "' + text.encode() + b'" <john@elsewhere.example>'
    ),
    "in a file name": lambda text: several(
        HELLO,
        part("x", more=b'Content-Disposition: attachment; filename="' + text.encode() + b'"\r\n'),
    ),
    "in a file name, RFC 2231": lambda text: several(
        HELLO,
        part(
            "x",
            more=b"Content-Disposition: attachment; filename*=utf-8''"
            + escaped(text).replace(b"=", b"%")
            + b"\r\n",
        ),
    ),
    "uuencode in the body": lambda text: single(b"Hi\r\n\r\n" + _uuencoded(text)),
    "uuencode as the encoding": lambda text: single(_uuencoded(text), encoding="x-uuencode"),
    "base64 in the text": lambda text: single(b"decode this: " + base64_line(text)),
    "hexadecimal in the text": lambda text: single(f"x {text.encode().hex()}"),
    "percent escapes": lambda text: single(b"x?q=" + escaped(text).replace(b"=", b"%").lower()),
    "JSON escapes": lambda text: several(
        HELLO,
        part(
            '{"a":"' + "".join(f"\\u{ord(each):04x}" for each in text) + '"}',
            kind="application/json",
        ),
    ),
    "a calendar with folded lines": lambda text: several(
        HELLO,
        part(
            b"BEGIN:VCALENDAR\r\nDESCRIPTION:" + b"\r\n ".join(_stretches(text.encode(), 4)),
            kind="text/calendar",
        ),
    ),
    **{
        f"{charset}, {how}": lambda text, charset=charset, label=label: single(
            base64_lines(text.encode(charset)), encoding="base64", kind=f"text/plain{label}"
        )
        for charset in ("utf-16", "utf-16-le", "utf-16-be", "utf-7", "utf-32", "iso2022_jp", "hz")
        for how, label in (
            ("labelled", f"; charset={charset}"),
            ("labelled wrong", "; charset=utf-8"),
            ("not labelled", ""),
        )
    },
    **{
        f"{charset}, labelled": lambda text, charset=charset: single(
            base64_lines(text.encode(charset)),
            encoding="base64",
            kind=f"text/plain; charset={charset}",
        )
        for charset in ("cp037", "cp500", "latin-1")
    },
    "ASCII labelled UTF-16": lambda text: single(text, kind="text/plain; charset=utf-16"),
    "ASCII labelled EBCDIC": lambda text: single(text, kind="text/plain; charset=cp037"),
}
