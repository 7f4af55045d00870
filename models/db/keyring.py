"""The key-encrypting key, held apart from the database, and the wrapping of items' keys.

AES-256-GCM (NIST SP 800-38D) from `cryptography`. Each item has a key of its own; to erase
an item is to destroy its key. The item's id is bound in, so that keys cannot be swapped.
"""

import base64
import os
import tomllib
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from models.errors import SettingInvalid, Tampered

_NONCE = 12  # octets, as SP 800-38D recommends
_KEY = 32  # octets
_OTHERS = 0o077


class Keyring:
    """Wraps and unwraps the keys of items."""

    def __init__(self, key: bytes) -> None:
        self._key = AESGCM(key)

    @staticmethod
    def create(path: Path) -> None:
        """Write a new key file, readable by its owner only. Raises SettingInvalid if it exists."""
        text = (
            "# The key of the held messages. Without it they cannot be read; whoever has it and\n"
            "# the database can read them. Keep a copy apart from the database's backups.\n"
            f'version = 1\nkey = "{base64.b64encode(AESGCM.generate_key(256)).decode()}"\n'
        )
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise SettingInvalid(f"{path} exists; a key file is never overwritten") from None
        with os.fdopen(handle, "w") as file:
            file.write(text)

    @classmethod
    def load(cls, path: Path) -> "Keyring":
        """Read a key file. Raises SettingInvalid, never quoting the key."""
        try:
            if path.stat().st_mode & _OTHERS:
                raise SettingInvalid(f"{path} can be read by others; run `chmod 600 {path}`")
            key = base64.b64decode(tomllib.loads(path.read_text())["key"], validate=True)
        except OSError as error:
            raise SettingInvalid(f"{path} cannot be read: {error.strerror}") from None
        except (ValueError, KeyError, TypeError):
            key = b""
        if len(key) != _KEY:
            raise SettingInvalid(f"{path} is not a key file of `porthor init`")
        return cls(key)

    def new_key(self, item: str) -> tuple[bytes, bytes]:
        """Make a key for an item; return it plain and wrapped."""
        plain = AESGCM.generate_key(256)
        return plain, seal(self._key, plain, item.encode())

    def unwrap(self, wrapped: bytes, item: str) -> bytes:
        """Return an item's key. Raises Tampered."""
        return unseal(self._key, wrapped, item.encode(), f"the key of {item}")

    def seal_secret(self, plain: bytes, bound: str) -> bytes:
        """Seal a small secret that is no held content; `bound` says whose and what for."""
        return seal(self._key, plain, b"secret:" + bound.encode())

    def open_secret(self, sealed: bytes, bound: str) -> bytes:
        """Open a small secret. Raises Tampered."""
        return unseal(self._key, sealed, b"secret:" + bound.encode(), "a sealed secret")


def seal(key: AESGCM, plain: bytes, bound: bytes) -> bytes:
    """Encrypt: nonce, then ciphertext and tag; `bound` must be given again to open it."""
    nonce = os.urandom(_NONCE)
    return nonce + key.encrypt(nonce, plain, bound)


def unseal(key: AESGCM, sealed: bytes, bound: bytes, what: str) -> bytes:
    """Decrypt. Raises Tampered, naming `what`."""
    try:
        return key.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound)
    except (InvalidTag, ValueError):
        raise Tampered(f"{what} does not open: it was changed, or belongs to another key") from None
