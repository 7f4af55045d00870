"""porthor audit verify, anchor."""

import argparse
import getpass
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from gateway.assembly import anchoring
from gateway.commands.printing import progress_bar
from gateway.config import Settings, load_settings
from models.db import audit
from models.db.database import Database
from models.errors import SettingInvalid, Tampered
from quarantine.anchors import Anchor, read_anchors
from quarantine.signed_lines import load_certificate


def verify(arguments: argparse.Namespace) -> int:
    """Walk the audit chain; 1 if it is not whole, saying where."""
    settings = load_settings(arguments.config)
    anchors, checked = _anchors(arguments, settings)
    database = Database(settings.database_url)
    database.check()
    with database.reading() as session, progress_bar() as bar:
        task = bar.add_task("entries", total=audit.head(session)[0])
        length, digest = audit.verify(
            session,
            {each.entries: each.digest for each in anchors},
            lambda done: bar.update(task, completed=done),
        )
    if arguments.json:
        facts = {"entries": length, "digest": digest, "anchors": len(anchors), "signed": checked}
        _say(json.dumps(facts))
        return 0
    _say(f"The audit chain is whole: {length} entries, last digest {digest}")
    if anchors:
        newest = max(anchors, key=lambda each: each.entries)
        how = "signatures checked" if checked else "signatures NOT checked: no certificate is named"
        _say(f"It is as {len(anchors)} anchors say, the newest of {newest.at:%Y-%m-%d}; {how}")
    return 0


def _anchors(arguments: argparse.Namespace, settings: Settings) -> tuple[Sequence[Anchor], bool]:
    """The anchors named, and whether their signatures were checked."""
    if arguments.anchor is None:
        return (), False
    named: Path | None = arguments.certificate
    if named is None and settings.evidence.certificate:
        named = settings.path.parent / settings.evidence.certificate
    certificate = load_certificate(named) if named else None
    try:
        with arguments.anchor.open(encoding="utf-8", errors="replace") as lines:
            anchors = read_anchors(lines, certificate)
    except OSError as error:
        raise SettingInvalid(f"{arguments.anchor}: cannot be read: {error.strerror}") from None
    if not anchors:
        raise SettingInvalid(f"{arguments.anchor}: holds no anchor; expected one a line")
    _check_agree(anchors)
    return anchors, certificate is not None


def _check_agree(anchors: Sequence[Anchor]) -> None:
    """Raise Tampered if two anchors of one length have two digests."""
    known: dict[int, str] = {}
    for each in anchors:
        if known.setdefault(each.entries, each.digest) != each.digest:
            raise Tampered(f"two anchors of {each.entries} entries have two digests")


def anchor(arguments: argparse.Namespace) -> int:
    """Write down the end of the chain now."""
    settings = load_settings(arguments.config)
    database = Database(settings.database_url)
    database.check()
    needs = anchoring(settings, database)
    made = needs.make(by=f"os:{getpass.getuser()}", now=datetime.now(UTC))
    if arguments.json:
        _say(json.dumps({**made.facts(), "signed": needs.signer is not None}))
        return 0
    how = "signed" if needs.signer else "UNSIGNED: evidence.certificate names none"
    _say(f"Anchored: {made.entries} entries, last digest {made.digest}, {how}")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
