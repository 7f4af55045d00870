"""What of a message's header people read: subject, names, file names; and fields few programs show.

Fields that mail systems write for each other are left: nobody reads them, and their numbers mean
nothing.
"""

import re2

from classifiers.text.charsets import whole
from models.finding import Text
from models.message import Message

_SHOWN = ("subject", "comments", "keywords", "thread-topic")
_PEOPLE = frozenset({"from", "to", "cc", "reply-to", "sender"})
_OTHER_PEOPLE = frozenset(
    {
        *("bcc", "resent-to", "resent-cc", "resent-from", "resent-sender", "mail-followup-to"),
        *("disposition-notification-to", "return-receipt-to", "errors-to", "mail-reply-to"),
    }
)
_TRACES = frozenset(
    {
        *("date", "message-id", "in-reply-to", "references", "mime-version", "return-path"),
        *("content-type", "content-transfer-encoding", "content-disposition", "content-id"),
        *("content-language", "accept-language", "user-agent"),
        *("thread-index", "delivered-to", "authentication-results", "auto-submitted"),
        *("list-unsubscribe", "list-unsubscribe-post", "feedback-id"),
        *("delivery-date", "resent-date", "resent-message-id", "x-mailer"),
    }
)
_MACHINES = (
    *("received", "dkim-", "domainkey-", "arc-", "x-ms-", "x-microsoft-", "x-exchange-"),
    *(
        "x-google-",
        "x-gm-",
        "x-originating-",
        "x-spam",
        "x-virus",
        "x-proofpoint",
        "x-mimecast",
        "x-forefront",
    ),
    *("x-eop", "x-auto", "x-mozilla", "x-account", "x-identity", "x-uid", "x-mimeole", "x-msmail"),
)
_ADDRESS = re2.compile(r"<[^<>\s]*@[^<>\s]*>|[^\s<>,;:()\"]+@[^\s<>,;:()\"]+")
_MOST = 20_000  # characters of one field


def header_texts(message: Message) -> tuple[Text, Text]:
    """Return what every program shows, and what few do: one text each, a field a line."""
    people, others = [], []
    subjects = [value for name in _SHOWN for value in message.values(name)]
    for field in message.fields:
        name = field.name.lower()
        if name in _PEOPLE:
            people.append(_names(field.value))
        elif name in _OTHER_PEOPLE:
            others.append(_names(field.value))
        elif name not in _SHOWN and name not in _TRACES and not name.startswith(_MACHINES):
            others.append(field.value[:_MOST])
    files = [part.filename for part in message.parts if part.filename]
    return _text("header", [*subjects, *people, *files]), _text("hidden", others)


def _text(kind: str, lines: list[str]) -> Text:
    content = whole("\n".join(line for line in lines if line))
    return Text(part="0", kind=kind, content=content, own=((0, len(content)),))


def _names(value: str) -> str:
    """An address field without its addresses: names of people, groups and what comments say."""
    names: str = _ADDRESS.sub(" ", value[:_MOST])
    return names.strip(' ,;"')
