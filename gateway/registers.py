"""The files of the body's registers: one sealed, one with the key; and how lists come into them.

The sealed file is AES-256-GCM over a header in JSON and the arrays of hashes. The key of both
seal and hashes is in a file of its own, so that what reads mail never holds the key of the held
messages.
"""

import hmac
import json
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from classifiers.detectors import fingerprints, own_records
from classifiers.registers import (
    Document,
    Fingerprints,
    Gathering,
    Hashes,
    Records,
    Registers,
    digest,
    packed,
    unpacked,
)
from models.db.keyring import seal, unseal
from models.errors import NotFound, SettingInvalid

_OTHERS = 0o077
_KEY = 32  # octets
_MOST_LISTS = 255
_MARK = b"porthor registers 1\n"
_DIGESTS = (32, 40, 64)  # hexadecimal digits of MD5, SHA-1 and SHA-256
_PARTS = ("digests", "places", "hints")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredList:
    """One list: what it is called and how large it is, nothing of its content."""

    number: int
    name: str
    kind: str  # "records", "documents" or "domains"
    added: str  # a date as ISO 8601 writes it
    count: int = 0
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """All lists and their hashes."""

    key: bytes = field(repr=False)
    lists: tuple[RegisteredList, ...] = ()
    records: Hashes = Hashes()
    documents: Mapping[int, Document] = field(default_factory=dict)
    fingerprints: Hashes = Hashes()
    domains: Mapping[int, list[int]] = field(default_factory=dict, repr=False)  # by list

    @property
    def registers(self) -> Registers:
        """What the detectors are given."""
        names = {each.number: each.name for each in self.lists}
        return Registers(
            key=_subkey(self.key, b"hash"),
            records=Records(lists=names, hashes=self.records),
            fingerprints=Fingerprints(
                lists=names, documents=self.documents, hashes=self.fingerprints
            ),
            domains=frozenset(each for known in self.domains.values() for each in known),
        )

    def without(self, name: str) -> "Registered":
        """The same less one list. Raises NotFound."""
        listed = next((each for each in self.lists if each.name == name), None)
        if listed is None:
            known = ", ".join(each.name for each in self.lists) or "none yet"
            raise NotFound(f'there is no list "{name}"; there are: {known}')
        number = listed.number
        gone = {key for key, each in self.documents.items() if each.list == number}
        return replace(
            self,
            lists=tuple(each for each in self.lists if each is not listed),
            records=_less(self.records, number, lambda place: place >> 8 & 0xFF == number),
            documents={key: each for key, each in self.documents.items() if key not in gone},
            fingerprints=_less(self.fingerprints, number, lambda place: place >> 32 in gone),
            domains={key: known for key, known in self.domains.items() if key != number},
        )


class NewList:
    """A list in the making; one of the same name is replaced."""

    def __init__(self, registered: Registered, name: str, kind: str, today: date) -> None:
        if any(each.name == name for each in registered.lists):
            registered = registered.without(name)
        taken = {each.number for each in registered.lists}
        number = next((each for each in range(1, _MOST_LISTS + 1) if each not in taken), 0)
        if not number:
            raise SettingInvalid(f"there are {_MOST_LISTS} lists already; remove one first")
        self._rest = registered
        self._list = RegisteredList(number=number, name=name, kind=kind, added=today.isoformat())
        self._key = _subkey(registered.key, b"hash")
        self._gathering = Gathering(self._key, number)

    def with_records(
        self,
        columns: Collection[str],
        records: Iterable[Iterable[tuple[int, str, str]]],
        count: int,
    ) -> Registered:
        """Take in `count` records, each of column, kind and value, which are known to be right."""
        for record, values in enumerate(records):
            for column, kind, value in values:
                place = record << 16 | self._list.number << 8 | column << 2
                own_records.register(self._gathering, kind, value, place, count)
        return replace(
            self._rest,
            lists=self._listed(count, tuple(columns)),
            records=_more(self._rest.records, self._gathering),
        )

    def with_documents(
        self, documents: Iterable[list[bytes]], left_out: Collection[bytes] = ()
    ) -> Registered:
        """Take in documents by their words, less the shingles that are `left_out`."""
        first = max(self._rest.documents, default=0) + 1
        added: dict[int, Document] = {}
        for number, words in enumerate(documents, start=first):
            fingerprints.register(self._gathering, words, number, left_out)
            added[number] = Document(list=self._list.number, words=len(words))
        return replace(
            self._rest,
            lists=self._listed(len(added)),
            documents={**self._rest.documents, **added},
            fingerprints=_more(self._rest.fingerprints, self._gathering),
        )

    def with_domains(self, domains: Collection[str]) -> Registered:
        """Take in domains, lower case."""
        known = [digest(self._key, each.encode()) for each in sorted(domains)]
        return replace(
            self._rest,
            lists=self._listed(len(known)),
            domains={**self._rest.domains, self._list.number: known},
        )

    def _listed(self, count: int, columns: tuple[str, ...] = ()) -> tuple[RegisteredList, ...]:
        return (*self._rest.lists, replace(self._list, count=count, columns=columns))


