"""One line that anybody can check: facts as JSON, signed as a JWS (RFC 7515), or plain.

The key and certificate are those of evidence bundles (`evidence.key`, `evidence.certificate`).
Without them a line is plain JSON and says nothing about who wrote it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509 import Certificate, load_pem_x509_certificate
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.util import urlsafe_b64encode

from models.errors import SettingInvalid, Tampered

_Key: TypeAlias = RSAKey | ECKey | OKPKey
_ALGORITHMS = ("PS256", "ES256", "Ed25519")
_EXPECTED = "expected RSA, EC P-256 or Ed25519, in PEM without a password"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A key, and the certificate that says whose it is."""

    certificate: Certificate
    _key: _Key = field(repr=False)
    _algorithm: str

    @classmethod
    def load(cls, certificate: Path, key: Path) -> "Signer":
        """Read both PEM files. Raises SettingInvalid, never quoting them."""
        known = load_certificate(certificate)
        try:
            pem = key.read_bytes()
            private = load_pem_private_key(pem, password=None)
        except (OSError, ValueError, TypeError):
            raise SettingInvalid(f"evidence.key: {key} cannot be used; {_EXPECTED}") from None
        if private.public_key() != known.public_key():
            raise SettingInvalid(f"evidence.key: {key} does not belong to evidence.certificate")
        kind, algorithm = _kind_of(known)
        return cls(certificate=known, _key=kind.import_key(pem), _algorithm=algorithm)

    def sign(self, facts: Mapping[str, Any]) -> str:
        """Return the facts as one signed line."""
        thumbprint = sha256(self.certificate.public_bytes(Encoding.DER)).digest()
        header = {"alg": self._algorithm, "x5t#S256": urlsafe_b64encode(thumbprint).decode()}
        return jws.serialize_compact(
            header, plain(facts).encode(), self._key, algorithms=list(_ALGORITHMS)
        )


def load_certificate(path: Path) -> Certificate:
    """Read a PEM certificate. Raises SettingInvalid."""
    try:
        certificate = load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError):
        raise SettingInvalid(
            f"evidence.certificate: {path} cannot be used; expected a PEM certificate"
        ) from None
    _kind_of(certificate)
    return certificate


def _kind_of(certificate: Certificate) -> tuple[type[_Key], str]:
    match certificate.public_key():
        case rsa.RSAPublicKey():
            return RSAKey, "PS256"
        case ec.EllipticCurvePublicKey(curve=ec.SECP256R1()):
            return ECKey, "ES256"
        case ed25519.Ed25519PublicKey():
            return OKPKey, "Ed25519"
    raise SettingInvalid(f"evidence.certificate has a key of another kind; {_EXPECTED}")


def write_line(facts: Mapping[str, Any], signer: Signer | None) -> str:
    """Return the facts as one line: signed if there is a signer, else plain."""
    return signer.sign(facts) if signer else plain(facts)


def plain(facts: Mapping[str, Any]) -> str:
    """Return the facts as one line of JSON."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def is_signed(line: str) -> bool:
    """Tell whether a line claims to be signed; it is not checked."""
    return not line.lstrip().startswith("{")


def read_line(line: str, certificate: Certificate | None) -> dict[str, Any]:
    """Return a line's facts; with a certificate, only if it signed them. Raises Tampered."""
    text = line.strip()
    try:
        if not is_signed(text):
            if certificate is not None:
                raise Tampered("it is not signed, and a certificate was given to check it by")
            facts = json.loads(text)
        elif certificate is None:
            facts = json.loads(jws.extract_compact(text.encode()).payload)
        else:
            kind, algorithm = _kind_of(certificate)
            pem = certificate.public_key().public_bytes(
                Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
            )
            signed = jws.deserialize_compact(text, kind.import_key(pem), algorithms=[algorithm])
            facts = json.loads(signed.payload)
    except (JoseError, ValueError):
        raise Tampered("its signature does not fit it, or it is no line of ours") from None
    if not isinstance(facts, dict):
        raise Tampered("it is no line of ours")
    return facts
