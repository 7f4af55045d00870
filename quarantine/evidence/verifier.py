"""Checks an evidence bundle on a bare machine: Python 3.9 or later, and openssl. Nothing else.

    python3 verifier.py [FOLDER] [--trust CERTIFICATE] [--authority CERTIFICATE]
                        [--anchor NUMBER:DIGEST] [--json]

It travels inside the bundle and imports nothing of the gateway's. What is signed is the list of
tag files (tagmanifest-sha256.txt), which holds the digests of everything else, this program's
included. Whoever doubts this program can compare its SHA-256 with the one that the organisation
publishes, or do the same by hand as README.en.txt says.

Exit status: 0 everything was checked and fits; 1 something does not fit, and is named; 2 nothing
was found wrong, but something could not be checked, and is named.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ALGORITHMS = ("sha256", "sha512")
SIGNED = "tagmanifest-sha256.txt"
SIGNATURE = "signature.p7s"
STAMP = "timestamp.tsr"
SEAL = "seal-sha256.txt"
CERTIFICATE = "certificate.pem"
AUTHORITY = "timestamp-authority.pem"
DESCRIPTION = "data/bundle.json"
MANIFESTS = tuple(f"manifest-{each}.txt" for each in ALGORITHMS)
TAG_MANIFESTS = tuple(f"tagmanifest-{each}.txt" for each in ALGORITHMS)
SEALED = (*TAG_MANIFESTS, SIGNATURE)
_UNLISTED = frozenset({*TAG_MANIFESTS, SIGNATURE, STAMP, SEAL})
_LINE = re.compile(r"([0-9a-f]{64}|[0-9a-f]{128})  (\S[^\r\n]*)")
_CHUNK = 1 << 20  # octets
_PATIENCE = 60  # seconds for openssl
_WELSH = {
    "changed": "newidiwyd",
    "missing": "ar goll",
    "added": "ychwanegwyd",
    "unsound": "nid yw'n ffitio",
    "unchecked": "heb ei wirio",
}


@dataclass
class Report:
    """What was found: (file, kind, words) each; kinds are the keys of `_WELSH`."""

    problems: list[tuple[str, str, str]] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    files: int = 0

    def say(self, file: str, kind: str, words: str) -> None:
        """Note a problem once."""
        if (file, kind) not in {each[:2] for each in self.problems}:
            self.problems.append((file, kind, words))

    @property
    def wrong(self) -> bool:
        """Whether something does not fit."""
        return any(kind != "unchecked" for _, kind, _ in self.problems)

    @property
    def status(self) -> int:
        """The exit status."""
        return 1 if self.wrong else 2 if self.problems else 0


def check(
    folder: Path, trust: Path | None = None, authority: Path | None = None, anchor: str = ""
) -> Report:
    """Check a bundle; `trust` and `authority` are certificates that came by another way."""
    report = Report()
    files = _walk(folder, report)
    digests = {name: _digests(folder / name) for name in files}
    report.files = len(files)
    broken = _check_seal(folder, digests, report)
    broken |= _check_lists(folder, digests, TAG_MANIFESTS, broken, report)
    _check_lists(folder, digests, MANIFESTS, broken, report)
    _check_unlisted(folder, digests, report)
    _check_originals(folder, digests, report)
    _check_chain(folder, anchor, report)
    _check_description(folder, digests, report)
    _check_signature(folder, trust, report)
    _check_stamp(folder, authority, report)
    return report


def _walk(folder: Path, report: Report) -> list[str]:
    """Every file, by its path inside the bundle; what is neither file nor folder is named."""
    found = []
    for place, folders, files in os.walk(folder):
        inside = Path(place).relative_to(folder)
        for each in sorted([*folders, *files]):
            path, name = Path(place) / each, (inside / each).as_posix()
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                report.say(name, "added", "neither a file nor a folder, such as a link")
            elif each in files:
                found.append(name)
        if not folders and not files:
            report.say(inside.as_posix() + "/", "added", "an empty folder, which nothing lists")
    return sorted(found)


def _digests(path: Path) -> dict[str, str]:
    """The file's digest by each algorithm; empty ones, which fit nothing, if it cannot be read."""
    known = {each: hashlib.new(each) for each in ALGORITHMS}
    try:
        with path.open("rb") as file:
            for chunk in iter(lambda: file.read(_CHUNK), b""):
                for each in known.values():
                    each.update(chunk)
    except OSError:
        return dict.fromkeys(ALGORITHMS, "")
    return {name: each.hexdigest() for name, each in known.items()}


