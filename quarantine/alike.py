"""Which held messages of one sender are near-identical, so that one look serves them all. Pure.

Two steps: what is known in clear (the same rules, the same findings in the same order, about
the same size, within a day) says which may be; what they say tells which are. Then the same must
have been found, the same files be attached, and all but a few words be the same, as when a letter
greets each recipient by name.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from models.finding import Text
from models.held import HeldMessage

_WORD = re.compile(r"\w+")
_WORDS_COUNT, _WORDS_SHARE = 4, 0.03  # that may differ, whichever is more
_APART = timedelta(days=1)
_SIZE_OCTETS, _SIZE_SHARE = 500, 0.02  # by which the sizes may differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one message says, as far as it is compared."""

    texts: tuple[Text, ...] = field(repr=False)
    excerpts: tuple[str, ...] = field(repr=False)  # what each finding matched
    files: tuple[str, ...]  # digests of what is attached


def may_be_alike(first: HeldMessage, second: HeldMessage) -> bool:
    """Tell whether two messages of one sender look the same without being opened.

    An appeal is like no other: it gets a look of its own.
    """
    if first.appeal or second.appeal:
        return False
    larger, smaller = max(first.size, second.size), min(first.size, second.size)
    return (
        first.rules == second.rules
        and first.narrow is second.narrow
        and first.disposition is second.disposition
        and _shape(first) == _shape(second)
        and abs(first.received - second.received) <= _APART
        and larger - smaller <= max(_SIZE_OCTETS, larger * _SIZE_SHARE)
    )


def _shape(held: HeldMessage) -> list[tuple[str, str, str, str]]:
    """What was found, in order; what was found in the recipients is not compared."""
    return [
        (each.detector, each.category, each.part, each.kind)
        for each in held.findings
        if each.part != "envelope"
    ]


def are_alike(first: Said, second: Said) -> bool:
    """Tell whether two messages say the same, but for a few words."""
    if first.files != second.files or first.excerpts != second.excerpts:
        return False
    one, other = _words(first.texts), _words(second.texts)
    few = max(_WORDS_COUNT, max(one.total(), other.total()) * _WORDS_SHARE)
    return (one - other).total() <= few and (other - one).total() <= few


def _words(texts: Iterable[Text]) -> Counter[str]:
    """Every word with its part; names in the header are those of the recipients."""
    return Counter(
        f"{text.part}/{text.kind}/{word}"
        for text in texts
        if text.kind != "header"
        for word in _WORD.findall(text.content.casefold())
    )
