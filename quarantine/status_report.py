"""A refusal as mail programs understand it: a delivery status notification (RFC 3464).

What a person reads stays the first part of a multipart/report (RFC 6522). Of the original only
the Message-ID is given back: the other fields are sealed with the message, a Subject is content,
and this waits in the outbox unsealed. Recipients who asked not to be reported (RFC 3461 NOTIFY)
are left out; without any, there is no report and the notice goes as it is.
"""

import re
from collections.abc import Iterator
from email.message import EmailMessage, Message
from email.policy import SMTP
from email.utils import format_datetime

from models.envelope import Recipient
from models.held import HeldMessage

# A long address would be folded into encoded words, and these fields know none (RFC 5322 2.1.1).
WIDE = SMTP.clone(max_line_length=990)
_CONTENT = "content-"
_ADDRESS_MARKS = "\\+="  # written as code points in a utf-8 address (RFC 6533 section 3)
_HEX = re.compile(r"\+([0-9A-F]{2})")


def reported(recipients: tuple[Recipient, ...]) -> tuple[Recipient, ...]:
    """Return those of whom a failure may be reported; NOTIFY left out means that it may."""
    return tuple(
        each
        for each in recipients
        if "FAILURE" in (_value(each.options, "NOTIFY") or "FAILURE").upper().split(",")
    )


def as_report(
    notice: EmailMessage, held: HeldMessage, *, mta: str, message_id: str
) -> EmailMessage:
    """Return a notice as a report that a message was refused, or as it was if none is wanted.

    `mta` is our name; `message_id` the original's Message-ID, "" where it is not to be repeated.
    """
    failed = reported(held.recipients)
    if not failed:
        return notice
    report = EmailMessage(policy=SMTP)
    text = EmailMessage(policy=SMTP)
    for name, value in notice.items():
        (text if name.lower().startswith(_CONTENT) else report)[name] = value
    text.set_payload(notice.get_payload())
    report.add_header("Content-Type", "multipart/report", report_type="delivery-status")
    report.attach(text)
    report.attach(_status(held, failed, mta))
    if message_id:
        original = EmailMessage(policy=SMTP)
        original.set_content(
            f"Message-ID: {message_id}\n", subtype="rfc822-headers", charset="us-ascii", cte="7bit"
        )
        report.attach(original)
    return report


def _status(held: HeldMessage, failed: tuple[Recipient, ...], mta: str) -> EmailMessage:
    """The part for programs: fields of the message, then of each recipient."""
    part = EmailMessage(policy=SMTP)
    part["Content-Type"] = "message/delivery-status"
    part.set_payload(
        [_block(_of_message(held, mta)), *(_block(_of_recipient(each, held)) for each in failed)]
    )
    return part


def _of_message(held: HeldMessage, mta: str) -> Iterator[tuple[str, str]]:
    if envelope_id := _readable(_value(held.options, "ENVID")):
        yield "Original-Envelope-Id", envelope_id
    yield "Reporting-MTA", f"dns; {mta}"
    yield "Arrival-Date", format_datetime(held.received)


def _of_recipient(recipient: Recipient, held: HeldMessage) -> Iterator[tuple[str, str]]:
    kind, _, original = _value(recipient.options, "ORCPT").partition(";")
    if (readable := _readable(original)) and kind.isascii() and kind.replace("-", "").isalnum():
        yield "Original-Recipient", f"{kind}; {readable}"
    yield "Final-Recipient", _typed(recipient.address)
    yield "Action", "failed"
    yield "Status", "5.7.1"
    yield "Diagnostic-Code", f"smtp; 550 5.7.1 Not sent: a person decided so ({held.id})"


def _block(fields: Iterator[tuple[str, str]]) -> Message:
    block = EmailMessage(policy=SMTP)
    for name, value in fields:
        block[name] = value
    return block


def _value(options: tuple[str, ...], name: str) -> str:
    """A parameter's value as written; "" without it."""
    found = (each.partition("=") for each in options)
    return next((value for key, _, value in found if key.upper() == name), "")


def _readable(xtext: str) -> str:
    """Decode xtext (RFC 3461 section 4); "" for what could not stand in a field."""
    text = _HEX.sub(lambda match: chr(int(match[1], 16)), xtext)
    return text if text.isascii() and text.isprintable() else ""


def _typed(address: str) -> str:
    """An address with its type; one that is not ASCII as RFC 6533 writes it in ASCII."""
    if address.isascii():
        return f"rfc822; {address}"
    written = (
        each if each.isascii() and each not in _ADDRESS_MARKS else f"\\x{{{ord(each):X}}}"
        for each in address
    )
    return f"utf-8; {''.join(written)}"
