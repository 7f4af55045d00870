"""Keys, codes and recovery codes of second factors (RFC 6238 by pyotp), and the QR code.

The key is sealed by the key file before it is kept. A code is good for its own 30 seconds and
the 30 on either side, and is taken once.
"""

import hmac
import secrets
from datetime import datetime

import pyotp
import segno
from markupsafe import Markup

from models.db.keyring import Keyring
from models.sign_in import SecondFactor

CODES = 8  # recovery codes given at a time
_PERIOD = 30  # seconds, as authenticator apps have it
_DIGITS = 6
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_GROUPS, _IN_GROUP = 4, 6  # 24 characters of 5 bits: 120 bits


def new_key() -> str:
    """Make a key of 160 bits, in base 32 as apps take it."""
    return pyotp.random_base32()


def seal_key(keyring: Keyring, person_id: str, key: str) -> bytes:
    """Seal a key for keeping."""
    return keyring.seal_secret(key.encode(), f"second-factor:{person_id}")


def step_of(keyring: Keyring, factor: SecondFactor, typed: str, now: datetime) -> int | None:
    """Return the step whose code was typed, if it is one of the three that are good now."""
    key = keyring.open_secret(factor.sealed, f"second-factor:{factor.person}").decode()
    return step_of_key(key, typed, now)


def step_of_key(key: str, typed: str, now: datetime) -> int | None:
    """The same for a key that is not kept yet."""
    code = "".join(typed.split())
    if len(code) != _DIGITS or not (code.isascii() and code.isdigit()):
        return None
    app, current = pyotp.TOTP(key), int(now.timestamp()) // _PERIOD
    matching = [
        step
        for step in (current, current - 1, current + 1)
        if hmac.compare_digest(app.generate_otp(step), code)
    ]
    return matching[0] if matching else None


def address_of_key(key: str, person_id: str, body_name: str) -> str:
    """What the QR code says: the otpauth address that apps read."""
    return pyotp.TOTP(key).provisioning_uri(name=person_id, issuer_name=f"Porthor {body_name}")


def qr_code(address: str, label: str) -> Markup:
    """Draw a QR code as SVG without style or script; `label` is its text alternative."""
    drawn = segno.make_qr(address, error="m").svg_inline(
        scale=4, border=4, light="#fff", svgclass=None, lineclass=None, title=label
    )
    return Markup(drawn)  # noqa: S704 - segno's own drawing; it escapes the title


def new_recovery_codes() -> list[str]:
    """Make recovery codes, as they are shown: "abcdef-ghijkl-mnopqr-stuvwx"."""
    return [
        "-".join("".join(secrets.choice(_BASE32) for _ in range(_IN_GROUP)) for _ in range(_GROUPS))
        for _ in range(CODES)
    ]


def tidy_recovery_code(typed: str) -> str:
    """Write a typed recovery code as it was shown, however it was spaced."""
    letters = "".join(each for each in typed.casefold() if each in _BASE32)[: _GROUPS * _IN_GROUP]
    return "-".join(letters[at : at + _IN_GROUP] for at in range(0, len(letters), _IN_GROUP))


def grouped(key: str) -> str:
    """Write a key in groups of four, to be typed."""
    return " ".join(key[at : at + 4] for at in range(0, len(key), 4))
