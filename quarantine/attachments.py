"""What is attached to a message and what is inside it, as a tree in reading order. Pure.

Nothing is opened here: the files' own bytes are looked at for their first few octets only, and
what is inside them is known from what inspection read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from models.finding import Finding, Text
from models.message import Part

_SIGNATURES = (  # the first octets of a file, and what it then is
    (b"%PDF", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG\r\n\x1a\n", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"Rar!\x1a\x07", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
)
_LABELS = {  # parts of a labelled type that go with what a file is
    "pdf": ("pdf",),
    "zip": ("zip", "openxmlformats", "opendocument", "epub"),
    "ole": ("msword", "ms-", "vnd.ms", "outlook"),
    "rtf": ("rtf",),
    "picture": ("image/",),
    "archive": ("zip", "rar", "7z", "compressed", "tar"),
    "program": ("executable", "msdownload", "x-dosexec"),
}
_SAYS_NOTHING = frozenset({"application/octet-stream", "application/binary"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """One attached file, or something inside one."""

    part: str  # as Text numbers it: "2", and "2/1" inside it
    name: str = field(default="", repr=False)  # as labelled; "" if it has none, or lies inside
    content_type: str = ""  # as labelled, "application/pdf"; "" inside
    kind: str = ""  # what it is by its first octets, a fixed slug; "" if they do not say
    mislabelled: bool = False  # what it is does not go with its label
    size: int | None = None  # octets, transfer encoding removed; None inside
    characters: int = 0  # of text that was read from it
    hidden: int = 0  # of them, characters that its reader would not normally see
    unread: tuple[str, ...] = ()  # why it could not be read: fixed slugs

    @property
    def level(self) -> int:
        """How deep it lies: 0 for what is attached to the message itself."""
        return self.part.count("/")


def attachment_tree(
    parts: Iterable[Part], texts: Sequence[Text], findings: Sequence[Finding]
) -> tuple[Attached, ...]:
    """Return what is attached, each followed by what is inside it."""
    attached = [each for each in parts if _is_attached(each)]
    roots = {each.number: _file(each) for each in attached}
    inside = {
        number: Attached(part=number)
        for number in (*(each.part for each in texts), *(each.part for each in findings))
        if number.partition("/")[0] in roots and "/" in number
    }
    found = {**roots, **inside}
    return tuple(_read(found[number], texts, findings) for number in sorted(found, key=_order))


def has_attached(parts: Iterable[Part]) -> bool:
    """Tell whether anything is attached."""
    return any(_is_attached(each) for each in parts)


def _is_attached(part: Part) -> bool:
    return (
        bool(part.filename)
        or part.disposition == "attachment"
        or not part.content_type.startswith(("text/", "multipart/"))
    )


def _file(part: Part) -> Attached:
    kind = next((kind for first, kind in _SIGNATURES if part.payload.startswith(first)), "")
    told = part.content_type not in _SAYS_NOTHING
    fits = any(each in part.content_type for each in _LABELS.get(kind, ()))
    return Attached(
        part=part.number,
        name=part.filename or "",
        content_type=part.content_type,
        kind=kind,
        mislabelled=bool(kind) and told and not fits,
        size=len(part.payload),
    )


def _read(each: Attached, texts: Sequence[Text], findings: Sequence[Finding]) -> Attached:
    mine = [text for text in texts if text.part == each.part]
    reasons = [
        found.reason
        for found in findings
        if found.detector == "attachments" and found.part == each.part and found.reason
    ]
    return Attached(
        part=each.part,
        name=each.name,
        content_type=each.content_type,
        kind=each.kind,
        mislabelled=each.mislabelled,
        size=each.size,
        characters=sum(len(text.content) for text in mine),
        hidden=sum(len(text.content) for text in mine if text.kind == "hidden"),
        unread=tuple(dict.fromkeys(reasons)),
    )


def _order(number: str) -> list[tuple[int, str]]:
    """Numbers in reading order: "2" before "2/1" before "2/10"."""
    return [
        (int(piece) if piece.isdigit() else 0, piece)
        for piece in number.replace("~", "/").replace(".", "/").split("/")
    ]
