"""Walks an archive of mail: a Maildir, an mbox file or a directory of .eml files.

An mbox is read as RFC 4155 describes it: a message starts at a line "From ", with a time, after
an empty line. Only places are kept, never messages: an archive may be larger than memory.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import re2

from models.errors import SettingInvalid

_FROM = b"From "
_SEPARATOR = re2.compile(rb"From .*\d\d:\d\d")
_LONGEST_PIECE = 64 * 1024  # octets of a line that are held at once
_DELIVERED = frozenset({"cur", "new"})  # of a Maildir; "tmp" is not delivered yet


@dataclass(frozen=True, slots=True)
class Stored:
    """One message's place: octets `start` up to `end` of a file, or all of it."""

    name: str  # its file below the archive's folder, or "#1" in an mbox, which counts from 1
    path: Path
    start: int
    end: int

    @property
    def size(self) -> int:
        """Octets."""
        return self.end - self.start

    def read(self) -> bytes:
        """Its octets. Raises OSError if it has gone or may not be read."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            raw = file.read(self.size)
        if self.start:  # within an mbox, lines that look like the next message's were quoted
            raw = raw.replace(b"\n>From ", b"\nFrom ")
        return raw


class Archive:
    """The messages of one archive, and how much of it has been walked."""

    def __init__(self, path: Path) -> None:
        """Raise SettingInvalid if there is no archive at `path`."""
        self.path = path
        self.mbox = path.is_file()
        try:
            if self.mbox:
                _check_mbox(path)
            else:
                os.scandir(path).close()
        except OSError as error:
            raise SettingInvalid(
                f"{path}: cannot be read: {error.strerror}; expected a Maildir, an mbox file or a"
                " directory of .eml files"
            ) from None

    def total(self) -> int:
        """The whole, in the measure of `share`."""
        return self.path.stat().st_size if self.mbox else sum(1 for _ in _files(self.path))

    def share(self, stored: Stored) -> int:
        """How much of the whole one message is: octets of an mbox, else one file."""
        return stored.size if self.mbox else 1

    def __iter__(self) -> Iterator[Stored]:
        if self.mbox:
            yield from _messages(self.path)
            return
        for entry in _files(self.path):
            try:
                size = entry.stat().st_size
            except OSError:
                size = 0  # gone since: reading it will say so
            path = Path(entry.path)
            yield Stored(str(path.relative_to(self.path)), path, 0, size)


def _check_mbox(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(len(_FROM))
    if start not in (b"", _FROM):
        raise SettingInvalid(
            f'{path}: is no mbox: it does not begin with "From "; for one message use'
            " `porthor check`"
        )


def _files(folder: Path) -> Iterator["os.DirEntry[str]"]:
    """Every file of a message below a folder; links to folders are not followed."""
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            entries = os.scandir(here)
        except OSError as error:
            raise SettingInvalid(f"{here}: cannot be read: {error.strerror}") from None
        with entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                elif entry.is_file() and _is_message(entry.name, here.name):
                    yield entry


def _is_message(name: str, folder: str) -> bool:
    return name.lower().endswith(".eml") or (folder in _DELIVERED and not name.startswith("."))


def _messages(path: Path) -> Iterator[Stored]:
    """The messages of an mbox, without their "From " lines."""
    count, at = 0, 0
    start: int | None = None
    line_begins = after_empty = True
    with path.open("rb") as file:
        while piece := file.readline(_LONGEST_PIECE):
            if line_begins and after_empty and _separates(piece, first=start is None):
                if start is not None:
                    count += 1
                    yield Stored(f"#{count}", path, start, at)
                start = at + len(piece)
            after_empty = line_begins and piece in (b"\n", b"\r\n")
            line_begins = piece.endswith(b"\n")
            at += len(piece)
    if start is not None:
        yield Stored(f"#{count + 1}", path, start, at)


def _separates(line: bytes, *, first: bool) -> bool:
    return line.startswith(_FROM) and (first or _SEPARATOR.match(line) is not None)
