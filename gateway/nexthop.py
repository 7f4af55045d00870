"""Our client to the next hop: pooled, pipelining where it may, and blind to content.

A general-purpose client costs ten times as much and rewrites line ends (see
benchmarks/README.md). This one sends commands as they came and the dot-stuffed bytes of DATA
as they came. A pooled connection is checked before use; since the next hop may close it just
then, the first command of a transaction is tried once more on a fresh one.
"""

import asyncio
import ssl
import time
from collections import deque
from contextlib import suppress

from gateway import replies
from gateway.replies import Reply
from gateway.settings import NextHopSettings
from models.errors import Unavailable

_REPLY_LIMIT = 64 * 1024  # octets of one reply line; RFC 5321 4.5.3.1.5 asks for 512
_REPLY_LINES = 200
_CHUNK = 1 << 18


class NextHopGone(Unavailable):
    """The connection broke or the answer was not SMTP; the outcome is unknown to us."""


class Connection:
    """One SMTP session with the next hop, past its greeting and EHLO."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.extensions: dict[str, str] = {}  # EHLO keyword, upper case -> its parameters
        self.used_at = 0.0  # monotonic seconds
        self.fresh = True  # no transaction has run on it yet
        self.clean = True  # no transaction is open on it

    @property
    def alive(self) -> bool:
        """Whether it may still be used: open, and nothing (a 421, say) has come unasked."""
        unread = getattr(self._reader, "_buffer", b"")
        return not (self._reader.at_eof() or unread or self._writer.is_closing())

    async def command(self, line: bytes, timeout: float) -> Reply:  # noqa: ASYNC109
        """Send one command line, without its CR LF, and read the reply. Raises NextHopGone."""
        try:
            self._writer.write(line + b"\r\n")
            async with asyncio.timeout(timeout):
                return await self._read_reply()
        except TimeoutError:
            raise NextHopGone("the next hop did not answer in time") from None
        except (OSError, EOFError, ValueError):
            raise NextHopGone("the next hop closed the connection") from None

    async def data(self, head: bytes, body: bytes, settings: NextHopSettings) -> Reply:
        """Send DATA, our trace field and the dot-stuffed body; return the final reply.

        `body` ends with CR LF or is empty. Raises NextHopGone.
        """
        start = await self.command(b"DATA", settings.reply_timeout)
        if start.code != replies.START_DATA.code:
            self.clean = False
            return start
        try:
            self._writer.write(head)
            view = memoryview(body)
            for at in range(0, len(body), _CHUNK):
                self._writer.write(view[at : at + _CHUNK])
                if at:  # a small message needs no wait: the final reply follows its last octet
                    async with asyncio.timeout(settings.data_reply_timeout):
                        await self._writer.drain()
            self._writer.write(b".\r\n")
            async with asyncio.timeout(settings.data_reply_timeout):
                final = await self._read_reply()
        except TimeoutError:
            raise NextHopGone("the next hop did not answer the message in time") from None
        except (OSError, EOFError, ValueError):
            raise NextHopGone("the next hop closed the connection during the message") from None
        self.clean = True
        return final

    async def greet(self, name: str, settings: NextHopSettings) -> None:
        """Read the greeting, say EHLO (or HELO), and start TLS as the settings say."""
        greeting = await asyncio.wait_for(self._read_reply(), settings.reply_timeout)
        if not greeting.accepted:
            raise NextHopGone("the next hop does not take mail now")
        await self._hello(name, settings)
        offered = "STARTTLS" in self.extensions
        if settings.starttls == "require" and not offered:
            raise NextHopGone("the next hop offers no STARTTLS and nexthop.starttls requires it")
        if settings.starttls != "never" and offered:
            await self._start_tls(name, settings)

    async def _hello(self, name: str, settings: NextHopSettings) -> None:
        answer = await self.command(b"EHLO " + name.encode(), settings.reply_timeout)
        if answer.permanent:
            answer = await self.command(b"HELO " + name.encode(), settings.reply_timeout)
        if not answer.accepted:
            raise NextHopGone("the next hop refused our greeting")
        pairs = (line.partition(" ") for line in answer.lines[1:])
        self.extensions = {keyword.upper(): parameters for keyword, _, parameters in pairs}

    async def _start_tls(self, name: str, settings: NextHopSettings) -> None:
        answer = await self.command(b"STARTTLS", settings.reply_timeout)
        if not answer.accepted or not self.alive:  # octets before the handshake: an injection
            raise NextHopGone("the next hop offered STARTTLS and did not keep to it")
        context = ssl.create_default_context()
        if settings.starttls == "may":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        await self._writer.start_tls(context, server_hostname=settings.address.host)
        await self._hello(name, settings)

    async def _read_reply(self) -> Reply:
        lines: list[str] = []
        while True:
            raw = await self._reader.readline()
            if not raw.endswith(b"\n"):
                raise EOFError
            text = raw.rstrip(b"\r\n").decode("utf-8", "surrogateescape")
            if len(text) < 3 or not text[:3].isdigit() or len(lines) >= _REPLY_LINES:  # noqa: PLR2004
                raise ValueError("not an SMTP reply")
            lines.append(text[4:])
            if text[3:4] != "-":
                return Reply(int(text[:3]), tuple(lines))

    def close(self) -> None:
        """Close without ceremony."""
        self._writer.close()

    async def quit(self) -> None:
        """Say QUIT, do not wait for the answer, and close."""
        with suppress(OSError, RuntimeError):
            self._writer.write(b"QUIT\r\n")
        self.close()


class NextHop:
    """The pool of connections to the next hop."""

    def __init__(self, settings: NextHopSettings, name: str) -> None:
        self.settings = settings
        self._name = name
        self._idle: deque[Connection] = deque()
        self._slots = asyncio.Semaphore(settings.max_connections)
        self._extensions: dict[str, str] | None = None

    async def extensions(self) -> dict[str, str]:
        """What the next hop offers, as last seen. Raises Unavailable if never reached."""
        if self._extensions is None:
            self.give_back(await self.take())
        return self._extensions or {}

    async def take(self, *, fresh: bool = False) -> Connection:
        """Take a live connection from the pool, or make one.

        Raises Unavailable if the next hop cannot be reached, or no slot is free in time.
        """
        try:
            async with asyncio.timeout(self.settings.connect_timeout):
                await self._slots.acquire()
        except TimeoutError:
            raise Unavailable("all connections to the next hop are in use") from None
        while self._idle and not fresh:
            connection = self._idle.pop()
            unused = time.monotonic() - connection.used_at
            if connection.alive and unused < self.settings.idle:
                return connection
            connection.close()
        try:
            return await self._connect()
        except BaseException:
            self._slots.release()
            raise

    async def _connect(self) -> Connection:
        host, port = self.settings.address
        try:
            reader, writer = await asyncio.wait_for(
                asyncio.open_connection(host, port, limit=_REPLY_LIMIT),
                self.settings.connect_timeout,
            )
        except (OSError, TimeoutError):
            raise Unavailable("the next hop cannot be reached") from None
        connection = Connection(reader, writer)
        try:
            await connection.greet(self._name, self.settings)
        except (OSError, TimeoutError, EOFError, ValueError):
            connection.close()
            raise NextHopGone("the next hop did not greet us") from None
        except BaseException:
            connection.close()
            raise
        self._extensions = connection.extensions
        return connection

    def give_back(self, connection: Connection) -> None:
        """Return a connection; one with an open transaction, or a broken one, is closed."""
        self._slots.release()
        if connection.clean and connection.alive:
            connection.fresh = False
            connection.used_at = time.monotonic()
            self._idle.append(connection)
        else:
            connection.close()

    async def close(self) -> None:
        """Close the idle connections."""
        while self._idle:
            await self._idle.pop().quit()
