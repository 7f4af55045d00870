"""aiosmtpd's engine, with its sharp edges closed (docs/specifications.md lists them).

aiosmtpd reads commands, speaks STARTTLS and keeps order. This subclass parses MAIL and RCPT
without touching a parameter's case, reads DATA in chunks instead of lines, answers every
fault of ours with 451 and never with an exception's text, and holds the limits.
"""

import asyncio
import ipaddress
import logging
import ssl
from collections import defaultdict
from typing import Any

from aiosmtpd.smtp import SMTP

from gateway import maillog, metrics, replies
from gateway.nexthop import NextHopGone
from gateway.replies import Reply
from gateway.session import House, Session
from models.envelope import Client, Recipient
from models.errors import Unavailable

logging.getLogger("mail.log").setLevel(logging.CRITICAL + 1)  # aiosmtpd logs addresses and lines

_MIRRORED = ("8BITMIME", "SMTPUTF8", "DSN")  # offered only if the next hop offers them
_CHUNK = 1 << 18
_READ_AHEAD = 1 << 20
_END = b"\r\n.\r\n"


class TooLarge(Exception):  # noqa: N818 - it is an outcome, not an error of ours
    """The message outgrew the limit; it was read to its end and thrown away."""


class Listener(SMTP):
    """One connection of a client."""

    command_size_limit = 4096  # RFC 5321 4.5.3.1.4 plus DSN and SMTPUTF8 parameters
    line_length_limit = 4096  # of commands; DATA lifts it

    def __init__(self, house: House, tls: ssl.SSLContext | None, sessions: "Sessions") -> None:
        super().__init__(
            self,
            hostname=house.hostname,
            ident="ESMTP Porthor",
            data_size_limit=int(house.smtp.max_message_size),
            enable_SMTPUTF8=True,
            tls_context=tls,
            timeout=float(house.smtp.command_timeout),
            auth_require_tls=True,
            loop=asyncio.get_running_loop(),
        )
        self.command_size_limits = defaultdict(lambda: Listener.command_size_limit)
        self._house = house
        self._sessions = sessions
        self._mirror: Session | None = None

    async def _handle_client(self) -> None:
        if (refusal := self._sessions.refuse(self._peer())) is not None:
            await self._answer(refusal)
            self._writer.close()
            return
        self._sessions.opened(self)
        metrics.SESSIONS.inc()
        await super()._handle_client()

    def connection_lost(self, error: Exception | None) -> None:
        """Give the next hop's connection back when the client goes."""
        self._sessions.closed(self)
        super().connection_lost(error)
        if self._mirror is not None and self._handler_coroutine is not None:
            self._handler_coroutine.add_done_callback(lambda _: self._close_mirror())

    def close_if_idle(self) -> None:
        """Close the connection unless a message is under way."""
        if self._mirror is None or self._mirror.envelope is None:
            self.close_now()

    def close_now(self) -> None:
        """Say 421 and close."""
        if self.transport is not None:
            self._writer.write(bytes(replies.SHUTTING_DOWN))
            self._writer.close()

    def _close_mirror(self) -> None:
        if self._mirror is not None:
            self._mirror.close()
            self._mirror = None

    def _peer(self) -> tuple[str, int]:
        peer = self.session.peer if self.session else None
        return (str(peer[0]), int(peer[1])) if isinstance(peer, tuple) else ("", 0)

    async def _answer(self, answer: Reply) -> None:
        self._writer.write(bytes(answer))
        await self._writer.drain()

    async def handle_exception(self, error: Exception) -> str:
        """Turn what aiosmtpd caught into 4xx; the text of an exception stays here."""
        maillog.log_fault("", "session", type(error).__name__)
        return f"{replies.OUR_FAULT.code} {replies.OUR_FAULT.lines[0]}"

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's hook
        self, _server: Any, session: Any, _envelope: Any, hostname: str, _responses: list[str]
    ) -> list[str]:
        """Offer what we and the next hop both do."""
        session.host_name = hostname
        await self._end_transaction()
        try:
            offered = await self._house.next_hop.extensions()
        except Unavailable:
            offered = dict.fromkeys(_MIRRORED, "")
        lines = [
            self._house.hostname,
            "PIPELINING",
            f"SIZE {int(self._house.smtp.max_message_size)}",
        ]
        lines += [each for each in _MIRRORED if each in offered]
        if self.tls_context and not self._tls_protocol:
            lines.append("STARTTLS")
        lines.append("ENHANCEDSTATUSCODES")
        return [f"250{'-' if each is not lines[-1] else ' '}{each}" for each in lines]

    async def push(self, status: str | bytes) -> None:
        """Write a reply of aiosmtpd's own."""
        text = status if isinstance(status, bytes) else status.encode("utf-8", "surrogateescape")
        self._writer.write(text + b"\r\n")
        await self._writer.drain()

    async def smtp_HELO(self, hostname: str) -> None:  # noqa: N802
        """As aiosmtpd, after ending a transaction."""
        await self._end_transaction()
        await super().smtp_HELO(hostname)

    async def smtp_RSET(self, arg: str) -> None:  # noqa: N802
        """End the transaction here and at the next hop."""
        await self._end_transaction()
        await super().smtp_RSET(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        """Parse MAIL and mirror it."""
        if self.session is None or not self.session.host_name:
            return await self._answer(replies.HELO_FIRST)
        path = parse_path(arg, "FROM:")
        if path is None or (path[1] and not self.session.extended_smtp):
            return await self._answer(replies.MAIL_SYNTAX)
        size = declared_size(path[1])
        if size is None:
            return await self._answer(replies.MAIL_SYNTAX)
        if size > self._house.smtp.max_message_size:
            return await self._answer(replies.too_large(self._house.smtp.max_message_size))
        if self._mirror is None:
            self._mirror = Session(self._house, self._client())
        return await self._mirrored(self._mirror.mail(*path))

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        """Parse RCPT and mirror it."""
        if self._mirror is None or self._mirror.envelope is None:
            return await self._answer(replies.MAIL_FIRST)
        path = parse_path(arg, "TO:")
        if path is None or not path[0]:
            return await self._answer(replies.RCPT_SYNTAX)
        address, options = path
        return await self._mirrored(self._mirror.rcpt(Recipient(address=address, options=options)))

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802
        """Read the message in chunks and hand it over whole."""
        if self._mirror is None or self._mirror.envelope is None:
            return await self._answer(replies.MAIL_FIRST)
        if not self._mirror.envelope.recipients:
            return await self._answer(replies.RCPT_FIRST)
        if arg:
            return await self._answer(replies.DATA_SYNTAX)
        await self._answer(replies.START_DATA)
        limit = int(self._house.smtp.max_message_size)
        self._reset_timeout(float(self._house.smtp.data_timeout) + 60)
        try:
            async with asyncio.timeout(self._house.smtp.data_timeout):
                stuffed = await self._read_data(limit)
        except TooLarge:
            await self._mirror.reset()
            return await self._answer(replies.too_large(limit))
        except TimeoutError:
            await self._answer(replies.DATA_TIMEOUT)
            self._writer.close()
            return None
        self._reset_timeout(86_400)  # the stages that follow have time limits of their own
        await self._mirrored(self._mirror.data(stuffed))
        return self._reset_timeout()

    async def _read_data(self, limit: int) -> bytes:
        """Return the dot-stuffed message without its final dot; only CRLF.CRLF ends it."""
        reader: Any = self._reader  # its buffer and limit have no public names
        before, reader._limit = reader._limit, _READ_AHEAD  # noqa: SLF001
        buffer, start, too_large = bytearray(b"\r\n"), 0, False
        try:
            while (end := buffer.find(_END, start)) < 0:
                if len(buffer) > limit:
                    too_large = True
                    del buffer[: -len(_END)]
                start = max(0, len(buffer) - len(_END) + 1)
                chunk = await reader.read(_CHUNK)
                if not chunk:
                    raise ConnectionResetError
                buffer += chunk
        finally:
            reader._limit = before  # noqa: SLF001
        reader._buffer[:0] = buffer[end + len(_END) :]  # noqa: SLF001
        if too_large or end > limit:
            raise TooLarge
        return bytes(buffer[2 : end + 2])

    async def _mirrored(self, step: Any) -> None:
        """Answer with the step's reply, or with 4xx if it failed."""
        try:
            answer = await step
        except NextHopGone as error:
            silent = "in time" in str(error)
            answer = replies.NEXT_HOP_SILENT if silent else replies.NEXT_HOP_GONE
            self._close_mirror()
        except Exception as error:  # noqa: BLE001 - whatever it is, the sender must keep its message
            maillog.log_fault("", "transaction", type(error).__name__)
            answer = replies.for_error(error)
            self._close_mirror()
        await self._answer(answer)

    async def _end_transaction(self) -> None:
        if self._mirror is not None:
            await self._mirror.reset()
            self._mirror = None

    def _client(self) -> Client:
        address, port = self._peer()
        session = self.session
        return Client(
            address=address,
            port=port,
            name=str(session.host_name) if session else "",
            esmtp=bool(session and session.extended_smtp),
            tls=self._tls_protocol is not None,
        )


class Sessions:
    """Who is connected, and who may be."""

    def __init__(self, house: House) -> None:
        self._limit = house.smtp.max_sessions
        self._networks = [ipaddress.ip_network(each) for each in house.smtp.clients]
        self._open: set[Listener] = set()
        self.stopping = False

    def refuse(self, peer: tuple[str, int]) -> Reply | None:
        """Say why this peer may not speak to us now, if so."""
        if self.stopping:
            return replies.SHUTTING_DOWN
        if len(self._open) >= self._limit:
            return replies.TOO_MANY_SESSIONS
        try:
            address = ipaddress.ip_address(peer[0])
        except ValueError:
            return replies.CLIENT_NOT_LISTED
        listed = any(address in network for network in self._networks)
        return None if listed else replies.CLIENT_NOT_LISTED

    def opened(self, listener: Listener) -> None:
        """Count a session."""
        self._open.add(listener)

    def closed(self, listener: Listener) -> None:
        """Count it no more."""
        self._open.discard(listener)

    async def drain(self, patience: float) -> None:
        """Let messages under way end, for so many seconds at most; then close every session."""
        for listener in list(self._open):
            listener.close_if_idle()
        until = asyncio.get_running_loop().time() + patience
        while self._open and asyncio.get_running_loop().time() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        for listener in list(self._open):
            listener.close_now()


def parse_path(arg: str | None, keyword: str) -> tuple[str, tuple[str, ...]] | None:
    """Split "FROM:<address> PARAM=value": the mailbox, and the parameters as written.

    A source route is dropped (RFC 5321 appendix C). None if the syntax is wrong or a control
    character stands anywhere: it could become a second command.
    """
    if arg is None or not (arg.isascii() or _is_utf8(arg)):
        return None
    if any(ord(each) < 0x20 or ord(each) == 0x7F for each in arg):  # noqa: PLR2004
        return None
    if arg[: len(keyword)].upper() != keyword:
        return None
    rest = arg[len(keyword) :].strip()
    if rest.startswith("<"):
        end = _closing_bracket(rest)
        if end < 0:
            return None
        address, parameters = rest[1:end], rest[end + 1 :]
        if parameters and not parameters.startswith(" "):
            return None
    else:
        address, _, parameters = rest.partition(" ")
        if not address:
            return None
    if address.startswith("@") and ":" in address:
        address = address.partition(":")[2]
    if not address.startswith('"') and (" " in address or "<" in address):
        return None
    return address, tuple(parameters.split())


def _is_utf8(text: str) -> bool:
    """Tell whether no octet came that was not UTF-8 (RFC 6531 section 3.3)."""
    return not any("\udc80" <= each <= "\udcff" for each in text)


def _closing_bracket(path: str) -> int:
    """Find the ">" that is not inside a quoted local part."""
    quoted = escaped = False
    for index, each in enumerate(path):
        if escaped:
            escaped = False
        elif each == "\\":
            escaped = True
        elif each == '"':
            quoted = not quoted
        elif each == ">" and not quoted:
            return index
    return -1


def declared_size(options: tuple[str, ...]) -> int | None:
    """Return the SIZE parameter (RFC 1870), 0 when not given, None when not a number."""
    for option in options:
        name, _, value = option.partition("=")
        if name.upper() == "SIZE":
            return int(value) if value.isascii() and value.isdigit() and len(value) <= 20 else None  # noqa: PLR2004
    return 0
