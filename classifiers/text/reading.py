"""Message -> its texts: the header's, and each text part's visible and hidden."""

from collections.abc import Iterator

from classifiers.settings import LIMITS, TextLimits
from classifiers.text.html import html_texts
from classifiers.text.own_words import own_spans
from models.encoded_words import text_of
from models.finding import Text
from models.message import Message, Part

_HEADER_FIELDS = ("Subject", "Comments", "Keywords", "Thread-Topic")
_HTML = frozenset({"text/html", "application/xhtml+xml"})


def texts_of(message: Message, limits: TextLimits = LIMITS) -> tuple[Text, ...]:
    """Read all the text of a message, within limits. Never raises."""
    return tuple(_texts(message, limits))


def _texts(message: Message, limits: TextLimits) -> Iterator[Text]:
    yield _header_text(message)
    left = limits.total
    for part in message.parts:
        for text in _part_texts(part, limits):
            if left <= 0:
                return
            left -= len(text.content)
            yield text


def _header_text(message: Message) -> Text:
    lines = [value for name in _HEADER_FIELDS for value in message.values(name)]
    lines += [part.filename for part in message.parts if part.filename]
    content = "\n".join(lines)
    return Text(part="0", kind="header", content=content, own=((0, len(content)),))


def _part_texts(part: Part, limits: TextLimits) -> Iterator[Text]:
    if not part.content_type.startswith("text/") and part.content_type not in _HTML:
        return
    source = text_of(part.payload[: limits.part], part.charset)
    if part.content_type in _HTML:
        visible, hidden, quote_start = html_texts(source)
        yield _visible(part, visible, quote_start)
        if hidden:
            yield Text(part=part.number, kind="hidden", content=hidden, own=((0, len(hidden)),))
    else:
        yield _visible(part, source.replace("\r\n", "\n"), None)


def _visible(part: Part, content: str, quote_start: int | None) -> Text:
    attached = part.disposition == "attachment"
    own = ((0, len(content)),) if attached else own_spans(content, quote_start)
    return Text(part=part.number, kind="visible", content=content, own=own)
