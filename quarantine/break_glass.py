"""Break-glass: in an emergency two administrators let one person decide on held mail for a time.

The second administrator must say yes within an hour; neither may be the person, and the person
may not be an administrator, for who runs the system does not read the mail (L29). What bars a
person from a message (permissions.bar) bars them still, and what few may see (L23) stays with
the few. Each message is taken by itself, and who
takes it becomes one of those who were asked; whose turn it is stays as it was. Everything is
entered, and told at once to the data protection officers; where the directory has none, nothing
opens. The right ends by the clock, with nobody's help.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry
from models.db import held, openings, people
from models.db.database import Database
from models.errors import Conflict, NotFound, NotPermitted, SettingInvalid
from models.held import HeldMessage
from models.person import Person, Role
from models.sign_in import Opening
from quarantine import notices, permissions
from quarantine.dates import write_time
from quarantine.notices import LANGUAGES, Post

PATIENCE = 3600.0  # seconds in which the second administrator must answer
SHORTEST_REASON, LONGEST_REASON = 10, 500  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """What break-glass needs, given once."""

    database: Database
    post: Post
    longest: float  # seconds that a right may last

    def ask(self, *, by: Person, person_id: str, reason: str, lasts: int, now: datetime) -> Opening:
        """Ask for a right. Raises NotPermitted, and SettingInvalid for what was asked wrongly."""
        if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON or not 0 < lasts <= self.longest:
            raise SettingInvalid("a reason and a time are needed")
        with self.database.writing() as session:
            check_administrator(session, by)
            person = people.find(session, person_id)
            fault = fault_of_person(person, by)
            if person is None or fault:
                raise SettingInvalid(f"this person cannot be given the right: {fault}")
            officers = _officers(people.everyone(session))
            if not officers:
                raise NotPermitted("there is no data protection officer to tell")
            detail = f"asked for {person.id}, {lasts // 60} minutes"
            entry = _entry(by, person, now, detail)
            opening = openings.ask(
                session, person=person.id, reason=reason, by=by.id, lasts=lasts, entry=entry
            )
            self._tell(session, "break-glass-asked", officers, opening, now)
            return opening

    def confirm(self, opening_id: int, *, by: Person, now: datetime) -> Opening:
        """Open a right that another administrator asked for.

        Raises NotFound, NotPermitted, and Conflict if it is too late.
        """
        with self.database.writing() as session:
            check_administrator(session, by)
            found = openings.get(session, opening_id)
            asker = people.find(session, found.asked_by)
            person = people.find(session, found.person)
            if by.id == found.asked_by or fault_of_person(person, by) or person is None:
                raise NotPermitted("a second administrator must confirm")
            if asker is None or not is_administrator(asker):
                raise NotPermitted("who asked for it is no administrator any more")
            if not found.waits(now, PATIENCE):
                raise Conflict("this request has been answered, or is too old")
            detail = f"opened, asked for by {found.asked_by}, {found.lasts // 60} minutes"
            opening = openings.confirm(session, found.id, by.id, _entry(by, person, now, detail))
            told = (*_officers(people.everyone(session)), asker, person)
            self._tell(session, "break-glass-opened", told, opening, now)
            return opening

    def end(self, opening_id: int, *, by: Person, now: datetime) -> Opening:
        """End a right before its time, or refuse a request. Raises NotFound, Conflict."""
        with self.database.writing() as session:
            found = openings.get(session, opening_id)
            person = people.find(session, found.person)
            may = is_administrator(by) or is_officer(by) or by.id == found.person
            if not may or person is None:
                raise NotFound("no such request")
            detail = "ended" if found.confirmed_by else "refused"
            opening = openings.end(session, found.id, by.id, _entry(by, person, now, detail))
            openings.give_back(session, found.id, _given_back(person, now))
            told = (*_officers(people.everyone(session)), person)
            self._tell(session, "break-glass-ended", told, opening, now)
            return opening

    def take(self, held_id: str, *, by: Person, now: datetime) -> None:
        """Let the person of a right in force decide on a waiting message.

        Raises NotFound unless it is one they may decide on, Conflict if someone has decided.
        """
        with self.database.writing() as session:
            opening = openings.in_force(session, by.id, now)
            message = held.get(session, held_id)
            if opening is None or not may_take(by, message, people.directory(session)):
                raise NotFound(f"no held message {held_id}")
            entry = AuditEntry(
                at=now,
                actor=by.id,
                action=Action.BREAK_GLASS,
                subject=held_id,
                detail=f"taken under right {opening.id}",
            )
            openings.take(session, opening, held_id, entry)

    def _tell(
        self,
        session: Session,
        name: str,
        told: Iterable[Person],
        opening: Opening,
        now: datetime,
    ) -> None:
        known = {each.id: each.name for each in people.everyone(session)}
        ends = opening.ends or now
        values = {
            language: {
                "person": known.get(opening.person, opening.person),
                "asked_by": known.get(opening.asked_by, opening.asked_by),
                "confirmed_by": known.get(opening.confirmed_by or "", "-"),
                "ended_by": known.get(opening.ended_by or "", "-"),
                "ends": write_time(ends, language),
                "minutes": str(opening.lasts // 60),
                "reason": opening.reason,
            }
            for language in LANGUAGES
        }
        for each in {person.id: person for person in told if person.active}.values():
            notices.queue(session, self.post, name, each, values, held=None, now=now)


def may_take(person: Person, message: HeldMessage, known: permissions.People) -> bool:
    """Tell whether a right in force reaches a message: what few may see stays with the few."""
    return permissions.bar(person, message) is None and person.id in permissions.few(message, known)


def lapse(database: Database, person: Person, now: datetime) -> None:
    """Take from a person what they took under rights that have ended.

    The console asks this before each of their pages, so that a right is over when its time is,
    whatever else runs.
    """
    with database.reading() as session:
        over = [each for each, _ in openings.takes(session, person.id) if not each.in_force(now)]
    for opening_id in {each.id for each in over}:
        with database.writing() as session:
            openings.give_back(session, opening_id, _given_back(person, now))


def may_open_page(session: Session, person: Person, now: datetime) -> bool:
    """Tell whether the page of emergencies is this person's to open."""
    concerned = is_administrator(person) or is_officer(person)
    return concerned or openings.in_force(session, person.id, now) is not None


