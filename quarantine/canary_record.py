"""The bare count that canaries leave in the audit chain, written and read in one place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from models.audit import AuditEntry

_DETAIL = re.compile(r"(\d+) of (\d+) unread(.*)")
_FAILED = re.compile(r"; ([a-z-]+): (\d+) failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryCount:
    """How many test messages went through the exempt routes at an instant, and came out unread."""

    at: datetime
    sent: int
    unread: int
    failed: Mapping[str, int]  # by kind of route


def to_detail(sent: int, unread: int, failed: Mapping[str, int]) -> str:
    """Write the detail of an audit entry."""
    faults = "".join(f"; {kind}: {count} failed" for kind, count in sorted(failed.items()))
    return f"{unread} of {sent} unread{faults}"


def from_entry(entry: AuditEntry) -> CanaryCount:
    """Read an entry of Action.CANARY."""
    found = _DETAIL.fullmatch(entry.detail)
    unread, sent, faults = found.groups() if found else ("0", "0", "")
    failed = {kind: int(count) for kind, count in _FAILED.findall(faults)}
    return CanaryCount(at=entry.at, sent=int(sent), unread=int(unread), failed=failed)
