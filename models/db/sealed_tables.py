"""The row of what is in the sealed lane: who sealed it, and how it is handed over."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.db.tables import Row


class SealedRow(Row):
    """A held message that nobody opens (L50)."""

    __tablename__ = "sealed_items"

    item: Mapped[str] = mapped_column(ForeignKey("held_messages.id"), primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(128))
    reference: Mapped[str] = mapped_column(Text)  # the police's; "" until it is to be handed over
    certificate: Mapped[str] = mapped_column(Text)  # of the police, PEM
    asked_by: Mapped[str | None] = mapped_column(String(128))
    agreed_by: Mapped[str | None] = mapped_column(String(128))
    given: Mapped[datetime | None]
