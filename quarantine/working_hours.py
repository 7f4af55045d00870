"""The body's working hours: when a span of them, begun at an instant, is over.

Bank holidays are those the `holidays` package knows for the body's part of the United Kingdom
(the Banking and Financial Dealings Act 1971, and proclamations up to that package's version);
days of the body's own (St David's Day, the days after Christmas) stand in the settings.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from quarantine.settings import ReviewSettings

_LONGEST_WALK = 400  # days; a body that is closed for longer has its deadline then
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SUBDIVISIONS = {"wales": "WLS", "england": "ENG", "scotland": "SCT", "northern-ireland": "NIR"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """When the body works, and for how long a person's turn lasts in these hours."""

    turn: timedelta = timedelta(hours=4)
    opens: time = time(9)
    closes: time = time(17)
    days: frozenset[str] = frozenset(DAYS[:5])
    closed: frozenset[date] = frozenset()  # besides bank holidays
    bank_holidays: str = "wales"  # a key of SUBDIVISIONS, or "none"
    zone: str = "Europe/London"

    def today(self, now: datetime) -> date:
        """The day it is where the body is."""
        return now.astimezone(ZoneInfo(self.zone)).date()

    def works_on(self, day: date) -> bool:
        """Tell whether the body works on a day."""
        if DAYS[day.weekday()] not in self.days or day in self.closed:
            return False
        return day not in _bank_holidays(self.bank_holidays, day.year)

    def turn_ends(self, begins: datetime) -> datetime:
        """Return when a turn that begins now is over, in UTC."""
        return self.after(begins, self.turn)

    def after(self, begins: datetime, span: timedelta) -> datetime:
        """Return the instant at which so much working time has passed since another, in UTC."""
        zone, left = ZoneInfo(self.zone), span
        day = self.today(begins)
        for _ in range(_LONGEST_WALK):
            if self.works_on(day):
                opens = datetime.combine(day, self.opens, zone).astimezone(UTC)
                closes = datetime.combine(day, self.closes, zone).astimezone(UTC)
                start = max(opens, begins.astimezone(UTC))
                if start + left <= closes:
                    return start + left
                left -= max(closes - start, timedelta(0))
            day += timedelta(days=1)
        return datetime.combine(day, self.opens, zone).astimezone(UTC)

    def days_after(self, begins: datetime, days: int) -> datetime:
        """Return the instant after so many of the body's working days, in UTC."""
        opens, closes = (each.hour * 60 + each.minute for each in (self.opens, self.closes))
        return self.after(begins, timedelta(minutes=(closes - opens) * days))


def working_hours(settings: ReviewSettings) -> WorkingHours:
    """Return the hours of section [review], whose values the settings have checked."""
    return WorkingHours(
        turn=timedelta(seconds=settings.turn),
        opens=time.fromisoformat(settings.opens),
        closes=time.fromisoformat(settings.closes),
        days=frozenset(settings.days),
        closed=frozenset(date.fromisoformat(each) for each in settings.closed),
        bank_holidays=settings.bank_holidays,
        zone=settings.zone,
    )


@cache
def _bank_holidays(part: str, year: int) -> frozenset[date]:
    if part not in SUBDIVISIONS:
        return frozenset()
    known = holidays.country_holidays("GB", subdiv=SUBDIVISIONS[part], years=year)
    return frozenset(day for day in known if day.year == year)
