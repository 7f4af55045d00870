"""Has a signature's time witnessed by a time-stamping authority (RFC 3161).

Only a digest leaves. The openssl program asks and checks, as it will for whoever receives the
bundle: authorities differ in how strictly they write, and what it accepts is what counts. The
answer is checked before it is kept, and kept as it came.
"""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import requests
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate

from models.errors import SettingInvalid, Unavailable

_PATIENCE = 30  # seconds
_LARGEST = 100_000  # octets; an answer is a few thousand


def stamp(content: bytes, url: str, authority: Sequence[Certificate]) -> bytes:
    """Return the authority's answer for some bytes, in DER.

    `authority` holds the certificates that it must lead to. Raises Unavailable if it does not
    answer, refuses, or answers what does not fit; SettingInvalid if there is no openssl here.
    """
    with TemporaryDirectory(prefix="porthor-") as scratch:
        folder = Path(scratch)
        data, query, answer, roots = (
            folder / each for each in ("data", "query", "answer", "roots")
        )
        data.write_bytes(content)
        roots.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in authority))
        _openssl("-query", "-data", data, "-sha256", "-cert", "-out", query)
        told = _ask(url, query.read_bytes())
        answer.write_bytes(told)
        if not _openssl("-verify", "-queryfile", query, "-in", answer, "-CAfile", roots):
            raise Unavailable(
                f"evidence.timestamp_url: {url} gave an answer that does not fit what was asked,"
                " or that evidence.timestamp_certificate does not vouch for; nothing was made"
            )
    return told


def _openssl(*arguments: str | Path) -> bool:
    """Run `openssl ts`; return whether it agreed."""
    program = shutil.which("openssl")
    if program is None:
        raise SettingInvalid(
            "evidence.timestamp_url is set, and the openssl program is not on PATH; expected both"
        )
    done = subprocess.run(  # noqa: S603 - our own arguments
        [program, "ts", *map(str, arguments)], capture_output=True, timeout=_PATIENCE, check=False
    )
    return done.returncode == 0


def _ask(url: str, query: bytes) -> bytes:
    try:
        answer = requests.post(
            url,
            data=query,
            headers={"Content-Type": "application/timestamp-query"},
            timeout=_PATIENCE,
            allow_redirects=False,
            stream=True,
        )
        with answer:
            answer.raise_for_status()
            told = b""
            for chunk in answer.iter_content(_LARGEST):
                told += chunk
                if len(told) > _LARGEST:
                    break
    except requests.RequestException:
        raise Unavailable(f"evidence.timestamp_url: {url} does not answer; try again") from None
    if len(told) > _LARGEST:
        raise Unavailable(f"evidence.timestamp_url: {url} answered more than {_LARGEST} octets")
    return told
