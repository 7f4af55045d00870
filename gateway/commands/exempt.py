"""porthor exempt canary, report."""

import argparse
import asyncio
import getpass
import json
import sys
from collections import Counter
from datetime import UTC, datetime, time

from gateway.assembly import open_database, policy_in_force, post, signer
from gateway.canaries import send_canaries
from gateway.config import load_settings
from models.audit import Action
from models.body import HERE
from models.db import overview
from quarantine.canary_record import from_entry
from quarantine.signed_lines import write_line


def canary(arguments: argparse.Namespace) -> int:
    """Send one through every route of the policy file; 1 if one did not pass unread."""
    settings = load_settings(arguments.config)
    database = open_database(settings)
    policy = policy_in_force(settings, database)
    by, now = f"os:{getpass.getuser()}", datetime.now(UTC)
    found = asyncio.run(send_canaries(policy, database, post(settings), by=by, now=now))
    if arguments.json:
        shown = [{"kind": each.kind, "unread": each.unread, "fault": each.fault} for each in found]
        _say(json.dumps(shown))
    elif not found:
        _say("The policy has no exempt route.")
    else:
        for each in found:
            _say(f"{each.kind:<24} {'unread' if each.unread else 'FAILED: ' + each.fault}")
    return 0 if all(each.unread for each in found) else 1


def report(arguments: argparse.Namespace) -> int:
    """Print what canaries counted, as one line that others can check."""
    settings = load_settings(arguments.config)
    database = open_database(settings)
    since = datetime.combine(arguments.since, time.min, HERE)
    with database.reading() as session:
        counts = [from_entry(each) for each in overview.acts(session, [Action.CANARY], since)]
    failed: Counter[str] = Counter()
    for each in counts:
        failed.update(each.failed)
    facts = {
        "kind": "porthor-exempt-report",
        "body": settings.body.name_en,
        "since": arguments.since.isoformat(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "runs": len(counts),
        "sent": sum(each.sent for each in counts),
        "unread": sum(each.unread for each in counts),
        "failed": dict(failed),
    }
    _say(write_line(facts, signer(settings)))
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
