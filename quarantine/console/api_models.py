"""What the HTTP API takes and gives, as pydantic models: the OpenAPI document is made of them.

Everything that is asked of a request stands in its schema, so that what the document allows is
taken and what it does not allow is refused.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from models.api_key import Channel

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAILBOX = rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL}){{1,8}}"
_PHONE = r"\+[1-9][0-9]{6,14}"
_SUBTYPE = "[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,63}"
_NAME = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029/\\]*$"
_KINDS = "(?:application|audio|font|image|message|model|text|video)"
_BASE64 = "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"

Mailbox = Annotated[str, StringConstraints(pattern=f"^{_MAILBOX}$")]
Recipient = Annotated[str, StringConstraints(pattern=f"^(?:{_MAILBOX}|{_PHONE})$")]
DispositionWord = Literal["relay", "advise", "confirm", "hold", "hold-for-two"]
Place = Literal["text", "subject", "name", "attachment", "recipients"]


class _Model(BaseModel):
    """Nothing is converted, and nothing unknown is passed over."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Attachment(_Model):
    """A file that would go out with the text."""

    name: Annotated[
        str,
        StringConstraints(min_length=1, max_length=255, pattern=_NAME),
        Field(description="file name, without a path"),
    ]
    media_type: Annotated[
        str,
        StringConstraints(pattern=f"^{_KINDS}/{_SUBTYPE}$"),
        Field(description="media type, such as application/pdf (RFC 6838)"),
    ]
    content: Annotated[
        str,
        StringConstraints(pattern=f"^{_BASE64}$"),
        Field(description="the file in base64 (RFC 4648 section 4)"),
    ]


class CheckRequest(_Model):
    """A text that is to be checked before it is sent or published."""

    channel: Annotated[
        Channel,
        Field(description="where it would go; the key must be for it"),
    ]
    text: Annotated[
        str, StringConstraints(max_length=1_000_000), Field(description="all of its words")
    ]
    format: Annotated[Literal["plain", "html"], Field(description="how the text is written")] = (
        "plain"
    )
    subject: Annotated[
        str | None,
        Field(max_length=500, description="a subject, title or headline"),
    ] = None
    author: Annotated[Mailbox, Field(description="the email address of who wrote it")]
    audience: Annotated[
        Literal["public"] | Annotated[list[Recipient], Field(min_length=1, max_length=1000)],
        Field(
            description="public, or everyone it goes to: email addresses, or telephone numbers"
            " such as +447700900123 (E.164)"
        ),
    ] = "public"
    language: Annotated[
        Literal["cy", "en"] | None,
        Field(description="as its author says; both languages are looked for in any case"),
    ] = None
    attachments: Annotated[list[Attachment], Field(max_length=20)] = Field(default=[])


class BothLanguages(_Model):
    """The same in English and in Welsh."""

    en: str
    cy: str


class Clause(_Model):
    """A clause of the body's policy."""

    number: str
    text: BothLanguages


class Matched(_Model):
    """One thing for which a rule applies. What it says is masked."""

    what: BothLanguages
    detector: str
    category: str
    score: Annotated[float, Field(ge=0, le=1, description="how sure")]
    masked: Annotated[str, Field(description="its first characters at most; empty for a passage")]
    part: Annotated[Place, Field(description="name is an attachment's file name")]
    attachment: Annotated[
        int | None, Field(ge=0, description="which, from 0, where it stands in an attachment")
    ]
    hidden: Annotated[bool, Field(description="a reader would not normally see it")]
    quoted: Annotated[bool, Field(description="in quoted words, not the author's own")]
    start: Annotated[
        int | None,
        Field(
            ge=0,
            description="first character, counted from 0 in Unicode code points of the text or"
            " subject as given; null where it is in neither, or cannot be counted back to it",
        ),
    ]
    end: Annotated[int | None, Field(ge=0, description="the character after the last")]
    reason: Annotated[
        str | None, Field(description="why a file could not be read, as a fixed word")
    ]


class RuleApplied(_Model):
    """A rule that applies, and what it found."""

    id: str
    title: BothLanguages
    clause: Clause
    disposition: DispositionWord
    found: Annotated[int, Field(ge=0, description="how many matches there are")]
    matches: Annotated[list[Matched], Field(max_length=100, description="the first hundred")]


class NotRead(_Model):
    """Something that could not be read, or not wholly."""

    part: Place
    attachment: Annotated[int | None, Field(ge=0)]
    reason: Annotated[str, Field(description="a fixed word: docs/reading.md")]
    what: BothLanguages


class CheckResponse(_Model):
    """What would happen to the text if it were email, and why."""

    disposition: Annotated[
        DispositionWord,
        Field(
            description="relay: nothing stands against it; advise: it may go, with advice;"
            " confirm: its author should confirm; hold, hold-for-two: one or two people should"
            " look first"
        ),
    ]
    waits: Annotated[bool, Field(description="a person should act before it goes out")]
    exempt: Annotated[bool, Field(description="author or audience is exempt: it was not read")]
    recipients: Annotated[
        list[DispositionWord] | None, Field(description="for each of the audience, in its order")
    ]
    rules: Annotated[list[RuleApplied], Field(description="strictest first")]
    unread: list[NotRead]
    policy: Annotated[str, Field(description="SHA-256 of the policy in force")]
    classifier: Annotated[str, Field(description="digest of the trained classifier; empty: none")]
    program: Annotated[str, Field(description="version of Porthor")]


class Health(_Model):
    """Whether texts can be checked now."""

    status: Literal["ok"]
    program: str


class Mistake(_Model):
    """One thing that is wrong with a request. It never repeats what was sent."""

    pointer: Annotated[str, Field(description="where, as a JSON Pointer (RFC 6901)")]
    found: str
    expected: str


class Problem(_Model):
    """Why there is no verdict (RFC 9457)."""

    type: Literal["about:blank"]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: Annotated[str, Field(description="what is wrong, and what to do")]
    errors: list[Mistake] | None = None
