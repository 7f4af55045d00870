#!/usr/bin/env python3
"""Change samples at random and read them, for so many seconds; exit status 1 on any trouble.

    scripts/fuzz.py [SECONDS]       default 60; `make fuzz T=3600`

Run with the project's own Python. Samples are the tests' own ways of hiding. Trouble is an
exception out of `read_message` or `read`, a message that takes more than two seconds, or a
process that keeps growing.
"""

import random
import resource
import sys
import time
from pathlib import Path

from rich.progress import track

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "evasion")]

import in_files  # noqa: E402 - the tests' own builders
import in_mail  # noqa: E402
import in_margins  # noqa: E402
import in_text  # noqa: E402

from classifiers.settings import ReadingSettings  # noqa: E402
from classifiers.text.reading import read  # noqa: E402
from models.mime import read_message  # noqa: E402
from models.units import Size  # noqa: E402

LIMITS = ReadingSettings(part=Size(2_000_000), unpacked=Size(5_000_000), characters=1_000_000)
SLOW, GROWTH = 2.0, 500_000  # seconds of one message; kilobytes over the first tenth
TOKENS = (
    *(b"\r\n", b"\r\n\r\n", b"--bnd", b"--bnd--", b"=?utf-8?B?", b"PK\x03\x04", b"PK\x01\x02"),
    *(b"%PDF-1.7", b"\xff\xff\xff\xff", b"\0\0\0\0", b"<w:p>", b"{\\rt", b"Content-Type: "),
)


def samples():
    """Raw messages to begin from."""
    text = "Card number 4111 1111 1111 1111 please"
    modules = (in_mail, in_margins, in_text, in_files)
    techniques = {name: make for each in modules for name, make in each.TECHNIQUES.items()}
    return [make(text) for make in techniques.values()]


def changed(raw, choose):
    """A sample with a few octets changed, cut, repeated, or a token put in."""
    data = bytearray(raw)
    for _ in range(choose.randint(1, 12)):
        at = choose.randrange(len(data) + 1)
        match choose.randrange(5):
            case 0 if at < len(data):
                data[at] = choose.randrange(256)
            case 1:
                data[at:at] = choose.choice(TOKENS)
            case 2:
                del data[at : at + choose.randrange(64)]
            case 3:
                data[at:at] = data[at : at + choose.randrange(256)]
            case _:
                data[at:at] = choose.randbytes(choose.randrange(8))
    return bytes(data)


def main():
    """Fuzz until time is up."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    seed = int(time.time())
    choose = random.Random(seed)  # noqa: S311 - repeatable, no secret
    start, tried, trouble, early = time.monotonic(), 0, 0, 0
    first = samples()
    for step in track(range(int(seconds)), f"Fuzzing, seed {seed}"):
        while time.monotonic() - start < step + 1:
            raw = changed(choose.choice(first), choose)
            began = time.monotonic()
            try:
                read(read_message(raw), LIMITS)
            except Exception as error:  # noqa: BLE001 - that is what is looked for
                trouble += 1
                kept = Path(f"fuzz-{seed}-{tried}.eml")
                kept.write_bytes(raw)
                print(f"{type(error).__name__}: kept as {kept}")
            if time.monotonic() - began > SLOW:
                trouble += 1
                print(f"slow: {time.monotonic() - began:.1f} s, {len(raw)} octets, try {tried}")
            tried += 1
        if step == int(seconds) // 10:
            early = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - early
    print(f"{tried} messages, {trouble} in trouble, grown by {grown} KB after the first tenth")
    sys.exit(1 if trouble or grown > GROWTH else 0)


if __name__ == "__main__":
    main()
