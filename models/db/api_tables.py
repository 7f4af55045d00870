"""The rows of what other programs bring by HTTP. Seen by no one outside models/db."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.db.tables import Row


class ApiKeyRow(Row):
    """A program's key, known by the digest of its token."""

    __tablename__ = "api_keys"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), index=True)
    channels: Mapped[list[Any]]
    made: Mapped[datetime]
    ends: Mapped[date | None]
    revoked: Mapped[datetime | None]


class GroupRow(Row):
    """A group of people, as the identity provider keeps it."""

    __tablename__ = "people_groups"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str] = mapped_column(Text)
    members: Mapped[list[Any]]
