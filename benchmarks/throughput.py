"""Messages a second, CPU a message and added delay, against the same load sent straight on.

    .venv/bin/python benchmarks/throughput.py [--connections 10] [--messages 2000] [--rounds 3]

Starts a next hop and the real program on loopback, and in interleaved rounds plays the same
messages to each over kept connections with pipelining. Machines are noisy: read the ratios.
The load generator and the next hop share the cores with what is measured.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from nexthop import NextHop

WORDS = (
    *("council", "housing", "meeting", "minutes", "planning", "school", "rota", "budget"),
    *("report", "agenda", "cyngor", "tai", "cyfarfod", "cofnodion", "ysgol", "adroddiad"),
    *("please", "find", "attached", "the", "and", "for", "with", "thank", "you"),
)


@dataclass(frozen=True)
class Run:
    """One target in one round."""

    rate: float  # messages a second
    delays: list[float]  # seconds from MAIL to the final reply
    cpu: float  # seconds of CPU a message, of the gateway's processes


def corpus(seed: int = 20) -> list[bytes]:
    """Make 200 text messages of 1 to 5 KB."""
    rng = random.Random(seed)  # noqa: S311 - a repeatable corpus
    messages = []
    for number in range(200):
        lines = [" ".join(rng.choices(WORDS, k=12)) for _ in range(rng.randint(12, 60))]
        head = (
            f"From: a@x.example\r\nTo: b@y.example\r\nSubject: {' '.join(rng.choices(WORDS, k=4))}"
        )
        messages.append(
            f"{head}\r\nMessage-ID: <{number}@x.example>\r\n\r\n".encode()
            + "\r\n".join(lines).encode()
            + b"\r\n"
        )
    return messages


async def client(port: int, messages: list[bytes], delays: list[float]) -> None:
    """Send messages one after the other on one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)

    async def reply() -> int:
        while True:
            line = await reader.readline()
            if line[3:4] != b"-":
                return int(line[:3] or 0)

    await reply()
    writer.write(b"EHLO load.example\r\n")
    await reply()
    for raw in messages:
        began = time.perf_counter()
        writer.write(b"MAIL FROM:<a@x.example>\r\nRCPT TO:<b@y.example>\r\nDATA\r\n")
        for _ in range(3):
            await reply()
        writer.write(raw + b".\r\n")
        code = await reply()
        if code != 250:  # noqa: PLR2004 - RFC 5321
            raise SystemExit(f"a message was answered {code}")
        delays.append(time.perf_counter() - began)
    writer.write(b"QUIT\r\n")
    writer.close()


async def load(port: int, messages: list[bytes], connections: int) -> tuple[float, list[float]]:
    """Play the messages over some connections; return the seconds taken and each delay."""
    delays: list[float] = []
    began = time.perf_counter()
    await asyncio.gather(
        *(client(port, messages[each::connections], delays) for each in range(connections))
    )
    return time.perf_counter() - began, delays


def sink(pipe: "multiprocessing.connection.Connection") -> None:
    """Run a next hop in a process of its own."""
    with NextHop() as next_hop:
        next_hop.received = _Forgetful()
        pipe.send(next_hop.port)
        pipe.recv()


class _Forgetful(list):  # type: ignore[type-arg]
    """Keeps nothing: memory is not what is measured."""

    def append(self, _: object) -> None:
        """Drop it."""


def cpu_of(pid: int) -> float:
    """Seconds of CPU used by a process and its children."""
    total = 0.0
    for each in [pid, *children(pid)]:
        fields = Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def children(pid: int) -> list[int]:
    """All descendants of a process."""
    found = []
    for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += [int(each), *children(int(each))]
    return found


def free_port() -> int:
    """A port nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measure(port: int, messages: list[bytes], connections: int, pid: int | None) -> Run:
    """One round on one target."""
    before = cpu_of(pid) if pid else 0.0
    seconds, delays = asyncio.run(load(port, messages, connections))
    used = cpu_of(pid) - before if pid else 0.0
    return Run(rate=len(messages) / seconds, delays=delays, cpu=used / len(messages))


def percentile(values: list[float], share: float) -> float:
    """The value that a share of them does not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=10)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    base = corpus()
    messages = [base[each % len(base)] for each in range(wanted.messages)]
    ours, theirs = multiprocessing.Pipe()
    next_hop = multiprocessing.get_context("spawn").Process(target=sink, args=(theirs,))
    next_hop.start()
    next_port = ours.recv()
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        config = f"{folder}/p/porthor.toml"
        command = [sys.executable, "-P", "-m", "gateway", "--config", config]
        addresses = ["--listen", f"127.0.0.1:{port}", "--nexthop", f"127.0.0.1:{next_port}"]
        subprocess.run(
            [*command, "init", f"{folder}/p", "--sample", *addresses],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        program = subprocess.Popen([*command, "serve"], stderr=subprocess.DEVNULL)
        try:
            wait_for(port)
            rounds = []
            for _ in range(wanted.rounds):
                straight = measure(next_port, messages, wanted.connections, None)
                through = measure(port, messages, wanted.connections, program.pid)
                rounds.append((straight, through))
        finally:
            program.send_signal(signal.SIGTERM)
            program.wait(30)
            ours.send(None)
            next_hop.join(10)
    report(rounds, as_json=wanted.json)


def wait_for(port: int) -> None:
    """Wait until something listens."""
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("the gateway did not start")


def report(rounds: list[tuple[Run, Run]], *, as_json: bool) -> None:
    """Print medians over the rounds."""
    facts = {
        "straight_rate": statistics.median(each.rate for each, _ in rounds),
        "through_rate": statistics.median(each.rate for _, each in rounds),
        "ratio": statistics.median(through.rate / straight.rate for straight, through in rounds),
        "cpu_ms": 1000 * statistics.median(each.cpu for _, each in rounds),
    }
    for share in (0.5, 0.95, 0.99):
        facts[f"added_p{int(share * 100)}_ms"] = 1000 * statistics.median(
            percentile(through.delays, share) - percentile(straight.delays, share)
            for straight, through in rounds
        )
    if as_json:
        print(json.dumps(facts))
        return
    print(f"straight to the next hop  {facts['straight_rate']:8.0f} messages/s")
    print(f"through Porthor           {facts['through_rate']:8.0f} messages/s")
    print(f"ratio                     {facts['ratio']:8.3f}")
    print(f"CPU a message             {facts['cpu_ms']:8.2f} ms")
    for share in (50, 95, 99):
        print(f"added delay p{share}           {facts[f'added_p{share}_ms']:8.1f} ms")


if __name__ == "__main__":
    main()
