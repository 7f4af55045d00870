"""Reads a message from its bytes: header fields, numbered leaves, and what is malformed.

One pass over the structure, iterative, on the bytes themselves; header values are decoded one
by one and bounded. Python's `email` with its modern policy raises on malformed fields and
takes seconds over hostile ones (docs/specifications.md), so nothing here leans on it.
`read_message` never raises: what is malformed becomes a Defect.

Kinds of defect: duplicate-content-type, duplicate-transfer-encoding, missing-boundary,
boundary-never-found, no-closing-boundary, bad-base64, unknown-transfer-encoding,
too-many-parts, too-deep, too-many-fields, header-too-long, unreadable-structure.
"""

import base64
import binascii
import quopri
from dataclasses import dataclass
from hashlib import sha256

from models.encoded_words import decode_words, parameters
from models.message import Defect, Field, Message, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class MimeLimits:
    """What is too much. Beyond it reading stops and says so."""

    parts: int = 1000
    depth: int = 50
    fields: int = 1000  # of one header
    header_size: int = 256_000  # octets of one header


@dataclass(slots=True)
class _Entity:
    """One header and body still to be read: `raw[start:end]`, and its place in the tree."""

    number: str
    start: int
    end: int
    depth: int
    default_type: str = "text/plain"


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
        self.defects: list[Defect] = []

    def defect(self, part: str, kind: str) -> None:
        found = Defect(part=part, kind=kind)
        if found not in self.defects[-50:]:
            self.defects.append(found)

    def read(self) -> None:
        waiting = [_Entity("", 0, len(self.raw), 0)]
        first = True
        while waiting:
            entity = waiting.pop()
            header, body = self._header(entity)
            if first:
                self.fields = header
                first = False
            elif entity.number.endswith(".0"):  # the header of an attached message
                self.fields_of_attached(header)
            waiting.extend(reversed(self._entity(entity, header, body)))
            if len(self.parts) + len(waiting) > self.limits.parts:
                self.defect("0", "too-many-parts")
                del waiting[: len(self.parts) + len(waiting) - self.limits.parts]
                if len(self.parts) >= self.limits.parts:
                    return

    def fields_of_attached(self, header: list[Field]) -> None:
        """An attached message's subject is as readable as our own."""
        self.fields.extend(each for each in header if each.name.lower() == "subject")

    def _header(self, entity: _Entity) -> tuple[list[Field], int]:
        """Return the fields of an entity and where its body starts."""
        raw, start, end = self.raw, entity.start, entity.end
        size = min(end, start + self.limits.header_size)
        if raw.startswith((b"\r\n", b"\n"), start):
            return [], start + (2 if raw.startswith(b"\r\n", start) else 1)
        stop, gap = _first(raw, (b"\r\n\r\n", b"\n\n"), start, size)
        if stop < 0:
            stop, gap = size, 0
            if size < end:
                self.defect(entity.number or "0", "header-too-long")
        lines = raw[start:stop].replace(b"\r\n", b"\n").split(b"\n")
        fields: list[Field] = []
        current: list[bytes] = []
        for line in [*lines, b""]:
            if line[:1] in (b" ", b"\t") and current:
                current.append(line)
                continue
            if current:
                fields.append(_field(b"".join(current)))
                if len(fields) >= self.limits.fields:
                    self.defect(entity.number or "0", "too-many-fields")
                    break
            current = [line] if b":" in line else []
        return fields, min(stop + gap, end)

    def _entity(self, entity: _Entity, header: list[Field], body: int) -> list[_Entity]:
        number = entity.number or "0"
        content_type, values = self._content_type(header, entity, number)
        if content_type.startswith("multipart/"):
            if entity.depth >= self.limits.depth:
                self.defect(number, "too-deep")
                return []
            boundary = values.get("boundary", "")
            children = self._split(boundary, body, entity, content_type) if boundary else []
            if not boundary:
                self.defect(number, "missing-boundary")
            if children:
                return children
            content_type = "text/plain"  # show what a reader would be shown: all of it
        encoding = self._transfer_encoding(header, number)
        if content_type in {"message/rfc822", "message/global"} and encoding in _IDENTITY:
            if entity.depth >= self.limits.depth:
                self.defect(number, "too-deep")
                return []
            inner = f"{entity.number}.0" if entity.number else "1.0"
            return [_Entity(inner, body, entity.end, entity.depth + 1)]
        leaf = entity.number.removesuffix(".0") or "1"
        self.parts.append(
            self._leaf(leaf, header, content_type, values, self.raw[body : entity.end])
        )
        return []

    def _content_type(
        self, header: list[Field], entity: _Entity, number: str
    ) -> tuple[str, dict[str, str]]:
        values = [each.value for each in header if each.name.lower() == "content-type"]
        if len({each.strip().lower() for each in values}) > 1:
            self.defect(number, "duplicate-content-type")
        if not values:
            return entity.default_type, {}
        main, named = parameters(values[0])
        if main.count("/") != 1:
            main = entity.default_type
        return main, named

    def _transfer_encoding(self, header: list[Field], number: str) -> str:
        values = [
            each.value.strip().lower()
            for each in header
            if each.name.lower() == "content-transfer-encoding"
        ]
        if len(set(values)) > 1:
            self.defect(number, "duplicate-transfer-encoding")
        encoding = values[0].partition(";")[0].strip() if values else "7bit"
        if encoding not in _IDENTITY and encoding not in _DECODERS:
            self.defect(number, "unknown-transfer-encoding")
        return encoding

    def _split(self, boundary: str, body: int, entity: _Entity, kind: str) -> list[_Entity]:
        """Cut a multipart's body at its delimiters (RFC 2046 section 5.1.1)."""
        raw, end = self.raw, entity.end
        delimiter = b"--" + boundary.encode("utf-8", "surrogateescape").rstrip()
        inner_type = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        children: list[_Entity] = []
        opened, at, closed = -1, body, False
        while not closed and (found := raw.find(delimiter, at, end)) >= 0:
            at = found + len(delimiter)
            if found > body and raw[found - 1 : found] != b"\n":
                continue
            line_end = raw.find(b"\n", at, end)
            rest = raw[at : line_end if line_end >= 0 else end].rstrip()
            closed = rest == b"--"
            if rest and not closed:
                continue  # a longer boundary that begins like ours
            if opened >= 0:
                children.append(self._child(entity, len(children), opened, found, inner_type))
            opened = line_end + 1 if line_end >= 0 else end
            if len(children) > self.limits.parts:
                self.defect(entity.number or "0", "too-many-parts")
                return children
        if opened < 0:
            self.defect(entity.number or "0", "boundary-never-found")
        elif not closed:
            self.defect(entity.number or "0", "no-closing-boundary")
            children.append(self._child(entity, len(children), opened, end, inner_type))
        return children

    def _child(
        self, parent: _Entity, index: int, start: int, end: int, default_type: str
    ) -> _Entity:
        """One body part; the line end before a delimiter belongs to the delimiter."""
        if end > start and self.raw[end - 1 : end] == b"\n":
            end -= 2 if self.raw[end - 2 : end] == b"\r\n" else 1
        prefix = parent.number.removesuffix(".0")
        number = f"{prefix}.{index + 1}" if prefix else str(index + 1)
        return _Entity(number, start, max(start, end), parent.depth + 1, default_type)

    def _leaf(
        self,
        number: str,
        header: list[Field],
        content_type: str,
        values: dict[str, str],
        body: bytes,
    ) -> Part:
        encoding = self._transfer_encoding(header, number)
        decode = _DECODERS.get(encoding)
        if decode is not None:
            body, sound = decode(body)
            if not sound:
                self.defect(number, f"bad-{encoding}")
        disposition = next(
            (each.value for each in header if each.name.lower() == "content-disposition"), ""
        )
        placed, placing = parameters(disposition) if disposition else ("", {})
        return Part(
            number=number,
            content_type=content_type,
            charset=values.get("charset"),
            filename=placing.get("filename") or values.get("name"),
            disposition=placed if placed in {"attachment", "inline"} else "",
            payload=body,
        )


