"""The rows. Seen by no one outside models/db."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, Index, LargeBinary, MetaData, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant in UTC, on databases that keep zones and on those that do not."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Store UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Row(DeclarativeBase):
    """The base of all rows."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime(), dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012


class HeldRow(Row):
    """One held message, without its content."""

    __tablename__ = "held_messages"
    __table_args__ = (  # since 0013
        Index("ix_held_messages_received_state_id", "received", "state", "id"),
        Index("ix_held_messages_sender_key_received", "sender_key", "received"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    received: Mapped[datetime]
    sender: Mapped[str] = mapped_column(Text)
    sender_key: Mapped[str] = mapped_column(Text)
    recipients: Mapped[list[Any]]
    options: Mapped[list[Any]]
    client: Mapped[dict[str, Any]]
    message_id: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    disposition: Mapped[int]
    rules: Mapped[list[Any]]
    findings: Mapped[list[Any]]
    policy: Mapped[str] = mapped_column(String(64))
    classifier: Mapped[str] = mapped_column(String(64))
    program: Mapped[str] = mapped_column(String(32))
    reviewer: Mapped[str | None] = mapped_column(String(128), index=True)
    note: Mapped[str] = mapped_column(Text)
    involved: Mapped[list[Any] | None]  # this and what follows: since 0002, None before
    apart: Mapped[bool | None]
    body: Mapped[str | None] = mapped_column(String(64))  # since 0009
    narrow: Mapped[bool | None]  # since 0015
    ended: Mapped[datetime | None] = mapped_column(index=True)  # since 0010
    asked: Mapped[list[Any] | None]
    declined: Mapped[list[Any] | None]
    turn_since: Mapped[datetime | None]
    turn_ends: Mapped[datetime | None] = mapped_column(index=True)


class DecisionRow(Row):
    """One person's choice about a held message."""

    __tablename__ = "decisions"
    __table_args__ = (Index("ix_decisions_by_at", "by", "at"),)  # since 0013

    id: Mapped[int] = mapped_column(primary_key=True)
    held: Mapped[str] = mapped_column(ForeignKey("held_messages.id"), index=True)
    by: Mapped[str] = mapped_column(String(128))
    choice: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    code: Mapped[str | None] = mapped_column(String(32))  # since 0003


class StatementRow(Row):
    """What a person said about a held message, beside any decision."""

    __tablename__ = "statements"

    id: Mapped[int] = mapped_column(primary_key=True)
    held: Mapped[str] = mapped_column(ForeignKey("held_messages.id"), index=True)
    by: Mapped[str] = mapped_column(String(128))
    kind: Mapped[str] = mapped_column(String(16), index=True)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class AnswerRow(Row):
    """Whether a kind of mail should be held, as a reviewer answered."""

    __tablename__ = "answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    held: Mapped[str] = mapped_column(ForeignKey("held_messages.id"), index=True)
    by: Mapped[str] = mapped_column(String(128))
    should_hold: Mapped[bool]
    at: Mapped[datetime]


class SelfReportRow(Row):
    """What someone said they sent and should not have."""

    __tablename__ = "self_reports"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    by: Mapped[str] = mapped_column(String(128), index=True)
    told: Mapped[str | None] = mapped_column(String(128), index=True)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]  # this and what follows: since 0007, None before
    asked: Mapped[list[Any] | None]


class ItemKeyRow(Row):
    """An item's own key, wrapped. Deleting the row is erasing the item."""

    __tablename__ = "item_keys"

    item: Mapped[str] = mapped_column(String(32), primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)


class ContentRow(Row):
    """Sealed bytes of one kind belonging to one item."""

    __tablename__ = "contents"

    item: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class AuditRow(Row):
    """One link of the audit chain; triggers refuse to change or delete it."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_action_at", "action", "at"),  # since 0005
        Index("ix_audit_entries_action_purpose", "action", "purpose"),  # since 0013
    )

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(128))
    action: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(128), index=True)
    purpose: Mapped[str | None] = mapped_column(String(32))
    detail: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class AuditHeadRow(Row):
    """The chain's length and last digest, kept apart so that a cut-off tail shows."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    length: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))


class OutboxRow(Row):
    """Something the worker is to send."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    held: Mapped[str | None] = mapped_column(String(32), index=True)
    sender: Mapped[str] = mapped_column(Text)
    recipients: Mapped[list[Any]]
    options: Mapped[list[Any]]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    attempts: Mapped[int]
    created: Mapped[datetime]
    due: Mapped[datetime] = mapped_column(index=True)


class PersonRow(Row):
    """One member of staff."""

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(String(128), primary_key=True)
    facts: Mapped[dict[str, Any]]
    password_hash: Mapped[str | None] = mapped_column(Text)
    standing: Mapped[str | None] = mapped_column(String(16))  # since 0002: None is facts.active
    alternate: Mapped[str | None] = mapped_column(String(128))
    informed_by: Mapped[str | None] = mapped_column(Text)
    absent_from: Mapped[date | None]
    absent_until: Mapped[date | None]
    source: Mapped[str | None] = mapped_column(String(16))  # since 0012: None is an import
    external_id: Mapped[str | None] = mapped_column(Text)


class PersonAddressRow(Row):
    """A mailbox and whose it is."""

    __tablename__ = "person_addresses"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)


class DirectoryRow(Row):
    """The version of everyone's rows: triggers set another with every change (0013)."""

    __tablename__ = "directory"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[str] = mapped_column(String(32))


class SignInRow(Row):
    """A session of the console, known by the digest of its token."""

    __tablename__ = "sign_ins"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str] = mapped_column(String(128), index=True)
    opened: Mapped[datetime]
    used: Mapped[datetime]
    method: Mapped[str | None] = mapped_column(String(16))  # since 0004, as is browser
    browser: Mapped[str | None] = mapped_column(String(64))


