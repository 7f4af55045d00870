"""porthor held list, show, waiting, release, refuse. Content is shown in the console alone."""

import argparse
import getpass
import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.assembly import open_database, policy_in_force, review
from gateway.config import load_settings
from models.db import audit, held, people
from models.db.database import Database
from models.errors import NotFound, SettingInvalid
from models.held import HeldMessage, HeldState
from models.person import Person


def as_json(message: HeldMessage) -> dict[str, Any]:
    """One held message as other programs read it."""
    return {
        "id": message.id,
        "state": message.state.value,
        "received": message.received.isoformat(),
        "sender": message.sender,
        "recipients": [each.address for each in message.recipients],
        "message_id": message.message_id,
        "digest": message.digest,
        "size": message.size,
        "disposition": message.disposition.label,
        "rules": list(message.rules),
        "findings": [
            {
                "detector": each.detector,
                "category": each.category,
                "score": each.score,
                "part": each.part,
                "own": each.own,
                "reason": each.reason,
            }
            for each in message.findings
        ],
        "reviewer": message.reviewer,
        "decide_by": message.turn.ends.isoformat() if message.turn.ends else None,
        "asked": list(message.turn.asked),
        "decisions": [
            {"by": each.by, "choice": each.choice.value, "at": each.at.isoformat()}
            for each in message.decisions
        ],
        "note": message.note,
    }


def list_(arguments: argparse.Namespace) -> int:
    """List held messages, newest first."""
    states = _states(arguments.state)
    database = open_database(load_settings(arguments.config))
    with database.reading() as session:
        messages = held.find(session, states=states)
    for message in messages:
        if arguments.json:
            sys.stdout.write(json.dumps(as_json(message)) + "\n")
        else:
            when = message.received.strftime("%Y-%m-%d %H:%M")
            rules = ",".join(message.rules)
            sys.stdout.write(
                f"{message.id}  {message.state.value:<9}  {when}  {message.sender}  {rules}\n"
            )
    if not messages and not arguments.json:
        sys.stdout.write("Nothing is held.\n")
    return 0


def _states(names: list[str] | None) -> list[HeldState]:
    try:
        given = [HeldState(each) for each in names] if names else list(HeldState)
        return [each for each in given if each is not HeldState.SEALED]
    except ValueError:
        known = ", ".join(each.value for each in HeldState if each is not HeldState.SEALED)
        raise SettingInvalid(f"--state is {names}; expected one of {known}") from None


def show(arguments: argparse.Namespace) -> int:
    """Show the envelope, the reasons and what happened; the text is for the console."""
    settings = load_settings(arguments.config)
    database = open_database(settings)
    with database.reading() as session:
        message = held.get(session, arguments.id)
        if message.state is HeldState.SEALED:
            raise NotFound(f"no held message {arguments.id}")
        happened = [
            {
                "at": each.entry.at.isoformat(),
                "actor": each.entry.actor,
                "action": each.entry.action.value,
                "detail": each.entry.detail,
            }
            for each in audit.read(session, subject=arguments.id)
        ]
    facts = {**as_json(message), "happened": happened}
    if arguments.json:
        sys.stdout.write(json.dumps(facts) + "\n")
        return 0
    policy = policy_in_force(settings, database)
    for key in ("id", "state", "received", "sender", "recipients", "size", "reviewer", "note"):
        if facts[key]:
            shown = ", ".join(facts[key]) if isinstance(facts[key], list) else facts[key]
            sys.stdout.write(f"{key:<11} {shown}\n")
    for rule_id in message.rules:
        rule = policy.rule(rule_id)
        title = f"{rule.title.en} (policy {rule.clause})" if rule else "could not be read"
        sys.stdout.write(f"{'why':<11} {rule_id}: {title}\n")
    for each in happened:
        sys.stdout.write(
            f"{each['at'][:19]} {each['action']} by {each['actor']} {each['detail']}\n"
        )
    return 0


def waiting(arguments: argparse.Namespace) -> int:
    """Say how many wait, since when the oldest does, and what nobody may decide on."""
    database = open_database(load_settings(arguments.config))
    now = datetime.now(UTC)
    with database.reading() as session:
        counted = held.waiting(session)
    oldest = int((now - counted.oldest).total_seconds()) if counted.oldest else 0
    facts = {
        "waiting": counted.count,
        "oldest_unanswered_seconds": oldest,
        "unassigned": counted.unassigned,
    }
    if arguments.json:
        sys.stdout.write(json.dumps(facts) + "\n")
    else:
        hours, minutes = divmod(oldest // 60, 60)
        sys.stdout.write(f"{counted.count} wait, the oldest for {hours} h {minutes} min\n")
        if counted.unassigned:
            sys.stdout.write(
                f"{counted.unassigned} of them are with nobody: name another duty reviewer\n"
            )
    return 1 if counted.unassigned else 0


def release(arguments: argparse.Namespace) -> int:
    """Let one go."""
    settings = load_settings(arguments.config)
    database = open_database(settings)
    deciding = review(settings, database, policy_in_force(settings, database))
    deciding = replace(deciding, undo=timedelta(0))  # here there is no way to stop it
    state = deciding.release(
        arguments.id,
        by=_actor(database, arguments.by),
        reason=arguments.reason,
        now=datetime.now(UTC),
    )
    waits = "a second person must agree" if state is HeldState.HELD else "the worker will send it"
    sys.stdout.write(f"{arguments.id}: {state.value}; {waits}\n")
    return 0


def refuse(arguments: argparse.Namespace) -> int:
    """Refuse one."""
    settings = load_settings(arguments.config)
    database = open_database(settings)
    deciding = review(settings, database, policy_in_force(settings, database))
    deciding.refuse(
        arguments.id,
        by=_actor(database, arguments.by),
        reason=arguments.reason,
        now=datetime.now(UTC),
    )
    sys.stdout.write(f"{arguments.id}: refused; the sender will be told\n")
    return 0


def _actor(database: Database, person: str | None) -> Person | str:
    """The person named, or this machine's account: a decision always has a name."""
    if person is None:
        return f"os:{getpass.getuser()}"
    with database.reading() as session:
        return people.get(session, person)
