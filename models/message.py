"""A message (RFC 5322) as read from its bytes: fields, numbered leaves, and what is malformed."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One way in which a message departs from the standards, or could not be read."""

    part: str  # the part's number; "0" for the message's own header
    kind: str  # a fixed slug, such as "duplicate-content-type"; never text from the message


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One header field: its name as written, and its value unfolded and RFC 2047-decoded."""

    name: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One leaf, numbered as IMAP does (RFC 9051 section 6.4.5): "1", "2.1"."""

    number: str
    content_type: str  # lower case, "text/plain"
    charset: str | None = None  # as labelled
    filename: str | None = field(default=None, repr=False)
    disposition: str = ""  # "attachment", "inline" or ""
    payload: bytes = field(default=b"", repr=False)  # transfer encoding removed
    attached_from: str | None = field(default=None, repr=False)  # whose attached message it is in


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message and what one pass over it found.

    `raw` is the only thing that is ever sent on; the rest is for reading.
    """

    raw: bytes = field(repr=False)
    digest: str  # SHA-256 of raw, hexadecimal
    fields: tuple[Field, ...] = field(repr=False)
    parts: tuple[Part, ...]
    defects: tuple[Defect, ...] = ()

    def values(self, name: str) -> tuple[str, ...]:
        """Every value of the fields called `name`, whatever the case, in order."""
        wanted = name.lower()
        return tuple(each.value for each in self.fields if each.name.lower() == wanted)

    def value(self, name: str) -> str:
        """The first value of the field called `name`, or ""."""
        return next(iter(self.values(name)), "")
