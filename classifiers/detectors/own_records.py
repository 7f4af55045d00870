"""Finds people and organisations of the body's own lists, which are kept as keyed hashes.

A reference or an email address names one record by itself. A name alone is weak, for many share
one; two different columns of one record near each other are strong. What is registered and what
is read are brought to the same forms by the functions of this module.
"""

from collections.abc import Iterator
from datetime import date
from zlib import crc32

from classifiers.detectors.pattern import compile_pattern, finding, matches, rejected
from classifiers.registers import Gathering, Index, Records, blocks, words_of
from classifiers.text.folding import Folded, fold
from classifiers.text.reading import Reading
from models.finding import Finding, Rejected
from models.mail import Mail

KINDS = ("name", "date", "postcode", "email", "telephone", "reference")
NOTHING, WEAK, IDENTIFYING = 0, 1, 2  # what one value alone is worth
_SCORES = {WEAK: 0.3, IDENTIFYING: 0.9}
_TOGETHER = 0.95
_REACH = 300  # characters between two columns of one record
_SHARED = 200  # records that share a value: beyond this it tells nothing
_MOST_HITS = 20_000  # in one text

_SHORTEST, _LONGEST = 5, 20  # characters of a reference, without what divides it
_RARE = 1000  # all numbers of that length for each record: so few are met by chance
_NAME_REACH = 3  # words from the first of a name to its last
_NAME_WORDS = 4
_LISTED = frozenset(",;|/\t\n")  # what stands between two people's names
_MANY_NUMBERS, _FEW_WORDS = 2000, 4  # in a block of so many numbers, pieces of one are few

_TITLES = frozenset(
    b"mr mrs ms miss mx dr prof professor sir dame rev parch cllr cyng councillor cynghorydd "
    b"ltd limited plc llp cyf cyfyngedig cic".split()
)
_EMAIL = compile_pattern(r"[\w.+'%-]+@[\w-]+(?:\.[\w-]+)+")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            b"january jan ionawr ion",
            b"february feb chwefror chwef",
            b"march mar mawrth fawrth",
            b"april apr ebrill ebr",
            b"may mai fai",
            b"june jun mehefin fehefin meh",
            b"july jul gorffennaf orffennaf gorff",
            b"august aug awst",
            b"september sept sep medi fedi",
            b"october oct hydref hyd",
            b"november nov tachwedd dachwedd tach",
            b"december dec rhagfyr ragfyr rhag",
        ),
        start=1,
    )
    for name in names.split()
}
_BETWEEN = frozenset((b"of", b"o", b"y"))
_LETTERS = b"abcdefghijklmnopqrstuvwxyz"
_ORDINALS = (b"st", b"nd", b"rd", b"th", b"af", b"ail", b"il", b"ydd", b"fed", b"ed", b"eg", b"ain")


