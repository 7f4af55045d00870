"""What detectors find, and the text they found it in."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The text of one part as a reader would see it.

    Offsets of findings count characters of `content`.
    """

    part: str  # "2.1"; "0" is the header (subject and file names)
    kind: str  # "header", "visible" or "hidden"
    content: str = field(repr=False)
    own: tuple[tuple[int, int], ...]  # the sender's own words: [start, end), in order

    def is_own(self, start: int) -> bool:
        """Tell whether the character at `start` is the sender's own, not quoted."""
        return any(first <= start < last for first, last in self.own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found in one part: characters `start` up to `end` of that part's text."""

    detector: str  # "nhs-number"
    category: str  # "health"; for phrases, the name of the list
    score: float  # 0.0 to 1.0, how sure
    part: str  # "2.1", as IMAP numbers parts; "0" the header; "envelope" the recipients
    kind: str = "visible"  # which text of the part: "header", "visible", "hidden"
    start: int = 0
    end: int = 0
    own: bool = True  # in the sender's own words
    reason: str = ""  # a fixed slug for "could not be read", such as "password"; never content
    excerpt: str = field(default="", repr=False)  # the match itself; content, so it is sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What one inspection gave: the texts read and the findings in them."""

    texts: tuple[Text, ...] = field(repr=False)
    findings: tuple[Finding, ...]
