"""Everything in rows about one person, read in bounded memory (UK GDPR Article 15).

Only reads; whoever asks enters it in the audit chain.
"""

from collections.abc import Callable, Collection, Generator, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from models.address import parse_address
from models.audit import Action, AuditEntry, Purpose
from models.db.answers import Answer
from models.db.tables import (
    AnswerRow,
    AuditRow,
    DecisionRow,
    HeldRow,
    OpeningRow,
    SelfReportRow,
    SignInRow,
    StatementRow,
)
from models.decision import Choice, Decision
from models.held import Tie
from models.statement import Saying, Statement

_BATCH = 1000
SENDER = "sender"
Progress = Callable[[int], None]  # is told how many more were walked


@dataclass(frozen=True, slots=True, kw_only=True)
class Tied:
    """A held message, and how a person is tied to it."""

    id: str
    ties: tuple[str, ...]  # "sender", or a value of Tie
    size: int  # octets

    @property
    def own(self) -> bool:
        """Whether the person sent or wrote it."""
        return SENDER in self.ties or Tie.AUTHOR in self.ties


def count_held(session: Session) -> int:
    """How many held messages have a record here."""
    return session.scalar(select(func.count()).select_from(HeldRow)) or 0


def held_of(
    session: Session,
    person_id: str,
    keys: Collection[str],
    *,
    body: str,
    on_progress: Progress = lambda _: None,
) -> Generator[Tied, None, None]:
    """Walk a body's held messages; yield those that a person wrote, gets or is named in.

    `keys` are of their addresses. The oldest first.
    """
    columns = (HeldRow.id, HeldRow.sender_key, HeldRow.recipients, HeldRow.involved)
    query = select(*columns, HeldRow.body, HeldRow.size).order_by(HeldRow.received, HeldRow.id)
    rows = session.connection().execute(query.execution_options(yield_per=_BATCH))
    walked = 0
    for row in rows:
        ties = {
            each["tie"] for each in row.involved or () if person_id and each["person"] == person_id
        }
        if row.sender_key in keys:
            ties.add(SENDER)
        if any(parse_address(each["address"]).key in keys for each in row.recipients):
            ties.add(Tie.RECIPIENT.value)
        if ties and (row.body or "") == body:
            yield Tied(id=row.id, ties=tuple(sorted(ties)), size=row.size)
        walked += 1
        if walked == _BATCH:
            on_progress(walked)
            walked = 0
    on_progress(walked)


def decisions_by(session: Session, person_id: str) -> Iterator[tuple[str, Decision]]:
    """Yield each decision of a person, with the held message's id, the oldest first."""
    query = select(DecisionRow).where(DecisionRow.by == person_id).order_by(DecisionRow.at)
    for row in session.scalars(query.execution_options(yield_per=_BATCH)):
        yield (
            row.held,
            Decision(
                by=row.by,
                choice=Choice(row.choice),
                code=row.code or "",
                reason=row.reason,
                at=row.at,
            ),
        )


def statements_by(session: Session, person_id: str) -> Iterator[Statement]:
    """Yield what a person said about held messages, the oldest first."""
    query = select(StatementRow).where(StatementRow.by == person_id).order_by(StatementRow.id)
    for row in session.scalars(query.execution_options(yield_per=_BATCH)):
        yield Statement(held=row.held, by=row.by, kind=Saying(row.kind), text=row.text, at=row.at)


def answers_by(session: Session, person_id: str) -> Iterator[Answer]:
    """Yield what a person answered about holding, the oldest first."""
    query = select(AnswerRow).where(AnswerRow.by == person_id).order_by(AnswerRow.id)
    return _answers(session, query)


def answers_about(session: Session, held: Collection[str]) -> list[Answer]:
    """Return what reviewers answered about some messages, the oldest first."""
    query = select(AnswerRow).where(AnswerRow.held.in_(held)).order_by(AnswerRow.id)
    return list(_answers(session, query))


def _answers(session: Session, query: object) -> Iterator[Answer]:
    for row in session.scalars(query.execution_options(yield_per=_BATCH)):  # type: ignore[attr-defined]
        yield Answer(held=row.held, by=row.by, should_hold=row.should_hold, at=row.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTie:
    """A self-report of a person, or one that they were told of."""

    id: str
    by: str
    at: datetime
    read_at: datetime | None
    text: str


def self_reports(session: Session, person_id: str) -> list[ReportTie]:
    """Return what a person reported of themselves, and what they were told, the oldest first."""
    query = (
        select(SelfReportRow)
        .where(or_(SelfReportRow.by == person_id, SelfReportRow.told == person_id))
        .order_by(SelfReportRow.at, SelfReportRow.id)
    )
    return [
        ReportTie(id=row.id, by=row.by, at=row.at, read_at=row.read_at, text=row.text)
        for row in session.scalars(query)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionKept:
    """A session of the console that is still kept."""

    opened: datetime
    used: datetime
    method: str
    browser: str


def sign_ins(session: Session, person_id: str) -> list[SessionKept]:
    """Return every session that is kept, over or not, the oldest first."""
    query = select(SignInRow).where(SignInRow.person == person_id).order_by(SignInRow.opened)
    return [
        SessionKept(
            opened=row.opened, used=row.used, method=row.method or "", browser=row.browser or ""
        )
        for row in session.scalars(query)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class RightOpened:
    """An emergency right that was asked for someone."""

    asked: datetime
    asked_by: str
    opened: datetime | None
    ends: datetime | None
    reason: str


def openings(session: Session, person_id: str) -> list[RightOpened]:
    """Return the emergency rights that were asked for a person, the oldest first."""
    query = select(OpeningRow).where(OpeningRow.person == person_id).order_by(OpeningRow.id)
    return [
        RightOpened(
            asked=row.asked,
            asked_by=row.asked_by,
            opened=row.opened,
            ends=row.ends,
            reason=row.reason,
        )
        for row in session.scalars(query)
    ]


def entries(session: Session, person_id: str) -> Generator[AuditEntry, None, None]:
    """Yield what a person did, and what was done about them, in order."""
    query = (
        select(
            AuditRow.at,
            AuditRow.actor,
            AuditRow.action,
            AuditRow.subject,
            AuditRow.purpose,
            AuditRow.detail,
        )
        .where(or_(AuditRow.actor == person_id, AuditRow.subject == person_id))
        .order_by(AuditRow.sequence)
    )
    rows = session.connection().execute(query.execution_options(yield_per=_BATCH))
    for row in rows:
        yield AuditEntry(
            at=row.at,
            actor=row.actor,
            action=Action(row.action),
            subject=row.subject,
            purpose=Purpose(row.purpose) if row.purpose else None,
            detail=row.detail,
        )
