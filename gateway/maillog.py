"""One line a transaction, in the shape mail administrators know, and no content in it.

Of an address only the domain is logged. Each line is explained in docs/operating.md.
"""

import logging

from models.address import parse_address
from models.envelope import Envelope
from models.verdict import Verdict

_log = logging.getLogger("porthor.mail")


def _domain(address: str) -> str:
    return f"*@{parse_address(address).domain}" if address else ""


def log_outcome(envelope: Envelope, outcome: str, *, size: int, reply: int, delay: float) -> None:
    """Log the end of one transaction: relayed, held, parted, refused or deferred.

    `size` is octets, `reply` the SMTP code given, `delay` seconds from the final dot.
    """
    _log.info(
        "%s: from=<%s>, to=<%s>, nrcpt=%d, size=%d, client=%s:%d, outcome=%s, reply=%d, delay=%.3f",
        envelope.id,
        _domain(envelope.sender),
        ",".join(sorted({_domain(each) for each in envelope.addresses})),
        len(envelope.recipients),
        size,
        envelope.client.address,
        envelope.client.port,
        outcome,
        reply,
        delay,
    )


def log_verdict(envelope: Envelope, verdict: Verdict) -> None:
    """Log which rules applied; only for mail that does not simply pass."""
    _log.info(
        "%s: verdict=%s, rules=%s, policy=%s",
        envelope.id,
        verdict.disposition.label,
        ",".join(verdict.rules),
        verdict.policy[:12],
    )


def log_not_told(envelope: Envelope) -> None:
    """Log that rules only watched: the sender has no record of having been told (L7)."""
    _log.info("%s: sender=not-told, rules=watching", envelope.id)


def log_fault(envelope_id: str, stage: str, kind: str) -> None:
    """Log a fault of ours: where, and what kind of exception, never its text."""
    _log.error("%s: fault, stage=%s, kind=%s", envelope_id or "-", stage, kind)


def log_inspection_failed(envelope: Envelope, then: str) -> None:
    """Log that a message broke its inspection, and what followed (A3)."""
    _log.warning("%s: inspection failed, then=%s", envelope.id, then)
