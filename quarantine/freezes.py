"""Placing and lifting freezes: legal holds, and what a request for records puts beyond erasing.

A freeze is stronger than every clock and than its sender's withdrawal. Lifting takes two people
and a wait between them; whoever is turned away is entered in the audit chain (N10).
"""

import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry
from models.case import can_authorise, is_party
from models.db import audit, cases, freezes, people
from models.db.database import Database
from models.db.freezes import frozen
from models.errors import NotPermitted, SettingInvalid
from models.freeze import Coverage, Freeze, FreezeKind
from models.person import Person, Role
from quarantine.evidence.rights import is_worker
from quarantine.settings import KeepingSettings
from quarantine.working_hours import WorkingHours

__all__ = ["Freezes", "frozen"]

LONGEST_REASON = 500  # characters
LONGEST_REVIEW = timedelta(days=183)  # six months, for legal holds

_MAY: dict[FreezeKind, frozenset[Role]] = {
    FreezeKind.LEGAL_HOLD: frozenset({Role.HR, Role.AUTHORISER, Role.PROTECTION_OFFICER}),
    FreezeKind.INFORMATION_REQUEST: frozenset({Role.PROTECTION_OFFICER, Role.AUTHORISER}),
    FreezeKind.ACCESS_REQUEST: frozenset({Role.PROTECTION_OFFICER, Role.AUTHORISER}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One line of the report of freezes: who, what, when, until."""

    freeze: Freeze
    items: int  # held messages whose record is still here
    review_due: bool
    may_be_lifted: datetime | None  # by a second person, from then on; None: nobody has asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Freezes:
    """What freezing needs, given once."""

    database: Database
    settings: KeepingSettings = KeepingSettings()
    hours: WorkingHours = WorkingHours()

    def place(  # noqa: PLR0913 - what a freeze is
        self,
        kind: FreezeKind,
        covers: Coverage,
        *,
        reason: str,
        review: date,
        case: str | None = None,
        by: Person,
        now: datetime,
    ) -> Freeze:
        """Freeze what is covered. Raises SettingInvalid, and NotPermitted, which is entered."""
        with self.database.writing() as session:
            if can_freeze(by, kind, by.body):
                return self.place_in(
                    session, kind, covers, reason=reason, review=review, case=case, by=by, now=now
                )
            _turn_away(session, by, "freeze", f"may not place a {kind.value}", now)
        raise NotPermitted("a freeze of this kind is not this person's to place")

    def place_in(  # noqa: PLR0913 - as place
        self,
        session: Session,
        kind: FreezeKind,
        covers: Coverage,
        *,
        reason: str,
        review: date,
        case: str | None = None,
        by: Person,
        now: datetime,
    ) -> Freeze:
        """Place one within a transaction whose caller has settled that `by` may."""
        today = self.hours.today(now)
        _check(kind, covers, reason, review, today)
        freeze = Freeze(
            id=f"FR{secrets.token_hex(6).upper()}",
            kind=kind,
            reason=reason.strip(),
            owner=by.id,
            body=by.body,
            placed=now,
            review=review,
            case=case,
            covers=covers,
        )
        detail = f"{kind.value}, {len(covers.held)} items by id, review {review}"
        freezes.add(session, freeze, _entry(by, Action.FREEZE, freeze.id, now, detail))
        return freeze

    def keep_on(self, freeze_id: str, *, review: date, by: Person, now: datetime) -> None:
        """Say that a freeze is still needed, and when to ask again; an ask to lift it is over.

        Raises NotFound, SettingInvalid, and NotPermitted, which is entered.
        """
        with self.database.writing() as session:
            audit.lock(session)  # what is read is what is changed
            freeze = freezes.get(session, freeze_id)
            if may_act(session, by, freeze) and freeze.in_force:
                _check(freeze.kind, freeze.covers, freeze.reason, review, self.hours.today(now))
                entry = _entry(by, Action.FREEZE, freeze_id, now, f"kept on, review {review}")
                freezes.review_again(session, freeze_id, review, entry)
                return
            _turn_away(session, by, freeze_id, "may not keep it on", now)
        raise NotPermitted("this freeze is not this person's to keep on, or was lifted")

    def ask_to_lift(self, freeze_id: str, *, by: Person, now: datetime) -> Freeze:
        """Be the first of two who lift a freeze; the wait begins.

        Raises NotFound, and NotPermitted, which is entered.
        """
        with self.database.writing() as session:
            audit.lock(session)
            freeze = freezes.get(session, freeze_id)
            why = _not_first(session, freeze, by)
            if why is None:
                freezes.ask_to_lift(
                    session, freeze_id, _entry(by, Action.ASK_UNFREEZE, freeze_id, now)
                )
                return replace(freeze, asked_to_lift_by=by.id, asked_to_lift=now)
            _turn_away(session, by, freeze_id, why, now)
        raise NotPermitted(f"the freeze was not lifted: {why}")

    def lift(self, freeze_id: str, *, by: Person, now: datetime) -> Freeze:
        """Be the second of two: from now on the clocks run again.

        Raises NotFound, and NotPermitted, which is entered: nobody has asked, the same person
        asked, the wait is not over, or a case's hold has no authoriser's signature.
        """
        with self.database.writing() as session:
            audit.lock(session)
            freeze = freezes.get(session, freeze_id)
            why = self._not_second(session, freeze, by, now)
            why = why or _not_authoriser(session, freeze, by)
            if why is None:
                entry = _entry(by, Action.UNFREEZE, freeze_id, now)
                freezes.lift(session, freeze_id, entry)
                return replace(freeze, lifted_by=by.id, lifted=now)
            _turn_away(session, by, freeze_id, why, now)
        raise NotPermitted(f"the freeze was not lifted: {why}")

    def may_be_lifted(self, freeze: Freeze) -> datetime | None:
        """Return from when a second person may lift it; None if nobody has asked."""
        if freeze.asked_to_lift is None:
            return None
        return self.hours.days_after(freeze.asked_to_lift, self.settings.unfreeze_wait)

    def report(self, session: Session, now: datetime, *, every: bool = False) -> list[Report]:
        """Say who froze what, when and until when, the newest first; with `every`, lifted ones too.

        Walks every held message for every freeze, in bounded memory.
        """
        today = self.hours.today(now)
        return [
            Report(
                freeze=each,
                items=freezes.covered(session, each),
                review_due=each.in_force and each.review <= today,
                may_be_lifted=self.may_be_lifted(each),
            )
            for each in freezes.listed(session, in_force=not every)
        ]

    def _not_second(
        self, session: Session, freeze: Freeze, by: Person, now: datetime
    ) -> str | None:
        from_then = self.may_be_lifted(freeze)
        if not may_act(session, by, freeze):
            return "not this person's to lift"
        if not freeze.in_force:
            return "it was lifted before"
        if from_then is None:
            return "it needs two signatures and has none"
        if freeze.asked_to_lift_by == by.id:
            return "it needs a second person's signature"
        if now < from_then:
            return "the wait is not over"
        return None


def can_freeze(person: Person, kind: FreezeKind, body: str) -> bool:
    """Tell whether a person may place a body's freeze of a kind, and be one of two who lift it."""
    if not person.active or Role.ADMINISTRATOR in person.roles or person.body != body:
        return False
    return bool(person.roles & _MAY[kind])


def may_act(session: Session, person: Person, freeze: Freeze) -> bool:
    """Tell whether a person may keep a freeze on, and be one of two who lift it."""
    return can_freeze(person, freeze.kind, freeze.body) and may_know(session, person, freeze)


def may_know(session: Session, person: Person, freeze: Freeze) -> bool:
    """Tell whether a person may know of a freeze: if it is a case's, of HR its workers alone.

    Never a party to the case: what is kept may be about them. Who approves cases, or checks how
    records are kept, knows of all.
    """
    if freeze.case is None:
        return True
    case = cases.get(session, freeze.case)
    if is_party(case, person.id) or person.id == case.referred_by:
        return False
    others = person.roles & {Role.AUTHORISER, Role.PROTECTION_OFFICER, Role.AUDITOR}
    return bool(others) or is_worker(person, case)


def _not_first(session: Session, freeze: Freeze, by: Person) -> str | None:
    if not may_act(session, by, freeze):
        return "not this person's to lift"
    if not freeze.in_force:
        return "it was lifted before"
    if freeze.asked_to_lift is not None:
        return "it was asked for before"
    return None


def _not_authoriser(session: Session, freeze: Freeze, by: Person) -> str | None:
    """The second signature on a case's legal hold is that of one who may approve the case."""
    if freeze.case is None or freeze.kind is not FreezeKind.LEGAL_HOLD:
        return None
    case = cases.get(session, freeze.case)
    if can_authorise(by, case, people.directory(session)):
        return None
    return "it needs an authoriser's signature"


def _check(kind: FreezeKind, covers: Coverage, reason: str, review: date, today: date) -> None:
    """Raise SettingInvalid unless it says what, why and until when."""
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise SettingInvalid(f"a freeze needs a reason of up to {LONGEST_REASON} characters")
    if covers.empty:
        raise SettingInvalid("a freeze covers something: items, a person's mail, or some days")
    if covers.since and covers.until and covers.until <= covers.since:
        raise SettingInvalid("the last day of a freeze is before its first; expected it after")
    if kind is not FreezeKind.LEGAL_HOLD:
        return
    if not today < review <= today + LONGEST_REVIEW:
        latest = today + LONGEST_REVIEW
        raise SettingInvalid(
            f"the review of a legal hold is on {review}; expected a day after today, up to {latest}"
        )
    if not (covers.held or covers.named):
        raise SettingInvalid("a legal hold is on items or on someone's mail, not on everyone's")


def _turn_away(session: Session, by: Person, subject: str, why: str, now: datetime) -> None:
    audit.append(session, _entry(by, Action.TURN_AWAY, subject, now, why))


def _entry(by: Person, action: Action, subject: str, now: datetime, detail: str = "") -> AuditEntry:
    return AuditEntry(at=now, actor=by.id, action=action, subject=subject, detail=detail)
