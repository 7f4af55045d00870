"""A next hop for tests: a real SMTP server that keeps each message's bytes, and can misbehave."""

import asyncio
import threading
import time
from dataclasses import dataclass, field

HANG, DROP = "hang", "drop"


@dataclass
class Received:
    """One message as it came."""

    mail: str  # the MAIL command's argument, as written
    rcpts: list[str]  # the RCPT commands' arguments, as written
    raw: bytes  # dots unstuffed

    @property
    def sender(self) -> str:
        return self.mail.partition("<")[2].partition(">")[0]

    @property
    def recipients(self) -> list[str]:
        return [each.partition("<")[2].partition(">")[0] for each in self.rcpts]

    @property
    def without_trace(self) -> bytes:
        """The bytes less one Received field at the top."""
        lines = self.raw.split(b"\r\n")
        assert lines[0].lower().startswith(b"received:")
        rest = 1
        while lines[rest][:1] in (b" ", b"\t"):
            rest += 1
        return b"\r\n".join(lines[rest:])


@dataclass
class NextHop:
    """Use as a context manager. `script` maps a stage to a reply, HANG or DROP.

    Stages: connect, ehlo, mail, rcpt, data, dot; "rcpt <address>" and "dot-after" (kept, then
    dropped without a reply) too. A list is used up one by one.
    """

    extensions: tuple[str, ...] = ("PIPELINING", "SIZE 50000000", "8BITMIME", "SMTPUTF8", "DSN")
    script: dict[str, object] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    port: int = 0

    host = "127.0.0.1"

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    def __enter__(self):
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self, ready: threading.Event) -> None:
        async def main() -> None:
            self._stop = asyncio.Event()
            server = await asyncio.start_server(self._client, self.host, self.port, limit=1 << 20)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            await self._stop.wait()
            server.close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            await asyncio.sleep(0)

        self._loop.run_until_complete(main())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def wait_for(self, count: int, seconds: float = 10) -> list[Received]:
        """Wait until so many messages have come."""
        until = time.monotonic() + seconds
        while len(self.received) < count and time.monotonic() < until:
            time.sleep(0.02)
        return self.received

    def _answer(self, stage: str) -> object:
        answer = self.script.get(stage)
        if isinstance(answer, list):
            return answer.pop(0) if answer else None
        return answer

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, _Dropped, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _say(self, writer: asyncio.StreamWriter, stage: str, usual: str) -> bool:
        answer = self._answer(stage)
        if answer == HANG:
            await asyncio.sleep(3600)
        if answer == DROP:
            raise _Dropped
        text = str(answer or usual)
        writer.write(text.encode() + b"\r\n")
        await writer.drain()
        return text[0] in "23"

    async def _talk(  # noqa: C901, PLR0912 - one branch a verb
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await self._say(writer, "connect", "220 next.example ESMTP")
        mail, rcpts = "", []
        while line := await reader.readline():
            text = line.rstrip(b"\r\n").decode("utf-8", "surrogateescape")
            verb, argument = text[:4].upper(), text[4:].strip()
            if verb == "EHLO":
                lines = ["next.example", *self.extensions]
                last = len(lines) - 1
                offered = [
                    f"250{' ' if at == last else '-'}{each}" for at, each in enumerate(lines)
                ]
                await self._say(writer, "ehlo", "\r\n".join(offered))
            elif verb == "MAIL":
                if await self._say(writer, "mail", "250 2.1.0 Ok"):
                    mail, rcpts = argument, []
            elif verb == "RCPT":
                address = argument.partition("<")[2].partition(">")[0]
                stage = f"rcpt {address}" if f"rcpt {address}" in self.script else "rcpt"
                if await self._say(writer, stage, "250 2.1.5 Ok"):
                    rcpts.append(argument)
            elif verb == "DATA":
                if not await self._say(writer, "data", "354 Go on"):
                    continue
                raw = await _read_data(reader)
                if self.script.get("dot-after"):
                    self.received.append(Received(mail, rcpts, raw))
                    raise _Dropped
                usual = f"250 2.0.0 Ok: queued as N{len(self.received)}"
                kept = Received(mail, rcpts, raw)
                self.received.append(kept)  # before the answer, as a server that means its 250
                try:
                    taken = await self._say(writer, "dot", usual)
                except _Dropped:
                    taken = False
                    writer.close()
                if not taken:
                    self.received.remove(kept)
            elif verb == "RSET":
                mail, rcpts = "", []
                await self._say(writer, "rset", "250 2.0.0 Ok")
            elif verb == "QUIT":
                await self._say(writer, "quit", "221 2.0.0 Bye")
                return
            else:
                await self._say(writer, "other", "250 2.0.0 Ok")


class _Dropped(Exception):  # noqa: N818
    pass


async def _read_data(reader: asyncio.StreamReader) -> bytes:
    buffer = bytearray(b"\r\n")
    while (end := buffer.find(b"\r\n.\r\n")) < 0:
        chunk = await reader.read(1 << 18)
        if not chunk:
            raise asyncio.IncompleteReadError(b"", None)
        buffer += chunk
    return unstuffed(bytes(buffer[2 : end + 2]))


def unstuffed(raw: bytes) -> bytes:
    """Take away the dots that SMTP doubled (RFC 5321 section 4.5.2)."""
    return (b"\r\n" + raw).replace(b"\r\n..", b"\r\n.")[2:]
