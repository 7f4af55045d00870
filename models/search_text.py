"""Text folded for searching, and what is looked for in it. Pure.

Folding drops accents and case (NFKD, Unicode Standard Annex 15) and keeps words alone, each
with a space before and after: then a word, a phrase or a word's beginning is one search for
bytes, and 100,000 texts are read as fast as they can be decrypted. A record is what is sealed
beside a held message: one octet that says whether anything is attached, one that says whether
some of it could not be read, then its texts.
"""

import re
import unicodedata
from collections.abc import Iterable

from models.finding import Text

LONGEST_QUERY = 200  # characters
_YES, _NO = b"+", b"-"
_BETWEEN = "\n"  # no phrase goes from one text into the next
_COMBINING = re.compile("[\u0300-\u036f]")
_WORD = re.compile(r"[^\W_]+")
_QUERY = re.compile(r'"([^"]*)"|(\S+)')


def fold(text: str) -> str:
    """Return the words of a text, without accents or case, a space between them."""
    plain = _COMBINING.sub("", unicodedata.normalize("NFKD", text)).casefold()
    return " ".join(_WORD.findall(plain))


def make_record(texts: Iterable[Text], *, attached: bool, unread: bool) -> bytes:
    """Return what is sealed for searching: the subject, every text, attachments' and hidden."""
    flags = (_YES if attached else _NO) + (_YES if unread else _NO)
    folded = f" {_BETWEEN} ".join(fold(each.content) for each in texts)
    return flags + f" {folded} ".encode()


def has_attachment(record: bytes) -> bool:
    """Tell whether a record's message has anything attached."""
    return record.startswith(_YES)


def has_unread(record: bytes) -> bool:
    """Tell whether some part of a record's message could not be read."""
    return record.startswith(_YES, 1)


def needles(query: str) -> tuple[bytes, ...]:
    """Return what a record must contain, all of it: words, "whole phrases", beginnings* of words.

    Accents and case do not count, on either side. Empty if the query has no word.
    """
    found = []
    for phrase, word in _QUERY.findall(query):
        begins = not phrase and word.endswith("*")
        folded = fold(phrase or word)
        if folded:
            found.append(f" {folded}".encode() if begins else f" {folded} ".encode())
    return tuple(dict.fromkeys(found))


def matches(record: bytes, wanted: tuple[bytes, ...]) -> bool:
    """Tell whether a record has everything that is wanted."""
    return all(each in record for each in wanted)
