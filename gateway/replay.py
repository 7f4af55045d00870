"""Repeats the decisions in a bundle of evidence, on any machine with the program (L47, D13).

From the original, the envelope, the policy's text and the classifier, all as recorded, comes a
verdict, which is compared with the recorded one. What cannot be had elsewhere is taken as recorded
and said: findings that stand on the body's registers, and those of a classifier that is not here.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

from classifiers.detector import detectors
from classifiers.inspection import inspect
from classifiers.learned.artefact import MANIFEST, read_artefact
from classifiers.learned.classifier import Classifier
from classifiers.settings import LIMITS, ReadingSettings
from gateway.decide import UNREAD_RULE, decide
from gateway.policy_file import parse_policy
from models.envelope import Client, Envelope, Recipient
from models.errors import NotFound, SettingInvalid, Tampered
from models.finding import Finding, Weight
from models.mail import Mail
from models.mime import read_message
from models.policy import Policy
from models.verdict import Verdict
from quarantine.build import program_name

_LEARNED = "learned"
_ON_REGISTERS = frozenset({"own-records", "fingerprints"})
_FIRST_MAIL = ("recipients", "first-mail")
_WITHOUT = ("out-of-time", "broke-its-reader")  # why an inspection opened nothing attached
_ALIKE = 4  # decimal places of a score that must agree


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What repeating one decision came to."""

    label: str
    differences: tuple[str, ...]  # fixed words, rules and numbers; never content
    notes: tuple[str, ...]  # what is not as it was then, or could not be repeated
    repeated: bool = True

    @property
    def same(self) -> bool:
        """Whether the verdict is the recorded one."""
        return self.repeated and not self.differences


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recorded:
    """One exhibit as the bundle has it."""

    label: str
    raw: bytes = field(repr=False)
    envelope: Envelope
    whole: bool
    findings: tuple[Finding, ...]
    decision: Mapping[str, Any] = field(repr=False)
    policy: Policy | None  # None: this program cannot read it


