"""Mail inside mail: .eml and encoded messages, Outlook's .msg and winmail.dat, signed envelopes."""

import io
from collections.abc import Iterator

from oxmsg import Message as OutlookMessage
from tnefparse import TNEF

from classifiers.text.extracting import Budget, Extracted, Member, Missing, Piece, Source
from models.address import same_mailbox
from models.message import Message
from models.mime import read_message

_NAMED_FIELDS = ("Subject", "From", "To", "Cc")
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
    yield Piece(_header(message), own=own)
    for defect in message.defects:
        if defect.kind in _UNREAD:
            yield Missing(defect.kind, source.name)
    for part in message.parts:
        budget.member()
        yield Member(part.payload, part.filename or "", part.content_type, part.charset, own)


def _header(message: Message) -> str:
    values = [value for name in _NAMED_FIELDS for value in message.values(name)]
    return "\n".join((*values, *(part.filename for part in message.parts if part.filename)))


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
            budget.octets(len(octets))
            yield Member(octets)
    for each in tnef.attachments:
        budget.member()
        budget.octets(len(each.data or b""))
        yield Member(bytes(each.data or b""), each.long_filename() or each.name or "")


def read_signed(source: Source, budget: Budget) -> Iterator[Extracted]:
    """Yield the message that an opaque signature wraps; it stands in it in clear.

    RFC 8551 section 3.5.2: what is wrapped is a MIME entity, so it begins with its type.
    """
    budget.octets(len(source.payload))
    start = source.payload.find(b"Content-Type:")
    if start < 0:
        yield Missing("encrypted", source.name)
        return
    yield Member(source.payload[start:], content_type="message/rfc822")
