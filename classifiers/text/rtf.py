"""Rich Text Format: what it shows, by striprtf; all it holds, by one pass of our own.

Headers, footers, notes, properties, comments, fields and text boxes are destinations that striprtf
leaves out, and letters between hidden ones (RTF 1.9.1, "Font (Character) Formatting Properties")
have to be read without them. Objects inside are files of their own.
"""

import binascii
from collections.abc import Iterator

import re2
from striprtf.striprtf import rtf_to_text

from classifiers.text.extracting import Budget, Extracted, Member, Piece, Source

_MOST = 20_000_000  # characters of markup
_BETWEEN_TICKS = 10_000  # tokens
_OBJECT = re2.compile(r"\\objdata[^0-9a-fA-F{}]*((?:[0-9a-fA-F]|\s)+)")
_TOKEN = re2.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|([^\\{}\r\n]+)"
)
_SIGNS = {"~": " ", "_": "-", "{": "{", "}": "}", "\\": "\\", "\n": "\n", "\r": "\n"}
_WORDS = {
    **dict.fromkeys(("par", "line", "row", "sect", "page", "softline"), "\n"),
    **dict.fromkeys(("tab", "cell", "nestcell"), "\t"),
    "emdash": "-",
    "endash": "-",
    "lquote": "'",
    "rquote": "'",
    "bullet": ".",
    "emspace": " ",
    "ldblquote": '"',
    "rdblquote": '"',
    "enspace": " ",
    "qmspace": " ",
}
_NO_TEXT = frozenset(
    {"fonttbl", "colortbl", "pict", "objdata", "themedata", "datastore", "blipuid"}
)
_APART = frozenset(  # destinations that stand outside the text
    {
        *("header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf"),
        *("footnote", "info", "annotation", "stylesheet", "listtext", "pntext", "upr", "shptxt"),
        *("title", "subject", "author", "keywords", "doccomm", "sn", "sv", "fldinst", "docvar"),
    }
)


def read_rtf(source: Source, budget: Budget) -> Iterator[Extracted]:
    """Yield the text, what stands outside it, and embedded objects."""
    markup = source.payload[:_MOST].decode("latin-1")
    markup = markup[max(0, markup.find("{\\rt")) :]
    budget.octets(len(markup))
    for found in _OBJECT.finditer(markup):
        digits = "".join(found.group(1).split())
        data = binascii.unhexlify(digits[: len(digits) // 2 * 2])
        budget.octets(len(data))
        yield Member(data)
    reader = _Reader(markup, budget)
    yield Piece(rtf_to_text(markup, errors="replace"))
    yield Piece("".join(reader.apart), hidden=True)
    if reader.hides:
        yield Piece("".join(reader.shown), another=True)


class _Reader:
    """One pass over the markup: the text that is shown, and apart from it all other text."""

    def __init__(self, markup: str, budget: Budget) -> None:
        self.shown: list[str] = []
        self.apart: list[str] = []
        self.hides = False
        self._into: list[str] | None = self.shown
        self._open: list[tuple[list[str] | None, bool, int, bool]] = []
        self._turned = False  # this group is a destination of its own
        self._vanished = False
        self._fallback = 1  # characters that stand after \\u for programs without Unicode
        self._skip = 0
        for count, found in enumerate(_TOKEN.finditer(markup)):
            if not count % _BETWEEN_TICKS:
                budget.tick()
            word, number, octet, sign, brace, text = found.groups()
            if brace:
                self._group(brace)
            elif word:
                self._word(word, number)
            elif sign == "*":
                self._turn_to(self.apart)
            else:
                self._text(
                    bytes.fromhex(octet).decode("cp1252", "replace") if octet else text, sign
                )

    def _group(self, brace: str) -> None:
        if brace == "{":
            self._open.append((self._into, self._vanished, self._fallback, self._turned))
            self._turned = False
        elif self._open:
            if self._turned and self._into is self.apart:
                self.apart.append("\n")
            self._into, self._vanished, self._fallback, self._turned = self._open.pop()

    def _turn_to(self, into: list[str] | None) -> None:
        self._turned = True
        if self._into is not None:
            self._into = into

    def _word(self, word: str, number: str | None) -> None:
        if word == "u" and number:
            self._put(chr(int(number) % 65536))
            self._skip = self._fallback
        elif word == "uc":
            self._fallback = min(int(number or 1), 10)
        elif word == "v":
            self._vanished = number != "0"
        elif word in _NO_TEXT:
            self._turn_to(None)
        elif word in _APART:
            self._turn_to(self.apart)
        elif word in _WORDS:
            self._put(_WORDS[word])

    def _text(self, text: str | None, sign: str | None) -> None:
        plain = text or _SIGNS.get(sign or "", "")
        if self._skip and plain:
            left = plain[self._skip :]
            self._skip = max(0, self._skip - len(plain))
            plain = left
        self._put(plain)

    def _put(self, text: str) -> None:
        if self._into is None:
            return
        if self._vanished and self._into is self.shown:
            self.hides = True
            self.apart.append(text)
        else:
            self._into.append(text)
