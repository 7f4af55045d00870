"""Finds what could not be read, and says why: never silence.

"unreadable" is what no reader of ours could open, or not wholly; "malformed" is what two mail
programs might show differently, and all of whose readings were inspected.
"""

from collections.abc import Iterator

from classifiers.text.reading import Reading
from models.finding import Finding
from models.mail import Mail

# How sure that a person must look; a reason not named here is as sure as damage.
_SCORES = {
    "unknown-type": 0.4,  # drawings, databases: known by their owners, not by us
    "elsewhere": 0.6,
    "unknown-charset": 0.6,
    "media": 0.1,
    "picture": 0.1,
    "damage": 0.7,
    "partly-damaged": 0.4,  # what there was of it has been read
}
_CERTAIN = 0.9
_UNREAD_DEFECTS = frozenset(
    {
        "too-many-parts",
        "too-deep",
        "too-many-fields",
        "header-too-long",
        "unreadable-structure",
    }
)
_MALFORMED = 0.3


class Attachments:
    """What a reader of ours could not open."""

    name = "attachments"

    def detect(self, mail: Mail, reading: Reading) -> Iterator[Finding]:
        """Yield one finding for each thing that could not be read, with the reason."""
        for defect in mail.message.defects:
            if defect.kind in _UNREAD_DEFECTS:
                yield self._finding("unreadable", defect.part, defect.kind, _CERTAIN)
            else:
                yield self._finding("malformed", defect.part, defect.kind, _MALFORMED)
        for each in reading.unread:
            score = _SCORES.get(each.reason, _CERTAIN)
            yield self._finding("unreadable", each.part, each.reason, score, each.name)

    def _finding(
        self, category: str, part: str, reason: str, score: float, name: str = ""
    ) -> Finding:
        return Finding(
            detector=self.name,
            category=category,
            score=score,
            part=part,
            kind="part",
            reason=reason,
            excerpt=name,
        )