class OwnRecords:
    """Records of the body; the category of a finding is the list's name."""

    name = "own-records"

    def __init__(self, key: bytes, records: Records) -> None:
        self._lists = records.lists
        self._index = Index(key, records.hashes)

    def detect(self, mail: Mail, reading: Reading) -> Iterator[Finding | Rejected]:
        """Yield each record once a text; not the sender's own, nor an only recipient's."""
        if not self._index:
            return
        left: set[int] | None = None
        for text, folded in reading.texts:
            hits = sorted(self._hits(folded))[:_MOST_HITS]
            if not hits:
                continue
            left = self._parties(mail) if left is None else left
            met = _Met(left)
            for start, end, places in hits:
                met.take(start, end, places[:_SHARED])
            for number, score, start, end in met.found():
                yield finding(self.name, self._lists[number], score, text, folded, start, end)
            for start, end in sorted(met.alone):
                yield rejected(self.name, "alone", text, folded, start, end)

    def _parties(self, mail: Mail) -> set[int]:
        """The records of the sender and of an only recipient."""
        parties = [mail.envelope.sender]
        if len(mail.envelope.addresses) == 1:
            parties += mail.envelope.addresses
        return {
            place >> 8
            for address in parties
            for form in forms("email", address)
            for place in self._index.places(form)
        }

    def _hits(self, folded: Folded) -> Iterator[tuple[int, int, list[int]]]:
        """Start, end and places of every registered value in a text."""
        for block in blocks(folded.text):
            names, values = list(self._names(block.words)), list(self._values(block.words))
            spans = block.spans() if names or values else []
            for first, last, places in names:
                between = folded.text[spans[first][1] : spans[last][0]]
                if last == first + 1 or _LISTED.isdisjoint(between):
                    yield spans[first][0], spans[last][1], places
            for first, last, places in values:
                yield spans[first][0], spans[last][1], places
        if "@" in folded.text:
            for start, end, address in matches(_EMAIL, folded):
                if places := self._index.places(address.lower().encode()):
                    yield start, end, places

    def _names(self, words: list[bytes]) -> Iterator[tuple[int, int, list[int]]]:
        marks, mask, places_of = self._index.marks, self._index.mask, self._index.places
        known = {word for word in set(words) if marks[crc32(word) & mask]}
        alone = {word for word in known if marks[crc32(word + b" ") & mask]}
        at = [place for place, word in enumerate(words) if word in known]
        for number, first in enumerate(at):
            if words[first] in alone and (places := places_of(words[first] + b" ")):
                yield first, first, places
            for last in at[number + 1 : number + 1 + _NAME_REACH]:
                if last > first + _NAME_REACH:
                    break
                if places := places_of(_pair(words[first], words[last])):
                    yield first, last, places

    def _values(self, words: list[bytes]) -> Iterator[tuple[int, int, list[int]]]:
        """Dates, and numbers and codes in however many pieces they are written."""
        marks, mask = self._index.marks, self._index.mask
        numbers = [place for place, word in enumerate(words) if not word.isalpha()]
        most = _LONGEST if len(numbers) < _MANY_NUMBERS else _FEW_WORDS
        for at in numbers:
            word = words[at]
            if len(word) in (2, 4) and marks[crc32(word) & mask]:
                yield from self._dates(words, at)
            likely = self._stretches(words, at, at, most)
            if at and marks[crc32(words[at - 1]) & mask] and words[at - 1].isalpha():
                likely += self._stretches(words, at - 1, at, most)
            for first, last, form in likely:
                if places := self._index.places(form):
                    yield first, last, places

    def _dates(self, words: list[bytes], year: int) -> Iterator[tuple[int, int, list[int]]]:
        """The dates whose year may be one word."""
        for first, last in ((year - 2, year), (year - 3, year), (year, year + 2)):
            if first >= 0 and last < len(words):
                for form in _dates(words[first : last + 1]):
                    if places := self._index.places(form):
                        yield first, last, places

    def _stretches(
        self, words: list[bytes], first: int, at: int, most: int
    ) -> list[tuple[int, int, bytes]]:
        """What may be a reference, from the word `first` as far as the number `at` or farther."""
        marks, mask = self._index.marks, self._index.mask
        likely = []
        joined = b""
        for last in range(first, min(first + most, len(words))):
            joined += words[last]
            size = len(joined)
            if size > _LONGEST:
                break
            if size >= _SHORTEST and last >= at and marks[crc32(joined) & mask]:
                likely.append((first, last, joined))
        return likely


class _Met:
    """The records met so far in one text."""

    def __init__(self, left: set[int]) -> None:
        self._left = left
        self._last: dict[int, tuple[int, int, int]] = {}  # record -> column, start, end
        self._together: dict[int, tuple[int, int]] = {}
        self._single: dict[int, tuple[int, int]] = {}
        self._weak: dict[tuple[int, int], int] = {}
        self._begun: set[tuple[int, int]] = set()
        self.alone: set[tuple[int, int]] = set()

    def take(self, start: int, end: int, places: list[int]) -> None:
        """Take in one value; they come in the order of their starts."""
        for place in places:
            record, column, strength = place >> 8, place >> 2 & 0x3F, place & 3
            if record in self._left:
                continue
            before = self._last.get(record)
            self._last[record] = (column, start, end)
            if before and before[0] != column and 0 <= start - before[2] <= _REACH:
                self._together.setdefault(record, (before[1], end))
                self._begun |= {(record & 0xFF, before[1]), (record & 0xFF, start)}
            elif strength == IDENTIFYING:
                self._single.setdefault(record, (start, end))
            elif strength == WEAK:
                self._weak.setdefault((record & 0xFF, start), end)
            else:
                self.alone.add((start, end))

    def found(self) -> list[tuple[int, float, int, int]]:
        """List, score, start and end of what was met, each once, in order."""
        best = {(record & 0xFF, *span): _TOGETHER for record, span in self._together.items()}
        for record, span in self._single.items():
            if record not in self._together:
                best.setdefault((record & 0xFF, *span), _SCORES[IDENTIFYING])
        for (number, start), end in self._weak.items():
            if (number, start) not in self._begun:
                best.setdefault((number, start, end), _SCORES[WEAK])
        ordered = sorted(best.items(), key=lambda each: each[0][1:])
        return [(number, score, start, end) for (number, start, end), score in ordered]


