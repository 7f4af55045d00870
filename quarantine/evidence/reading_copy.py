"""Makes a copy to read: what a reader sees, less what is cut, each cut with its reason. Pure.

The original is never touched. What is cut in one place is cut wherever the same words stand in
the copy, as whole words in any letter case: a name that is left in the subject undoes its removal
from the text. The mark left for a cut says why, and never how much.
"""

import html
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from unicodedata import normalize

from models.errors import SettingInvalid
from models.finding import Text, Unread
from quarantine.evidence.words import REASONS, both

_SHORTEST = 3  # letters and digits: what is shorter stands everywhere, and is cut only where marked
OUT_OF_SCOPE = REASONS[-1]
_FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")
_HEADER = "0"  # the number of the part that the header is


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """Characters `start` up to `end` of one text that are not to be read, and why."""

    part: str  # as in Text
    kind: str = "visible"
    start: int
    end: int
    reason: str  # one of words.REASONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of text that stays, or a cut: then `text` is empty and `reason` is not."""

    text: str = field(default="", repr=False)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedText:
    """One text of the message as the copy has it."""

    part: str
    kind: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A reading copy, before it is written as text, HTML or PDF."""

    facts: tuple[tuple[str, CopiedText], ...]  # a key of words [copy], and what to say
    texts: tuple[CopiedText, ...]
    unread: tuple[Unread, ...] = ()

    @property
    def removed(self) -> dict[str, int]:
        """How many places were cut, by reason."""
        everything = [*(each for _, each in self.facts), *self.texts]
        found = Counter(piece.reason for each in everything for piece in each.pieces)
        return {reason: found[reason] for reason in REASONS if found[reason]}


class Cutter:
    """Cuts the same words wherever they stand."""

    def __init__(self, texts: Sequence[Text], redactions: Sequence[Redaction]) -> None:
        known = {(each.part, each.kind): each for each in texts}
        self._marked: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
        self._words: dict[str, tuple[str, str]] = {}  # by one spelling: as marked, and why
        for each in redactions:
            text = _checked(each, known)
            span = (each.start, each.end, each.reason)
            self._marked.setdefault((each.part, each.kind), []).append(span)
            words = _words_of(text.content[each.start : each.end])
            if words:
                self._words.setdefault(words.lower(), (words, each.reason))
        for words, reason in [
            *self._words.values()
        ]:  # a letter and its accent may be two characters
            for form in _FORMS:
                spelt = normalize(form, words)
                self._words.setdefault(spelt.lower(), (spelt, reason))
        ways = sorted((words for words, _ in self._words.values()), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_anywhere, ways)), re.IGNORECASE) if ways else None

    def cut(self, text: str, part: str = "", kind: str = "visible") -> CopiedText:
        """Return a text without what is marked in it, and without those words anywhere."""
        marked = [*self._marked.get((part, kind), ()), *self._elsewhere(text)]
        pieces: list[Piece] = []
        at = 0
        for start, end, reason in sorted(marked, key=lambda each: (each[0], -each[1])):
            if end <= at:
                continue
            if start > at:
                pieces.append(Piece(text=text[at:start]))
            if start >= at:
                pieces.append(Piece(reason=reason))  # cuts that overlap are one
            at = end
        if at < len(text):
            pieces.append(Piece(text=text[at:]))
        return CopiedText(part=part, kind=kind, pieces=tuple(pieces))

    def plain(self, text: str) -> str:
        """Return a text with each cut shown in words."""
        return as_text(self.cut(text))

    def _elsewhere(self, text: str) -> Iterable[tuple[int, int, str]]:
        for found in self._pattern.finditer(text) if self._pattern else ():
            _, reason = self._words.get(_words_of(found[0]).lower(), ("", OUT_OF_SCOPE))
            yield found.start(), found.end(), reason


def _checked(redaction: Redaction, known: Mapping[tuple[str, str], Text]) -> Text:
    """The text that a redaction is of. Raises SettingInvalid."""
    place = f"part {redaction.part}, {redaction.kind} text"
    text = known.get((redaction.part, redaction.kind))
    if redaction.reason not in REASONS:
        raise SettingInvalid(
            f'a cut in {place} has the reason "{redaction.reason}"; expected one of'
            f" {', '.join(REASONS)}"
        )
    if text is None:
        raise SettingInvalid(f"a cut is in {place}, and the message has no such text")
    if not 0 <= redaction.start < redaction.end <= len(text.content):
        raise SettingInvalid(
            f"a cut in {place} is from {redaction.start} to {redaction.end}; expected characters"
            f" within 0 to {len(text.content)}"
        )
    return text


def _words_of(text: str) -> str:
    """What is looked for elsewhere; "" if it is too short to be."""
    words = " ".join(text.split()).strip(" .,;:!?()[]<>\"'")
    return words if sum(each.isalnum() for each in words) >= _SHORTEST else ""


def _anywhere(words: str) -> str:
    """A pattern of whole words with any white space between them: linear, as it has no choice."""
    between = r"\s+".join(map(re.escape, words.split(" ")))
    before = r"(?<!\w)" if words[0].isalnum() else ""
    after = r"(?!\w)" if words[-1].isalnum() else ""
    return f"{before}{between}{after}"


def make_copy(
    texts: Sequence[Text],
    cutter: Cutter,
    facts: Iterable[tuple[str, str]] = (),
    unread: tuple[Unread, ...] = (),
) -> Copy:
    """Make the copy of a message's texts, headed by some facts, which are cut too.

    What could not be read is told by its number and reason; a file's name is not.
    """
    ordered = sorted(texts, key=lambda each: each.part != _HEADER)
    return Copy(
        facts=tuple((key, cutter.cut(value)) for key, value in facts),
        texts=tuple(cutter.cut(each.content, each.part, each.kind) for each in ordered),
        unread=unread,
    )


def as_text(copied: CopiedText) -> str:
    """The text with a mark for each cut, which says why and not how much."""
    return "".join(
        f"[{both('reasons', each.reason)}: {both('copy', 'gone')}]" if each.reason else each.text
        for each in copied.pieces
    )


def write_text(copy: Copy) -> str:
    """The copy as plain text, in both languages."""
    lines = [both("copy", "title"), ""]
    lines += [f"{both('copy', key)}: {as_text(each)}" for key, each in copy.facts]
    lines += ["", both("copy", "removed")]
    lines += [f"  {words}" for words in removed_in_words(copy)]
    for each in copy.texts:
        lines += ["", f"=== {title_of(each)} ===", as_text(each)]
    for words in unread_in_words(copy):
        lines += ["", words]
    return "\n".join(lines) + "\n"


def removed_in_words(copy: Copy) -> list[str]:
    """What was removed, by category."""
    if not copy.removed:
        return [both("copy", "nothing")]
    places = both("copy", "places")
    told = [f"{both('reasons', why)}: {count} ({places})" for why, count in copy.removed.items()]
    return [*told, both("copy", "untouched")]


def unread_in_words(copy: Copy) -> list[str]:
    """What is not in the copy because it could not be read."""
    return [
        f"{both('copy', 'part')} {each.part}: {both('copy', 'unread')} ({each.reason})"
        for each in copy.unread
    ]


def title_of(copied: CopiedText) -> str:
    """What one text of the message is."""
    if copied.part == _HEADER:
        return both("copy", "header")
    return f"{both('copy', 'part')} {copied.part}: {both('copy', copied.kind)}"


def write_html(copy: Copy, title: str) -> str:
    """The copy as one page that brings nothing from elsewhere and runs nothing."""
    rows = "".join(
        f"<dt>{_bilingual('copy', key)}</dt><dd>{_marked_up(each)}</dd>" for key, each in copy.facts
    )
    removed = "".join(f"<li>{html.escape(each)}</li>" for each in removed_in_words(copy))
    texts = "".join(
        f"<section><h2>{html.escape(title_of(each))}</h2><pre>{_marked_up(each)}</pre></section>"
        for each in copy.texts
    )
    unread = "".join(f"<p>{html.escape(each)}</p>" for each in unread_in_words(copy))
    return (
        '<!DOCTYPE html>\n<html lang="cy"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{_bilingual('copy', 'title')}</h1><dl>{rows}</dl>"
        f"<h2>{_bilingual('copy', 'removed')}</h2><ul>{removed}</ul>{texts}{unread}"
        "</main></body></html>\n"
    )


_STYLE = (
    "body{font-family:sans-serif;line-height:1.5;margin:1rem auto;max-width:45rem;padding:0 1rem}"
    "pre{break-inside:auto;font-family:inherit;white-space:pre-wrap;overflow-wrap:anywhere}"
    "dt{font-weight:bold}dd{margin:0 0 .5rem;overflow-wrap:anywhere}"
    "mark{background:#0b0c0c;color:#fff;padding:0 .25em}"
    "@page{size:A4;margin:2cm}"
)


def _bilingual(section: str, key: str) -> str:
    cy, _, en = both(section, key).partition(" / ")
    return f'{html.escape(cy)} / <span lang="en">{html.escape(en)}</span>'


def _marked_up(copied: CopiedText) -> str:
    return "".join(
        f"<mark>[{html.escape(both('reasons', each.reason))}: {both('copy', 'gone')}]</mark>"
        if each.reason
        else html.escape(each.text)
        for each in copied.pieces
    )
