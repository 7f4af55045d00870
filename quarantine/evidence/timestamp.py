"""Has a signature's time witnessed by a time-stamping authority (RFC 3161).

Only a digest leaves. The answer is checked before it is kept, and kept as it came, so that
`openssl ts -verify` reads what the authority wrote.
"""

from collections.abc import Sequence

import requests
from cryptography.x509 import Certificate
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from models.errors import Unavailable

_PATIENCE = 30  # seconds
_LARGEST = 100_000  # octets; an answer is a few thousand


def stamp(content: bytes, url: str, authority: Sequence[Certificate]) -> bytes:
    """Return the authority's answer for some bytes, in DER.

    `authority` holds the certificates that it must lead to. Raises Unavailable if it does not
    answer, refuses, or answers what does not fit.
    """
    builder = TimestampRequestBuilder().data(content).hash_algorithm(HashAlgorithm.SHA256)
    request = builder.cert_request(cert_request=True).build()
    answer = _ask(url, request.as_bytes())
    try:
        response = decode_timestamp_response(answer)
        verifier = VerifierBuilder.from_request(request)
        for each in authority:
            verifier = verifier.add_root_certificate(each)
        verifier.build().verify_message(response, content)
    except (ValueError, VerificationError):
        raise Unavailable(
            f"evidence.timestamp_url: {url} gave an answer that does not fit what was asked, or"
            " that evidence.timestamp_certificate does not vouch for; nothing was made"
        ) from None
    return answer


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
