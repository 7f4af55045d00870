"""Mail: an envelope and its message (the "mail object" of RFC 5321 section 2.3.1)."""

from dataclasses import dataclass

from models.envelope import Envelope
from models.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What detectors are given."""

    envelope: Envelope
    message: Message