def listing(entries: dict[str, str]) -> bytes:
    """A list of digests as we write it: sorted by path, one line each, as sha256sum reads it."""
    return "".join(f"{entries[path]}  {path}\n" for path in sorted(entries)).encode()


def _read_list(path: Path) -> dict[str, str] | None:
    """The digests in a list by path; None unless it is written exactly as we write one."""
    try:
        raw = path.read_bytes()
        matches = [_LINE.fullmatch(line) for line in raw.decode().splitlines()]
    except (OSError, UnicodeDecodeError):
        return None
    entries = {each[2]: each[1] for each in matches if each}
    return entries if len(entries) == len(matches) and listing(entries) == raw else None


def _check_seal(folder: Path, digests: dict[str, Any], report: Report) -> set[str]:
    """Check what no manifest can list; return the tag manifests that do not fit."""
    broken: set[str] = set()
    for name in (*SEALED, SEAL):
        if name not in digests:
            report.say(name, "missing", "every bundle has one")
    if SEAL in digests:
        report.facts.append(f"SHA-256 of {SEAL}, which names the bundle: {digests[SEAL]['sha256']}")
    sealed = _read_list(folder / SEAL)
    if sealed is None or not set(SEALED) <= set(sealed) <= {*SEALED, STAMP}:
        if SEAL in digests:
            report.say(SEAL, "changed", "it is not as it was written")
        return broken
    for name, digest in sealed.items():
        if name not in digests:
            report.say(name, "missing", f"{SEAL} lists it")
        elif digests[name]["sha256"] != digest:
            report.say(name, "changed", f"it does not fit {SEAL}: one of the two was changed")
            report.say(SEAL, "changed", f"it does not fit {name}: one of the two was changed")
            broken.add(name)
    if STAMP in digests and STAMP not in sealed:
        report.say(STAMP, "added", "nothing lists it")
    return broken


def _check_lists(
    folder: Path, digests: dict[str, Any], lists: tuple[str, ...], broken: set[str], report: Report
) -> set[str]:
    """Check files against lists, a sound list being believed before a broken one.

    Returns the files that do not fit, lists that are not as written among them.
    """
    read = {name: _read_list(folder / name) for name in lists}
    wrong = {name for name, entries in read.items() if entries is None}
    for name in wrong & set(digests):
        report.say(name, "changed", "it is not as it was written")
    sound = [name for name in lists if name not in wrong | broken]
    for name in sound or [each for each in lists if each not in wrong]:
        algorithm = name.rpartition("-")[2].removesuffix(".txt")
        for path, digest in (read[name] or {}).items():
            if path not in digests:
                same = [each for each in digests if digests[each][algorithm] == digest]
                words = f"its bytes are now in {same[0]}" if same else f"{name} lists it"
                report.say(path, "missing", words)
            elif digests[path][algorithm] != digest:
                report.say(path, "changed", f"its {algorithm} digest is not the one in {name}")
                wrong.add(path)
    return wrong


def _check_unlisted(folder: Path, digests: dict[str, Any], report: Report) -> None:
    """Name every file that some list of its own kind does not have."""
    for names in (MANIFESTS, TAG_MANIFESTS):
        known = [entries for entries in (_read_list(folder / each) for each in names) if entries]
        payload = names is MANIFESTS
        for path in digests:
            ours = path.startswith("data/") is payload and path not in _UNLISTED
            if ours and not (known and all(path in each for each in known)):
                report.say(path, "added", "nothing lists it")


