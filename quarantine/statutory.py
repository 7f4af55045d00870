"""When the law wants a request acknowledged and answered. Pure.

Information: twenty working days after the day it came (FOI Act 2000 section 10); a working day is
none of Saturday, Sunday, Good Friday, Christmas Day and the bank holidays of any part of the
United Kingdom, whenever the body itself is closed. The other rights: one month, two more where
it is extended, and then to the next working day (UK GDPR Article 12, and the ICO's guidance).
While what is meant or who it is has been asked, the clock stands still. A request for information
that is not clear is by law only received when it is clear; we count on from where the clock
stood, which is never later.
"""

import calendar
from datetime import date, timedelta
from functools import cache

import holidays

from models.request import Request, RequestKind

WORKING_DAYS = 20
_ACKNOWLEDGE = timedelta(days=30)  # of a complaint
_DAY = timedelta(days=1)
_PARTS = ("ENG", "NIR", "SCT", "WLS")
_SATURDAY = 5


def is_working_day(day: date) -> bool:
    """Tell whether a day counts, as FOI Act 2000 section 10(6) has it."""
    return day.weekday() < _SATURDAY and day not in _bank_holidays(day.year)


def acknowledge_by(request: Request) -> date | None:
    """Return the last day to acknowledge it; None where the law names none."""
    return request.received + _ACKNOWLEDGE if request.kind is RequestKind.COMPLAINT else None


def due(request: Request, today: date) -> date | None:
    """Return the last day to answer it, as its pauses are until today; None for a complaint.

    A complaint is to be answered without undue delay, which is no day.
    """
    match request.kind:
        case RequestKind.COMPLAINT:
            return None
        case RequestKind.INFORMATION:
            return _after_working_days(request, today)
    months = 3 if request.extended else 1
    day = _months_after(request.received, months) + _DAY * len(_paused_days(request, today))
    while not is_working_day(day):
        day += _DAY
    return day


def is_late(request: Request, today: date) -> bool:
    """Tell whether it was answered after its day, or its day has passed without an answer."""
    at = request.answered or today
    last = due(request, at)
    if last is None:
        last = acknowledge_by(request)
        at = request.acknowledged or at
    return last is not None and at > last and not request.paused


def _after_working_days(request: Request, today: date) -> date:
    paused = _paused_days(request, today)
    day, left = request.received, WORKING_DAYS
    while left:
        day += _DAY
        if is_working_day(day) and day not in paused:
            left -= 1
    return day


def _paused_days(request: Request, today: date) -> frozenset[date]:
    days: set[date] = set()
    for pause in request.pauses:
        until = pause.until or today + _DAY
        days.update(pause.since + _DAY * each for each in range((until - pause.since).days))
    return frozenset(days)


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


@cache
def _bank_holidays(year: int) -> frozenset[date]:
    found: set[date] = set()
    for part in _PARTS:
        found.update(holidays.country_holidays("GB", subdiv=part, years=year))
    return frozenset(each for each in found if each.year == year)
