"""A second look by sample (D14): decisions drawn at random are judged again by someone else.

The protection officer draws, for a stated reason, and says of each whether they would have
decided the same; what disagrees is counted. What they decided on themselves, sent,
got or are named in is left out, and so is what is marked personal, which takes two to open.
"""

from datetime import datetime

from models.audit import Action, AuditEntry
from models.db import held, samples
from models.db.database import Database
from models.errors import Conflict, NotFound, SettingInvalid
from models.held import HeldMessage, HeldState
from models.person import Person, Role
from quarantine.permissions import bar
from quarantine.retreat import WINDOW

SIZE = 10
LONGEST_REASON = 500
_SPARE = 4  # times as many are looked at, as some may not be theirs to judge


def draw(database: Database, *, by: Person, reason: str, now: datetime) -> int:
    """Draw up to SIZE decisions of the last 90 days; return how many were drawn.

    Raises NotFound for one who is no protection officer, SettingInvalid without a reason, and
    Conflict while an earlier sample is not yet judged.
    """
    check_officer(by)
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise SettingInvalid("say why a sample is drawn, in 500 characters at most")
    with database.writing() as session:
        if samples.open_of(session, by.id):
            raise Conflict("the sample before this one has not been judged")
        ids = samples.candidates(session, now - WINDOW, limit=_SPARE * SIZE)
        fit = [each for each in held.of_ids(session, ids) if can_judge(by, each)][:SIZE]
        drawn = [(each.id, each.decisions[-1].choice) for each in fit]
        entry = _entry(by, "samples", now, f"drew {len(drawn)} decisions")
        samples.add(session, drawn, reason.strip(), entry)
    return len(drawn)


def judge(database: Database, sample_id: int, *, by: Person, agrees: bool, now: datetime) -> None:
    """Say whether they would have decided the same. Raises NotFound, Conflict."""
    with database.writing() as session:
        sampled = own(samples.get(session, sample_id), by)
        detail = "would have decided the same" if agrees else "would have decided otherwise"
        entry = _entry(by, sampled.held, now, detail)
        samples.judge(session, sample_id, agrees=agrees, at=now, entry=entry)


def check_officer(person: Person) -> None:
    """Raise NotFound unless a person draws samples."""
    if not (person.active and Role.PROTECTION_OFFICER in person.roles):
        raise NotFound("there is no such page for this person")


def own(sampled: samples.Sampled, person: Person) -> samples.Sampled:
    """Return what this person drew and has yet to judge. Raises NotFound."""
    check_officer(person)
    if sampled.drawn_by != person.id or sampled.agrees is not None:
        raise NotFound("no such sample")
    return sampled


def can_judge(person: Person, message: HeldMessage) -> bool:
    """Tell whether a decided message is a person's to judge again."""
    return (
        bool(message.decisions)
        and message.state is not HeldState.SEALED
        and bar(person, message) is None
        and person.id not in {each.by for each in message.decisions}
        and not message.marked_personal
        and not message.apart
        and not message.narrow
    )


def _entry(by: Person, subject: str, now: datetime, detail: str) -> AuditEntry:
    return AuditEntry(at=now, actor=by.id, action=Action.OVERSEE, subject=subject, detail=detail)
