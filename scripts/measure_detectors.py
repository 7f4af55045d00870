#!/usr/bin/env python3
"""Measure the detectors and write the tables of docs/detectors.md.

    scripts/measure_detectors.py [DATA]     DATA: the labelled data, default ../shared/data

Run with the project's own Python. Recall on our own ways of hiding (tests/evasion); recall on
the labelled spans of presidio_synth; false alarms on every mail and sentence of the data.
"""

import gzip
import json
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import cache
from pathlib import Path

from rich.progress import track

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "evasion")]
PAGE = ROOT / "docs" / "detectors.md"
START, END = "<!-- measured -->\n", "<!-- end -->"
ON = date(2026, 11, 24)
LEVELS = (0.5, 0.8)  # from which a rule counts by itself, and as the sample policy asks
ENTITIES = {"CREDIT_CARD": "payment-card", "IBAN_CODE": "iban"}


@cache
def _loaded():
    from factories import POLICY, an_envelope  # noqa: PLC0415 - once in each process

    from classifiers.detector import detectors  # noqa: PLC0415

    return POLICY, an_envelope(), detectors(POLICY)


def inspected(raw):
    """Findings of a message, and whether the sample policy holds it."""
    from classifiers.inspection import inspect  # noqa: PLC0415
    from gateway.decide import decide  # noqa: PLC0415
    from models.mail import Mail  # noqa: PLC0415
    from models.mime import read_message  # noqa: PLC0415

    policy, envelope, detectors = _loaded()
    found = inspect(Mail(envelope=envelope, message=read_message(raw)), detectors).findings
    return found, decide(envelope, found, policy, on=ON).disposition.waits


def as_mail(row):
    """A row of the data as a message."""
    text = row["text"]
    subject = "Message"
    if text.startswith("Subject:"):
        subject, _, text = text.removeprefix("Subject:").partition("\n")
    head = f"Subject: {subject.strip()[:200]}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    return (head + text.replace("\n", "\r\n")).encode("utf-8", "replace")


def judged(row):
    """What one row of the data gave: false alarms, or which labelled spans were found."""
    found, held = inspected(as_mail(row))
    names = {
        (each.detector, level) for each in found for level in (0.5, 0.8) if each.score >= level
    }
    wanted = Counter(ENTITIES[kind] for _, _, kind in row.get("spans") or () if kind in ENTITIES)
    return row["dataset"], held, names, wanted


def rows(folder):
    """Mails and sentences of the labelled data."""
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                if row["kind"] != "post":
                    yield row


def of_data(folder):
    """Tables of recall on labelled spans and of false alarms."""
    every = list(rows(folder))
    alarms, held, wanted, hit = Counter(), 0, Counter(), Counter()
    mails = 0
    with ProcessPoolExecutor() as pool:
        for dataset, waits, names, labelled in track(
            pool.map(judged, every, chunksize=100), "Data", total=len(every)
        ):
            if dataset == "presidio_synth":
                wanted.update(labelled.keys())
                hit.update(each for each in labelled if (each, 0.5) in names)
                continue
            mails += 1
            held += waits
            alarms.update(names)
    lines = [
        (
            f"Of {mails:,} public mails and sentences the sample policy holds {held}"
            f" ({held / mails * 1000:.2f} in a thousand)."
        ),
        "",
        "| detector | texts with a finding of 0.5 or more | of 0.8 or more |",
        "|---|---|---|",
    ]
    lines += [
        f"| {name} | {alarms[name, 0.5]} | {alarms[name, 0.8]} |"
        for name in sorted({detector for detector, _ in alarms})
    ]
    lines += ["", "| detector | labelled texts of presidio_synth | found |", "|---|---|---|"]
    lines += [f"| {name} | {wanted[name]} | {hit[name]} |" for name in sorted(wanted)]
    return lines


def of_hiding():
    """Table of our own ways of hiding: caught, and clean twins passed."""
    import test_evasion  # noqa: PLC0415 - a test file, only here

    lines = [
        "",
        "| kind of hit | ways of hiding | caught | clean twins passed |",
        "|---|---|---|---|",
    ]
    for kind, (hit, twin) in test_evasion.HITS.items():
        makes = [make for make, kinds in test_evasion.TECHNIQUES.values() if kind in kinds]
        caught = sum(test_evasion.is_held(make(hit)) for make in makes)
        passed = sum(not test_evasion.is_held(make(twin)) for make in makes)
        lines.append(f"| {kind} | {len(makes)} | {caught} | {passed} |")
    return lines


def main():
    """Measure, print and write."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        sys.exit(f"{folder}: is not a folder of labelled data")
    table = "\n".join([*of_data(folder), *of_hiding()])
    print(table)
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{START}{table}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