class SignInFailureRow(Row):
    """A failed sign-in, for the throttle."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (Index("ix_sign_in_failures_username_at", "username", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(128))
    at: Mapped[datetime]


class SecondFactorRow(Row):
    """The sealed key of a person's second factor."""

    __tablename__ = "second_factors"

    person: Mapped[str] = mapped_column(String(128), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    made: Mapped[datetime]
    last_step: Mapped[int]


class RecoveryCodeRow(Row):
    """A recovery code that is left, by its digest."""

    __tablename__ = "recovery_codes"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str] = mapped_column(String(128), index=True)


class OpenIdSubjectRow(Row):
    """Which person a subject of the identity provider is, by a digest of issuer and subject."""

    __tablename__ = "openid_subjects"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str] = mapped_column(String(128), index=True)
    made: Mapped[datetime]


class OpeningRow(Row):
    """A break-glass right: asked for by one administrator, opened by another."""

    __tablename__ = "openings"

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(String(128), index=True)
    reason: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(String(128))
    asked: Mapped[datetime]
    lasts: Mapped[int]
    confirmed_by: Mapped[str | None] = mapped_column(String(128))
    opened: Mapped[datetime | None]
    ends: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(128))


class OpeningTakeRow(Row):
    """A held message that a person took under a break-glass right; gone when the right ends."""

    __tablename__ = "opening_takes"

    opening: Mapped[int] = mapped_column(ForeignKey("openings.id"), primary_key=True)
    held: Mapped[str] = mapped_column(ForeignKey("held_messages.id"), primary_key=True)
    person: Mapped[str] = mapped_column(String(128), index=True)


class PolicyRow(Row):
    """A policy's text by its digest, so that an old decision can be explained."""

    __tablename__ = "policies"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    adopted: Mapped[datetime]


class DemotedRuleRow(Row):
    """A rule that only watches, or did until a person put it back."""

    __tablename__ = "demoted_rules"

    rule: Mapped[str] = mapped_column(String(128), primary_key=True)
    at: Mapped[datetime]
    rightly: Mapped[int]
    answers: Mapped[int]
    restored: Mapped[datetime | None]
    restored_by: Mapped[str | None] = mapped_column(String(128))


class TellingRow(Row):
    """A reviewer was told of a message, or is to be in their next digest."""

    __tablename__ = "tellings"

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(String(128), index=True)
    held: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    told: Mapped[datetime | None] = mapped_column(index=True)


class SampleRow(Row):
    """A decision drawn at random, to be judged again by someone else."""

    __tablename__ = "samples"

    id: Mapped[int] = mapped_column(primary_key=True)
    held: Mapped[str] = mapped_column(ForeignKey("held_messages.id"), index=True)
    drawn_by: Mapped[str] = mapped_column(String(128), index=True)
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    choice: Mapped[str] = mapped_column(String(16))
    agrees: Mapped[bool | None]
    judged: Mapped[datetime | None]


class BreakdownRow(Row):
    """A message that broke its inspection, known by a digest alone."""

    __tablename__ = "breakdowns"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    times: Mapped[int]
    last: Mapped[datetime]
