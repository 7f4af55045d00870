"""The rows of cases, exhibits and what leaves with them. Seen by no one outside models/db."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.db.tables import Row


class CaseRow(Row):
    """One case; what people wrote in it is sealed under its own key."""

    __tablename__ = "cases"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    body: Mapped[str] = mapped_column(String(64), index=True)
    title: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16), index=True)
    opened: Mapped[datetime]
    workers: Mapped[list[Any]]
    referred_by: Mapped[str] = mapped_column(String(128))
    about: Mapped[str] = mapped_column(String(32))
    flagged: Mapped[bool]
    basis: Mapped[str] = mapped_column(String(64))
    scope: Mapped[dict[str, Any]]
    telling: Mapped[str | None] = mapped_column(String(16))
    tell_on: Mapped[date | None]
    authoriser: Mapped[str] = mapped_column(String(128))
    approved: Mapped[datetime | None]
    ends: Mapped[date | None]
    review: Mapped[date | None]
    outcome: Mapped[str | None] = mapped_column(String(16))
    closed: Mapped[datetime | None]
    keep_until: Mapped[date | None]
    reminded: Mapped[datetime | None]
    answers: Mapped[bytes] = mapped_column(LargeBinary)


class CaseSearchRow(Row):
    """One search of a case: its counts; its terms and what it found are sealed."""

    __tablename__ = "case_searches"

    id: Mapped[int] = mapped_column(primary_key=True)
    case: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    by: Mapped[str] = mapped_column(String(128))
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    total: Mapped[int]
    scanned: Mapped[int]
    matched: Mapped[int]
    unsearched: Mapped[int]
    heard: Mapped[datetime]  # the scan's last sign of life
    terms: Mapped[bytes] = mapped_column(LargeBinary)
    results: Mapped[bytes | None] = mapped_column(LargeBinary)


class CaseLookRow(Row):
    """A person opened a held message within a case; what they were checking is sealed."""

    __tablename__ = "case_looks"

    id: Mapped[int] = mapped_column(primary_key=True)
    case: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    held: Mapped[str] = mapped_column(String(32), index=True)
    by: Mapped[str] = mapped_column(String(128))
    at: Mapped[datetime]
    depth: Mapped[str] = mapped_column(String(16))
    reason: Mapped[bytes] = mapped_column(LargeBinary)


class ExhibitRow(Row):
    """One exhibit; the copy, why it matters and what is cut are sealed under its own key."""

    __tablename__ = "exhibits"
    __table_args__ = (UniqueConstraint("label", "case"), UniqueConstraint("held", "case"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    label: Mapped[str] = mapped_column(String(16))
    held: Mapped[str] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(64))
    received: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(128))
    added: Mapped[datetime]
    third_parties: Mapped[list[Any]]
    redact: Mapped[bool]
    relevance: Mapped[bytes] = mapped_column(LargeBinary)
    cuts: Mapped[int]
    cut: Mapped[bytes | None] = mapped_column(LargeBinary)
    checked: Mapped[datetime | None]
    whole: Mapped[bool]


class ExportRow(Row):
    """One bundle; what is fetched is sealed under its own key until its days are over."""

    __tablename__ = "exports"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    by: Mapped[str] = mapped_column(String(128))
    at: Mapped[datetime] = mapped_column(index=True)
    form: Mapped[str] = mapped_column(String(16))
    purpose: Mapped[str] = mapped_column(String(16))
    labels: Mapped[list[Any]]
    encrypted_to: Mapped[str] = mapped_column(String(64))
    disclosure: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16))
    files: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    heard: Mapped[datetime]
    fault: Mapped[str] = mapped_column(Text)
    for_whom: Mapped[bytes] = mapped_column(LargeBinary)


class DisclosureRow(Row):
    """A request by an authority; what its form says is sealed under the case's key."""

    __tablename__ = "disclosures"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    ground: Mapped[str] = mapped_column(String(16))
    exhibits: Mapped[list[Any]]
    asked_by: Mapped[str] = mapped_column(String(128))
    asked: Mapped[datetime]
    signed_by: Mapped[str] = mapped_column(String(128))
    signed: Mapped[datetime | None]
    export: Mapped[str] = mapped_column(String(32))
    receipted: Mapped[datetime | None]
    form: Mapped[bytes] = mapped_column(LargeBinary)
    receipt: Mapped[bytes | None] = mapped_column(LargeBinary)
