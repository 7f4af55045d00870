"""The rows of appeals. Seen by no one outside models/db."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.db.tables import Row


class AppealRow(Row):
    """A refusal that its sender appealed; once for a message, and without words."""

    __tablename__ = "appeals"

    held: Mapped[str] = mapped_column(ForeignKey("held_messages.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    due: Mapped[datetime]
    decided: Mapped[list[Any]]  # ids of those who decided before
    answered: Mapped[datetime | None]
