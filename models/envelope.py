"""The SMTP envelope (RFC 5321 section 2.3.1): who sends to whom, and over what session."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """The peer that speaks SMTP to us."""

    address: str  # IP address; "" when unknown, as for `porthor check`
    port: int  # source port; 0 when unknown
    name: str  # what it called itself in EHLO or HELO
    esmtp: bool = True
    tls: bool = False
    user: str | None = None  # the authenticated name, if any


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One RCPT TO: the mailbox, and its parameters exactly as written (RFC 3461 NOTIFY, ORCPT)."""

    address: str = field(repr=False)
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One mail transaction."""

    id: str  # our queue id: short, unguessable, in every log line, page and notice
    sender: str = field(repr=False)  # "" is the null reverse-path
    recipients: tuple[Recipient, ...]
    options: tuple[str, ...] = ()  # MAIL parameters exactly as written: BODY, SIZE, RET, ENVID...
    client: Client
    received: datetime  # aware, UTC

    @property
    def addresses(self) -> tuple[str, ...]:
        """The recipients' mailboxes, in the order given."""
        return tuple(recipient.address for recipient in self.recipients)
