"""What a court may ask of the machine that made the evidence (L48): a record, or no bundle.

A computer is presumed to be in order until something suggests otherwise; this record is what the
other side needs to look for that something. Each part must be there, if only to say "none known";
a bundle without one of them is not made, and what is missing is said.
"""

import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from models.errors import SettingInvalid
from models.policy import Bilingual
from quarantine.build import build_digest

SHIPPED = Path(__file__).parent
KNOWN_FAULTS = "known-faults.toml"
TEST_RESULTS = "release-tests.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault that is known, and what it means for evidence."""

    id: str
    since: str  # the version it came with
    text: Bilingual


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFaults:
    """The faults known on a day; none is an answer too."""

    on: date
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResults:
    """What the tests of a build came to."""

    __test__ = False  # pytest: this is no test

    at: datetime
    build: str  # digest of the code that was tested
    arguments: str  # of the test run: paths among them mean that not all was tested
    passed: int
    failed: int
    skipped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """The record. Whatever is None or empty is missing."""

    version: str
    build: str  # digest of the code that runs
    settings: tuple[tuple[str, str], ...]  # key and value, without secrets
    faults: KnownFaults | None
    tests: TestResults | None
    clock: str  # what the machine's clock follows


def gather(
    *,
    settings: Iterable[tuple[str, str]],
    clock: str,
    known_faults: Path | None,
    test_results: Path | None,
) -> Reliability:
    """Make the record from what is in force; the files default to those that are shipped.

    Raises SettingInvalid if a file cannot be read.
    """
    faults, tests = known_faults or SHIPPED / KNOWN_FAULTS, test_results or SHIPPED / TEST_RESULTS
    return Reliability(
        version=version("porthor"),
        build=build_digest(),
        settings=tuple(settings),
        faults=read_faults(faults) if faults.exists() or known_faults else None,
        tests=read_tests(tests) if tests.exists() or test_results else None,
        clock=clock.strip(),
    )


def read_faults(path: Path) -> KnownFaults:
    """Read a list of known faults. Raises SettingInvalid."""
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
        faults = tuple(
            Fault(id=each["id"], since=each["since"], text=Bilingual(en=each["en"], cy=each["cy"]))
            for each in read.get("faults", [])
        )
        return KnownFaults(on=_day(read["on"]), faults=faults)
    except (OSError, ValueError, KeyError, TypeError):
        raise SettingInvalid(
            f"evidence.known_faults: {path} cannot be used; expected on = DATE and, for each fault,"
            " id, since, en and cy, as docs/evidence-bundle.md shows"
        ) from None


def read_tests(path: Path) -> TestResults:
    """Read what `scripts/record_tests.py` wrote. Raises SettingInvalid."""
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
        counts = {key: int(read[key]) for key in ("passed", "failed", "skipped")}
        return TestResults(
            at=_instant(read["at"]),
            build=str(read["build"]),
            arguments=str(read["arguments"]),
            **counts,
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise SettingInvalid(
            f"evidence.test_results: {path} cannot be used; expected the file that"
            " `scripts/record_tests.py` writes"
        ) from None


def _day(value: object) -> date:
    if type(value) is not date:
        raise ValueError("a date")
    return value


def _instant(value: object) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError("an instant")
    return value


def check_complete(record: Reliability, lacking: Iterable[str] = ()) -> None:
    """Raises SettingInvalid naming every part that is missing, and what to do.

    `lacking` says what else is: a policy's text, a classifier's card.
    """
    parts = {
        "version": (record.version, "install the program from its wheel"),
        "build": (record.build, "install the program from its wheel"),
        "settings": (record.settings, "give the settings file"),
        "known faults": (record.faults, "name the list in evidence.known_faults"),
        "test results": (record.tests, "name the file in evidence.test_results"),
        "clock source": (record.clock, 'set evidence.clock_source, such as "NTP, ntp.example"'),
    }
    missing = [f"{what} ({then})" for what, (value, then) in parts.items() if not value]
    missing += lacking
    if missing:
        raise SettingInvalid(
            "no bundle was made, for evidence must say how far the machine can be relied on, and"
            f" this is missing: {'; '.join(missing)}"
        )


def settings_digest(settings: Iterable[tuple[str, str]]) -> str:
    """SHA-256 over the settings in canonical JSON."""
    told = json.dumps(dict(settings), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(told.encode()).hexdigest()
