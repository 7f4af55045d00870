"""porthor policy backtest: what a draft would change over an archive. Nothing is sent or stored."""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.progress import Progress

from classifiers.settings import LIMITS
from gateway.archive import Archive
from gateway.backtest import (
    Backtest,
    Changed,
    Cluster,
    Comparison,
    Processes,
    Runner,
    Setup,
    cores,
)
from gateway.commands.in_force import artefact_of, policy_in_force, settings_in_force
from gateway.commands.printing import Line, show
from gateway.explain import printable
from gateway.policy_file import load_policy
from gateway.settings import InspectionSettings, SmtpSettings
from models.errors import SettingInvalid
from models.verdict import Disposition

_MOST_SHOWN = 20  # changed messages; --json has them all


def backtest(arguments: argparse.Namespace) -> int:
    """Compare two policies over an archive; 0 done, 1 interrupted."""
    if arguments.workers is not None and arguments.workers < 1:
        raise SettingInvalid(f"--workers is {arguments.workers}; expected a number from 1")
    settings = settings_in_force(arguments)
    draft = load_policy(arguments.policy)
    current = policy_in_force(arguments.against, settings)
    archive = Archive(arguments.path)
    setup = Setup(
        policies=(current, draft),
        on=datetime.now(UTC).date(),
        reading=settings.reading if settings else LIMITS,
        inspection=settings.inspection if settings else InspectionSettings(),
        artefact=artefact_of(settings),
    )
    smtp = settings.smtp if settings else SmtpSettings()
    started = time.perf_counter()
    done = _run(archive, setup, arguments, int(smtp.max_message_size))
    seconds = time.perf_counter() - started
    facts = {
        "archive": str(arguments.path),
        "current": {"version": current.version, "digest": current.digest},
        "draft": {"version": draft.version, "digest": draft.digest},
        **_facts(done),
        "seconds": round(seconds, 3),
        "messages_per_second": round(done.messages / seconds, 1),
    }
    if arguments.json:
        sys.stdout.write(json.dumps(facts) + "\n")
    else:
        show(_lines(facts))
    return 1 if done.interrupted else 0


def _run(archive: Archive, setup: Setup, arguments: argparse.Namespace, largest: int) -> Comparison:
    total = archive.total()
    runner: Runner
    if arguments.scheduler:
        runner = Cluster(setup, arguments.scheduler)
    else:
        runner = Processes(setup, arguments.workers or cores())
    walk = Backtest(archive, runner, largest=largest)
    screen = Console(stderr=True)
    with Progress(console=screen, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("Judging", total=total)
        return walk.run(lambda share: progress.advance(task, share))


def _facts(done: Comparison) -> dict[str, Any]:
    return {
        "messages": done.messages,
        "interrupted": done.interrupted,
        "outcomes": {
            each.label: {side: done.outcomes[side, each] for side in ("current", "draft")}
            for each in Disposition
        },
        "rules": [
            {
                "rule": rule,
                "held": {side: counts[f"held {side}"] for side in ("current", "draft")},
                "newly_held": counts["newly"],
                "no_longer_held": counts["no longer"],
                "noticed": {side: counts[f"noticed {side}"] for side in ("current", "draft")},
            }
            for rule, counts in sorted(done.rules.items())
        ],
        "changed": [_changed(each) for each in sorted(done.changed, key=lambda each: each.name)],
        "not_read": [
            {"message": each.name, "reason": each.reason, "judged": each.judged}
            for each in sorted(done.not_read, key=lambda each: each.name)
        ],
    }


def _changed(each: Changed) -> dict[str, Any]:
    return {
        "message": each.name,
        "current": each.current.disposition.label,
        "draft": each.draft.disposition.label,
        "newly_held": sorted(each.draft.held_by - each.current.held_by),
        "no_longer_held": sorted(each.current.held_by - each.draft.held_by),
    }


def _lines(facts: dict[str, Any]) -> Iterator[Line]:
    if facts["interrupted"]:
        yield Line("Interrupted: this is what was done so far.", style="bold yellow")
    yield Line(
        f"{facts['messages']:,} messages in {facts['seconds']:,.1f} s,"
        f" {facts['messages_per_second']:,.0f} a second"
    )
    yield Line(f"current {facts['current']['version']}, draft {facts['draft']['version']}")
    yield Line("")
    yield Line(f"{'outcome':<28} {'current':>8} {'draft':>8}", style="bold")
    for label, count in facts["outcomes"].items():
        yield Line(f"{label:<28} {count['current']:>8,} {count['draft']:>8,}")
    if facts["rules"]:
        yield from _rules(facts["rules"])
    yield from _messages(facts)


def _rules(rules: list[dict[str, Any]]) -> Iterator[Line]:
    heads = ("held now", "by draft", "newly", "no longer")
    yield Line("")
    yield Line(f"{'rule':<28} " + " ".join(f"{each:>9}" for each in heads), style="bold")
    for each in rules:
        held, noticed = each["held"], each["noticed"]
        counts = (held["current"], held["draft"], each["newly_held"], each["no_longer_held"])
        style = "yellow" if each["newly_held"] or each["no_longer_held"] else ""
        yield Line(
            f"{each['rule']:<28} " + " ".join(f"{count:>9,}" for count in counts), style=style
        )
        if any(noticed.values()):
            yield Line(
                f"advises or only watches: {noticed['current']:,} now,"
                f" {noticed['draft']:,} by draft",
                4,
                "dim",
            )


def _messages(facts: dict[str, Any]) -> Iterator[Line]:
    yield Line("")
    yield Line(f"Changed: {len(facts['changed']):,}", style="bold")
    for each in facts["changed"][:_MOST_SHOWN]:
        rules = [f"+{rule}" for rule in each["newly_held"]]
        rules += [f"-{rule}" for rule in each["no_longer_held"]]
        yield Line(
            f"{printable(each['message'])}: {each['current']} -> {each['draft']}"
            f" {' '.join(rules)}".rstrip(),
            2,
        )
    if len(facts["changed"]) > _MOST_SHOWN:
        yield Line(f"and {len(facts['changed']) - _MOST_SHOWN:,} more; --json names them all", 2)
    if facts["not_read"]:
        yield Line(f"Could not be read: {len(facts['not_read']):,}", style="bold red")
    for each in facts["not_read"][:_MOST_SHOWN]:
        judged = "; judged without its attachments" if each["judged"] else ""
        reason = each["reason"].replace("-", " ")
        yield Line(f"{printable(each['message'])}: {reason}{judged}", 2)
