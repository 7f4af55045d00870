"""One header block, read leniently: what departs from RFC 5322 is named, and still read."""

from dataclasses import dataclass, field

from models.encoded_words import decode_words, parameters, values_of
from models.message import Field

_CONTROLS = bytes(each for each in range(32) if each != 9) + b"\x7f"  # noqa: PLR2004 - a tab is white space
_BLANK = b" \t\r\0\x0b\x0c"
_NAMES = (("content-disposition", "filename"), ("content-type", "name"))
_MOST_VALUES = 20  # fields or parameters of one name that are tried


@dataclass(slots=True)
class Header:
    """The fields of one entity, where its body starts, and what is odd about them."""

    fields: list[tuple[str, bytes]] = field(default_factory=list, repr=False)
    body: int = 0
    defects: list[str] = field(default_factory=list)
    other_body: int = -1  # where it starts for a program that stops at the first odd line

    def raw_values(self, name: str) -> list[bytes]:
        """Every value of the fields called `name` (lower case), unfolded but not decoded."""
        return [value for known, value in self.fields if known.lower() == name][:_MOST_VALUES]

    def decoded(self) -> list[Field]:
        """Every field, its encoded words decoded."""
        return [Field(name=name, value=decode_words(value)) for name, value in self.fields]

    def media_types(self, default: str) -> list[tuple[str, dict[str, str]]]:
        """Every type and parameters the entity may have, the likeliest first; at least one."""
        found: list[tuple[str, dict[str, str]]] = []
        for value in self._spellings("content-type"):
            main, named = parameters(value)
            main = "".join(main.split())
            if main.count("/") != 1:
                main = default
            charsets = values_of(value, "charset") if value.lower().count("charset") > 1 else []
            for each in (named, *({**named, "charset": charset} for charset in charsets)):
                if (main, each) not in found:
                    found.append((main, each))
        return found or [(default, {})]

    def boundaries(self) -> list[str]:
        """Every boundary a mail program might take from Content-Type, in order."""
        found = [
            each
            for value in self._spellings("content-type")
            for each in values_of(value, "boundary")
        ]
        return list(dict.fromkeys(each for each in found if each))[:_MOST_VALUES]

    def disposition(self) -> tuple[str, dict[str, str]]:
        """The first Content-Disposition and its parameters."""
        values = self.raw_values("content-disposition")
        return parameters(decode_words(values[0])) if values else ("", {})

    def filename(self) -> str:
        """The file name that most programs show; "" if there is none."""
        _, placing = self.disposition()
        name = placing.get("filename") or next(
            (named["name"] for _, named in self.media_types("") if named.get("name")), ""
        )
        return decode_words(name.encode("utf-8", "surrogateescape"))

    def names(self) -> list[str]:
        """Every file name and description of the entity that some program might show."""
        found = [
            each
            for field_name, parameter in _NAMES
            for value in self._spellings(field_name)
            for each in values_of(value, parameter)
        ]
        found += [each.replace("\\", "") for each in found if "\\" in each]
        for name in ("content-description", "content-location"):
            found += self._spellings(name)
        return [
            decode_words(each.encode("utf-8", "surrogateescape"))
            for each in dict.fromkeys(found)
            if each
        ]

    def author(self) -> str:
        """The address in From, as written; "" where there is none."""
        value = b"".join(self.raw_values("from")[:1]).decode("utf-8", "replace")
        return value.rpartition("<")[2].partition(">")[0].strip() if "@" in value else ""

    def _spellings(self, name: str) -> list[str]:
        """Values of a structured field as they stand, and as some programs decode them."""
        texts = []
        for value in self.raw_values(name):
            plain = value.decode("utf-8", "surrogateescape")
            texts += [plain, decode_words(value)] if b"=?" in value else [plain]
        return texts


def read_header(raw: bytes, start: int, end: int, most_octets: int, most_fields: int) -> Header:
    """Read the header that stands at `raw[start:end]`. Never raises."""
    found = Header()
    if raw.startswith((b"\r\n", b"\n"), start):
        found.body = start + (2 if raw.startswith(b"\r\n", start) else 1)
        return found
    size = min(end, start + most_octets)
    stop, gap = first_of(raw, (b"\r\n\r\n", b"\n\n"), start, size)
    if stop < 0:
        stop, gap = size, 0
        if size < end:
            found.defects.append("header-too-long")
    found.body = min(stop + gap, end)
    if b"\r" in raw[start:stop].replace(b"\r\n", b""):
        found.defects.append("bare-carriage-return")
        found.other_body = start
    _read_fields(found, raw[start:stop].split(b"\n"), start, most_fields)
    return found


def _read_fields(found: Header, lines: list[bytes], at: int, most: int) -> None:
    """Take in the fields of a header's lines; note the first line that may end it for some."""
    current: list[bytes] = []
    for ended in [*lines, b""]:
        line = ended.removesuffix(b"\r")
        odd = ""
        if line[:1] in (b" ", b"\t") and current:
            odd = "" if line.strip(_BLANK) else "blank-header-line"
            current.append(line)
        else:
            if current:
                _add(found, b"".join(current))
                if len(found.fields) >= most:
                    found.defects.append("too-many-fields")
                    return
            name, colon, _ = line.partition(b":")
            current = [line] if colon else []
            if ended and not line.startswith(b"From ") and not (colon and len(name.split()) == 1):
                odd = "odd-header-line" if line.strip(_BLANK) else "blank-header-line"
        if odd:
            found.defects.append(odd)
            if found.other_body < 0:
                found.other_body = at
        at += len(ended) + 1


def _add(found: Header, line: bytes) -> None:
    name, _, value = line.partition(b":")
    if len(name) != len(name.translate(None, _CONTROLS)) or b"\0" in value:
        found.defects.append("control-in-header")
    clean = name.translate(None, _CONTROLS).strip().decode("ascii", "replace")
    found.fields.append((clean, value.replace(b"\0", b"").strip()))


def first_of(raw: bytes, marks: tuple[bytes, ...], start: int, end: int) -> tuple[int, int]:
    """Find the earliest of some marks: where it stands and how long it is; (-1, 0) if none."""
    best, length = -1, 0
    for mark in marks:
        limit = end if best < 0 else best
        found = raw.find(mark, start, limit)
        if found >= 0:
            best, length = found, len(mark)
    return best, length