def _check_originals(folder: Path, digests: dict[str, Any], report: Report) -> None:
    """Check each original against the digest recorded when the gateway accepted it."""
    for path in sorted(digests):
        if path.startswith("data/exhibits/") and path.endswith("/envelope.json"):
            original = path.replace("envelope.json", "original.eml")
            recorded = _json(folder / path)
            accepted = recorded.get("digest") if isinstance(recorded, dict) else None
            if original in digests and digests[original]["sha256"] != accepted:
                report.say(original, "unsound", f"not the bytes accepted, by {path}")


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


def _check_chain(folder: Path, anchor: str, report: Report) -> None:
    """Check that the audit entries are as written and stand where the list of digests says."""
    place = "data/audit/extract.jsonl"
    try:
        told = (folder / place).read_text(encoding="utf-8").splitlines()
        entries = [{**json.loads(line)} for line in told]
        rows = (folder / "data/audit/digests.txt").read_text(encoding="ascii").splitlines()
        listed = {int(number): digest for number, digest in (row.split(" ") for row in rows)}
    except (OSError, ValueError, TypeError, RecursionError):
        report.say(place, "unsound", "the audit extract or its digests cannot be read")
        return
    for entry in entries:
        number, digest, previous = (entry.get(key) for key in ("sequence", "digest", "previous"))
        if _entry_digest(entry) != digest:
            report.say(place, "unsound", f"audit entry {number} was changed after it was written")
        elif not isinstance(number, int) or listed.get(number) != digest:
            report.say(place, "unsound", f"audit entry {number} is not in its place in the chain")
        elif listed.get(number - 1, previous) != previous:
            report.say(place, "unsound", f"audit entry {number} does not follow the one before it")
    report.facts.append(
        f"{len(entries)} audit entries fit the chain, of {max(listed, default=0)} entries then."
    )
    if anchor:
        _check_anchor(anchor, listed, report)


def _check_anchor(anchor: str, listed: dict[int, str], report: Report) -> None:
    """Compare with what was written down elsewhere when the chain had so many entries."""
    place = "data/audit/digests.txt"
    number, _, digest = anchor.partition(":")
    if number.isdigit() and int(number) not in listed:
        report.say(place, "unchecked", f"entry {number}, of the anchor, is outside this extract")
    elif not number.isdigit() or listed[int(number)] != digest:
        report.say(place, "unsound", f"the chain is not the one of the anchor {anchor}")
    else:
        report.facts.append(f"The chain is the one of the anchor at entry {number}.")


def _entry_digest(entry: dict[str, Any]) -> str:
    """The digest of an audit entry: over the canonical JSON of all the rest of it."""
    rest = {key: value for key, value in entry.items() if key != "digest"}
    told = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def _check_description(folder: Path, digests: dict[str, Any], report: Report) -> None:
    """Say what the bundle says of itself; a time stamp that it promises must be there."""
    told = _json(folder / DESCRIPTION)
    if not isinstance(told, dict):
        return
    report.facts.append(f"Case {told.get('case')}, prepared {told.get('prepared')}.")
    if told.get("time_stamp") and STAMP not in digests:
        report.say(STAMP, "missing", f"{DESCRIPTION} says that there is one")


