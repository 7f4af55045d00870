"""The Received field (RFC 5321 section 4.4): the one thing we add to a message."""

from datetime import datetime
from email.utils import format_datetime

from models.envelope import Client


def received_field(*, by: str, client: Client, id: str, at: datetime) -> bytes:  # noqa: A002
    """Return the whole field, folded, CRLF at its end.

    `by` is our host name and `id` the queue id. Recipients are not named: one could
    otherwise learn of another (RFC 5321 section 7.2).
    """
    name = _atoms(client.name) or "unknown"
    peer = f"[{'IPv6:' if ':' in client.address else ''}{client.address}]:{client.port}"
    protocol = "SMTP"
    if client.esmtp:
        protocol = "ESMTP" + ("S" if client.tls else "") + ("A" if client.user else "")
    return (
        f"Received: from {name} ({peer})\r\n"
        f"\tby {_atoms(by)} (Porthor) with {protocol} id {id};\r\n"
        f"\t{format_datetime(at)}\r\n"
    ).encode("ascii")


def _atoms(text: str) -> str:
    """Keep what may stand in a field: a client may say anything in EHLO."""
    return "".join(each for each in text if each.isascii() and (each.isalnum() or each in ".-_:[]"))
