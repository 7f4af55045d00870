"""Local passwords, by argon2-cffi with its defaults (RFC 9106, second recommended option).

A password needs to be long and hard to guess, by zxcvbn's measure (Wheeler, 2016), which knows
the most common thirty thousand; nothing is asked about the kinds of characters, and it never
expires (ASVS 5.0, 6.2).
"""

import re
from collections.abc import Sequence
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

SHORTEST = 12  # characters
LONGEST = 1000
_MEASURED = 72  # characters that zxcvbn looks at
_WORD = 3  # letters
_OF_ITS_OWN = 8  # letters and digits that are no name of the person or the body
_HARD = 3  # of 4: "safely unguessable", about 10^8 guesses or more
_AT_ONCE = BoundedSemaphore(4)  # each takes 64 MiB for a moment
_hasher = PasswordHasher()
_NOBODY = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    """Return the hash to keep."""
    with _AT_ONCE:
        return _hasher.hash(password)


def verify_password(hashed: str | None, password: str) -> bool:
    """Tell whether it is right; as slow for a name that has no password."""
    try:
        with _AT_ONCE:
            return _hasher.verify(hashed or _NOBODY, password) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


def fault_of(password: str, about: Sequence[str] = ()) -> str:
    """Return the fixed key of what is wrong with a new password; "" for nothing.

    `about` are words that are no secret here: names of the person and of the body.
    """
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    known = [each.casefold() for each in (*about, "porthor")]
    words = [word for each in known for word in re.split(r"[\W_]+", each) if len(word) >= _WORD]
    own = password.casefold()
    for each in sorted(words, key=len, reverse=True):
        own = own.replace(each, "")
    if len(re.sub(r"[\W_]", "", own)) < _OF_ITS_OWN:
        return "guessed"
    measured = zxcvbn(password[:_MEASURED], user_inputs=[*known, *words])
    return "guessed" if measured["score"] < _HARD else ""
