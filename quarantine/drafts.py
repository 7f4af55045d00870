"""What its writer has checked before it goes out: a draft, or a text of another program.

Nothing of it is stored or logged. What checks it is given from above (gateway/drafts.py): this
package finds nothing itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from models.finding import Finding, Text, Unread
from models.verdict import Disposition, Verdict

LONGEST_DRAFT = 20_000  # characters
NOWHERE = ".invalid"  # ends the address of who has none: RFC 6761 promises that nobody does


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftFile:
    """A file that would go out with a draft."""

    name: str = field(repr=False)
    media_type: str  # "application/pdf"
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What would be sent or published."""

    sender: str = field(repr=False)
    recipients: tuple[str, ...] = field(repr=False)  # those with no address end in NOWHERE
    subject: str = field(default="", repr=False)  # one line
    text: str = field(default="", repr=False)
    html: bool = False  # the text is HTML
    language: str = ""  # as its writer says: "cy", "en" or ""
    shown: bool = True  # the recipients see each other's addresses, as those of an email do
    files: tuple[DraftFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDraft:
    """What would happen to a draft, and why."""

    verdict: Verdict
    rules: tuple[str, ...]  # ids of those that would advise or hold, strictest first
    texts: tuple[Text, ...] = field(default=(), repr=False)
    unread: tuple[Unread, ...] = ()
    exempt: bool = False  # it would pass unread

    @property
    def disposition(self) -> Disposition:
        """What follows."""
        return self.verdict.disposition

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found."""
        return self.verdict.findings


CheckDraft = Callable[[Draft], CheckedDraft]