def _openssl(*arguments: str) -> tuple[bool, str]:
    """Run openssl; return whether it agreed, and the last line of what it said."""
    program = shutil.which("openssl")
    if program is None:
        return False, ""
    alone = {**os.environ, "SSL_CERT_DIR": os.devnull}  # trust none that the machine trusts
    command = [program, *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - found on PATH, as a person would run it
            command, env=alone, capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False, ""
    said = done.stderr.decode(errors="replace").strip().splitlines()
    return done.returncode == 0, said[-1] if said else ""


def _check_signature(folder: Path, trust: Path | None, report: Report) -> None:
    if not (folder / SIGNATURE).is_file() or not (folder / SIGNED).is_file():
        return
    if shutil.which("openssl") is None:
        report.say(
            SIGNATURE, "unchecked", "openssl is not on this machine: who signed is not known"
        )
        return
    chain = ["-CAfile", str(trust), "-no_check_time", "-purpose", "any"] if trust else ["-noverify"]
    with tempfile.TemporaryDirectory() as scratch:
        signer = Path(scratch) / "signer.pem"
        agreed, said = _openssl(
            *("cms", "-verify", "-binary", "-inform", "DER", "-in", str(folder / SIGNATURE)),
            *("-content", str(folder / SIGNED), "-signer", str(signer), *chain),
        )
        if not agreed:
            report.say(SIGNATURE, "unsound", f"openssl does not accept the signature: {said}")
            return
        same = _der(signer) == _der(folder / CERTIFICATE)
    if not same:
        report.say(SIGNATURE, "unsound", f"it was not made with {CERTIFICATE}")
        return
    fingerprint = hashlib.sha256(_der(folder / CERTIFICATE)).hexdigest()
    whose = "which leads to the one you trust" if trust else "compare it with one from elsewhere"
    report.facts.append(f"Signed. SHA-256 fingerprint of the certificate: {fingerprint}; {whose}.")


def _der(path: Path) -> bytes:
    """The first certificate of a PEM file, or nothing."""
    try:
        text = path.read_text(encoding="ascii")
        end = "-----END CERTIFICATE-----"
        begin = text.index("-----BEGIN CERTIFICATE-----")
        return ssl.PEM_cert_to_DER_cert(text[begin : text.index(end) + len(end)])
    except (OSError, ValueError):
        return b""


def _check_stamp(folder: Path, authority: Path | None, report: Report) -> None:
    if not (folder / STAMP).is_file():
        report.facts.append("No time stamp was asked for.")
        return
    trusted = authority or (folder / AUTHORITY if (folder / AUTHORITY).is_file() else None)
    if trusted is None:
        report.say(STAMP, "unchecked", "give the authority's certificate with --authority")
        return
    if shutil.which("openssl") is None:
        report.say(STAMP, "unchecked", "openssl is not on this machine")
        return
    stamp, data = str(folder / STAMP), str(folder / SIGNATURE)
    agreed, said = _openssl("ts", "-verify", "-data", data, "-in", stamp, "-CAfile", str(trusted))
    if not agreed:
        report.say(STAMP, "unsound", f"openssl does not accept the time stamp: {said}")
        return
    whose = "the certificate you gave" if authority else f"{AUTHORITY}, which came with the bundle"
    report.facts.append(f"The time stamp fits the signature, by {whose}.")


def lines(report: Report) -> list[str]:
    """The report in words, in both languages where it matters."""
    told = [f"{report.files} files read.", *report.facts]
    told += [
        f"{kind.upper()} ({_WELSH[kind]}): {file}: {words}" for file, kind, words in report.problems
    ]
    told.append(
        {
            0: "NOTHING WAS CHANGED. / NI NEWIDIWYD DIM.",
            1: "THIS BUNDLE IS NOT AS IT WAS SIGNED. / NID YW'R PECYN FEL Y'I LLOFNODWYD.",
            2: "NOT EVERYTHING COULD BE CHECKED. / NI ELLID GWIRIO POPETH.",
        }[report.status]
    )
    return ["".join(one if one.isprintable() else "?" for one in each) for each in told]


def as_json(report: Report) -> str:
    """The report for a program."""
    problems = [
        {"file": file, "kind": kind, "words": words} for file, kind, words in report.problems
    ]
    told = {"status": report.status, "problems": problems, "facts": report.facts}
    return json.dumps({**told, "files": report.files})


def main() -> int:
    """Check the bundle that this file is in, or another."""
    parser = argparse.ArgumentParser(description="Check an evidence bundle.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--trust", type=Path, help="the organisation's certificate, got elsewhere")
    parser.add_argument("--authority", type=Path, help="the time-stamping authority's certificate")
    parser.add_argument("--anchor", default="", help="of the audit chain, as NUMBER:DIGEST")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args()
    if not given.folder.is_dir():
        parser.error(f"{given.folder} is not a folder")
    report = check(given.folder, given.trust, given.authority, given.anchor)
    told = [as_json(report)] if given.json else lines(report)
    sys.stdout.buffer.write("".join(f"{each}\n" for each in told).encode())
    return report.status


if __name__ == "__main__":
    sys.exit(main())
