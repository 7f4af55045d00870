"""What a reader of one format is given and what it gives back.

A reader is a function from a `Source` to an iterator of `Extracted`: text a person would see
(or that is hidden from them), files inside, or why something could not be read. It may raise
anything: the caller turns that into `Unread("damage")`, and `TooMuch` into its reason, keeping
what was yielded before. It opens no file by name, resolves no address and runs no macro.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO

from classifiers.settings import LIMITS, ReadingSettings


@dataclass(frozen=True, slots=True)
class Source:
    """The octets of one attachment or member, and what they are said to be."""

    payload: bytes = field(repr=False)
    content_type: str = ""  # as declared, lower case; "" for a member of an archive
    name: str = field(default="", repr=False)
    charset: str | None = None  # as declared
    author: str = field(default="", repr=False)  # address of the sender of the whole mail


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text, of any length. Pieces of one source are joined by line ends, in order.

    Cells of one table row are joined by tabs in one piece, a row a line.
    """

    content: str = field(repr=False)
    hidden: bool = False  # comments, notes, hidden sheets and rows, properties
    quoted_from: int | None = None  # where quoted mail starts in it, if the format says so
    another: bool = False  # another reading of the same octets, to be kept apart
    own: bool = True  # False: someone else wrote it


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside, to be read in its turn."""

    payload: bytes = field(repr=False)
    name: str = field(default="", repr=False)
    content_type: str = ""
    charset: str | None = None
    own: bool = True  # False: someone else wrote it, as with an attached message


@dataclass(frozen=True, slots=True)
class Missing:
    """Something inside that could not be read, by its reason and file name."""

    reason: str  # password, damage, unknown-type, too-large, too-deep, out-of-time, ...
    name: str = field(default="", repr=False)


Extracted = Piece | Member | Missing


class TooMuch(Exception):  # noqa: N818 - reads as a state
    """A limit was reached; `reason` is the slug."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


Recogniser = Callable[[bytes, float], str]
"""Reads the text in a picture's octets, within so many seconds. Raises TimeoutError."""


class Budget:
    """What is left for one message. Every octet that unpacking makes is paid for here."""

    def __init__(
        self, limits: ReadingSettings = LIMITS, recogniser: Recogniser | None = None
    ) -> None:
        self.limits = limits
        self.recogniser = recogniser
        self.unpacked = 0
        self.characters = 0
        self.members = 0
        self._until = time.monotonic() + limits.seconds

    def octets(self, count: int) -> None:
        """Pay for unpacked octets. Raises TooMuch."""
        self.unpacked += count
        if self.unpacked > self.limits.unpacked:
            raise TooMuch("too-large")
        self.tick()

    def member(self) -> None:
        """Pay for one more file inside. Raises TooMuch."""
        self.members += 1
        if self.members > self.limits.members:
            raise TooMuch("too-many-files")
        self.tick()

    def text(self, count: int) -> None:
        """Pay for characters of text. Raises TooMuch."""
        self.characters += count
        if self.characters > self.limits.characters:
            raise TooMuch("too-large")
        self.tick()

    def tick(self) -> None:
        """Raise TooMuch when time is up; long loops call it now and then."""
        if time.monotonic() > self._until:
            raise TooMuch("out-of-time")

    @property
    def seconds_left(self) -> float:
        """Until time is up; not below zero."""
        return max(0.0, self._until - time.monotonic())

    def read(self, stream: IO[bytes]) -> bytes:
        """Read a decompressing stream to its end, paying as it goes. Raises TooMuch."""
        pieces = []
        size = 0
        while data := stream.read(_CHUNK):
            self.octets(len(data))
            size += len(data)
            if size > self.limits.part:
                raise TooMuch("too-large")
            pieces.append(data)
        return b"".join(pieces)


_CHUNK = 64 * 1024

Reader = Callable[[Source, Budget], Iterator[Extracted]]
