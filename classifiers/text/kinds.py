"""What octets are, by what they hold; what they are called counts only where that says nothing.

A lie costs nothing: every kind whose mark is found is read. Marks are those of the formats' own
specifications, which docs/reading.md lists.
"""

import re2

from classifiers.text.extracting import Source

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rt", "rtf"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\xc7\x71", "archive"),
    (b"\x71\xc7", "archive"),
    (b"xar!", "archive"),
    (b"!<arch>\n", "archive"),
    (b"\x28\xb5\x2f\xfd", "filtered"),  # Zstandard, LZ4, compress, lzip, lzop, LZMA
    (b"\x04\x22\x4d\x18", "filtered"),
    (b"\x1f\x9d", "filtered"),
    (b"LZIP\x01", "filtered"),
    (b"\x89LZO", "filtered"),
    (b"\x5d\x00\x00", "filtered"),
    (b"Rar!\x1a\x07", "archive"),
    (b"MSCF", "archive"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x78\x9f\x3e\x22", "tnef"),
    (b"-----BEGIN PGP MESSAGE-----", "encrypted"),
    (b"Salted__", "encrypted"),
    (b"age-encryption.org/", "encrypted"),
    (b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5", "encrypted"),  # KeePass
    (b"LUKS\xba\xbe", "encrypted"),
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"BM", "image"),
    (b"ID3", "media"),
    (b"OggS", "media"),
    (b"RIFF", "media"),
    (b"\x1a\x45\xdf\xa3", "media"),
)
_OFTEN_WORDS = frozenset({"image", "media", "bzip2", "archive", "encrypted"})
_LIKE_WORDS = (
    b"BM",
    b"ID3",
    b"OggS",
    b"RIFF",
    b"GIF8",
    b"BZh",
    b"MSCF",
    b"Rar!",
    b"xar!",
    b"Salted",
)
_CPIO = re2.compile(rb"^07070(?:[12][0-9A-Fa-f]{104}|7[0-7]{70})")
_MARKUP = re2.compile(
    rb"(?i)<(?:[abipu]|br|div|span|font|table|td|strong|em|html|body|img|h[1-6])(?:\s[^<>]{0,300})?/?>"
)
_ZLIB = frozenset({b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"})  # RFC 1950, usual window
_DISC, _DISC_AT = b"CD001", 32769  # ISO 9660
_OLD_TAR = re2.compile(rb"^ {0,5}[0-7]{1,6}[\0 ]")  # the checksum of a header without a mark
_ZIP_END, _PDF, _TAR = b"PK\x05\x06", b"%PDF-", b"ustar"
_NEAR_START = 1024  # a PDF's mark may stand in the first 1024 octets (ISO 32000-1, H.3.4.1)
_NEAR_END = 66_000  # a zip's end record and its comment (APPNOTE 4.3.16)

_BY_TYPE = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "image/svg+xml": "html",
    "text/rtf": "rtf",
    "application/rtf": "rtf",
    "text/calendar": "calendar",
    "application/ics": "calendar",
    "text/vcard": "calendar",
    "text/x-vcard": "calendar",
    "text/directory": "calendar",
    "message/rfc822": "mail",
    "message/global": "mail",
    "application/ms-tnef": "tnef",
    "application/vnd.ms-tnef": "tnef",
    "application/pgp-encrypted": "encrypted",
    "application/pgp-signature": "signature",
    "application/pgp-keys": "signature",
    "application/pkcs7-signature": "signature",
    "application/x-pkcs7-signature": "signature",
}
_BY_NAME = {
    "html": "html",
    "htm": "html",
    "xhtml": "html",
    "xht": "html",
    "hta": "html",
    "shtml": "html",
    "svg": "html",
    "xml": "html",
    "mht": "mail",
    "mhtml": "mail",
    "eml": "mail",
    "ics": "calendar",
    "vcf": "calendar",
    "rtf": "rtf",
    "p7s": "signature",
    "gpg": "encrypted",
    "pgp": "encrypted",
}
_UNREADABLE = {"message/partial": "partial", "message/external-body": "elsewhere"}
_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_ENVELOPED = (  # id-envelopedData and id-ct-authEnvelopedData (RFC 5652, RFC 5083)
    bytes.fromhex("2a864886f70d010703"),
    bytes.fromhex("2a864886f70d0109100117"),
)
_MEDIA_TYPES = {"image": "image", "audio": "media", "video": "media", "font": "media"}


def kinds_of(source: Source) -> tuple[str, ...]:
    """Return every kind that these octets may be, the likeliest first; ("unknown",) if none."""
    payload = source.payload
    if not payload.strip(b"\r\n \t"):
        return ("empty",)
    legible = looks_like_text(payload)
    found = _marked(source, legible=legible)
    if not found or found == ["image"]:
        found.extend(each for each in _declared(source) if each not in found)
    if not found:
        found.append("text" if legible else "unknown")
    if found == ["text"] and not legible:
        found.append("unknown")  # it is only called text
    if found == ["text"] and _MARKUP.search(payload[:_SAMPLE]):
        found.append("html")  # some programs look for themselves
    if found[0] == "calendar" and source.content_type == "text/plain":
        found.append("text")
    return tuple(found)


def _marked(source: Source, *, legible: bool) -> list[str]:
    """The kinds whose marks are there."""
    payload = source.payload
    start = payload[:64].lstrip(_BLANK)
    found = [kind for mark, kind in _STARTS if start.startswith(mark)][:1]
    if legible and found and found[0] in _OFTEN_WORDS and start.startswith(_LIKE_WORDS):
        found = []
    if _PDF in payload[:_NEAR_START] and (
        b"obj" in payload or not source.content_type.startswith("text/")
    ):
        found.append("pdf")
    if "zip" not in found and payload.rfind(_ZIP_END, max(0, len(payload) - _NEAR_END)) > 0:
        found.append("zip")  # whatever stands before: the end record is what readers look for
    if payload[257:262] == _TAR or _is_archive(payload):
        found.append("archive")
    if not found and payload[:2] in _ZLIB:
        found.append("zlib")
    return found


def _is_archive(payload: bytes) -> bool:
    """Archives whose mark does not stand at the start, or is one of digits."""
    if payload[_DISC_AT : _DISC_AT + len(_DISC)] == _DISC or _CPIO.search(payload[:200]):
        return True
    if payload[2:5] == b"-lh" and payload[6:7] == b"-":
        return True
    if _OLD_TAR.fullmatch(payload[148:156].rstrip(b"\0 ") + b" ") is None:
        return False
    octets = sum(payload[:148]) + 8 * 32 + sum(payload[156:512])
    return octets == int(payload[148:156].strip(b"\0 "), 8)


def _declared(source: Source) -> list[str]:
    """What type and name say, for formats whose octets have no mark of their own."""
    kind, payload = source.content_type, source.payload
    if kind in _UNREADABLE:
        return [_UNREADABLE[kind], "mail"]  # the piece that is here may hold clear text
    extension = source.name.rpartition(".")[2].strip().lower()
    if kind in _SMIME or (extension in {"p7m", "p7z"} and payload[:1] == b"0"):
        return ["encrypted" if any(each in payload[:64] for each in _ENVELOPED) else "smime"]
    by_type = _BY_TYPE.get(kind)
    by_name = _BY_NAME.get(extension)
    if by_name == "encrypted" and looks_like_text(payload):
        by_name = None
    declared = [each for each in dict.fromkeys((by_type, by_name)) if each]
    if not declared and _looks_like_html(payload):
        declared = ["html"]
    if "html" in declared and payload.lstrip(_BLANK).startswith((b"<?xml", b"<svg")):
        declared.append("text")  # names and attributes too: an XML reader shows them
    if not declared and payload[:64].lstrip(_BLANK)[:16].upper().startswith(_FOLDED):
        declared = ["calendar"]
    if not declared and kind.startswith("text/"):
        declared = ["text"]
    if not declared and (
        "html" in kind or kind.endswith(("/xml", "+xml", "/enriched", "/richtext"))
    ):
        declared = ["html", "text"]
    media = _MEDIA_TYPES.get(kind.partition("/")[0])
    if not declared and media and not looks_like_text(payload):
        declared = [media]
    return declared


def _looks_like_html(payload: bytes) -> bool:
    start = payload[:512].lstrip(_BLANK).lower()
    return start.startswith((b"<!doctype", b"<html", b"<head", b"<body", b"<?xml", b"<svg"))


_BLANK = b"\xef\xbb\xbf \t\r\n"  # and UTF-8's mark
_MARKED_UP = ("/xml", "+xml", "/enriched", "/richtext")
_FOLDED = (b"BEGIN:VCALENDAR", b"BEGIN:VCARD")
_ARMOUR = b"-----BEGIN"


_CONTROLS = bytes(range(9)) + b"\x0b\x0e\x0f" + bytes(range(16, 27)) + bytes(range(28, 32))
_SAMPLE = 64 * 1024
_MOST_CONTROLS = 0.02  # of all octets


def looks_like_text(payload: bytes) -> bool:
    """Tell whether octets read as text in some character set: few controls, or UTF-16."""
    sample = payload[:_SAMPLE].rstrip(b"\0")
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")) or utf16_order(sample) or utf32_order(sample):
        return True
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return controls <= len(sample) * _MOST_CONTROLS


def utf16_order(sample: bytes) -> str:
    """Tell "utf-16-le" or "utf-16-be" by which octets of the pairs are NUL; "" if neither."""
    pairs = len(sample) // 2
    if not pairs or b"\0" not in sample:
        return ""
    if sample[1::2].count(0) > pairs * 0.6 and sample[::2].count(0) < pairs * 0.2:
        return "utf-16-le"
    if sample[::2].count(0) > pairs * 0.6 and sample[1::2].count(0) < pairs * 0.2:
        return "utf-16-be"
    return ""


def utf32_order(sample: bytes) -> str:
    """Tell "utf-32-le" or "utf-32-be" by which octets of four are NUL; "" if neither."""
    quads = len(sample) // 4
    if not quads or b"\0\0" not in sample:
        return ""
    if sample[1::4].count(0) + sample[2::4].count(0) + sample[3::4].count(0) > quads * 2.7:
        return "utf-32-le"
    if sample[0::4].count(0) + sample[1::4].count(0) + sample[2::4].count(0) > quads * 2.7:
        return "utf-32-be"
    return ""
