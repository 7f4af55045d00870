"""Where other people's words begin: what mail programs write before and beside a quotation.

Outlook, Gmail, Apple Mail, Thunderbird and Notes, in English and Welsh. Such marks are easily
written by hand, so they count only in a mail that says it is a reply or a forward; in any other
mail only a whole block of header fields does.
"""

from itertools import pairwise
from typing import NamedTuple

_HEADERS = {
    **dict.fromkeys(("from", "oddi wrth", "gan", "o"), "from"),
    **dict.fromkeys(("sent", "date", "sent at", "anfonwyd", "dyddiad", "derbyniwyd"), "sent"),
    **dict.fromkeys(("to", "at", "i"), "to"),
    **dict.fromkeys(("cc", "copi"), "copy"),
    **dict.fromkeys(("subject", "pwnc", "testun"), "subject"),
}
_BLOCK = ("from", "sent", "to", "subject")
_NOTES_BLOCK = ("to", "copy", "subject")  # below a name and a date
_BLOCK_LINES = 20  # in which all fields of a block stand; long lists of addresses wrap
_LONGEST_NAME = 16  # characters before the colon
_SEPARATORS = (
    "original message",
    "original appointment",
    "forwarded message",
    "forwarded by",
    "begin forwarded message",
    "neges wreiddiol",
    "apwyntiad gwreiddiol",
    "neges a anfonwyd ymlaen",
    "neges wedi'i hanfon ymlaen",
    "anfonwyd ymlaen gan",
    "dechrau neges a anfonwyd ymlaen",
    "dechrau'r neges a anfonwyd ymlaen",
)
_SEPARATOR_STARTS = tuple("-\u2013\u2014_*bodna")
_WROTE = ("wrote", "ysgrifennodd")
_WROTE_ENDS = ("wrote:", "ysgrifennodd:")
_ATTRIBUTION_STARTS = ("on ", "ar ")
_ATTRIBUTION_LINES = 4  # over which mail programs wrap it
_LONGEST_INITIALS = 4  # "JB> "
_DASHES = " \t-\u2013\u2014_*:"


class Line(NamedTuple):
    """One line that is not blank: characters `start` up to `end`, and what it says."""

    start: int
    end: int
    text: str  # without the space around it, and only as much as can be a mark
    plain: str  # the same in small letters


def is_prefixed(line: Line) -> bool:
    """Tell whether a line is marked as quoted: "> ", "| " or someone's initials and ">"."""
    text = line.text
    if text[0] == ">":
        return True
    if text[0] == "|":
        return "|" not in text.lstrip("|> \t")  # else it is a row of a table
    initials, mark, _ = text[: _LONGEST_INITIALS + 1].partition(">")
    return bool(mark) and initials.isalpha() and initials.isupper()


def quotes_somebody(lines: list[Line]) -> bool:
    """Tell whether the mail says whom it quotes, after words of its own, and marks the lines."""
    return any(
        index > 0 and line.plain.endswith(_WROTE_ENDS) and is_prefixed(after)
        for index, (line, after) in enumerate(pairwise(lines))
    )


def quoted_from(lines: list[Line], *, replies: bool) -> int | None:
    """Return the index of the line from which all is someone else's, or None."""
    seen: dict[str, int] = {}
    for index, line in enumerate(lines):
        separator = _separates(line)
        if replies and _opens_quotation(lines, index, separator=separator):
            return index
        if not _note_field(line, index, seen, separator=separator):
            continue
        start = _whole_block(seen, index, replies=replies)
        if start is not None:
            return start
    return None


def _note_field(line: Line, index: int, seen: dict[str, int], *, separator: bool) -> bool:
    """Note which header field of a block stands on a line; tell whether one does."""
    name, colon, value = line.plain.partition(":")
    if separator:
        kind: str | None = "from"
        value = name
    elif colon and len(name) <= _LONGEST_NAME:
        kind = _HEADERS.get(name.strip("* \t"))
    else:
        kind = None
    if kind is None:
        return False
    dated = any(each.isdigit() for each in value)
    if dated or kind != "sent":
        seen[kind] = index
    if kind == "from" and dated:  # Notes: "From: X on 16/04/2001"
        seen["sent"] = index
    return True


def _whole_block(seen: dict[str, int], index: int, *, replies: bool) -> int | None:
    """The index of the line where a whole block of header fields began, if one ends here."""
    for block in (_BLOCK, _NOTES_BLOCK) if replies else (_BLOCK,):
        if all(each in seen for each in block):
            start = min(seen[each] for each in block)
            if index - start < _BLOCK_LINES:
                return start
    return None


def _separates(line: Line) -> bool:
    """Tell whether a line is one that mail programs put above an old mail."""
    plain = line.plain
    if not plain.startswith(_SEPARATOR_STARTS):
        return False
    bare = plain.strip(_DASHES)
    return bare in _SEPARATORS or (
        plain.startswith(("--", "__", "\u2013", "\u2014")) and bare.startswith(_SEPARATORS)
    )


def _opens_quotation(lines: list[Line], index: int, *, separator: bool) -> bool:
    """Tell whether all that follows is quoted, because no line after it is marked so.

    "On ... wrote:" needs something before it that it could answer with; a mail that begins so
    may be no answer at all.
    """
    last = index if separator else _attribution(lines, index)
    if last is None:
        return False
    if last + 1 < len(lines) and is_prefixed(lines[last + 1]):
        return False
    return separator or (index > 0 and not is_prefixed(lines[index - 1]))


def _attribution(lines: list[Line], index: int) -> int | None:
    """The index of the last line of "On ..., X wrote:" when it starts here, else None."""
    first = lines[index]
    if first.plain.endswith(_WROTE_ENDS):
        return index
    if not first.plain.startswith(_ATTRIBUTION_STARTS):
        return None
    for last in range(index, min(index + _ATTRIBUTION_LINES, len(lines))):
        if last > index and lines[last].start != lines[last - 1].end + 1:
            return None  # a blank line between
        if lines[last].plain.endswith(":"):
            said = " ".join(each.plain for each in lines[index : last + 1])
            dated = any(each.isdigit() for each in said)
            return last if dated and any(each in said for each in _WROTE) else None
    return None