def register(gathering: Gathering, kind: str, value: str, place: int, rarity: int) -> bool:
    """Take one value into a register; False if it is not what its kind should be.

    `place` has its strength still to come; `rarity` is how many records there are.
    """
    found = False
    for form in forms(kind, value):
        gathering.add(form, place | _strength(kind, form, rarity))
        found = True
        for hint in _hints(kind, form):
            gathering.hint(hint)
    return found


def _hints(kind: str, form: bytes) -> list[bytes]:
    """The words from which a form is looked for: a name's, a date's year, the letters before."""
    match kind:
        case "name":
            return form.split()
        case "date":
            return [form[:4], form[2:4]]
        case "reference" | "postcode":
            return [form[: len(form) - len(form.lstrip(_LETTERS))]]
    return []


def _strength(kind: str, form: bytes, rarity: int) -> int:
    match kind:
        case "name":
            return NOTHING if form.endswith(b" ") else WEAK
        case "email" | "telephone":
            return IDENTIFYING
        case "reference":
            rare = not form.isdigit() or 10 ** len(form) >= _RARE * rarity
            return IDENTIFYING if rare and len(form) > _SHORTEST else WEAK
    return NOTHING


def forms(kind: str, value: str) -> list[bytes]:
    """The forms in which a value of a kind is looked up; none if it is not of that kind."""
    text = fold(value).text.strip()
    words = words_of(text)
    joined = b"".join(words)
    match kind:
        case "name":
            return _name_forms(text)
        case "date":
            found = _dates(words[:3]) or _dates(words[:4])
            return found if len(found) == 1 else []
        case "email":
            return [text.lower().encode()] if _EMAIL.fullmatch(text) else []
        case "telephone":
            return _telephone_forms(joined)
    fits = _SHORTEST <= len(joined) <= _LONGEST
    return [joined] if fits and any(each in b"0123456789" for each in joined) else []


def _name_forms(text: str) -> list[bytes]:
    """First word and last, in either order; a comma says that the last stands first."""
    last, comma, first = text.partition(",")
    ordered = f"{first} {last}" if comma else text
    words = [word for word in words_of(ordered) if word not in _TITLES][:_NAME_WORDS]
    if len(words) > 1:
        return [_pair(words[0], words[-1])]
    return [word + b" " for word in words]


def _pair(one: bytes, other: bytes) -> bytes:
    return one + b" " + other if one < other else other + b" " + one


def _telephone_forms(digits: bytes) -> list[bytes]:
    """As dialled at home and, twice, from abroad: 07700..., 447700..., 4407700..."""
    plain = digits.removeprefix(b"00").removeprefix(b"44").lstrip(b"0")
    if not (digits.isdigit() and 9 <= len(plain) <= 12):  # noqa: PLR2004 - ITU-T E.164, and ours
        return []
    return [b"0" + plain, b"44" + plain, b"440" + plain]


def _dates(words: list[bytes]) -> list[bytes]:
    """The dates that three words may be, as ISO 8601 writes them; day before month if either."""
    parts = [word for word in words if word not in _BETWEEN]
    if len(parts) != 3 or words[0] in _BETWEEN or words[-1] in _BETWEEN:  # noqa: PLR2004
        return []
    one, two, three = parts
    if len(one) == 4 and one.isdigit():  # noqa: PLR2004 - a year
        year, month, day = one, two, three
    elif one in _MONTHS:
        day, month, year = two, one, three
    else:
        day, month, year = one, two, three
    if not (year.isdigit() and len(year) in (2, 4)):
        return []
    numbers = _number(day), _MONTHS.get(month) or _number(month)
    years = [int(year)] if len(year) == 4 else [1900 + int(year), 2000 + int(year)]  # noqa: PLR2004
    return [iso for each in years if (iso := _iso(each, *numbers))]


def _number(word: bytes) -> int:
    """A day as it is written: 3, 03, 3rd, 3ydd; 0 if it is none."""
    digits = word.rstrip(_LETTERS)
    if not digits.isdigit() or len(digits) > 2 or word[len(digits) :] not in (b"", *_ORDINALS):  # noqa: PLR2004
        return 0
    return int(digits)


def _iso(year: int, day: int, month: int) -> bytes:
    for each in ((month, day), (day, month)):
        try:
            return date(year, *each).isoformat().encode()
        except ValueError:
            continue
    return b""
