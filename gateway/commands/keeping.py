"""porthor retention, freeze, requests, backup, restore."""

import argparse
import getpass
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway import assembly
from gateway import backup as backups
from gateway.commands.printing import Line, progress_bar, show
from gateway.config import load_settings
from models.db import published, requests, sweeps
from models.retention import Certificate, Fate
from quarantine.freezes import Report
from quarantine.requests import quarters
from quarantine.requests import statistics as counts_of

_YEAR, _QUARTERS = timedelta(days=365), 8
_NEWEST = 1000  # certificates: one a day


def sweep(arguments: argparse.Namespace) -> int:
    """Erase what is due, or say what would be."""
    settings = load_settings(arguments.config)
    database = assembly.open_database(settings)
    sweeping = assembly.sweep(settings, database)
    now = datetime.now(UTC)
    if arguments.dry_run:
        return _said(arguments, sweeping.look(now))
    due = sum(each.get(Fate.ERASE.value, 0) for each in sweeping.look(now).values())
    with progress_bar() as bar:
        task = bar.add_task("Erasing", total=due or None)
        given = sweeping.run(
            now, by=_me(), on_progress=lambda count: bar.update(task, advance=count)
        )
    if arguments.json:
        _print(_facts(given))
    else:
        show(_lines(given))
    return 1 if given.failed else 0


def certificates(arguments: argparse.Namespace) -> int:
    """Print each certificate."""
    database = assembly.open_database(load_settings(arguments.config))
    with database.reading() as session:
        found = sweeps.certificates(session, limit=_NEWEST)
    for each in found:
        if arguments.json:
            _print(_facts(each))
        else:
            show(_lines(each))
    return 0


def freezes(arguments: argparse.Namespace) -> int:
    """Print the report of freezes."""
    settings = load_settings(arguments.config)
    database = assembly.open_database(settings)
    freezing = assembly.freezes(settings, database)
    with database.reading() as session:
        found = freezing.report(session, datetime.now(UTC), every=arguments.all)
    for each in found:
        if arguments.json:
            _print(_freeze_facts(each))
        else:
            show(_freeze_lines(each))
    if not found and not arguments.json:
        show([Line("Nothing is frozen.")])
    return 0


def statistics(arguments: argparse.Namespace) -> int:
    """Print counts ready to publish: of requests, all bodies together, and of held mail."""
    settings = load_settings(arguments.config)
    database = assembly.open_database(settings)
    today = assembly.freezes(settings, database).hours.today(datetime.now(UTC))
    with database.reading() as session:
        found = requests.since(session, today - _YEAR)
        spans = published.spans(session, quarters(today, settings.review.zone, _QUARTERS))
    counted = counts_of(found, today)
    if arguments.json:
        held = [
            {"from": f"{each.first:%Y-%m-%d}", **{act.value: n for act, n in each.counts.items()}}
            for each in spans
        ]
        _print({"requests": [asdict(each) for each in counted], "held": held})
        return 0
    for each in counted:
        show([Line(f"{each.kind.value}: {each.received} received, {each.open} open")])
    for span in spans:
        counts = ", ".join(f"{count} {act.value}" for act, count in span.counts.items())
        show([Line(f"from {span.first:%Y-%m-%d}: {counts}")])
    return 0


def backup(arguments: argparse.Namespace) -> int:
    """Make a backup."""
    settings = load_settings(arguments.config)
    with progress_bar() as bar:
        bar.add_task("Copying the database", total=None)
        made = backups.back_up(settings, arguments.dir, by=_me(), now=datetime.now(UTC))
    if arguments.json:
        _print({"backup": str(made)})
    else:
        show([Line(f"{made}: made. Its keys are in {made.parent / backups.KEYS}.")])
    return 0


def restore(arguments: argparse.Namespace) -> int:
    """Restore a backup, for a trial or in earnest."""
    settings = load_settings(arguments.config)
    act = backups.check if arguments.check else backups.restore
    with progress_bar() as bar:
        bar.add_task("Restoring and examining", total=None)
        found = act(settings, arguments.dir, by=_me(), now=datetime.now(UTC))
    if arguments.json:
        _print(asdict(found))
        return 0
    show(
        [
            Line(f"{found.backup}: {'whole' if arguments.check else 'restored'}; {found.made}"),
            Line(f"{found.rows} rows, {found.entries} audit entries, all as they were", 2),
            Line(f"{found.opened} messages opened for a trial, as their digests say", 2),
            Line(f"{found.held} messages can be read; of {found.erased} the key is gone", 2),
        ]
    )
    return 0


def _said(arguments: argparse.Namespace, found: dict[str, dict[str, int]]) -> int:
    if arguments.json:
        _print(found)
        return 0
    for kept, fates in found.items():
        count = fates.get(Fate.ERASE.value, 0)
        rest = ", ".join(f"{number} {why}" for why, number in fates.items() if why != "erase")
        show([Line(f"{kept}: {count} would be erased" + (f"; left: {rest}" if rest else ""))])
    if not found:
        show([Line("Nothing is due.")])
    return 0


def _facts(given: Certificate) -> dict[str, Any]:
    return {**asdict(given), "at": given.at.isoformat()}


def _lines(given: Certificate) -> list[Line]:
    erased = ", ".join(f"{count} {kept}" for kept, count in given.erased.items()) or "nothing"
    left = ", ".join(
        f"{count} {kept} {why}"
        for kept, fates in given.left.items()
        for why, count in fates.items()
    )
    lines = [Line(f"Certificate {given.id}, {given.at:%Y-%m-%d %H:%M} UTC: erased {erased}")]
    lines.append(Line(f"audit entries {given.first} to {given.last}, digest {given.digest}", 2))
    if left:
        lines.append(Line(f"left: {left}", 2))
    if given.failed:
        lines.append(Line(f"not done: {given.failed}", 2, "red"))
    return lines


def _freeze_facts(each: Report) -> dict[str, Any]:
    freeze = each.freeze
    return {
        "id": freeze.id,
        "kind": freeze.kind.value,
        "owner": freeze.owner,
        "case": freeze.case,
        "placed": freeze.placed.isoformat(),
        "review": freeze.review.isoformat(),
        "review_due": each.review_due,
        "items": each.items,
        "new_mail": freeze.covers.new_mail,
        "asked_to_lift_by": freeze.asked_to_lift_by,
        "may_be_lifted": each.may_be_lifted.isoformat() if each.may_be_lifted else None,
        "lifted_by": freeze.lifted_by,
        "lifted": freeze.lifted.isoformat() if freeze.lifted else None,
    }


def _freeze_lines(each: Report) -> list[Line]:
    freeze = each.freeze
    until = f"review {freeze.review}" + (", which is due" if each.review_due else "")
    if freeze.lifted:
        who = f"{freeze.asked_to_lift_by} and {freeze.lifted_by}"
        until = f"lifted by {who}, {freeze.lifted:%Y-%m-%d}"
    return [
        Line(f"{freeze.id}  {freeze.kind.value}  by {freeze.owner}, {freeze.placed:%Y-%m-%d}"),
        Line(f"{each.items} messages; {until}", 2),
    ]


def _print(facts: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")


def _me() -> str:
    return f"os:{getpass.getuser()}"
