"""Reads a message from its bytes: header fields, numbered leaves, and what is malformed.

One pass over the structure, iterative, on the bytes themselves. Python's `email` with its
modern policy raises on malformed fields and takes seconds over hostile ones
(docs/specifications.md), so nothing here leans on it. `read_message` never raises.

Where mail programs differ, every plausible way is read: the likeliest as part "2", others as
"2~1", "2~2". A message whose structure two programs could see differently is also read once
as plain text, whole (part "0~1"). What is malformed becomes a Defect; docs/reading.md lists them.
"""

from dataclasses import dataclass, field, replace
from hashlib import sha256

import re2

from models.encoded_words import decode_words
from models.header import Header, read_header
from models.message import Defect, Field, Message, Part
from models.transfer_encoding import IDENTITY, decode, names_of, readings

_PROMISED = frozenset({"no-closing-boundary"})  # read to the end, as every mail program does
_SET_PHRASE = re2.compile(  # what programs write for those that know no MIME
    rb"(?i)this is an? (?:multi-?part|mime-encapsulated|s/mime encrypted"
    rb"|(?:cryptographically |s/mime |openpgp/mime )signed) message(?: in mime format)?"
    rb"(?: \(rfc [0-9 and]{1,20}\))?\.{0,3}[\s-]*"
)
_DELIMITER_LINE = re2.compile(rb"(?m)^--([^\r\n-][^\r\n]{0,200}?)[ \t]*\r?$")
_MAIL = frozenset({"message/rfc822", "message/global", "message/news"})
_UNSHOWN_FIELDS = (  # what mail systems write for each other
    *("received", "dkim-", "arc-", "x-ms-", "x-microsoft-", "content-", "mime-", "message-id"),
    *("date", "references", "in-reply-to", "return-path", "authentication-", "thread-", "x-google"),
)
_SHORTEST_NAME = 6  # characters of a name in which anything could stand
_READ_TWICE = 10_000_000  # octets of an ambiguous message that are also read as plain text


@dataclass(frozen=True, slots=True, kw_only=True)
class MimeLimits:
    """What is too much. Beyond it reading stops and says so."""

    parts: int = 1000
    depth: int = 50
    fields: int = 1000  # of one header
    header_size: int = 256_000  # octets of one header


@dataclass(frozen=True, slots=True)
class _Entity:
    """One header and body still to be read: `data[start:end]`, and its place in the tree."""

    number: str
    data: bytes = field(repr=False)
    start: int
    end: int
    depth: int = 0
    default_type: str = "text/plain"
    attached_from: str | None = None  # author of the attached message it is in; "" unknown

    @property
    def label(self) -> str:
        return self.number or "0"

    @property
    def leaf(self) -> str:
        return self.number or "1"


def read_message(raw: bytes, limits: MimeLimits = MimeLimits()) -> Message:
    """Read one message. Never raises."""
    reader = _Reader(raw, limits)
    try:
        reader.read()
    except Exception:  # noqa: BLE001 - promised: a surprise is a defect, never an error
        reader.defect("0", "unreadable-structure")
    return Message(
        raw=raw,
        digest=sha256(raw).hexdigest(),
        fields=tuple(reader.fields),
        parts=tuple(reader.parts),
        defects=tuple(reader.defects),
    )


