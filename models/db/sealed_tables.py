"""The rows of what nobody opens (the sealed lane), and of what nobody opens alone."""

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


class SecondLookRow(Row):
    """Someone asked for a second person, to open mail that is marked personal (L21)."""

    __tablename__ = "second_looks"

    held: Mapped[str] = mapped_column(ForeignKey("held_messages.id"), primary_key=True)
    asked_by: Mapped[str] = mapped_column(String(128), primary_key=True)
    asked: Mapped[datetime]
    agreed_by: Mapped[str | None] = mapped_column(String(128))
    agreed: Mapped[datetime | None]
