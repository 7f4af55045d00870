"""The register of requests: taken, paused, answered; what it asks for is frozen at once.

To alter or erase what was asked for can be an offence, so taking a request for information or
access and freezing what it covers are one transaction. The freeze outlasts the answer, because a
review or a complaint may follow; two people lift it (quarantine/freezes.py).
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry
from models.db import audit, requests
from models.errors import Conflict, NotPermitted, SettingInvalid
from models.freeze import Coverage, FreezeKind
from models.person import Person, Role
from models.request import Answer, Pause, PauseReason, Request, RequestKind
from quarantine.freezes import Freezes
from quarantine.statutory import due, is_late

LONGEST_REFERENCE = 64  # characters
LONGEST_SEARCHED = 1000
_AFTERWARDS = timedelta(days=92)  # in which a review or a complaint may follow an answer
_OLDEST = timedelta(days=366)  # what is registered was received within the year
FREEZES = {
    RequestKind.INFORMATION: FreezeKind.INFORMATION_REQUEST,
    RequestKind.ACCESS: FreezeKind.ACCESS_REQUEST,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Counts of one kind of request, ready to publish: nobody's name, no words of anybody."""

    kind: RequestKind
    received: int
    open: int
    late: int  # answered late, or open and late
    answers: dict[str, int]
    half_within: int | None  # days; half of the answers took no longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """What the register needs, given once."""

    freezes: Freezes

    def take(
        self,
        kind: RequestKind,
        *,
        reference: str,
        received: date,
        covers: Coverage,
        by: Person,
        now: datetime,
    ) -> Request:
        """Enter a request, and freeze what it asks for.

        Raises SettingInvalid, and NotPermitted, which is entered.
        """
        today = self.freezes.hours.today(now)
        reference = reference.strip()
        if not reference or len(reference) > LONGEST_REFERENCE:
            raise SettingInvalid(
                f"a request has the body's own reference, of up to {LONGEST_REFERENCE} characters"
            )
        if not today - _OLDEST <= received <= today:
            raise SettingInvalid(f"received on {received}; expected a day of the last year")
        with self.freezes.database.writing() as session:
            if not may_register(by, by.body):
                _turn_away(session, by, "requests", now)
            else:
                request = Request(
                    id=requests.next_id(session, today.year),
                    kind=kind,
                    body=by.body,
                    reference=reference,
                    received=received,
                    taken_by=by.id,
                    taken=now,
                )
                if kind in FREEZES:
                    last = due(request, today) or today
                    freeze = self.freezes.place_in(
                        session,
                        FREEZES[kind],
                        covers,
                        reason=f"{request.id}, {reference}",
                        review=last + _AFTERWARDS,
                        by=by,
                        now=now,
                    )
                    request = replace(request, freeze=freeze.id)
                detail = f"{kind.value}, freeze {request.freeze or 'none'}"
                requests.add(
                    session, request, _entry(by, Action.TAKE_REQUEST, request, now, detail)
                )
                return request
        raise NotPermitted("the register is the protection officer's")

    def acknowledge(self, request_id: str, *, by: Person, now: datetime) -> Request:
        """Note that it was acknowledged today. Raises NotFound, Conflict, NotPermitted."""
        today = self.freezes.hours.today(now)

        def changed(request: Request) -> Request:
            if request.acknowledged is not None:
                raise Conflict("it was acknowledged before")
            return replace(request, acknowledged=today)

        return self._change(request_id, "acknowledged", changed, by, now)

    def pause(self, request_id: str, reason: PauseReason, *, by: Person, now: datetime) -> Request:
        """Stop the clock: something was asked today. Raises NotFound, Conflict, NotPermitted."""
        today = self.freezes.hours.today(now)

        def changed(request: Request) -> Request:
            if request.paused:
                raise Conflict("its clock stands still already")
            pause = Pause(since=today, reason=reason)
            return replace(request, pauses=(*request.pauses, pause))

        return self._change(request_id, f"paused, {reason.value}", changed, by, now)

    def resume(self, request_id: str, *, by: Person, now: datetime) -> Request:
        """Let the clock run: the answer came today. Raises NotFound, Conflict, NotPermitted."""
        today = self.freezes.hours.today(now)

        def changed(request: Request) -> Request:
            if not request.paused:
                raise Conflict("its clock runs")
            *before, last = request.pauses
            return replace(request, pauses=(*before, replace(last, until=today)))

        return self._change(request_id, "resumed", changed, by, now)

    def extend(self, request_id: str, *, by: Person, now: datetime) -> Request:
        """Take two months more, as its person was told. Raises NotFound, Conflict, NotPermitted."""

        def changed(request: Request) -> Request:
            if request.extended or request.kind in {RequestKind.INFORMATION, RequestKind.COMPLAINT}:
                raise Conflict("its time cannot be extended")
            return replace(request, extended=True)

        return self._change(request_id, "extended by two months", changed, by, now)

    def answer(
        self, request_id: str, answer: Answer, *, searched: str, by: Person, now: datetime
    ) -> Request:
        """Note how it was answered today, what was searched and why that was enough (L35).

        Raises NotFound, Conflict, NotPermitted, and SettingInvalid without that.
        """
        today, searched = self.freezes.hours.today(now), searched.strip()
        if not searched or len(searched) > LONGEST_SEARCHED:
            raise SettingInvalid(
                f"say what was searched and why that was enough, in up to {LONGEST_SEARCHED}"
                " characters"
            )

        def changed(request: Request) -> Request:
            *before, last = request.pauses or (None,)
            if last is not None and last.until is None:
                request = replace(request, pauses=(*before, replace(last, until=today)))
            return replace(
                request, answered=today, answered_by=by.id, answer=answer, searched=searched
            )

        return self._change(request_id, answer.value, changed, by, now)

    def _change(
        self,
        request_id: str,
        detail: str,
        changed: Callable[[Request], Request],
        by: Person,
        now: datetime,
    ) -> Request:
        with self.freezes.database.writing() as session:
            audit.lock(session)
            seen = requests.get(session, request_id)
            if may_register(by, seen.body):
                if not seen.open:
                    raise Conflict("it was answered before; nothing of yours was saved")
                request = changed(seen)
                action = Action.TAKE_REQUEST if request.open else Action.ANSWER_REQUEST
                requests.change(session, request, _entry(by, action, request, now, detail))
                return request
            _turn_away(session, by, request_id, now)
        raise NotPermitted("the register is the protection officer's")


