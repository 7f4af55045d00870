"""porthor policy test: a folder of messages, each with what is expected of it.

What is expected of NAME.eml stands in NAME.toml beside it, or in the folder's expected.toml, in
a table named after the file: docs/policy.md.
"""

import argparse
import json
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from gateway.commands.in_force import (
    classifier_in_force,
    policy_in_force,
    reading_in_force,
    settings_in_force,
)
from gateway.commands.printing import Line, show
from gateway.explain import masked, printable
from gateway.judge import Judge, Judgement, as_by_smtp, envelope_of
from gateway.policy_file import explain
from models.errors import SettingInvalid
from models.finding import Finding
from models.mime import read_message
from models.policy import Policy
from models.verdict import Disposition

_TOGETHER = "expected.toml"


def _outcome(value: str) -> str:
    labels = [each.label for each in Disposition]
    if value not in labels:
        raise ValueError(f"one of {', '.join(labels)}")
    return value


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _ExpectedFinding(_Strict):
    detector: str
    category: str | None = None

    def __str__(self) -> str:
        return f"{self.detector} ({self.category})" if self.category else self.detector


class _Expected(_Strict):
    outcome: Annotated[str, AfterValidator(_outcome)]
    rules: list[str] = []  # that apply, also those that only watch
    not_rules: list[str] = []
    findings: list[_ExpectedFinding] = []
    sender: str | None = None  # the envelope's, where the header does not say it
    recipients: list[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """How one message did."""

    name: str
    expected: str = ""  # the outcome; "" if nothing readable was expected
    got: str = ""
    rules: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    why: tuple[str, ...] = field(default=())  # what is not as expected; empty if all is

    @property
    def result(self) -> str:
        """Whether it passed, failed, or could not be tested."""
        if not self.why:
            return "passed"
        return "failed" if self.got else "error"


def policy_test(arguments: argparse.Namespace) -> int:
    """Test every message; 0 if all are as expected, 1 if not."""
    settings = settings_in_force(arguments)
    policy = policy_in_force(arguments.policy, settings)
    judge = Judge(
        [policy],
        reading_in_force(settings),
        classifier_in_force(settings),
        on=datetime.now(UTC).date(),
    )
    results = list(_results(arguments.dir, judge, policy))
    if arguments.json:
        facts = _facts(results, policy)
        sys.stdout.write(json.dumps(facts, ensure_ascii=False) + "\n")
    else:
        show(_lines(results))
    return 1 if any(each.why for each in results) else 0


def _results(folder: Path, judge: Judge, policy: Policy) -> Iterator[_Result]:
    """Every message below a folder, and every expectation of one that is not there."""
    messages = sorted(each for each in folder.rglob("*") if each.suffix.lower() == ".eml")
    if not messages:
        raise SettingInvalid(f"{folder}: there are no .eml files in it; nothing was tested")
    tables = {each: _table(each) for each in {each.parent for each in messages}}
    for path in messages:
        name = str(path.relative_to(folder))
        try:
            expected = _expected(path, tables[path.parent])
            raw = as_by_smtp(path.read_bytes())
        except SettingInvalid as error:
            yield _Result(name=name, why=tuple(str(error).splitlines()))
            continue
        except OSError as error:
            yield _Result(name=name, why=(f"cannot be read: {error.strerror}",))
            continue
        envelope = envelope_of(read_message(raw), expected.sender, expected.recipients)
        (judged,) = judge.judge(raw, envelope)
        yield _compared(name, expected, judged, policy)
    for below, table in sorted(tables.items()):
        for missing in sorted(set(table) - {each.name for each in below.iterdir()}):
            name = str((below / missing).relative_to(folder))
            yield _Result(name=name, why=(f"is not there, though {_TOGETHER} names it",))


def _table(folder: Path) -> dict[str, Any]:
    path = folder / _TOGETHER
    return _toml(path) if path.exists() else {}


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingInvalid(f"{path}: cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingInvalid(f"{path}: is not TOML: {error}") from None


def _expected(path: Path, table: dict[str, Any]) -> _Expected:
    """What is expected of one message. Raises SettingInvalid if that is not said, or said twice."""
    own = path.with_suffix(".toml")
    if own.exists() and path.name in table:
        raise SettingInvalid(f"is in {_TOGETHER} and in {own.name}; expected one of them")
    if own.exists():
        tree, where = _toml(own), own.name
    elif path.name in table:
        tree, where = table[path.name], f'{_TOGETHER}: "{path.name}"'
    else:
        raise SettingInvalid(f"nothing is expected of it: write {own.name} or {_TOGETHER}")
    try:
        return _Expected.model_validate(tree)
    except ValidationError as error:
        raise SettingInvalid(
            "\n".join(explain(each, tree, where, _Expected) for each in error.errors())
        ) from None


def _compared(name: str, expected: _Expected, judged: Judgement, policy: Policy) -> _Result:
    verdict = judged.verdict
    applied = {match.rule for outcome in verdict.outcomes for match in outcome.matches}
    got = verdict.disposition.label
    why = []
    if got != expected.outcome:
        why.append(f"expected {expected.outcome}, got {got}")
    for rule in expected.rules:
        if rule not in applied:
            unknown = "" if policy.rule(rule) else ", which the policy does not have"
            why.append(f"expected rule {rule}{unknown}")
    why += [
        f"rule {rule} applies, and should not" for rule in expected.not_rules if rule in applied
    ]
    why += [
        f"expected a finding of {wanted}"
        for wanted in expected.findings
        if not any(_fits(each, wanted) for each in verdict.findings)
    ]
    return _Result(
        name=name,
        expected=expected.outcome,
        got=got,
        rules=tuple(sorted(applied)),
        findings=verdict.findings,
        why=tuple(why),
    )


def _fits(finding: Finding, wanted: _ExpectedFinding) -> bool:
    return finding.detector == wanted.detector and wanted.category in (None, finding.category)


def _facts(results: list[_Result], policy: Policy) -> dict[str, Any]:
    counts = Counter(each.result for each in results)
    return {
        "policy": {"version": policy.version, "digest": policy.digest},
        "passed": counts["passed"],
        "failed": counts["failed"],
        "errors": counts["error"],
        "messages": [
            {
                "message": each.name,
                "result": each.result,
                "why": list(each.why),
                "expected": each.expected,
                "got": each.got,
                "rules": list(each.rules),
                "findings": [
                    {
                        "detector": one.detector,
                        "category": one.category,
                        "score": one.score,
                        "part": one.part,
                        "masked": masked(one.excerpt),
                        "reason": one.reason,
                    }
                    for one in each.findings
                ],
            }
            for each in results
        ],
    }


def _lines(results: list[_Result]) -> Iterator[Line]:
    for each in results:
        if not each.why:
            continue
        yield Line(f"{each.result.upper()} {printable(each.name)}", style="bold red")
        for reason in each.why:
            yield Line(reason, 2)
        if each.got:
            yield Line(f"rules: {', '.join(each.rules) or 'none'}", 2, "dim")
            found = Counter(f"{one.detector} ({one.category})" for one in each.findings)
            said = ", ".join(
                what if count == 1 else f"{what} x {count:,}" for what, count in found.items()
            )
            yield Line(f"findings: {said or 'none'}", 2, "dim")
    counts = Counter(each.result for each in results)
    yield Line(
        f"{counts['passed']:,} passed, {counts['failed']:,} failed, {counts['error']:,} errors",
        style="bold green" if counts["passed"] == len(results) else "bold red",
    )
