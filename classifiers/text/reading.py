"""Message -> its texts, and what of it could not be read.

Every part is read by every reader its octets may belong to; what readers find inside is read in
its turn, to the limits. Nothing is skipped in silence: what is not read is an `Unread`.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from classifiers.settings import LIMITS, ReadingSettings
from classifiers.text.bidi import shown_order
from classifiers.text.charsets import whole
from classifiers.text.embedded import embedded
from classifiers.text.extracting import (
    Budget,
    Member,
    Missing,
    Piece,
    Recogniser,
    Source,
    TooMuch,
)
from classifiers.text.folding import Folded, fold
from classifiers.text.header_text import header_texts
from classifiers.text.kinds import kinds_of
from classifiers.text.own_words import own_spans
from classifiers.text.readers import HARMLESS, SAFE, reader_of
from classifiers.text.remains import legible
from models.address import same_mailbox
from models.finding import Text, Unread
from models.message import Message

_REPLY_MARKS = ("re:", "fw:", "fwd:", "atb:", "ateb:", "yml:", "ymlaen:", "aw:", "tr:")
_DAMAGED = frozenset({"damage", "partly-damaged"})
_SHORTEST_NAME = 6  # characters of a name in which anything could stand


@dataclass(frozen=True, slots=True)
class Reading:
    """What detectors are given: every text, also folded, and what could not be read."""

    texts: tuple[tuple[Text, Folded], ...]
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Something still to be read, and its place."""

    number: str
    source: Source
    depth: int
    own: bool  # the sender wrote it, as far as anyone can tell
    body: bool  # part of the mail itself: quoted replies and signatures are told apart
    replies: bool = False  # the mail is an answer or a forward, so it may quote
    guessed: bool = False  # some text happened to look like it, so it may be no file at all


@dataclass(slots=True)
class _Found:
    """What one message gave so far."""

    texts: list[Text] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    known: set[tuple[str, str]] = field(default_factory=set)

    def add(self, texts: Iterable[Text]) -> None:
        """Take in some texts; a second of one part and kind is another reading of it."""
        for text in texts:
            part, readings = text.part, 0
            while (part, text.kind) in self.known:
                readings += 1
                part = f"{text.part}~{readings}"
            self.known.add((part, text.kind))
            self.texts.append(replace(text, part=part))


def read(
    message: Message,
    limits: ReadingSettings = LIMITS,
    *,
    recogniser: Recogniser | None = None,
    without: str = "",
) -> Reading:
    """Read everything in a message that a recipient could read, within limits. Never raises.

    With a reason for going `without`, only text and HTML are read; the rest is unread for it.
    """
    found = _Found()
    header, rest = header_texts(message)
    found.add([header, rest])
    budget = Budget(limits, recogniser)
    author = _author(message)
    replies = _replies(message)
    waiting = deque(
        _Waiting(
            number=part.number,
            source=Source(
                part.payload, part.content_type, part.filename or "", part.charset, author
            ),
            depth=0,
            own=not part.attached_from or same_mailbox(part.attached_from, author),
            body=part.disposition != "attachment",
            replies=replies,
        )
        for part in message.parts
    )
    waiting.extend(
        _Waiting(
            number=f"0/{index}",
            source=Source(each.payload),
            depth=1,
            own=True,
            body=False,
            guessed=True,
        )
        for index, each in enumerate(embedded(header.content), 1)
    )
    while waiting:
        item = waiting.popleft()
        try:
            budget.tick()
            waiting.extendleft(reversed(_read_one(item, found, budget, without)))
        except TooMuch as limit:
            for each in (item, *waiting):
                found.unread.append(Unread(part=each.number, reason=limit.reason))
            break
    return Reading(
        texts=tuple((text, fold(text.content)) for text in found.texts if text.content),
        unread=tuple(dict.fromkeys(found.unread)),
    )


def _author(message: Message) -> str:
    return message.value("From").rpartition("<")[2].partition(">")[0].strip()


def _replies(message: Message) -> bool:
    """Tell whether a mail is an answer or a forward, by its header."""
    subject = message.value("Subject").strip().lower()
    return (
        subject.startswith(_REPLY_MARKS)
        or bool(message.value("In-Reply-To"))
        or bool(message.value("References"))
    )


