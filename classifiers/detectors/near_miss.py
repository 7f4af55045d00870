"""Tells a domain or a mailbox that is nearly, but not, another: a slip of the finger, or a trick.

Short names are near each other by nature, so they count only where two letters changed places;
names that differ in a digit are two of a series.
"""

from collections.abc import Iterable

from classifiers.text.folding import fold

_LONG = 7  # letters of a name in which any one slip counts
_SHORT = 5  # letters of a name in which swapped letters count
_LOOKED_AT = 4  # characters by which two domains may differ in length
_NEAR, _ELSEWHERE = 0.9, 0.6  # misspelt; another ending
_SWAPPED, _ONE_OFF = 0.8, 0.4  # the same of a mailbox: people's names differ by a letter
_LOCAL = 8  # letters of a mailbox's name
_LOOKALIKES = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("0", "o"), ("1", "l"))
_GIVEN_OUT = (  # endings that no stranger can have: a council's and a university's name
    *("ac.uk", "sch.uk", "gov.uk", "nhs.uk", "police.uk", "mod.uk", "parliament.uk"),
    *("nhs.wales", "gov.wales", "llyw.cymru", "senedd.wales", "senedd.cymru"),
)


def near_domain(domain: str, own: Iterable[str], others: Iterable[str]) -> float:
    """How surely a domain is meant to be one of the body's `own` or of `others`, 0 if it is not.

    All lower case; `domain` is none of them, and lies below none of them.
    """
    shown = _shown(domain)
    labels = shown.split(".")
    best = 0.0
    for known in own:
        best = max(best, _near(labels, known), _ending(labels, known))
    for known in others:
        best = max(best, _near(labels, known))
    return best


def _shown(domain: str) -> str:
    """A domain as a reader sees it: international labels decoded (RFC 3492), letters folded."""
    labels = []
    for label in domain.split("."):
        try:
            decoded = label.removeprefix("xn--").encode("ascii").decode("punycode")
        except UnicodeError:
            decoded = label
        labels.append(decoded if label.startswith("xn--") else label)
    return fold(".".join(labels)).text.lower()


def _near(labels: list[str], known: str) -> float:
    """A name misspelt, looked alike or hyphenated, or an ending misspelt."""
    count = known.count(".") + 1
    given = ".".join(labels[-count:])
    name = known.partition(".")[0]
    if len(labels) < count or abs(len(given) - len(known)) > _LOOKED_AT or len(name) < _SHORT:
        return 0
    if given == known or _skeleton(given) == _skeleton(known):
        return _NEAR
    if swapped(given, known):
        return _NEAR
    same_name = given.partition(".")[0] == name
    return _NEAR if (same_name or len(name) >= _LONG) and one_off(given, known) else 0


def _ending(labels: list[str], known: str) -> float:
    """The same name under another ending."""
    name, _, ending = known.partition(".")
    if len(name) < _SHORT or name not in labels[:-1]:
        return 0
    given = ".".join(labels[labels.index(name) + 1 :])
    given_out = any(given == each or given.endswith("." + each) for each in _GIVEN_OUT)
    return 0 if given == ending or given_out else _ELSEWHERE


def _skeleton(domain: str) -> str:
    for shown, meant in _LOOKALIKES:
        domain = domain.replace(shown, meant)
    return domain.replace("-", "")


def near_local(one: str, other: str) -> float:
    """How surely one mailbox's name is meant to be another, both lower case; 0 if it is not."""
    if min(len(one), len(other)) < _LOCAL or one == other:
        return 0
    if swapped(one, other):
        return _SWAPPED
    return _ONE_OFF if one_off(one, other) else 0


def swapped(one: str, other: str) -> bool:
    """Tell whether two neighbouring letters changed places, and nothing else differs."""
    if len(one) != len(other):
        return False
    at = _first_difference(one, other)
    return one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]


def one_off(one: str, other: str) -> bool:
    """Tell whether one letter is missing, added or another; not a digit for a digit."""
    if abs(len(one) - len(other)) > 1:
        return False
    at = _first_difference(one, other)
    if len(one) == len(other):
        return one[at + 1 :] == other[at + 1 :] and not (one[at].isdigit() and other[at].isdigit())
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return longer[at + 1 :] == shorter[at:] and not longer[at].isdigit()


def _first_difference(one: str, other: str) -> int:
    """Where two texts that differ do so first; the length of the shorter if it starts the other."""
    for at, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return at
    return min(len(one), len(other))
