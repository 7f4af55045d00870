"""Mail inside mail: .eml and encoded messages, Outlook's .msg and winmail.dat, signed envelopes."""

import io
from collections.abc import Iterator

from oxmsg import Message as OutlookMessage
from tnefparse import TNEF

from classifiers.text.extracting import Budget, Extracted, Member, Missing, Piece, Source
from classifiers.text.header_text import header_texts
from models.address import same_mailbox
from models.encoded_words import text_of
from models.mime import read_message

_OCTET_STRING = b"\x04"
_UNREAD = frozenset(
    {"too-many-parts", "too-deep", "too-many-fields", "header-too-long", "unreadable-structure"}
)


def read_mail(source: Source, budget: Budget) -> Iterator[Extracted]:
    """Yield the header that people see and each part; whose words they are, From says."""
    message = read_message(source.payload)
    if not message.fields:  # only called a mail
        yield Member(source.payload, charset=source.charset)
        return
    author = message.value("From").rpartition("<")[2].partition(">")[0].strip()
    own = not author or same_mailbox(author, source.author)
    shown, rest = header_texts(message)
    yield Piece(shown.content, own=own)
    yield Piece(rest.content, hidden=True, own=own)
    for defect in message.defects:
        if defect.kind in _UNREAD:
            yield Missing(defect.kind, source.name)
    for part in message.parts:
        budget.member()
        yield Member(part.payload, part.filename or "", part.content_type, part.charset, own)


def read_msg(source: Source, budget: Budget) -> Iterator[Extracted]:
    """Yield an Outlook message's header, bodies and attachments."""
    message = OutlookMessage.load(io.BytesIO(source.payload))
    people = [each.name for each in message.recipients]
    header = (message.subject, message.sender, *people)
    yield Piece("\n".join(each for each in header if each), own=False)
    if message.body:
        yield Piece(message.body, own=False)
    if message.html_body:
        html = message.html_body.encode("utf-8", "replace")
        yield Member(html, content_type="text/html", charset="utf-8", own=False)
    for each in message.attachments:
        budget.member()
        name = each.file_name or ""
        if each.file_bytes is None:
            yield Missing("damage", name)
            continue
        budget.octets(len(each.file_bytes))
        yield Member(each.file_bytes, name, own=False)


def read_tnef(source: Source, budget: Budget) -> Iterator[Extracted]:
    """Yield the bodies and attachments of the sender's own message in Outlook's wrapping."""
    tnef = TNEF(source.payload, do_checksum=False)
    for body in (tnef.body, tnef.htmlbody, tnef.rtfbody):
        if body:
            octets = body if isinstance(body, bytes) else body.encode("utf-8", "replace")
            octets = octets.rstrip(b"\0")
            budget.octets(len(octets))
            yield Member(octets)
    for each in tnef.attachments:
        budget.member()
        budget.octets(len(each.data or b""))
        yield Member(bytes(each.data or b""), _text(each.long_filename() or each.name))


def _text(name: str | bytes | None) -> str:
    """A file name as text; winmail.dat has them in octets of no known set."""
    return text_of(name, None).rstrip("\0") if isinstance(name, bytes) else name or ""


def read_signed(source: Source, budget: Budget) -> Iterator[Extracted]:
    """Yield the message that an opaque signature wraps; it stands in it in clear.

    RFC 8551 section 3.5.2: what is wrapped is a MIME entity, so it begins with its type.
    """
    budget.octets(len(source.payload))
    start = source.payload.lower().find(b"content-type:")
    if start < 0:
        yield Missing("encrypted", source.name)
        return
    yield Member(_joined(source.payload, start), content_type="message/rfc822")


def _joined(payload: bytes, start: int) -> bytes:
    """What is wrapped, from `start` on: one octet string, or several in a row (X.690, 8.7)."""
    pieces = []
    at = start
    size = _size_before(payload, start)
    while size:
        pieces.append(payload[at : at + size])
        at += size
        if payload[at : at + 1] != _OCTET_STRING:
            break
        head = payload[at + 1] if at + 1 < len(payload) else 0
        more = head & 0x7F if head & 0x80 else 0
        size = int.from_bytes(payload[at + 2 : at + 2 + more]) if more else head
        at += 2 + more
    return b"".join(pieces) or payload[start:]


def _size_before(payload: bytes, start: int) -> int:
    """The size in the header of the octet string that starts there; 0 if there is none."""
    for more in range(5):
        at = start - 2 - more
        if at < 0 or payload[at : at + 1] != _OCTET_STRING:
            continue
        head = payload[at + 1]
        if more and head == 0x80 | more:
            return int.from_bytes(payload[at + 2 : start])
        if not more and head < 0x80:  # noqa: PLR2004 - the short form
            return head
    return 0
