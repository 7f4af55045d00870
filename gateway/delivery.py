"""Send one thing from the outbox to the next hop, and tell the truth about what became of it.

aiosmtplib does the talking. A released message goes byte for byte as it was accepted, under
one fresh Received field, to its original envelope with its original parameters.
"""

import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiosmtplib

from gateway.settings import NextHopSettings
from gateway.trace import received_field
from models.db import outbox
from models.db.outbox import OutboxItem
from models.envelope import Recipient
from models.held import HeldMessage

_LONGEST_ANSWER = 300  # characters of the next hop's words that are kept
_PERMANENT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one attempt."""

    left: tuple[Recipient, ...] = field(default=(), repr=False)  # to try again later
    rejected: str = ""  # the next hop's code and words, when it rejected for good
    unsent: tuple[Recipient, ...] = field(default=(), repr=False)  # whom it rejected


class Courier:
    """Delivers to the next hop."""

    def __init__(self, settings: NextHopSettings, hostname: str) -> None:
        self._settings = settings
        self._hostname = hostname

    async def deliver(self, item: OutboxItem, message: HeldMessage | None, raw: bytes) -> Result:
        """Try once. Never raises for what the next hop does; a broken connection is "later"."""
        by = self._hostname
        if message is not None:
            now = datetime.now(UTC)
            raw = received_field(by=by, client=message.client, id=message.id, at=now) + raw
        client = aiosmtplib.SMTP(
            hostname=self._settings.address.host,
            port=self._settings.address.port,
            local_hostname=by,
            use_tls=False,
            start_tls=False,
            timeout=float(self._settings.reply_timeout),
        )
        try:
            await client.connect(timeout=float(self._settings.connect_timeout))
            await self._start_tls(client)
            return await self._send(client, item, raw)
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            return Result(left=item.recipients)
        finally:
            client.close()

    async def _start_tls(self, client: aiosmtplib.SMTP) -> None:
        await client.ehlo()
        offered = client.supports_extension("starttls")
        if self._settings.starttls == "require" and not offered:
            raise aiosmtplib.SMTPException("STARTTLS is required and not offered")
        if self._settings.starttls != "never" and offered:
            context = ssl.create_default_context()
            if self._settings.starttls == "may":
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
            await client.starttls(tls_context=context)
            await client.ehlo()

    async def _send(self, client: aiosmtplib.SMTP, item: OutboxItem, raw: bytes) -> Result:
        wanted = [each for each in item.options if not each.upper().startswith("SIZE=")]
        if lacking := _lacking(client, item, raw):
            return Result(
                rejected=f"554 5.6.3 the next hop does not offer {lacking}", unsent=item.recipients
            )
        utf8 = "SMTPUTF8" in (each.upper() for each in wanted)
        encoding = "utf-8" if utf8 else "ascii"
        try:
            await client.mail(item.sender, options=_offered(client, wanted), encoding=encoding)
        except aiosmtplib.SMTPResponseException as error:
            return _refused(error, item.recipients)
        accepted, left, unsent, answer = [], [], [], ""
        for each in item.recipients:
            options = _offered(client, each.options)
            try:
                await client.rcpt(each.address, options=options, encoding=encoding)
                accepted.append(each)
            except aiosmtplib.SMTPResponseException as error:
                if error.code >= _PERMANENT:
                    unsent.append(each)
                    answer = _answer(error)
                else:
                    left.append(each)
        if accepted:
            try:
                await client.data(raw, timeout=float(self._settings.data_reply_timeout))
            except aiosmtplib.SMTPResponseException as error:
                refused = _refused(error, tuple(accepted))
                left += refused.left
                unsent += refused.unsent
                answer = refused.rejected or answer
        return Result(left=tuple(left), rejected=answer, unsent=tuple(unsent))


def _refused(error: aiosmtplib.SMTPResponseException, recipients: tuple[Recipient, ...]) -> Result:
    if error.code >= _PERMANENT:
        return Result(rejected=_answer(error), unsent=recipients)
    return Result(left=recipients)


def _answer(error: aiosmtplib.SMTPResponseException) -> str:
    words = " ".join(str(error.message).split())
    printable = "".join(each for each in words if each.isprintable())
    return f"{error.code} {printable}"[:_LONGEST_ANSWER]


def _offered(client: aiosmtplib.SMTP, options: list[str] | tuple[str, ...]) -> list[str]:
    """Keep the parameters that the next hop understands; without DSN it makes its own choice."""
    dsn = client.supports_extension("dsn")
    return [
        each
        for each in options
        if dsn or each.partition("=")[0].upper() not in {"RET", "ENVID", "NOTIFY", "ORCPT"}
    ]


def _lacking(client: aiosmtplib.SMTP, item: OutboxItem, raw: bytes) -> str:
    """Name what the message needs and the next hop has not: never drop it in silence."""
    options = [each.upper() for each in item.options]
    if "SMTPUTF8" in options and not client.supports_extension("smtputf8"):
        return "SMTPUTF8"
    eight_bit = "BODY=8BITMIME" in options and not raw.isascii()
    if eight_bit and not client.supports_extension("8bitmime"):
        return "8BITMIME"
    return ""


def is_release(item: OutboxItem) -> bool:
    """Tell whether it is a held message that was released, not a notice."""
    return item.kind == outbox.RELEASE
