#!/usr/bin/env python3
"""What reading and inspecting one message costs, as processor time; --json for scripts.

Run with the project's own Python. Each figure is the median of several rounds, beside a baseline
of the same round: `email.message_from_bytes` of the same octets. Machines are noisy; compare
ratios.
"""

import argparse
import email
import json
import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "evasion")]

from building import attached, several, single  # noqa: E402 - the tests' own builders
from factories import POLICY, an_envelope  # noqa: E402
from in_files import document, pdf, tarred, workbook, zipped  # noqa: E402

from classifiers.detector import detectors  # noqa: E402
from classifiers.inspection import inspect  # noqa: E402
from classifiers.text.reading import read  # noqa: E402
from models.mail import Mail  # noqa: E402
from models.mime import read_message  # noqa: E402
from models.policy import PhraseList  # noqa: E402

WORDS = (
    *("meeting", "council", "planning", "budget", "road", "school", "library", "bins", "review"),
    *("agenda", "minutes", "housing", "officer", "report", "please", "thanks", "the", "and"),
    *("of", "to", "for", "in", "on", "with", "that", "this", "will", "cyngor", "ysgol"),
    *("cyfarfod", "adroddiad", "cynllunio", "tai", "ffordd"),
)
ROUNDS = 7


def prose(size, seed=1):
    """Text of about `size` characters in lines of ordinary length."""
    choose = random.Random(seed)  # noqa: S311 - repeatable words, no secret
    lines = (" ".join(choose.choices(WORDS, k=10)) for _ in range(size // 30))
    return "\r\n".join(lines)[:size]


def three_hundred(policy):
    """The policy with 300 phrases more."""
    choose = random.Random(2)  # noqa: S311 - the same
    more = tuple(
        PhraseList(
            name=f"list-{number}",
            score=0.8,
            phrases=tuple(f"{' '.join(choose.sample(WORDS, 3))} {each}" for each in range(10)),
        )
        for number in range(30)
    )
    return replace(policy, phrases=(*policy.phrases, *more))


def paragraphs(size):
    """Prose as a Word document has it."""
    lines = prose(size).split("\r\n")
    return "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)


def messages():
    """What is measured, by name."""
    picture = b"\xff\xd8\xff" + random.Random(3).randbytes(250_000)  # noqa: S311 - noise
    page, book = (
        document(paragraphs(size), **{"media/a": picture}) for size in (200_000, 1_500_000)
    )
    big_pdf = pdf(prose(280_000).replace("\r\n", ") Tj 0 -12 Td ("))
    cell = "".join(
        f'<c t="inlineStr"><is><t>{word}</t></is></c>' for word in prose(200_000).split()
    )
    files = [
        ("a.docx", book),
        ("a.pdf", big_pdf),
        ("a.xlsx", workbook(cell)),
        ("a.tar", tarred(prose(1_000_000))),
        ("a.zip", zipped(**{"a.txt": prose(1_500_000)})),
        ("a.jpg", b"\xff\xd8\xff" + random.Random(3).randbytes(2_500_000)),  # noqa: S311
    ]
    parts = [attached(data, name).partition(b"see attached.\r\n")[2] for name, data in files]
    joined = [each.partition(b"\r\n")[2].rpartition(b"\r\n--bnd--")[0] for each in parts]
    return {
        "text, 4 KB": single(prose(4000)),
        "HTML, 4 KB": single(f"<p>{prose(4000)}</p>", kind="text/html"),
        "DOCX, 200 KB of text": attached(page, "a.docx"),
        "DOCX, 1.5 MB of text": attached(book, "a.docx"),
        "PDF": attached(big_pdf, "a.pdf"),
        "5 MB of attachments": several(*joined),
    }


def cost(work):
    """Median milliseconds of processor time of one call."""
    work()
    taken = []
    for _ in range(ROUNDS):
        times = 0
        start = time.process_time()
        while time.process_time() - start < 0.05:  # noqa: PLR2004 - long enough to measure
            work()
            times += 1
        taken.append((time.process_time() - start) / times * 1000)
    return median(taken)


def measured():
    """Every figure."""
    finders = detectors(three_hundred(POLICY))
    envelope = an_envelope()
    result = {"messages": {}, "detectors": {}}
    for name, raw in messages().items():
        whole = cost(
            lambda raw=raw: inspect(Mail(envelope=envelope, message=read_message(raw)), finders)
        )
        baseline = cost(lambda raw=raw: email.message_from_bytes(raw))
        result["messages"][name] = {
            "octets": len(raw),
            "ms": round(whole, 3),
            "ratio": round(whole / baseline, 2),
        }
    mail = Mail(envelope=envelope, message=read_message(single(prose(4000))))
    for finder in finders:
        spent = cost(lambda finder=finder: list(finder.detect(mail, read(mail.message))))
        result["detectors"][finder.name] = spent
    reading = cost(lambda: read(mail.message))
    result["detectors"] = {
        name: round(max(0.0, spent - reading), 3) for name, spent in result["detectors"].items()
    }
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import classifiers.inspection"], cwd=ROOT, check=True)
    result["import"] = {"ms": round((time.perf_counter() - start) * 1000)}
    return result


def main():
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true")
    asked = arguments.parse_args()
    result = measured()
    if asked.json:
        print(json.dumps(result))
        return
    for name, each in result["messages"].items():
        print(f"{name:<22} {each['octets']:>9} octets {each['ms']:>9.3f} ms {each['ratio']:>7.2f}x")
    for name, spent in result["detectors"].items():
        print(f"  {name:<20} {spent:>7.3f} ms")
    print(f"importing the inspection path: {result['import']['ms']} ms")


if __name__ == "__main__":
    main()