def is_administrator(person: Person) -> bool:
    """Whether a person may ask and confirm."""
    return person.active and Role.ADMINISTRATOR in person.roles


def is_officer(person: Person) -> bool:
    """Whether a person is to be told of every emergency."""
    return person.active and Role.PROTECTION_OFFICER in person.roles


def check_administrator(session: Session, person: Person) -> None:
    """Raise NotPermitted unless the person is an administrator now."""
    known = people.find(session, person.id)
    if known is None or not is_administrator(known):
        raise NotPermitted("only an administrator may do this")


def fault_of_person(person: Person | None, by: Person) -> str:
    """Return the fixed key of why a person cannot be given the right; "" if they can."""
    if person is None or not person.active:
        return "unknown"
    if person.id == by.id:
        return "self"
    return "administrator" if Role.ADMINISTRATOR in person.roles else ""


def _officers(everyone: Sequence[Person]) -> tuple[Person, ...]:
    return tuple(each for each in everyone if is_officer(each))


def _given_back(person: Person, now: datetime) -> AuditEntry:
    return AuditEntry(
        at=now,
        actor="system",
        action=Action.BREAK_GLASS,
        subject=person.id,
        detail="the right has ended: what was taken under it was given back",
    )


def _entry(by: Person, person: Person, now: datetime, detail: str) -> AuditEntry:
    return AuditEntry(
        at=now, actor=by.id, action=Action.BREAK_GLASS, subject=person.id, detail=detail
    )
