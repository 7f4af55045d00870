"""The rows of keeping and destroying: freezes, requests, certificates. As tables.py."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.db.tables import Row


class FreezeRow(Row):
    """A freeze; never deleted, so that the report of freezes is whole."""

    __tablename__ = "freezes"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(128))
    body: Mapped[str] = mapped_column(String(64))
    placed: Mapped[datetime]
    review: Mapped[date]
    case: Mapped[str | None] = mapped_column("case_id", String(32), index=True)
    covers: Mapped[dict[str, Any]]  # all of a Coverage but the items by id
    asked_to_lift_by: Mapped[str | None] = mapped_column(String(128))
    asked_to_lift: Mapped[datetime | None]
    lifted_by: Mapped[str | None] = mapped_column(String(128))
    lifted: Mapped[datetime | None] = mapped_column(index=True)


class FreezeItemRow(Row):
    """One item that a freeze covers by its id."""

    __tablename__ = "freeze_items"

    freeze: Mapped[str] = mapped_column(ForeignKey("freezes.id"), primary_key=True)
    item: Mapped[str] = mapped_column(String(32), primary_key=True, index=True)


class SweepRow(Row):
    """A sweep: begun, and when it has ended its certificate."""

    __tablename__ = "sweeps"

    id: Mapped[int] = mapped_column(primary_key=True)
    begun: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[str] = mapped_column(String(128))
    ended: Mapped[datetime | None]
    erased: Mapped[dict[str, Any] | None]
    left: Mapped[dict[str, Any] | None]
    first: Mapped[int | None]
    last: Mapped[int | None]
    digest: Mapped[str | None] = mapped_column(String(64))
    failed: Mapped[str | None] = mapped_column(Text)
    line: Mapped[str | None] = mapped_column(Text)


class RequestRow(Row):
    """A request in the register."""

    __tablename__ = "requests"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), index=True)
    body: Mapped[str] = mapped_column(String(64))
    reference: Mapped[str] = mapped_column(String(64))
    received: Mapped[date] = mapped_column(index=True)
    taken_by: Mapped[str] = mapped_column(String(128))
    taken: Mapped[datetime]
    freeze: Mapped[str | None] = mapped_column(ForeignKey("freezes.id"))
    acknowledged: Mapped[date | None]
    extended: Mapped[bool]
    pauses: Mapped[list[Any]]
    answered: Mapped[date | None]
    answered_by: Mapped[str | None] = mapped_column(String(128))
    answer: Mapped[str | None] = mapped_column(String(16))
    searched: Mapped[str] = mapped_column(Text)