def _read_one(item: _Waiting, found: _Found, budget: Budget, without: str) -> list[_Waiting]:
    """Read one source by every reader it may belong to; return what was inside."""
    source = item.source
    if len(source.payload) > budget.limits.part:
        found.unread.append(Unread(part=item.number, reason="too-large", name=source.name))
        return []
    inside: list[_Waiting] = []
    for kind in kinds_of(source):
        if kind in HARMLESS:
            continue
        if without and kind not in SAFE:
            found.unread.append(Unread(part=item.number, reason=without, name=source.name))
            continue
        inside += _with_reader(kind, item, found, budget, len(inside))
    return inside


def _with_reader(
    kind: str, item: _Waiting, found: _Found, budget: Budget, numbered: int
) -> list[_Waiting]:
    gathered = _Gathered(item)
    members: list[Member] = []
    guesses: list[Member] = []
    try:
        for each in _extracted(kind, item.source, budget):
            match each:
                case Piece():
                    each = replace(each, content=whole(each.content))  # noqa: PLW2901
                    budget.text(len(each.content))
                    gathered.add(each)
                    guesses += embedded(each.content)
                    if turned := shown_order(each.content):
                        gathered.add(replace(each, content=turned, another=True))
                case Member():
                    budget.member()
                    members.append(each)
                    gathered.name(each)
                case Missing() if not (item.guessed and each.reason in _DAMAGED):
                    if each.reason in _DAMAGED:
                        gathered.add(Piece(legible(item.source.payload), hidden=True))
                    found.unread.append(
                        Unread(part=item.number, reason=each.reason, name=each.name)
                    )
    finally:
        found.add(gathered.texts())
    first = len(members)
    members += guesses
    if members and item.depth >= budget.limits.depth:
        if item.guessed:
            return []
        found.unread.append(Unread(part=item.number, reason="too-deep", name=item.source.name))
        return []
    return [
        _Waiting(
            number=f"{item.number}/{numbered + index + 1}",
            source=Source(
                each.payload, each.content_type, each.name, each.charset, item.source.author
            ),
            depth=item.depth + 1,
            own=item.own and each.own,
            body=False,
            guessed=item.guessed or index >= first,
        )
        for index, each in enumerate(members)
    ]


def _extracted(kind: str, source: Source, budget: Budget) -> Iterator[Piece | Member | Missing]:
    """What a reader yields; whatever it raises is damage to the source, said as such."""
    try:
        yield from reader_of(kind)(source, budget)
    except TooMuch as limit:
        yield Missing(limit.reason, source.name)
    except MemoryError:
        yield Missing("too-large", source.name)
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException:  # noqa: BLE001 - hostile octets are damage; a panic in Rust is no Exception
        yield Missing("damage", source.name)


class _Gathered:
    """The pieces of one source, joined into its texts."""

    def __init__(self, item: _Waiting) -> None:
        self._item = item
        self._pieces: list[Piece] = []

    def add(self, piece: Piece) -> None:
        if piece.content.strip():
            self._pieces.append(piece)

    def name(self, member: Member) -> None:
        """Take in what a file inside is called: people read that too."""
        if len(member.name) > _SHORTEST_NAME:
            self.add(Piece(whole(member.name), hidden=True, own=member.own))

    def texts(self) -> Iterator[Text]:
        """The visible text, the hidden text, and each other reading by itself."""
        visible = [each for each in self._pieces if not each.hidden and not each.another]
        hidden = [each for each in self._pieces if each.hidden]
        if visible:
            yield self._text("visible", visible)
        if hidden:
            yield self._text("hidden", hidden)
        for each in self._pieces:
            if each.another:
                yield self._text("visible", [each])

    def _text(self, kind: str, pieces: list[Piece]) -> Text:
        content = "\n".join(each.content for each in pieces)
        whole = ((0, len(content)),)
        if not (self._item.own and all(each.own for each in pieces)):
            own: tuple[tuple[int, int], ...] = ()
        elif self._item.body and kind == "visible":
            marked = pieces[0].quoted_from if len(pieces) == 1 and self._item.replies else None
            own = own_spans(content, marked, replies=self._item.replies)
        else:
            own = whole
        return Text(part=self._item.number, kind=kind, content=content, own=own)
