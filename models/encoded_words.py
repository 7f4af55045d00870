"""Header values as people read them: RFC 2047 encoded words and RFC 2231 parameters, bounded."""

import binascii
import codecs
import quopri
from collections.abc import Iterator
from itertools import groupby, islice
from urllib.parse import unquote_to_bytes

import re2

_OCTETS = re2.Options()
_OCTETS.encoding = re2.Options.Encoding.LATIN1  # what matches need not be UTF-8
_WORD = re2.compile(rb"=\?([!->@-~]{1,80})\?([bBqQ])\?([^?\r\n]*)\?=", _OCTETS)
_NOT_BASE64 = bytes(
    each
    for each in range(256)
    if not (chr(each).isascii() and chr(each).isalnum()) and each not in b"+/="
)
_MOST_WORDS = 20_000  # encoded words decoded in one value; beyond, the rest stays as it is
_MOST_PARAMETERS = 1000


def text_of(raw: bytes, charset: str | None) -> str:
    """Decode as labelled; where that fails, as UTF-8, then as Windows-1252. Never raises."""
    for name in (charset, "utf-8"):
        if not name:
            continue
        try:
            codec = codecs.lookup(name)
            if codec._is_text_encoding:  # noqa: SLF001 - "zip" and "rot13" are codecs too
                return codec.decode(raw, "strict")[0]
        except (LookupError, ValueError):
            continue
    return raw.decode("cp1252", "replace")


def decode_words(value: bytes) -> str:
    """Return a field's value with its encoded words decoded. Never raises."""
    if b"=?" not in value:
        return value.decode("ascii") if value.isascii() else text_of(value, None)
    result: list[str] = []
    waiting: list[tuple[bytes, bytes, bytes]] = []  # words that follow each other
    at = 0
    for found in islice(_WORD.finditer(value), _MOST_WORDS):
        between = value[at : found.start()]
        if between.strip():  # white space between two words is not text
            result += [*_words(waiting), text_of(between, None)]
            waiting = []
        elif not waiting:
            result.append(text_of(between, None))
        charset, kind, body = found.groups()
        waiting.append((charset.partition(b"*")[0].lower(), kind.lower(), body))
        at = found.end()
    return "".join((*result, *_words(waiting), text_of(value[at:], None)))


def _words(waiting: list[tuple[bytes, bytes, bytes]]) -> Iterator[str]:
    """Decode words that follow each other; some programs cut one character in two of them."""
    for charset, group in groupby(waiting, key=lambda word: word[0]):
        octets = b"".join(
            _octets(kind, [body for _, _, body in same])
            for kind, same in groupby(group, key=lambda word: word[1])
        )
        yield text_of(octets, charset.decode("ascii", "replace"))


def _octets(kind: bytes, bodies: list[bytes]) -> bytes:
    """What words of one encoding hold; base64 without padding goes on in the next word."""
    if kind == b"q":
        return b"".join(quopri.decodestring(body.replace(b"_", b" ")) for body in bodies)
    stretches = b"".join(bodies).translate(None, _NOT_BASE64).split(b"=")
    whole = (each[: len(each) - (len(each) % 4 == 1)] for each in stretches)
    return b"".join(binascii.a2b_base64(each + b"=" * (-len(each) % 4)) for each in whole)


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """Split "text/plain; charset=utf-8" into its main value and parameters, both lower-cased names.

    RFC 2231 continuations are joined and charsets applied. The first of two parameters with
    one name wins. Never raises.
    """
    main, *items = _split_quoted(value)
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for item in items[:_MOST_PARAMETERS]:
        name, equals, text = item.partition("=")
        name, text = name.strip().lower(), _unquote(text.strip())
        if not equals or not name:
            continue
        base, star, tail = name.partition("*")
        if not star:
            plain.setdefault(name, text)
            continue
        index = tail.removesuffix("*")
        number = int(index) if index.isascii() and index.isdigit() and len(index) < 4 else 0  # noqa: PLR2004
        pieces.setdefault(base, []).append((number, tail.endswith("*") or not tail, text))
    for base, found in pieces.items():
        plain[base] = _join(sorted(found))
    return _without_comments(main).strip().lower(), plain


def values_of(value: str, wanted: str) -> list[str]:
    """Return every value that a mail program might take one parameter to have.

    Duplicates, RFC 2231's form beside the plain one, and with quotes or comments read strictly
    and not. Never raises.
    """
    found = []
    for item in [*_split_quoted(value), *value.split(";")][: 2 * _MOST_PARAMETERS]:
        name, equals, text = item.partition("=")
        text = text.strip()
        if equals and _without_comments(name).strip().lower() == wanted:
            found += [_unquote(text), text.partition(" ")[0].strip('"'), text.strip('"')]
    joined = parameters(value)[1].get(wanted)
    return list(dict.fromkeys(([joined] if joined else []) + found))


def _join(pieces: list[tuple[int, bool, str]]) -> str:
    """Join the continuations of one parameter (RFC 2231 sections 3 and 4)."""
    charset, octets = None, b""
    for position, (_, encoded, text) in enumerate(pieces):
        if position == 0 and encoded and text.count("'") >= 2:  # noqa: PLR2004
            charset, _, text = text.split("'", 2)  # noqa: PLW2901 - the value without its prefix
        octets += unquote_to_bytes(text) if encoded else text.encode("utf-8", "surrogateescape")
    return text_of(octets, charset)


def _split_quoted(value: str) -> list[str]:
    """Split at semicolons outside quoted strings."""
    if '"' not in value:
        return value.split(";")
    items: list[str] = []
    start, quoted, escaped = 0, False, False
    for index, each in enumerate(value):
        if escaped:
            escaped = False
        elif each == "\\" and quoted:
            escaped = True
        elif each == '"':
            quoted = not quoted
        elif each == ";" and not quoted:
            items.append(value[start:index])
            start = index + 1
    items.append(value[start:])
    return items


def _unquote(text: str) -> str:
    if text.startswith('"'):
        end = text.rfind('"')
        inner = text[1 : end if end > 0 else len(text)]
        return inner.replace('\\"', '"').replace("\\\\", "\\")
    return _without_comments(text).strip()


def _without_comments(text: str) -> str:
    return text.partition("(")[0]
