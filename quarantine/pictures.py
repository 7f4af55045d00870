"""Pictures of attached files, as a reviewer sees them: drawn anew, never the bytes that were sent.

The drawing is done elsewhere, by a process that can be killed; this package is given a function
for it and reads no file itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from quarantine.attachments import Attached

MOST_PAGES = 10  # of one file; the page says that there are more
_DRAWN = frozenset({"pdf", "picture"})  # kinds by a file's first octets


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What was drawn of one file."""

    pages: tuple[bytes, ...] = field(default=(), repr=False)  # JPEG each, in order
    more: int = 0  # pages that were not drawn


Draw = Callable[[bytes], Drawn]
"""Draw a PDF or a picture. Raises Unavailable if it breaks, takes too long or is too busy."""


def can_draw(attached: Attached) -> bool:
    """Tell whether pictures can be drawn of it: a PDF or a picture, by what it is."""
    return attached.level == 0 and attached.kind in _DRAWN
