"""Finds one kind of number: digits, a check, and words that carry them.

A check digit passes by chance one time in ten, so a word must stand near. In the layout in
which people write such a number any word of its field will do; one digit at a time, in cells or
down the page, it must be named; cut in any other way, its name must stand directly before it.
Several of a list that all pass are evidence by themselves.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from classifiers.detectors.numbers import Number, numbers
from classifiers.detectors.pattern import compile_pattern, finding, nearby, rejected
from classifiers.text.folding import Folded
from classifiers.text.reading import Reading
from models.finding import Finding, Rejected

_BEFORE = 32  # characters in which the name of a number stands directly before it
_NAMED = compile_pattern(
    r"(?:\bno\b|number|\br?h?if\b|\bid\b|\bref|cyfeirnod\b|\bis\b|\byw\b|[:#=)])"
    r"[^\d\n]{0,16}\n?[^\d\n]{0,4}$|[a-z]$"
)
_OTHERWISE = compile_pattern(
    r"(?:\btel|phone|\bfax|\bmob|\bcell\b|\bcall\b|\bring\b|ffon|\bffacs|\b[tmf]:|\bext\b|invoice"
    r"|anfoneb|\border|archeb|\bp\.?o\b|isbn|issn|\bean\b|tracking|parcel|parsel|ticket|tocyn"
    r"|booking|confirmation|cadarnhad|reservation|consignment|waybill|docket|receipt|meter\b|mpan"
    r"|mprn|imei|serial|barcode|£|\$|€)[^\d\n]{0,16}$|\+[\d ()-]{0,6}$"
)
_OTHERWISE_AFTER = compile_pattern(r"^[ )]*[(\[]?(?:cell|fax|phone|mob|home|work|office|tel|x\d)")
_BOOKS = compile_pattern(r"\bisbn")  # whose check digit is the NHS number's
_HEADED = compile_pattern(  # all of a cell that heads a column: Excel drops a leading 0
    r"^[^a-z]*(?:tel|phone|mob|fax|ffon|ffacs|contact)[a-z]*(?:[ .]?(?:no|number|rhif)s?)?[^a-z]*$"
)
_THOUSANDS = frozenset({","})
_ADDRESS = compile_pattern(r"://|www\.|@|%[0-9a-f]{2}|\?[a-z_]+=")
_DOUBTFUL = 0.2  # score of what is said to be something else
_ENOUGH = 5  # numbers in a list
_NEARLY_ALL = 0.8  # of them pass
_SEVERAL, _HALF = 3, 0.5  # so many, of which fewer than half pass: a table of something else
_MOST = 1000  # findings in one text: as good as any more


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberKind:
    """One kind of number, as data."""

    detector: str
    category: str
    lengths: tuple[int, ...]
    layouts: frozenset[tuple[int, ...]]  # in which people write it
    check: Callable[[str], bool]
    name: Any  # RE2: what the number is called, "NHS number"
    words: Any  # RE2: also what only belongs to its field, "patient"
    checked: bool = True  # by a check digit, so that it counts in nearly any layout
    rare: bool = False  # so few pass the check by chance that any name before it will do
    beside: float = 0.9  # score beside a word
    spaced: float = 0.4  # alone, grouped as usual, or 0
    bare: float = 0.2  # alone, digits without a gap, or 0


def words(source: str) -> Any:
    """Compile words, divided by "|", that count whole, though digits may touch them."""
    return compile_pattern(rf"(?:^|[^a-z])(?:{source})(?:[^a-z]|$)")


def carried(folded: Folded, start: int, end: int, by: Any) -> bool:
    """Tell whether a word stands near, or touches, what is found."""
    touching = folded.text[max(0, start - _BEFORE) : start]
    return by.search(touching) is not None or nearby(folded, start, end, by)


def find(kind: NumberKind, reading: Reading) -> Iterator[Finding | Rejected]:
    """Yield each number of a kind that passes its check, and what was looked at and left."""
    for text, folded in reading.texts:
        if not kind.bare and kind.words.search(folded.text) is None:
            continue
        candidates = list(numbers(folded, kind.lengths))
        lists = _lists(kind, candidates) if kind.bare else {}
        found = left = reached = 0
        for number in candidates:
            start, end = number.start, number.end
            if end <= reached:
                continue
            score, reason = _judged(kind, folded, number)
            all_pass = lists.get(number.layout)
            if score and all_pass and reason == "no-word":
                score = kind.beside
            elif all_pass is False and not _by_name(kind, folded, number):
                score = min(score, _DOUBTFUL)
            if score and found < _MOST:
                found, reached = found + 1, end
                yield finding(kind.detector, kind.category, score, text, folded, start, end)
            elif reason and left < _MOST:
                left += 1
                yield rejected(kind.detector, reason, text, folded, start, end)


def touched(folded: Folded, start: int, end: int) -> bool:
    """Tell whether a letter or digit stands directly before or after what is found."""
    return folded.text[start - 1 : start].isalnum() or folded.text[end : end + 1].isalnum()


def _lists(kind: NumberKind, candidates: list[Number]) -> dict[tuple[int, ...], bool]:
    """Layouts in which several numbers are written: True if nearly all pass, False if few do."""
    distinct: dict[tuple[int, ...], set[str]] = {}
    for number in candidates:
        if (layout := number.layout) in kind.layouts and (number.plain or len(layout) > 1):
            distinct.setdefault(layout, set()).add(number.digits)
    told: dict[tuple[int, ...], bool] = {}
    for layout, found in distinct.items():
        share = sum(map(kind.check, found)) / len(found)
        if len(found) >= _ENOUGH and share >= _NEARLY_ALL:
            told[layout] = True
        elif len(layout) > 1 and len(found) >= _SEVERAL and share < _HALF:
            told[layout] = False
    return told


def _judged(kind: NumberKind, folded: Folded, number: Number) -> tuple[float, str]:
    """The score of a number, and why it is no more; 0 without a reason for what is no candidate."""
    layout = number.layout
    usual = layout in kind.layouts
    plain = usual and number.plain
    if not kind.check(number.digits):
        return 0, "check-digit" if plain else ""
    even = len(set(layout)) == 1
    regular = (usual or (even and layout[0] == 1)) and number.apart
    at_start = number.first == 0 and (
        kind.checked or (number.whole and not number.stuck)
    )  # its name may be before it
    if not (regular or at_start):
        return 0, ""
    if number.in_code:
        return 0, "code"
    start, end = number.start, number.end
    named = carried(folded, start, end, kind.name)
    if _otherwise(kind, folded, number, named=named):
        return min(kind.bare, _DOUBTFUL), "named-otherwise"
    if _in_address(kind, folded, start, end):
        return 0, "address"
    beside = named or carried(folded, start, end, kind.words)
    if plain:
        alone = kind.bare if len(layout) == 1 else kind.spaced
        return (kind.beside, "") if beside else (alone, "no-word")
    cells_fit = (
        not (even and number.in_cells)  # tables are full of even groups
        or (named and kind.checked)
        or _by_name(kind, folded, number)
    )
    direct = named and (
        (kind.rare and number.whole) or (at_start and _directly(kind, folded, number))
    )
    if (regular and cells_fit and beside) or direct:
        return kind.beside, ""
    return 0, "layout"


def _directly(kind: NumberKind, folded: Folded, number: Number) -> bool:
    """Tell whether a number is named directly before it."""
    before = folded.text[max(0, number.start - _BEFORE) : number.start]
    if kind.rare and number.apart and kind.name.search(before) is not None:
        return True
    return _by_name(kind, folded, number)


def _by_name(kind: NumberKind, folded: Folded, number: Number) -> bool:
    """Tell whether the words before a number say that its name is meant: "card no", "visa:"."""
    before = folded.text[max(0, number.start - _BEFORE) : number.start]
    return kind.name.search(before) is not None and _NAMED.search(before) is not None


def _otherwise(kind: NumberKind, folded: Folded, number: Number, *, named: bool) -> bool:
    """Tell whether a number is said to be something else: a telephone number, an amount."""
    before = folded.text[max(0, number.start - _BEFORE) : number.start]
    if other := _OTHERWISE.search(before):
        return kind.words.search(before[other.start() :]) is None
    if named:
        return False
    if any(nearby(folded, number.start, number.end, each) for each in (_BOOKS, _HEADED)):
        return True
    if number.gaps == _THOUSANDS and set(number.layout[1:]) == {3}:
        return True
    after = folded.text[number.end : number.end + _BEFORE]
    return _OTHERWISE_AFTER.search(after) is not None


def _in_address(kind: NumberKind, folded: Folded, start: int, end: int) -> bool:
    """Tell whether a number is part of a link or a mail address that does not name it."""
    before = folded.text[max(0, start - 200) : start].replace("<", " ").replace('"', " ")
    token = before[-1:].strip() and before.split()[-1]
    after = folded.text[end : end + _BEFORE]
    rest = after[:1].strip() and after.split()[0]
    if _ADDRESS.search(token + "0" + rest) is None:
        return False
    return kind.words.search(token[-_BEFORE:]) is None