def _first(raw: bytes, marks: tuple[bytes, ...], start: int, end: int) -> tuple[int, int]:
    """Find the earliest of some marks: where it stands and how long it is; (-1, 0) if none."""
    best, length = -1, 0
    for mark in marks:
        limit = end if best < 0 else best
        found = raw.find(mark, start, limit)
        if found >= 0:
            best, length = found, len(mark)
    return best, length


def _field(line: bytes) -> Field:
    name, _, value = line.partition(b":")
    return Field(name=name.decode("ascii", "replace").strip(), value=decode_words(value.strip()))


def _base64(body: bytes) -> tuple[bytes, bool]:
    """Decode leniently, as mail readers do: junk is skipped; say whether there was any."""
    try:
        return base64.b64decode(body, validate=False), not _has_junk(body)
    except (binascii.Error, ValueError):
        clean = body.translate(None, _NOT_BASE64)
        clean = clean[: len(clean) - len(clean) % 4] if len(clean) % 4 == 1 else clean
        try:
            return base64.b64decode(clean + b"=" * (-len(clean) % 4)), False
        except (binascii.Error, ValueError):
            return body, False


_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(each for each in range(256) if each not in _ALPHABET)


def _has_junk(body: bytes) -> bool:
    return bool(body.translate(None, _ALPHABET + b"=\r\n \t"))


def _quoted_printable(body: bytes) -> tuple[bytes, bool]:
    return quopri.decodestring(body), True


_IDENTITY = frozenset({"", "7bit", "8bit", "binary"})
_DECODERS = {"base64": _base64, "quoted-printable": _quoted_printable}