def may_register(person: Person, body: str) -> bool:
    """Tell whether a person keeps a body's register of requests."""
    if not person.active or Role.ADMINISTRATOR in person.roles or person.body != body:
        return False
    return Role.PROTECTION_OFFICER in person.roles


def statistics(found: Iterable[Request], today: date) -> list[Statistics]:
    """Count requests by kind, those that there are none of too."""
    given = list(found)
    counted = []
    for kind in RequestKind:
        some = [each for each in given if each.kind is kind]
        days = [(each.answered - each.received).days for each in some if each.answered]
        counted.append(
            Statistics(
                kind=kind,
                received=len(some),
                open=sum(each.open for each in some),
                late=sum(is_late(each, today) for each in some),
                answers=dict(Counter(each.answer.value for each in some if each.answer)),
                half_within=round(median(days)) if days else None,
            )
        )
    return counted


def quarters(today: date, zone: str, count: int) -> list[datetime]:
    """Return the instants at which the last quarters of a year began, and the next one does."""
    year, quarter = today.year, (today.month - 1) // 3
    firsts = []
    for back in range(count - 1, -2, -1):
        years, left = divmod(quarter - back, 4)
        firsts.append(datetime(year + years, 3 * left + 1, 1, tzinfo=ZoneInfo(zone)))
    return firsts


def _turn_away(session: Session, by: Person, subject: str, now: datetime) -> None:
    audit.append(
        session,
        AuditEntry(
            at=now,
            actor=by.id,
            action=Action.TURN_AWAY,
            subject=subject,
            detail="not this person's register",
        ),
    )


def _entry(by: Person, action: Action, request: Request, now: datetime, detail: str) -> AuditEntry:
    return AuditEntry(at=now, actor=by.id, action=action, subject=request.id, detail=detail)
