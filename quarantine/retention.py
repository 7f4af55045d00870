"""What may be erased now, given the clocks, the freezes and the cases. Pure.

A freeze beats a case, and a case beats a clock. Nothing that waits for a person is ever due:
only what has ended has a clock.
"""

from datetime import date, datetime, timedelta

from models.exhibit import FETCHED_WITHIN
from models.held import HeldState
from models.retention import Due, Fate, Kept
from quarantine.settings import KeepingSettings

_FIXED = {
    Kept.CASE: timedelta(0),  # after the last day of the case's own schedule
    Kept.BUNDLE: FETCHED_WITHIN,
    Kept.SIGN_IN: timedelta(days=30),  # longer than any session lasts
    Kept.TELLING: timedelta(hours=1),
    Kept.BREAKDOWN: timedelta(days=5),  # as long as a server tries again
}
CLASS_OF = {
    HeldState.SENT: Kept.RELEASED,
    HeldState.WITHDRAWN: Kept.RELEASED,
    HeldState.REFUSED: Kept.REFUSED,
}


def kept_for(kept: Kept, settings: KeepingSettings) -> timedelta:
    """How long a class is kept after its clock began."""
    if kept in _FIXED:
        return _FIXED[kept]
    seconds = {
        Kept.RELEASED: settings.released,
        Kept.REFUSED: settings.refused,
        Kept.RECORD: settings.record,
        Kept.SELF_REPORT: settings.self_report,
        Kept.LEAVER: settings.leavers,
    }[kept]
    return timedelta(seconds=float(seconds))


def begun_before(kept: Kept, settings: KeepingSettings, now: datetime) -> datetime:
    """The instant before which a clock must have begun for its time to be over now."""
    return now - kept_for(kept, settings)


def fate(item: Due, settings: KeepingSettings, *, now: datetime, today: date) -> Fate:
    """Say what may be done with an item now; `today` is the day where the body is."""
    if item.frozen:
        return Fate.FROZEN
    if item.case_until is not None and today <= item.case_until:
        return Fate.IN_CASE
    if item.since > begun_before(item.kept, settings, now):
        return Fate.WAIT
    return Fate.ERASE
