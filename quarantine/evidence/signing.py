"""Signs and encrypts for outsiders: CMS (RFC 5652), which `openssl cms` checks and opens.

The key and certificate are the body's own: `evidence.key` and `evidence.certificate`. A small
body may make its own certificate; it proves that one key signed, not whose it is, so its
fingerprint must reach the recipient by another way.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs7,
)
from cryptography.x509.oid import NameOID

from models.errors import SettingInvalid

_OTHERS = 0o077
_VALID = timedelta(days=3 * 365)
_KEY_BITS = 3072  # RSA: what every openssl, and every mail program, can check
_PEM = Encoding.PEM
_LONGEST_NAME = 64  # characters (RFC 5280, ub-organization-name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A key with its certificate, and those between it and its root."""

    certificates: tuple[x509.Certificate, ...]  # the signer's own first
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def pem(self) -> bytes:
        """The certificates as they travel in a bundle."""
        return b"".join(each.public_bytes(_PEM) for each in self.certificates)

    def check_valid(self, at: datetime) -> None:
        """Refuse a certificate that has run out. Raises SettingInvalid."""
        ended = self.certificates[0].not_valid_after_utc
        if ended < at:
            raise SettingInvalid(
                f"evidence.certificate ended on {ended.date().isoformat()}; expected one that is"
                " valid now, for whoever receives a bundle would be told so"
            )

    def sign(self, content: bytes) -> bytes:
        """Return a detached CMS signature in DER, the certificates included."""
        builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
        builder = builder.add_signer(self.certificates[0], self.key, hashes.SHA256())
        for each in self.certificates[1:]:
            builder = builder.add_certificate(each)
        options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
        return builder.sign(Encoding.DER, options)


def load_signer(certificate: Path, key: Path) -> Signer:
    """Read both PEM files. Raises SettingInvalid, never quoting them."""
    certificates = load_certificates(certificate, "evidence.certificate")
    try:
        if key.stat().st_mode & _OTHERS:
            raise SettingInvalid(f"evidence.key: {key} can be read by others; `chmod 600 {key}`")
        private = load_pem_private_key(key.read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        raise SettingInvalid(
            f"evidence.key: {key} cannot be used; expected a PEM key without a password"
        ) from None
    if not isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise SettingInvalid(
            f"evidence.key: {key} is of a kind that CMS signatures are not made with here;"
            " expected RSA or EC"
        )
    if private.public_key() != certificates[0].public_key():
        raise SettingInvalid(f"evidence.key: {key} does not belong to evidence.certificate")
    return Signer(certificates=tuple(certificates), key=private)


def load_certificates(path: Path, what: str) -> list[x509.Certificate]:
    """Read the certificates of a PEM file; `what` stands in the error. Raises SettingInvalid."""
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError):
        raise SettingInvalid(
            f"{what}: {path} cannot be used; expected one or more PEM certificates"
        ) from None


def encrypt(content: bytes, recipient: x509.Certificate) -> bytes:
    """Return CMS EnvelopedData in DER, AES-256, which the recipient's key alone opens.

    Raises SettingInvalid if the recipient's key is not RSA.
    """
    if not isinstance(recipient.public_key(), rsa.RSAPublicKey):
        raise SettingInvalid("the recipient's certificate has a key of another kind; expected RSA")
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(content).add_recipient(recipient)
    builder = builder.set_content_encryption_algorithm(AES256)
    return builder.encrypt(Encoding.DER, [pkcs7.PKCS7Options.Binary])


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 over the certificate's DER, hexadecimal."""
    return sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def make_certificate(names: Sequence[str], certificate: Path, key: Path, *, now: datetime) -> str:
    """Write a key and a certificate signed with itself; return its fingerprint.

    Valid three years, in the body's names. Raises SettingInvalid if either file is there, or a
    name is too long for a certificate.
    """
    for each in names:
        if not 0 < len(each) <= _LONGEST_NAME:
            raise SettingInvalid(
                f'the name "{each}" has {len(each)} characters; expected 1 to {_LONGEST_NAME}'
            )
    for path in (certificate, key):
        if path.exists():
            raise SettingInvalid(f"{path} exists; a key or certificate is never overwritten")
    private = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    subject = x509.Name(
        [
            *(x509.NameAttribute(NameOID.ORGANIZATION_NAME, each) for each in names),
            x509.NameAttribute(NameOID.COMMON_NAME, "Evidence"),
        ]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + _VALID)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_signs_only(), critical=True)
        .sign(private, hashes.SHA256())
    )
    secret = private.private_bytes(_PEM, PrivateFormat.PKCS8, NoEncryption())
    _write_new(certificate, made.public_bytes(_PEM), 0o644)
    _write_new(key, secret, 0o600)
    return fingerprint(made)


def _signs_only() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write_new(path: Path, content: bytes, mode: int) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except OSError as error:
        raise SettingInvalid(f"{path}: cannot be written: {error.strerror}") from None
    with os.fdopen(handle, "wb") as file:
        file.write(content)
