"""A benchmark in stages, each in a process of its own: seconds, and the most memory it had.

Machines are noisy: beside the seconds stands the ratio to the stage `scan` of the same run.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

Place = TypeVar("Place")


def expect(is_so: bool) -> None:
    """End the run if a stage did not do its work."""
    if not is_so:
        raise SystemExit("a stage did not do what it says; its time means nothing")


def measure(
    parser: argparse.ArgumentParser,
    stages: Mapping[str, Callable[[Place, argparse.Namespace], None]],
    prepare: Callable[[Path, argparse.Namespace], None],
    place: Callable[[Path], Place],
) -> int:
    """Run all stages, or the one that was asked for in this process.

    `prepare` is given the empty scratch folder; each stage what `place` makes of it, untimed.
    """
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--stage", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.stage:
        given = place(arguments.folder)
        began = time.monotonic()
        stages[arguments.stage](given, arguments)
        seconds = time.monotonic() - began
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        facts = {"stage": arguments.stage, "seconds": round(seconds, 2), "megabytes": round(most)}
        print(json.dumps(facts))
        return 0
    with tempfile.TemporaryDirectory(prefix=f"{Path(sys.argv[0]).stem}-") as folder:
        prepare(Path(folder), arguments)
        found = _each(stages, folder)
    if arguments.json:
        print(json.dumps(found))
        return 0
    for each in found:
        seconds, ratio, most = each["seconds"], each["ratio"], each["megabytes"]
        print(f"{each['stage']:<14}{seconds:>8} s {ratio:>7} x {most:>5} MB")
    return 0


def _each(stages: Mapping[str, object], folder: str) -> list[dict[str, float | str]]:
    found: list[dict[str, float | str]] = []
    for stage in stages:
        command = [sys.executable, *sys.argv, "--stage", stage, "--folder", folder]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        found.append(json.loads(done.stdout))
    bare = next(float(each["seconds"]) for each in found if each["stage"] == "scan")
    return [{**each, "ratio": round(float(each["seconds"]) / bare, 1)} for each in found]
