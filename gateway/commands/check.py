"""porthor check: what would happen to a message, and why. Nothing is sent or stored."""

import argparse
import json
import sys
from datetime import UTC, datetime
from email.utils import getaddresses
from pathlib import Path
from typing import Any

from classifiers.detector import detectors
from classifiers.inspection import inspect
from gateway.decide import decide
from gateway.exempt import exempt
from models.envelope import Client, Envelope, Recipient
from models.errors import SettingInvalid
from models.finding import Finding
from models.mail import Mail
from models.message import Message
from models.mime import read_message
from models.policy import Policy
from models.verdict import Verdict

_SHOWN = 4  # characters of a match that are shown
_MOST_READ = 20_000  # characters of To, Cc and Bcc


def check(arguments: argparse.Namespace) -> int:
    """Say what would happen; 0 relayed, 1 held."""
    raw = _read(arguments.file)
    policy = _policy(arguments)
    message = read_message(raw)
    envelope = _envelope(arguments, message)
    passes_unread = exempt(envelope, policy)
    findings: tuple[Finding, ...] = ()
    if not passes_unread:
        mail = Mail(envelope=envelope, message=message)
        findings = inspect(mail, detectors(policy)).findings
    verdict = decide(envelope, findings, policy, on=datetime.now(UTC).date())
    report = _report(verdict, policy, passes_unread=passes_unread)
    if arguments.json:
        sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
    else:
        _print(report)
    return 1 if verdict.disposition.waits else 0


def _read(name: str) -> bytes:
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise SettingInvalid(f"{name}: cannot be read: {error.strerror}") from None
    return raw if b"\r\n" in raw else raw.replace(b"\n", b"\r\n")  # as it would come by SMTP


def _policy(arguments: argparse.Namespace) -> Policy:
    """The policy named, else the one in force, else the sample's, which is said."""
    from gateway.policy_file import load_policy, parse_policy  # noqa: PLC0415 - pydantic is slow
    from gateway.sample import policy_text  # noqa: PLC0415 - only where there is no other

    if arguments.policy:
        return load_policy(arguments.policy)
    if arguments.config.exists():
        from gateway.config import load_settings  # noqa: PLC0415

        return load_policy(load_settings(arguments.config).policy_file)
    if arguments.config != Path("porthor.toml"):
        raise SettingInvalid(f"{arguments.config}: is not there; `porthor init DIR` writes one")
    sys.stderr.write("porthor: no porthor.toml here; using the sample policy\n")
    text = policy_text(datetime.now(UTC).date(), sample=True)
    return parse_policy(text.encode(), "the sample policy")


def _envelope(arguments: argparse.Namespace, message: Message) -> Envelope:
    """The envelope given, or what the header suggests."""
    senders = [address for _, address in getaddresses([message.value("From")[:_MOST_READ]])]
    named = [message.value(each)[:_MOST_READ] for each in ("To", "Cc", "Bcc")]
    found = [address for _, address in getaddresses(named) if address]
    recipients = arguments.recipients or found or ["someone@elsewhere.example"]
    return Envelope(
        id="check",
        sender=arguments.sender or next(iter(senders), ""),
        recipients=tuple(Recipient(address=each) for each in dict.fromkeys(recipients)),
        client=Client(address="", port=0, name=""),
        received=datetime.now(UTC),
    )


def _report(verdict: Verdict, policy: Policy, *, passes_unread: bool) -> dict[str, Any]:
    matches = {match.rule: match for outcome in verdict.outcomes for match in outcome.matches}
    return {
        "outcome": verdict.disposition.label,
        "unread": passes_unread,
        "policy": {"version": policy.version, "digest": policy.digest},
        "recipients": [
            {
                "address": each.recipient,
                "outcome": each.disposition.label,
                "rules": [match.rule for match in each.matches],
            }
            for each in verdict.outcomes
        ],
        "rules": [
            {
                "rule": match.rule,
                "clause": match.clause,
                "outcome": match.disposition.label,
                "watches": match.disposition != match.watched,
                "title": {"en": rule.title.en, "cy": rule.title.cy},
                "findings": list(match.evidence),
            }
            for match in matches.values()
            if (rule := policy.rule(match.rule))
        ],
        "findings": [
            {
                "detector": each.detector,
                "category": each.category,
                "score": each.score,
                "part": each.part,
                "text": each.kind,
                "own": each.own,
                "start": each.start,
                "end": each.end,
                "masked": masked(each.excerpt),
                "reason": each.reason,
            }
            for each in verdict.findings
        ],
    }


def masked(excerpt: str) -> str:
    """Show that something was found, not what: its first characters, then dots."""
    return excerpt[:_SHOWN] + "•" * min(8, max(0, len(excerpt) - _SHOWN))


def _print(report: dict[str, Any]) -> None:
    words = {
        "relay": "It would be relayed.",
        "advise": "It would be relayed, and the sender advised.",
        "confirm": "It would be HELD until the sender confirms it.",
        "hold": "It would be HELD for a reviewer.",
        "hold-for-two": "It would be HELD for two reviewers.",
    }
    lines = [words[report["outcome"]]]
    if report["unread"]:
        lines.append("It is on an exempt route: nobody and nothing would read it.")
    for rule in report["rules"]:
        watching = " (only watches)" if rule["watches"] else ""
        lines.append(f"\n{rule['title']['en']} / {rule['title']['cy']}")
        lines.append(f"  rule {rule['rule']}, policy {rule['clause']}: {rule['outcome']}{watching}")
        for index in rule["findings"]:
            found = report["findings"][index]
            what = found["masked"] or found["reason"]
            own = "" if found["own"] else ", quoted"
            lines.append(
                f"  found: {found['detector']} {what} (part {found['part']}, {found['text']}{own},"
                f" score {found['score']:.2f})"
            )
    parted = {each["outcome"] for each in report["recipients"]}
    if len(parted) > 1:
        lines.append("\nRecipients part:")
        lines += [f"  {each['address']}: {each['outcome']}" for each in report["recipients"]]
    unread = [each for each in report["findings"] if each["category"] == "unreadable"]
    lines += [f"\nNot read: part {each['part']}, {each['reason']}" for each in unread]
    sys.stdout.write("\n".join(lines) + "\n")