def replay(folder: Path, artefacts: Iterable[Path] = ()) -> tuple[Replayed, ...]:
    """Repeat every decision in a bundle that was checked before.

    `artefacts` are folders of trained classifiers that may have taken part. Raises SettingInvalid
    if the bundle has no originals, Tampered if it cannot be read.
    """
    try:
        told = json.loads((folder / "data/bundle.json").read_text(encoding="utf-8"))
        record = json.loads((folder / "data/reliability.json").read_text(encoding="utf-8"))
        if told["form"] != "evidence":
            raise SettingInvalid(
                f"{folder} holds reading copies; a decision is repeated from the original"
            )
        recorded = [_read(folder, each) for each in told["exhibits"]]
        limits = _limits(record["settings"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise Tampered(f"{folder} cannot be read as a bundle of evidence") from None
    known = _by_digest(artefacts, {str(each.decision["classifier"]) for each in recorded})
    return tuple(_replayed(each, limits, known) for each in recorded)


def _replayed(
    recorded: _Recorded, limits: ReadingSettings, classifiers: Mapping[str, Classifier]
) -> Replayed:
    decision = recorded.decision
    notes = _notes(recorded)
    if list(decision["rules"]) == [UNREAD_RULE]:
        notes.append("it waited because its inspection broke twice, which is not repeated")
        return Replayed(label=recorded.label, differences=(), notes=tuple(notes), repeated=False)
    if recorded.policy is None:
        notes.append("this program cannot read that policy; take the program that decided")
        return Replayed(label=recorded.label, differences=(), notes=tuple(notes), repeated=False)
    classifier = classifiers.get(decision["classifier"])
    if decision["classifier"] and classifier is None:
        notes.append(
            f"the classifier {decision['classifier'][:12]} is not here: what it found is taken as"
            " recorded; name its folder with --classifier"
        )
    taken = [each for each in recorded.findings if _as_recorded(each, classifier)]
    if any(each.detector != _LEARNED for each in taken):
        notes.append("what stands on the body's registers is taken as recorded")
    mail = Mail(envelope=recorded.envelope, message=read_message(recorded.raw))
    reasons = [each["reason"] for each in decision["unread"]]
    without = next((each for each in _WITHOUT if each in reasons), "")
    made = detectors(recorded.policy, classifier=classifier)
    found = [*inspect(mail, made, limits, without=without).findings, *taken]
    verdict = decide(
        recorded.envelope,
        found,
        recorded.policy,
        on=date.fromisoformat(decision["on"]),
        demoted=_only_watched(decision),
        classifier=decision["classifier"],
    )
    differences = [
        *_findings_differ(recorded.findings, found),
        *_verdicts_differ(decision, verdict),
    ]
    return Replayed(label=recorded.label, differences=tuple(differences), notes=tuple(notes))


def _notes(recorded: _Recorded) -> list[str]:
    here, then = program_name(), recorded.decision["program"]
    notes = []
    if here != then:
        notes.append(
            f"it was decided by {then or 'a program that was not recorded'}; this is {here}"
        )
    if not recorded.whole:
        notes.append("only those who waited were recorded of its envelope")
    return notes


def _as_recorded(finding: Finding, classifier: Classifier | None) -> bool:
    """Whether a finding cannot be repeated elsewhere."""
    return (
        finding.detector in _ON_REGISTERS
        or (finding.detector, finding.category) == _FIRST_MAIL
        or (finding.detector == _LEARNED and classifier is None)
    )


def _only_watched(decision: Mapping[str, Any]) -> frozenset[str]:
    """The rules that were kept from doing more then, whatever kept them."""
    return frozenset(
        match["rule"]
        for outcome in decision["outcomes"]
        for match in outcome["rules"]
        if match["disposition"] != match["watched"]
    )


def _findings_differ(then: Sequence[Finding], now: Sequence[Finding]) -> list[str]:
    """Say which detectors found more or less; where they differ only in order, nothing."""
    before, after = Counter(map(_key, then)), Counter(map(_key, now))
    changed = (before - after) | (after - before)
    detectors_concerned = sorted({key[0] for key in changed})
    return [
        f"{name}: found {_count(before, name)} then and {_count(after, name)} now,"
        " or not at the same places"
        for name in detectors_concerned
    ]


def _key(finding: Finding) -> tuple[Any, ...]:
    return (
        finding.detector,
        finding.category,
        round(finding.score, _ALIKE),
        finding.part,
        finding.kind,
        finding.start,
        finding.end,
        finding.own,
        finding.reason,
        finding.excerpt,
    )


def _count(findings: Counter[tuple[Any, ...]], detector: str) -> int:
    return sum(count for key, count in findings.items() if key[0] == detector)


def _verdicts_differ(decision: Mapping[str, Any], verdict: Verdict) -> list[str]:
    """Compare what followed for each recipient, who is named by number."""
    recorded = {each["recipient"]: each for each in decision["outcomes"]}
    if not recorded:  # held before outcomes were kept: the strictest alone is known
        now, then = verdict.disposition.label, decision["disposition"]
        return [] if now == then else [f"the outcome was {then} then and is {now} now"]
    differences = []
    for number, outcome in enumerate(verdict.outcomes, 1):
        each = recorded.get(outcome.recipient)
        then = (each["disposition"], _rules_of(each["rules"])) if each else ("nothing", frozenset())
        now_rules = frozenset((match.rule, match.watched.label) for match in outcome.matches)
        if then != (outcome.disposition.label, now_rules):
            rules = ", ".join(sorted(rule for rule, _ in then[1] ^ now_rules)) or "the same rules"
            differences.append(
                f"recipient {number}: {then[0]} then, {outcome.disposition.label} now ({rules})"
            )
    if len(recorded) != len(verdict.outcomes):
        differences.append("there are not as many recipients")
    return differences


def _rules_of(matches: Iterable[Mapping[str, str]]) -> frozenset[tuple[str, str]]:
    return frozenset((each["rule"], each["watched"]) for each in matches)


def _read(folder: Path, exhibit: Mapping[str, str]) -> _Recorded:
    place = folder / exhibit["folder"]
    told, decision, findings = (
        json.loads((place / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("envelope", "decisions", "findings")
    )
    digest = decision["policy"]
    text = (folder / f"data/policy/{digest}.toml").read_bytes()
    return _Recorded(
        label=exhibit["label"],
        raw=(place / "original.eml").read_bytes(),
        envelope=Envelope(
            id=told["id"],
            sender=told["sender"],
            recipients=tuple(
                Recipient(address=each["address"], options=tuple(each["options"]))
                for each in told["recipients"]
            ),
            options=tuple(told["options"]),
            client=Client(**told["client"]),
            received=datetime.fromisoformat(told["received"]),
        ),
        whole=told["whole"],
        findings=tuple(
            Finding(**{**each, "weights": tuple(Weight(**one) for one in each["weights"])})
            for each in findings
        ),
        decision=decision,
        policy=_policy(text),
    )


def _policy(text: bytes) -> Policy | None:
    try:
        return parse_policy(text, "the policy in the bundle")
    except SettingInvalid:
        return None


def _limits(settings: Mapping[str, str]) -> ReadingSettings:
    """The limits on reading that were in force when the bundle was made, or else the defaults."""
    values: dict[str, Any] = {}
    for each in fields(ReadingSettings):
        told = settings.get(f"reading.{each.name}")
        default = getattr(LIMITS, each.name)
        if told is not None:
            values[each.name] = told == "True" if each.type is bool else type(default)(told)
    return ReadingSettings(**values)


def _by_digest(artefacts: Iterable[Path], wanted: set[str]) -> dict[str, Classifier]:
    """Those of the classifiers that took part that are here and whole."""
    found = {}
    for folder in artefacts:
        if (folder / MANIFEST).is_file():
            try:
                classifier = read_artefact(folder).classifier
            except (NotFound, Tampered):
                continue
            if classifier.digest in wanted:
                found[classifier.digest] = classifier
    return found