def _more(hashes: Hashes, gathered: Gathering) -> Hashes:
    places, hints = unpacked(hashes)
    return packed(places + gathered.places, [*hints, *gathered.hints])


def _less(hashes: Hashes, number: int, goes: Callable[[int], bool]) -> Hashes:
    places, hints = unpacked(hashes)
    return packed(
        [each for each in places if not goes(each[1])],
        [each for each in hints if each >> 32 != number],
    )


def registers_folder(settings_file: Path) -> Path:
    """Where the registers are: beside the settings."""
    return settings_file.resolve().parent / "registers"


def load_registers(folder: Path) -> Registers:
    """Read the registers; none if nothing was saved. Raises SettingInvalid, Tampered."""
    found = load(folder).registers if (folder / "registers.sealed").exists() else Registers()
    return replace(found, images=_known_images(folder / "known-images.txt"))


def _known_images(file: Path) -> frozenset[str]:
    """Read digests in hexadecimal, one a line; none if there is no such file."""
    if not file.exists():
        return frozenset()
    lines = file.read_text(encoding="ascii", errors="replace").lower().split()
    for number, each in enumerate(lines, start=1):
        if len(each) not in _DIGESTS or set(each) - set("0123456789abcdef"):
            raise SettingInvalid(
                f"{file}: entry {number} is not a digest; expected MD5, SHA-1 or SHA-256 in"
                " hexadecimal, one a line"
            )
    return frozenset(lines)


def load(folder: Path) -> Registered:
    """Read lists and hashes; the key is made where there is none yet.

    Raises SettingInvalid and Tampered.
    """
    key_file, file = folder / "registers.key", folder / "registers.sealed"
    try:
        sealed = file.read_bytes() if file.exists() else b""
        if not sealed and not key_file.exists():
            folder.mkdir(mode=0o700, exist_ok=True)
            _write(key_file, os.urandom(_KEY).hex().encode() + b"\n")
        key = _load_key(key_file)
    except OSError as error:
        raise SettingInvalid(f"{error.filename}: {error.strerror}") from None
    if not sealed:
        return Registered(key=key)
    if not sealed.startswith(_MARK):
        raise SettingInvalid(f"{file}: is not a file of `porthor registers`")
    opened = unseal(AESGCM(_subkey(key, b"seal")), sealed[len(_MARK) :], _MARK, str(file))
    size = int.from_bytes(opened[:8], "big")
    return _unpacked(key, json.loads(opened[8 : 8 + size]), opened[8 + size :])


def _load_key(file: Path) -> bytes:
    if file.stat().st_mode & _OTHERS:
        raise SettingInvalid(f"{file} can be read by others; run `chmod 600 {file}`")
    try:
        key = bytes.fromhex(file.read_text(encoding="ascii"))
    except ValueError:
        key = b""
    if len(key) != _KEY:
        raise SettingInvalid(f"{file} is not a key file of `porthor registers`")
    return key


def _unpacked(key: bytes, header: dict[str, Any], arrays: bytes) -> Registered:
    at = 0
    parts: list[bytes] = []
    for size in header["sizes"]:
        parts.append(arrays[at : at + size])
        at += size
    records, shingles = (
        Hashes(**dict(zip(_PARTS, each, strict=True))) for each in (parts[:3], parts[3:])
    )
    return Registered(
        key=key,
        lists=tuple(
            RegisteredList(**{**each, "columns": tuple(each["columns"])})
            for each in header["lists"]
        ),
        records=records,
        documents={
            number: Document(list=each, words=words) for number, each, words in header["documents"]
        },
        fingerprints=shingles,
        domains={int(number): known for number, known in header["domains"].items()},
    )


def save(folder: Path, registered: Registered) -> None:
    """Write the sealed file, whole or not at all. Raises SettingInvalid."""
    parts = [
        getattr(hashes, name)
        for hashes in (registered.records, registered.fingerprints)
        for name in _PARTS
    ]
    header = {
        "lists": [asdict(each) for each in registered.lists],
        "documents": [
            (number, each.list, each.words) for number, each in registered.documents.items()
        ],
        "domains": registered.domains,
        "sizes": [len(each) for each in parts],
    }
    text = json.dumps(header).encode()
    plain = b"".join((len(text).to_bytes(8, "big"), text, *parts))
    sealed = _MARK + seal(AESGCM(_subkey(registered.key, b"seal")), plain, _MARK)
    new = folder / "registers.new"
    try:
        new.unlink(missing_ok=True)
        _write(new, sealed)
        new.replace(folder / "registers.sealed")
    except OSError as error:
        raise SettingInvalid(f"{new}: cannot be written: {error.strerror}") from None


def _write(path: Path, octets: bytes) -> None:
    """Write a new file that only its owner can read, and see it on the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(octets)
        file.flush()
        os.fsync(file.fileno())


def _subkey(key: bytes, purpose: bytes) -> bytes:
    return hmac.digest(key, purpose, "sha256")
