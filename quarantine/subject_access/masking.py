"""Masks other people: addresses, names of the directory, names in a message's own address fields.

Each third party has a number of its own throughout, so that a reader can follow who is who, and
each mask says why. Names that stand nowhere but in running text, of people who are in nobody's
directory, are not found: whoever discloses reads it first.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from email.utils import getaddresses

from models.address import parse_address
from models.directory import Directory
from models.finding import Finding
from models.message import Message
from quarantine.subject_access.subject import Subject
from quarantine.subject_access.words import keys, say

CODE = "third-party"  # DPA 2018 Schedule 2 paragraph 16
_NO_PEOPLE = frozenset(keys("actors"))  # who acts in the audit chain, and is no third party
_MARKS = "\u0300-\u036f"
_WORD = re.compile(rf"(?:[^\W_][{_MARKS}]*)+")
_ADDRESS = re.compile(r"[^\s<>\"'(),;:\[\]]{1,64}@[\w.-]{0,255}\w")
_FIELDS = ("From", "To", "Cc", "Bcc", "Sender", "Reply-To")
_SHORTEST = 3  # letters of a name that is masked alone
_ABOUT_WORDS = frozenset(  # detectors whose finding is no one's number or address
    {
        *("learned", "phrases", "marking", "recipients", "attachments", "personal-mark"),
        *("known-images", "commercial", "fingerprints", "bulk-personal-data"),
    }
)


@dataclass(frozen=True, slots=True)
class Form:
    """One way of naming one party."""

    words: tuple[str, ...]  # folded
    party: str


@dataclass
class Mask:
    """Masks for one gathering; counts what it masked, and knows who is behind each number."""

    subject: Subject
    everyone: Directory = field(repr=False)
    language: str
    show: frozenset[str] = frozenset()
    masked: Counter[str] = field(default_factory=Counter)  # by code
    _numbers: dict[str, int] = field(default_factory=dict, repr=False)
    _forms: dict[tuple[str, ...], list[Form]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Index every name of the directory by its first two words."""
        for each in self.everyone.values():
            if each.id != self.subject.id and each.id not in self.show:
                self._index(self._forms, each.name, each.id)

    @property
    def parties(self) -> dict[int, str]:
        """Who is behind each number: a person's id or an address. For the officer alone."""
        return {number: party for party, number in self._numbers.items()}

    def person(self, actor: str) -> str:
        """Name who acted, masked unless it is the subject or someone to be shown."""
        if actor == self.subject.id:
            return self.subject.name
        nobody = "command-line" if actor.startswith("os:") else actor
        if nobody in _NO_PEOPLE:
            return say("actors", nobody, self.language)
        if actor in self.show and actor in self.everyone:
            return self.everyone[actor].name
        return self._mark(actor)

    def address(self, address: str) -> str:
        """An address, masked unless it is the subject's or to be shown."""
        key = parse_address(address).key
        owner = self.everyone.owner(key)
        if key in self.subject.keys or key in self.show or (owner and owner.id in self.show):
            return address
        return self._mark(owner.id if owner else key)

    def text(
        self, text: str, names: Sequence[Form] = (), spans: Collection[tuple[int, int]] = ()
    ) -> str:
        """Mask a text: addresses, names, and the spans of numbers and addresses found in it."""
        found = [*self._addresses(text), *self._named(text, names)]
        found += [(start, end, "") for start, end in spans]
        pieces, at = [], 0
        for start, end, party in sorted(found, key=lambda each: (each[0], -each[1])):
            if start < at:
                continue
            pieces += [text[at:start], self._mark(party) if party else self._identifier()]
            at = end
        return "".join((*pieces, text[at:]))

    def names_in(self, message: Message | None, involved: Collection[str]) -> list[Form]:
        """What else to look for in one message: names of its address fields, and of those in it."""
        index: dict[tuple[str, ...], list[Form]] = {}
        own = set(_folded(self.subject.name))
        values = [value for each in _FIELDS for value in message.values(each)] if message else []
        for name, address in getaddresses(values):
            key = parse_address(address).key
            owner = self.everyone.owner(key)
            party = owner.id if owner else key
            if key not in self.subject.keys and not {key, party} & self.show:
                self._index(index, name, party, own)
        for each in involved:
            if each in self.everyone and each != self.subject.id and each not in self.show:
                self._index(index, self.everyone[each].name, each, own)
        return [form for forms in index.values() for form in forms]

    def _index(
        self,
        index: dict[tuple[str, ...], list[Form]],
        name: str,
        party: str,
        own: Collection[str] | None = None,
    ) -> None:
        """Add the ways of writing a name; with `own`, its single words too, but for those."""
        words = _folded(name)
        ways = (
            {words, (*words[1:], *words[:1]), (*words[:1], *words[-1:])}
            if len(words) > 1
            else set()
        )
        if own is not None:
            ways |= {(each,) for each in words if len(each) >= _SHORTEST and each not in own}
        for way in ways:
            index.setdefault(way[:2], []).append(Form(way, party))

    def _addresses(self, text: str) -> Iterator[tuple[int, int, str]]:
        for found in _ADDRESS.finditer(text):
            key = parse_address(found[0]).key
            owner = self.everyone.owner(key)
            party = owner.id if owner else key
            if key not in self.subject.keys and not {key, party} & self.show:
                yield found.start(), found.end(), party

    def _named(self, text: str, names: Sequence[Form]) -> Iterator[tuple[int, int, str]]:
        """Where names stand: whole names in any case, single words with a capital."""
        local: dict[tuple[str, ...], list[Form]] = {}
        for form in names:
            local.setdefault(form.words[:2], []).append(form)
        words = [(found.start(), found.end()) for found in _WORD.finditer(text)]
        folded = tuple(_fold(text[start:end]) for start, end in words)
        for index, (start, end) in enumerate(words):
            for form in local.get(folded[index : index + 1], ()):
                if text[start].isupper():
                    yield start, _with_surname(text, end), form.party
            two = folded[index : index + 2]
            for form in (*self._forms.get(two, ()), *local.get(two, ())):
                last = index + len(form.words)
                if len(form.words) > 1 and folded[index:last] == form.words:
                    yield start, words[last - 1][1], form.party

    def _mark(self, party: str) -> str:
        number = self._numbers.setdefault(party, len(self._numbers) + 1)
        self.masked[CODE] += 1
        return f"[{say('masks', CODE, self.language)} {number}]"

    def _identifier(self) -> str:
        self.masked[CODE] += 1
        return f"[{say('masks', 'identifier', self.language)}]"


def _with_surname(text: str, end: int) -> int:
    """Where a first name ends together with the word with a capital right after it."""
    after = _WORD.match(text, end + 1)
    follows = after is not None and text[end] == " " and text[end + 1].isupper()
    return after.end() if after and follows else end


def spans_of(findings: Sequence[Finding], part: str, kind: str) -> list[tuple[int, int]]:
    """Where numbers, addresses and the like were found in one text: whose they are is not known."""
    return [
        (each.start, each.end)
        for each in findings
        if each.part == part
        and each.kind == kind
        and each.end > each.start
        and each.detector not in _ABOUT_WORDS
    ]


def _folded(name: str) -> tuple[str, ...]:
    return tuple(_fold(each) for each in _WORD.findall(name) if each)


def _fold(word: str) -> str:
    if word.isascii():
        return word.casefold()
    plain = unicodedata.normalize("NFKD", word)
    return re.sub(f"[{_MARKS}]", "", plain).casefold()
