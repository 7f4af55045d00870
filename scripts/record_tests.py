#!/usr/bin/env python3
"""Run the tests and write down what they came to, for the record that goes with evidence (L48).

    scripts/record_tests.py [PYTEST ARGUMENTS]

Writes quarantine/evidence/release-tests.toml, which names the build it is of and the arguments: a
run of a few tests cannot pass for all. It goes into the wheel. Fails if a test failed.
"""

import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import tomli_w
from lxml import etree

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from quarantine.build import build_digest  # noqa: E402 - of this tree
from quarantine.evidence.reliability import SHIPPED, TEST_RESULTS  # noqa: E402


def counts(path):
    """What a JUnit file says: passed, failed (errors too) and skipped."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    suites = etree.parse(path, parser).getroot().iter("testsuite")
    total = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    for suite in suites:
        for key in total:
            total[key] += int(suite.get(key, 0))
    failed = total["failures"] + total["errors"]
    passed = total["tests"] - failed - total["skipped"]
    return {"passed": passed, "failed": failed, "skipped": total["skipped"]}


def main(arguments):
    """Run the tests and write the record."""
    with tempfile.TemporaryDirectory() as scratch:
        results = Path(scratch) / "results.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={results}", *arguments]
        subprocess.run(command, cwd=ROOT, check=False)
        found = counts(results)
    record = {
        "at": datetime.now(UTC).replace(microsecond=0),
        "build": build_digest(),
        "arguments": " ".join(arguments),
        **found,
    }
    (SHIPPED / TEST_RESULTS).write_bytes(tomli_w.dumps(record).encode())
    print(", ".join(f"{count} {key}" for key, count in found.items()))
    return 1 if found["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
