"""porthor api-key make, list, revoke."""

import argparse
import getpass
import json
import re
import secrets
import sys
from datetime import UTC, datetime

from gateway.assembly import open_database
from gateway.config import load_settings
from models.api_key import ApiKey, Channel
from models.audit import Action, AuditEntry
from models.db import api_keys
from models.errors import SettingInvalid
from quarantine.working_hours import working_hours

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_PREFIX = "porthor_"  # by which scanners for leaked secrets can know one


def make(arguments: argparse.Namespace) -> int:
    """Make a key and print its token, the only time that anyone sees it."""
    name = arguments.name
    if not _NAME.fullmatch(name):
        raise SettingInvalid(f'the name is "{name}"; expected lower case, such as sms-gateway')
    settings, now = load_settings(arguments.config), datetime.now(UTC)
    today = working_hours(settings.review).today(now)
    if arguments.until and arguments.until < today:
        raise SettingInvalid(f"--until is {arguments.until}; expected {today} or later")
    token = _PREFIX + secrets.token_urlsafe(32)
    channels = frozenset(Channel(each) for each in arguments.channel)
    key = ApiKey(name=name, channels=channels, made=now, ends=arguments.until)
    until = f" until {key.ends}" if key.ends else ""
    entry = _entry(Action.MAKE_API_KEY, name, now, f"for {' '.join(sorted(channels))}{until}")
    with open_database(settings).writing() as session:
        api_keys.add(session, key, token, entry)
    if arguments.json:
        _say(json.dumps({**_facts(key), "token": token}))
        return 0
    _say(token)
    sys.stderr.write("This is shown once and kept nowhere: give it to the program now.\n")
    return 0


def list_(arguments: argparse.Namespace) -> int:
    """List keys, without their tokens: nobody has those."""
    settings = load_settings(arguments.config)
    today = working_hours(settings.review).today(datetime.now(UTC))
    with open_database(settings).reading() as session:
        found = api_keys.all_keys(session)
    for key in found:
        state = "revoked" if key.revoked else "good" if key.good_on(today) else "ended"
        if arguments.json:
            _say(json.dumps({**_facts(key), "state": state}))
            continue
        until = f"until {key.ends}" if key.ends else ""
        _say(f"{key.name:<24} {state:<8} {until:<17} {' '.join(sorted(key.channels))}")
    return 0


def revoke(arguments: argparse.Namespace) -> int:
    """Make a key useless at once."""
    now = datetime.now(UTC)
    entry = _entry(Action.REVOKE_API_KEY, arguments.name, now)
    with open_database(load_settings(arguments.config)).writing() as session:
        api_keys.revoke(session, arguments.name, now, entry)
    _say(f"{arguments.name}: revoked")
    return 0


def _facts(key: ApiKey) -> dict[str, object]:
    return {
        "name": key.name,
        "channels": sorted(key.channels),
        "made": key.made.isoformat(),
        "until": key.ends.isoformat() if key.ends else None,
        "revoked": key.revoked.isoformat() if key.revoked else None,
    }


def _entry(action: Action, name: str, now: datetime, detail: str = "") -> AuditEntry:
    actor = f"os:{getpass.getuser()}"
    return AuditEntry(at=now, actor=actor, action=action, subject=f"api:{name}", detail=detail)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
