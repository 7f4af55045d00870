"""The emails we send to senders and reviewers: both languages, no content, links without power.

Plain text is complete on its own; the same words are beside it as HTML (html_notice.py).

The words are in notices.toml beside this file. The person's language comes first, Welsh when
there is no preference. Never the message's subject or text, never a matched value, and
recipients' addresses to the sender alone (docs/data-protection.md).
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from pathlib import Path
from uuid import uuid4

from sqlalchemy.orm import Session

from models.address import in_domains, parse_address
from models.body import Body
from models.db import outbox
from models.envelope import Recipient
from models.held import HeldMessage
from models.person import Person
from models.policy import Policy
from quarantine.html_notice import to_html
from quarantine.settings import NoticeSettings
from quarantine.status_report import WIDE, as_report, reported

_WORDS = tomllib.loads(Path(__file__).with_name("notices.toml").read_text(encoding="utf-8"))
_LONGEST_ID = 200
LANGUAGES = ("en", "cy")
_RULE_LINE = "-" * 40
_REFUSED = frozenset({"refused", "refused-again"})  # also delivery status notifications


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What all notices need: who sends them, and where the console is."""

    settings: NoticeSettings
    body: Body
    console_url: str
    pseudonyms: bool = False  # reviewers are not told who the sender is: they ask for the name


def words(name: str, language: str) -> dict[str, str]:
    """Return a notice's subject and text in one language; a missing one fails the build."""
    return dict(_WORDS[name][language])


def names() -> tuple[str, ...]:
    """Every notice there is."""
    return tuple(_WORDS)


def reasons(rules: Sequence[str], policy: Policy, language: str) -> str:
    """Say why in policy words: for each rule its title, its clause and the clause's text."""
    lines = []
    for rule_id in rules:
        rule = policy.rule(rule_id)
        clause = policy.clause(rule.clause) if rule else None
        if rule is None or clause is None:
            lines.append(words("unread", language)["reason"])
            continue
        label = words("policy", language)["clause"].format(number=clause.number)
        lines.append(
            f"- {rule.title.in_language(language)}\n  {label}: {clause.text.in_language(language)}"
        )
    return "\n".join(lines)


def reasons_for_reviewer(message: HeldMessage, policy: Policy, language: str) -> str:
    """Say why to a reviewer; of what few may see no more than that: others may read their mail."""
    if message.narrow:
        return words("few", language)["reason"]
    return reasons(message.rules, policy, language)


def queue(  # noqa: PLR0913 - what a notice is made of
    session: Session,
    post: Post,
    name: str,
    person: Person | str,
    values: Mapping[str, Mapping[str, str]],
    *,
    held: HeldMessage | None,
    now: datetime,
) -> None:
    """Queue one notice to a person, or to an address that is in nobody's entry.

    `values` fills the words, by language. Nothing is queued when notices are switched off.
    """
    address = person if isinstance(person, str) else person.email
    if not post.settings.enabled or not address:
        return
    language = "cy" if isinstance(person, str) else person.language
    content = _render(post, name, address, language, values, held, now)
    outbox.add(
        session,
        kind=outbox.NOTICE,
        held=held.id if held else None,
        sender="",
        recipients=(Recipient(address=address, options=("NOTIFY=NEVER",)),),
        content=content,
        now=now,
    )


def name_of_sender(post: Post, message: HeldMessage, sender: Person | None, language: str) -> str:
    """What a reviewer is told of the sender: the name, or words for one in nobody's entry."""
    if post.pseudonyms:
        return words("pseudonym", language)["name"].format(reference=message.id)
    return sender.name if sender else words("unknown-sender", language)["name"]


def reachable(address: str, person: Person | None, policy: Policy) -> Person | str | None:
    """Return whom to write to about mail from an address; None if it is not one of ours."""
    if person is not None:
        return person
    ours = in_domains(parse_address(address).domain, policy.domains)
    return address if address and ours else None


def _render(  # noqa: PLR0913 - what a notice is made of
    post: Post,
    name: str,
    address: str,
    language: str,
    values: Mapping[str, Mapping[str, str]],
    held: HeldMessage | None,
    now: datetime,
) -> bytes:
    order: Sequence[str] = ("en", "cy") if language == "en" else ("cy", "en")
    subjects, texts, written = [], [], []
    for each in order:
        filled = {
            **values.get(each, {}),
            "reference": held.id if held else "",
            "link": f"{post.console_url}/held/{held.id}" if held else post.console_url,
            "body": post.body.name(each),
        }
        template = words(name, each)
        subjects.append(template["subject"].format(**filled))
        texts.append(template["text"].format(**filled).strip())
        written.append((each, template["text"], filled))
    message = EmailMessage(policy=SMTP)
    message["From"] = formataddr((post.settings.from_name, post.settings.from_address))
    message["To"] = address
    message["Subject"] = " | ".join(subjects)
    message["Date"] = format_datetime(now)
    domain = parse_address(post.settings.from_address).domain or "localhost"
    message["Message-ID"] = f"<{uuid4().hex}@{domain}>"
    if held and _sound_id(held.message_id):
        message["In-Reply-To"] = held.message_id
        message["References"] = held.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(f"\n\n{_RULE_LINE}\n\n".join(texts) + "\n", cte="quoted-printable")
    message["Content-Language"] = ", ".join(order)
    if held and name in _REFUSED and reported(held.recipients):
        original = held.message_id if _sound_id(held.message_id) else ""
        report = as_report(message, held, mta=domain, message_id=original)
        return report.as_bytes(policy=WIDE)
    html = to_html(message["Subject"], written)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message.as_bytes()


def _sound_id(message_id: str) -> bool:
    """Only a plain Message-ID goes into a field of ours."""
    return (
        message_id.startswith("<")
        and message_id.endswith(">")
        and len(message_id) <= _LONGEST_ID
        and message_id.isascii()
        and message_id.isprintable()
        and " " not in message_id
    )
