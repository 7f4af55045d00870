"""How days and times are written for people, in both languages: local, on the 12-hour clock."""

from datetime import date, datetime, time

from models.body import HERE

_MONTHS = {
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    "cy": (
        *("Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin"),
        *("Gorffennaf", "Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr"),
    ),
}


def write_date(day: date, language: str) -> str:
    """Write "22 November 2026"; the Welsh form has the same order."""
    return f"{day.day} {_MONTHS[language][day.month - 1]} {day.year}"


def write_time(at: datetime, language: str) -> str:
    """Write "22 November 2026 at 9:32am" in local time."""
    local = at.astimezone(HERE)
    joined = "at" if language == "en" else "am"
    return f"{write_date(local.date(), language)} {joined} {_clock(local.time(), language)}"


def _clock(at: time, language: str) -> str:
    if (at.hour, at.minute) == (12, 0):
        return "midday" if language == "en" else "ganol dydd"
    if (at.hour, at.minute) == (0, 0):
        return "midnight" if language == "en" else "ganol nos"
    return f"{at.hour % 12 or 12}:{at.minute:02}{'am' if at.hour < 12 else 'pm'}"  # noqa: PLR2004
