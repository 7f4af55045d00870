"""Which papers were issued, when, and whether the live settings still say the same (L26).

That a paper was issued is an entry of the audit chain with the paper's digest; what is issued
elsewhere (on the intranet, the website) is for the body to put there.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry
from models.db import audit, overview
from models.errors import NotPermitted, SettingInvalid
from models.person import Person, Role
from quarantine.papers.live import Live
from quarantine.papers.papers import DRAFTS, digest

REMINDED = timedelta(days=365)  # then it is issued again, though nothing changed
_SHORT = 16  # hexadecimal digits in the entry's detail


class Standing(StrEnum):
    """How an issued paper compares with the live settings."""

    NEVER = "never"  # issued
    CURRENT = "current"
    CHANGED = "changed"  # the live settings say something else
    OLD = "old"  # it says the same, and was issued over a year ago


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One paper, and when it was issued last."""

    name: str
    standing: Standing
    issued: datetime | None = None
    by: str = ""


def standings(session: Session, live: Live, now: datetime) -> tuple[Issue, ...]:
    """Say of every paper how it stands."""
    last: dict[str, AuditEntry] = {}
    for each in overview.acts(session, [Action.ISSUE], now - 10 * REMINDED):
        last[each.subject] = max(each, last.get(each.subject, each), key=lambda one: one.at)
    return tuple(_issue(name, last.get(f"paper {name}"), live, now) for name in DRAFTS)


def _issue(name: str, entry: AuditEntry | None, live: Live, now: datetime) -> Issue:
    if entry is None:
        return Issue(name=name, standing=Standing.NEVER)
    standing = Standing.OLD if now - entry.at > REMINDED else Standing.CURRENT
    if entry.detail.partition(",")[0] != _detail(name, live):
        standing = Standing.CHANGED
    return Issue(name=name, standing=standing, issued=entry.at, by=entry.actor)


def issue(
    session: Session, name: str, live: Live, *, by: Person, now: datetime, account: str = ""
) -> None:
    """Enter that a paper, as it is now, was given to those it is for.

    `account` is the machine's, "os:NAME", of the command line: anyone there can give any name.
    Raises NotPermitted, SettingInvalid if there is no such paper.
    """
    if not by.active or Role.PROTECTION_OFFICER not in by.roles:
        raise NotPermitted("papers are issued by the protection officer")
    if name not in DRAFTS:
        raise SettingInvalid(f'"{name}"; expected one of {", ".join(DRAFTS)}')
    audit.append(
        session,
        AuditEntry(
            at=now,
            actor=by.id,
            action=Action.ISSUE,
            subject=f"paper {name}",
            detail=", ".join(filter(None, (_detail(name, live), account))),
        ),
    )


def _detail(name: str, live: Live) -> str:
    return f"digest {digest(name, live)[:_SHORT]}"
