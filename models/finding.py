"""What detectors find, the text they found it in, and what could not be read."""

from dataclasses import dataclass, field

PERSONAL_MARK = "personal-mark"  # the detector of mail that its sender marked personal (L21)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The text of one part as a reader would see it.

    Offsets of findings count characters of `content`. A part is numbered as IMAP numbers it
    ("2.1"); what lies inside an attachment is counted after a slash ("2/1", "2/1/3"), and
    another reading of an ambiguous part after a tilde ("2~1").
    """

    part: str  # "0" is the header (subject, names and file names)
    kind: str  # "header", "visible" or "hidden"
    content: str = field(repr=False)
    own: tuple[tuple[int, int], ...]  # the sender's own words: [start, end), in order

    def is_own(self, start: int) -> bool:
        """Tell whether the character at `start` is the sender's own, not quoted."""
        return any(first <= start < last for first, last in self.own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Something that could not be read, or not wholly."""

    part: str
    reason: str  # a fixed slug: docs/reading.md lists them; never text from the message
    name: str = field(default="", repr=False)  # the file's name, if it has one


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What the word at [start, end) of a text added to a learned score, in logits."""

    start: int
    end: int
    value: float  # below 0: it spoke against


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found in one part: characters `start` up to `end` of that part's text."""

    detector: str  # "nhs-number"
    category: str  # "health"; for phrases, the name of the list
    score: float  # 0.0 to 1.0, how sure
    part: str  # "2.1" as in Text; "envelope" the recipients
    kind: str = "visible"  # which text of the part: "header", "visible", "hidden"
    start: int = 0
    end: int = 0
    own: bool = True  # in the sender's own words
    reason: str = ""  # a fixed slug for "could not be read", such as "password"; never content
    weights: tuple[Weight, ...] = ()  # of the trained classifier: words for and against
    reads_like: str = ""  # of the trained classifier: a kind of the policy's, as "threat"; or ""
    excerpt: str = field(default="", repr=False)  # the match itself; content, so it is sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A candidate that a detector looked at and left, and why; for explaining, never kept."""

    detector: str
    reason: str  # a fixed slug, such as "check-digit"
    part: str
    kind: str
    start: int
    end: int
    excerpt: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What one inspection gave: the texts read, the findings in them, and what was left."""

    texts: tuple[Text, ...] = field(repr=False)
    findings: tuple[Finding, ...]
    rejected: tuple[Rejected, ...] = ()
    unread: tuple[Unread, ...] = ()
    classifier: str = ""  # the digest of the trained classifier that took part
