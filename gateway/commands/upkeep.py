"""porthor policy lint, config check, db upgrade."""

import argparse
import json
import sys
from datetime import UTC, datetime

from gateway.bundle_sources import check_files
from gateway.config import load_settings
from gateway.lint import lint
from gateway.policy_file import load_policy
from models.db.database import Database
from models.db.keyring import Keyring
from models.errors import SettingInvalid


def policy_lint(arguments: argparse.Namespace) -> int:
    """Say what is missing; 1 if any rule only watches."""
    policy = load_policy(arguments.file)
    lines = lint(policy, datetime.now(UTC).date())
    for line in lines:
        sys.stdout.write((json.dumps({"finding": line}) if arguments.json else line) + "\n")
    if not arguments.json:
        count = len(policy.rules)
        sys.stdout.write(f"{arguments.file}: version {policy.version}, {count} rules\n")
    return 1 if lines else 0


def config_check(arguments: argparse.Namespace) -> int:
    """Report every mistake of the settings, then of what they point at."""
    settings = load_settings(arguments.config)
    mistakes: list[str] = []
    for check in (
        lambda: load_policy(settings.policy_file),
        lambda: Keyring.load(settings.keys_file),
        lambda: Database(settings.database_url).check(),
        lambda: check_files(settings),
    ):
        try:
            check()
        except SettingInvalid as error:
            mistakes.append(str(error))
    if mistakes:
        raise SettingInvalid("\n".join(mistakes))
    sys.stdout.write(f"{arguments.config}: no mistakes found\n")
    return 0


def db_upgrade(arguments: argparse.Namespace) -> int:
    """Run the migrations."""
    database = Database(load_settings(arguments.config).database_url)
    database.upgrade()
    sys.stdout.write(f"The database is at revision {database.revision()}\n")
    return 0