class _Reader:
    def __init__(self, raw: bytes, limits: MimeLimits) -> None:
        self.raw = raw
        self.limits = limits
        self.fields: list[Field] = []
        self.parts: list[Part] = []
        self.defects: dict[Defect, None] = {}

    def defect(self, part: str, kind: str) -> None:
        self.defects.setdefault(Defect(part=part, kind=kind))

    def read(self) -> None:
        waiting = [_Entity("", self.raw, 0, len(self.raw))]
        body = 0
        while waiting:
            entity = waiting.pop()
            header = self._header(entity)
            if entity.number == "" and entity.data is self.raw and entity.attached_from is None:
                self.fields, body = header.decoded(), header.body
                body = header.other_body if header.other_body >= 0 else body
            waiting.extend(reversed(self._entity(entity, header)))
            if len(self.parts) + len(waiting) > self.limits.parts:
                self.defect("0", "too-many-parts")
                del waiting[: len(self.parts) + len(waiting) - self.limits.parts]  # the last ones
        if any(each.kind not in _PROMISED for each in self.defects):
            self._read_as_text(body)

    def _header(self, entity: _Entity) -> Header:
        header = read_header(
            entity.data, entity.start, entity.end, self.limits.header_size, self.limits.fields
        )
        for kind in header.defects:
            self.defect(entity.label, kind)
        return header

    def _read_as_text(self, body: int) -> None:
        """An ambiguous message may be shown as it stands: what is clear in it is read so too."""
        if len(self.raw) - body > _READ_TWICE:
            self.defect("0", "too-large-to-read-twice")
        text = self.raw[body : body + _READ_TWICE]
        if text.strip() and all(each.payload != text for each in self.parts):
            self.parts.append(Part(number="0~1", content_type="text/plain", payload=text))

    def _entity(self, entity: _Entity, header: Header) -> list[_Entity]:
        types = header.media_types(entity.default_type)
        if len({main for main, _ in types}) > 1 or len(header.raw_values("content-type")) > 1:
            self.defect(entity.label, "duplicate-content-type")
        encodings = self._encodings(header, entity.label)
        if any(main.startswith("multipart/") for main, _ in types):
            children = self._multipart(entity, header, types, encodings)
            if children is not None:
                self._names(entity, header, "")
                return children
        main = types[0][0]
        if main in _MAIL and encodings[0] in IDENTITY:
            return self._attached_message(entity, header)
        self._leaf(entity, header, types, encodings)
        self._names(entity, header, header.filename())
        return []

    def _names(self, entity: _Entity, header: Header, shown: str) -> None:
        """Names that some programs show and `Part.filename` is not, as a text of their own."""
        names = header.names()
        others = [each for each in names if len(each) > _SHORTEST_NAME and each not in shown]
        if others:
            self._add(
                Part(
                    number=f"{entity.leaf}~names",
                    content_type="text/plain",
                    charset="utf-8",
                    payload="\n".join(others).encode("utf-8", "replace"),
                    attached_from=entity.attached_from,
                )
            )

    def _attached_message(self, entity: _Entity, header: Header) -> list[_Entity]:
        if entity.depth >= self.limits.depth:
            self.defect(entity.label, "too-deep")
            return []
        self._names(entity, header, "")
        inner = _Entity(entity.leaf, entity.data, header.body, entity.end, entity.depth + 1)
        described = self._header(inner)
        inner = replace(inner, attached_from=described.author())
        lines = [
            decode_words(value)
            for name, value in described.fields
            if not name.lower().startswith(_UNSHOWN_FIELDS)
        ]
        if lines:
            self._add(
                Part(
                    number=f"{entity.leaf}~header",
                    content_type="text/plain",
                    charset="utf-8",
                    payload="\n".join(lines).encode("utf-8", "replace"),
                    attached_from=inner.attached_from,
                )
            )
        return [inner]

    def _encodings(self, header: Header, label: str) -> list[str]:
        values = header.raw_values("content-transfer-encoding")
        texts = [each.decode("ascii", "replace") for each in values]
        texts += [decode_words(each) for each in values if b"=?" in each]
        names = list(dict.fromkeys(name for text in texts for name in names_of(text)))
        if len(names) > 1 and len(values) > 1:
            self.defect(label, "duplicate-transfer-encoding")
        if "unknown" in names:
            self.defect(label, "unknown-transfer-encoding")
        return names or ["7bit"]

    def _multipart(
        self,
        entity: _Entity,
        header: Header,
        types: list[tuple[str, dict[str, str]]],
        encodings: list[str],
    ) -> list[_Entity] | None:
        """Return the parts of a multipart; None if it has none and is to be shown as text."""
        if entity.depth >= self.limits.depth:
            self.defect(entity.label, "too-deep")
            return []
        digest = any(main == "multipart/digest" for main, _ in types)
        inner_type = "message/rfc822" if digest else "text/plain"
        boundaries = header.boundaries()
        if not boundaries:
            self.defect(entity.label, "missing-boundary")
        if len(boundaries) > 1:
            self.defect(entity.label, "duplicate-boundary")
        children = self._split(entity, boundaries, header.body, inner_type)
        for encoding in encodings:
            if not children and encoding not in IDENTITY:
                self.defect(entity.label, "encoded-multipart")
                body, _ = decode(entity.data[header.body : entity.end], encoding)
                whole = replace(entity, data=body, start=0, end=len(body))
                children = self._split(whole, boundaries, 0, inner_type)
        if not children:
            if boundaries:
                self.defect(entity.label, "boundary-never-found")
            guessed = self._guess(entity, header.body)
            children = self._split(entity, guessed, header.body, inner_type) if guessed else []
        return children or None

    def _guess(self, entity: _Entity, body: int) -> list[str]:
        """The line that some programs would take for a delimiter where the named one is not."""
        found = _DELIMITER_LINE.search(entity.data[body : min(entity.end, body + 10_000)])
        if found is None:
            return []
        guess = found.group(1).decode("utf-8", "surrogateescape")
        return [guess.removesuffix("--")] if guess.strip("- ") else []

    def _split(
        self, entity: _Entity, boundaries: list[str], body: int, inner_type: str
    ) -> list[_Entity]:
        """Cut a multipart's body at the delimiters of each boundary that occurs in it."""
        children: list[_Entity] = []
        for boundary in boundaries:
            cuts = self._cuts(entity, boundary, body)
            for start, end in cuts:
                children.append(self._child(entity, len(children), start, end, inner_type))
            if len(children) > self.limits.parts:
                break
        return children

    def _cuts(self, entity: _Entity, boundary: str, body: int) -> list[tuple[int, int]]:
        """Where the parts between one boundary's delimiters lie (RFC 2046 section 5.1.1).

        Parts after the closing delimiter are read too, and what stands before the first or
        after the last is kept as text.
        """
        data, end = entity.data, entity.end
        delimiter = b"--" + boundary.encode("utf-8", "surrogateescape").rstrip()
        cuts: list[tuple[int, int]] = []
        opened, at, closed, first = -1, body, False, -1
        while (found := data.find(delimiter, at, end)) >= 0:
            at = found + len(delimiter)
            if found > body and data[found - 1 : found] != b"\n":
                continue
            line_end = data.find(b"\n", at, end)
            rest = data[at : line_end if line_end >= 0 else end].rstrip()
            if rest and rest != b"--":
                continue  # a longer boundary that begins like ours
            if closed:
                self.defect(entity.label, "parts-after-close")
            if opened >= 0 and (not closed or data[opened:found].strip()):
                cuts.append((opened, found))
            first = found if first < 0 else first
            closed = rest == b"--"
            opened = line_end + 1 if line_end >= 0 else end
            if len(cuts) > self.limits.parts:
                self.defect(entity.label, "too-many-parts")
                return cuts
        if opened < 0:
            return []
        self._aside(entity, "preamble", data[body:first])
        if closed:
            self._aside(entity, "epilogue", data[opened:end])
        else:
            self.defect(entity.label, "no-closing-boundary")
            cuts.append((opened, end))
        return cuts

    def _aside(self, entity: _Entity, which: str, text: bytes) -> None:
        """Text outside the parts: some programs show it."""
        if not text.strip() or _SET_PHRASE.fullmatch(text.strip()):
            return
        self._add(
            Part(
                number=f"{entity.label}~{which}",
                content_type="text/plain",
                payload=text,
                attached_from=entity.attached_from,
            )
        )

    def _child(
        self, parent: _Entity, index: int, start: int, end: int, default_type: str
    ) -> _Entity:
        """One body part; the line end before a delimiter belongs to the delimiter."""
        data = parent.data
        if end > start and data[end - 1 : end] == b"\n":
            end -= 2 if data[end - 2 : end] == b"\r\n" else 1
        number = f"{parent.number}.{index + 1}" if parent.number else str(index + 1)
        return replace(
            parent,
            number=number,
            start=start,
            end=max(start, end),
            depth=parent.depth + 1,
            default_type=default_type,
        )

    def _leaf(
        self,
        entity: _Entity,
        header: Header,
        types: list[tuple[str, dict[str, str]]],
        encodings: list[str],
    ) -> None:
        """One leaf, and each other way to read it."""
        payloads, sound = readings(entity.data[header.body : entity.end], encodings)
        if not sound and "base64" in encodings:
            self.defect(entity.leaf, "bad-base64")
        placed, _ = header.disposition()
        for index, payload in enumerate(payloads):
            for other, (main, named) in enumerate(types):
                ways = index * len(types) + other
                self._add(
                    Part(
                        number=f"{entity.leaf}~{ways}" if ways else entity.leaf,
                        content_type=main,
                        charset=named.get("charset"),
                        filename=header.filename() or None,
                        disposition=placed if placed in {"attachment", "inline"} else "",
                        payload=payload,
                        attached_from=entity.attached_from,
                    )
                )

    def _add(self, part: Part) -> None:
        if len(self.parts) < self.limits.parts:
            self.parts.append(part)
        else:
            self.defect("0", "too-many-parts")
