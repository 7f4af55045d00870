"""The end of the audit chain, written down once a day where this machine cannot change it.

Who can change every row of the database can cut the chain's tail and set its head back, or write
the whole chain anew; only what was written elsewhere shows it. An anchor says how long the chain
was, and its last digest then; `porthor audit verify --anchor FILE` compares.
"""

import logging.handlers
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from pathlib import Path

from cryptography.x509 import Certificate
from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry
from models.db import audit, outbox
from models.db.database import Database
from models.envelope import Recipient
from models.errors import SettingInvalid, Tampered, Unavailable
from models.units import HostPort
from quarantine.notices import Post
from quarantine.settings import AnchorSettings
from quarantine.signed_lines import Signer, is_signed, read_line, write_line

_KIND = "porthor-audit-anchor"
_EVERY = timedelta(days=1)
_LONGEST_LINE = 16_384  # characters; an RSA signature of 4096 bits makes about 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """How long the chain was at an instant, and its last digest then."""

    at: datetime
    body: str
    entries: int
    digest: str

    def facts(self) -> dict[str, str | int]:
        """What its line says."""
        return {
            "kind": _KIND,
            "at": self.at.astimezone(UTC).isoformat(timespec="seconds"),
            "body": self.body,
            "entries": self.entries,
            "digest": self.digest,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchoring:
    """What making an anchor needs."""

    database: Database
    settings: AnchorSettings
    post: Post
    base: Path  # the folder that a relative path is meant from
    signer: Signer | None

    def due(self, now: datetime) -> bool:
        """Tell whether the last anchor is a day old, or there is none. Raises Unavailable."""
        if self.settings.to == "none":
            return False
        with self.database.reading() as session:
            last = audit.latest(session, Action.ANCHOR)
        return last is None or now - last.at >= _EVERY

    def make(self, *, by: str, now: datetime) -> Anchor:
        """Write down the chain's end, and enter that. Raises SettingInvalid, Unavailable.

        The chain is not locked while the line goes out: a share that hangs would stop the mail.
        """
        with self.database.reading() as session:
            entries, digest = audit.head(session)
        anchor = Anchor(at=now, body=self.post.body.name_en, entries=entries, digest=digest)
        line = write_line(anchor.facts(), self.signer)
        signed = "signed" if self.signer else "unsigned"
        match self.settings.to:
            case "file":
                _append(self.base / self.settings.where, line)
            case "syslog":
                _log(self.settings.where, line)
            case "mail":
                pass  # queued below, in one transaction with its entry
            case _:
                raise SettingInvalid(
                    'anchor.to is "none"; expected file, syslog or mail, and anchor.where'
                )
        with self.database.writing() as session:
            if self.settings.to == "mail":
                _queue(session, self.post, self.settings.where, line, now)
            detail = f"{entries} entries, to {self.settings.to}, {signed}"
            audit.append(
                session,
                AuditEntry(at=now, actor=by, action=Action.ANCHOR, subject=digest, detail=detail),
            )
        return anchor


def _append(path: Path, line: str) -> None:
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise Unavailable(f"anchor.where: {path} cannot be written: {error.strerror}") from None


class _Syslog(logging.handlers.SysLogHandler):
    """The standard library's, which raises where that one prints."""

    ident = "porthor: "

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - its name there
        """Say that the line was not taken."""
        raise Unavailable("anchor.where: syslog did not take the line")


def _log(where: str, line: str) -> None:
    """Send a line to this machine's syslog, to a socket's path, or to HOST:PORT by UDP."""
    address: str | tuple[str, int] = where or "/dev/log"
    if where and not where.startswith("/"):
        try:
            host, port = HostPort.parse(where)
        except ValueError as error:
            raise SettingInvalid(f'anchor.where is "{where}"; expected {error}') from None
        address = (host, port)
    try:
        handler = _Syslog(address, logging.handlers.SysLogHandler.LOG_AUTHPRIV)
    except OSError as error:
        raise Unavailable(f"anchor.where: syslog cannot be reached: {error.strerror}") from None
    try:
        handler.handle(logging.makeLogRecord({"msg": line, "levelno": logging.INFO}))
    finally:
        handler.close()


def _queue(session: Session, post: Post, address: str, line: str, now: datetime) -> None:
    message = EmailMessage(policy=SMTP)
    message["From"] = formataddr((post.settings.from_name, post.settings.from_address))
    message["To"] = address
    message["Subject"] = "Porthor: angor y gadwyn archwilio | audit anchor"
    message["Date"] = format_datetime(now)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(line + "\n", cte="quoted-printable")
    outbox.add(
        session,
        kind=outbox.NOTICE,
        held=None,
        sender="",
        recipients=(Recipient(address=address, options=("NOTIFY=NEVER",)),),
        content=message.as_bytes(),
        now=now,
    )


def read_anchors(lines: Iterable[str], certificate: Certificate | None) -> tuple[Anchor, ...]:
    """Read anchors, a line each; other lines of a log are passed over.

    With a certificate every anchor must bear its signature. Raises Tampered, saying which line.
    """
    anchors = []
    for number, line in enumerate(lines, start=1):
        text = _from_log(line)
        if not text:
            continue
        try:
            facts = read_line(text, certificate)
            if facts.get("kind") == _KIND:
                anchors.append(_anchor(facts))
        except Tampered as error:
            raise Tampered(f"line {number} of the anchors: {error}") from None
    return tuple(anchors)


def _from_log(line: str) -> str:
    """The anchor in a line, which syslog may have put a time and a name before."""
    last = line.strip().rpartition("porthor: ")[2] if "porthor: " in line else line.strip()
    looks_right = last.startswith("{") or (is_signed(last) and last.count(".") == 2)  # noqa: PLR2004 - a JWS has three parts
    return last if looks_right and " " not in last[:3] and len(last) < _LONGEST_LINE else ""


def _anchor(facts: dict[str, object]) -> Anchor:
    at, body, entries, digest = (facts.get(each) for each in ("at", "body", "entries", "digest"))
    if not (isinstance(at, str) and isinstance(entries, int) and isinstance(digest, str)):
        raise Tampered("it is no anchor of ours")
    try:
        instant = datetime.fromisoformat(at)
    except ValueError:
        raise Tampered("it is no anchor of ours") from None
    return Anchor(at=instant, body=str(body), entries=entries, digest=digest)
