"""The rows of the HTTP API's keys. Seen by no one outside models/db."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import String
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
