"""A draft that its writer has checked before sending. Nothing of it is stored or logged.

What checks it is given from above (gateway/drafts.py): this package finds nothing itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from models.finding import Finding, Text
from models.verdict import Disposition

LONGEST_DRAFT = 20_000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What would be sent, as far as it can be typed into a page: no attachments."""

    sender: str = field(repr=False)
    recipients: tuple[str, ...] = field(repr=False)
    subject: str = field(default="", repr=False)
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDraft:
    """What would happen to a draft, and why."""

    disposition: Disposition
    rules: tuple[str, ...]  # ids of those that would advise or hold, strictest first
    findings: tuple[Finding, ...]
    texts: tuple[Text, ...] = field(repr=False)
    exempt: bool = False  # it would pass unread


CheckDraft = Callable[[Draft], CheckedDraft]
