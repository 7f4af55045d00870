"""Local passwords, by argon2-cffi with its defaults (RFC 9106, second recommended option)."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12  # characters
_hasher = PasswordHasher()
_NOBODY = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    """Return the hash to keep."""
    return _hasher.hash(password)


def verify_password(hashed: str | None, password: str) -> bool:
    """Tell whether it is right; as slow for a name that has no password."""
    try:
        return _hasher.verify(hashed or _NOBODY, password) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False
