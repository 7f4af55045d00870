"""Release, refuse, withdraw, confirm: one transaction each, compare and set, with its audit entry.

A decision and all that follows from it (state, outbox, notice, audit) are committed together.
The first decision wins; who comes second is told who decided what.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry
from models.db import audit, contents, held, outbox, people
from models.db.database import Database
from models.decision import PRIVATE, Choice, Decision, agreed
from models.errors import Conflict, NotPermitted, SettingInvalid
from models.held import HeldMessage, HeldState
from models.person import Person
from models.policy import Policy
from models.verdict import Disposition
from quarantine import notices, permissions
from quarantine.codes import REFUSE_CODES, words_of
from quarantine.dates import write_time
from quarantine.notices import Post
from quarantine.turns import Turns
from quarantine.working_hours import WorkingHours

LONGEST_REASON = 500  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What review needs, given once."""

    database: Database
    policy: Policy
    post: Post
    hours: WorkingHours = WorkingHours()
    appeal_days: int = 3  # working days, in which another person decides on an appeal
    appeal_within: timedelta = timedelta(days=30)  # of a refusal: its content is kept as long
    undo: timedelta = timedelta(0)  # for which what a person released waits, so they can stop it

    @property
    def turns(self) -> Turns:
        """Who is asked to decide."""
        return Turns(policy=self.policy, post=self.post, hours=self.hours)

    def hand_on(self, held_id: str, *, by: Person, now: datetime) -> None:
        """Let a reviewer say that someone else should decide; no reason is asked.

        They lose sight of it. Raises NotFound, NotPermitted, and Conflict if it was decided
        meanwhile or nobody else may decide.
        """
        with self.database.writing() as session:
            message = self._waiting(session, held_id)
            known = people.directory(session)
            permissions.check_review(by, message, known)
            self.turns.hand_on(session, message, by, known, now)

    def release(
        self, held_id: str, *, by: Person | str, reason: str = "", now: datetime
    ) -> HeldState:
        """Let a message go: RELEASED, or still HELD when a second person must agree.

        Raises NotFound, NotPermitted, Conflict.
        """
        with self.database.writing() as session:
            message = self._waiting(session, held_id)
            actor = self._reviewer(session, message, by)
            _check_first_vote(message, actor)
            wait = self.undo if isinstance(by, Person) else timedelta(0)
            return self._release(session, message, actor, reason, now, wait)

    def find_private(self, held_id: str, *, by: Person, now: datetime) -> HeldState:
        """Let a message go because it is nobody's business but its sender's (L5).

        When it has gone its content is erased and its record is cut to a bare count. Raises as
        release.
        """
        with self.database.writing() as session:
            message = self._waiting(session, held_id)
            actor = self._reviewer(session, message, by)
            _check_first_vote(message, actor)
            audit.append(session, _entry(message, actor, Action.FOUND_PRIVATE, now))
            return self._release(session, message, actor, "", now, self.undo, code=PRIVATE)

    def confirm(self, held_id: str, *, by: Person, now: datetime) -> HeldState:
        """Let the sender send what only asked for confirmation. Raises as release."""
        with self.database.writing() as session:
            message = self._waiting(session, held_id)
            permissions.check_own(by, message)
            if message.disposition is not Disposition.CONFIRM or message.appeal:
                raise NotPermitted("nobody decides on their own mail")
            return self._release(session, message, by.id, "", now, self.undo)

    def _release(  # noqa: PLR0913 - a decision, and when it takes effect
        self,
        session: Session,
        message: HeldMessage,
        actor: str,
        reason: str,
        now: datetime,
        wait: timedelta,
        code: str = "",
    ) -> HeldState:
        decision = Decision(
            by=actor, choice=Choice.RELEASE, code=code, reason=_checked(reason), at=now
        )
        enough = agreed((*message.decisions, decision), message.disposition)
        action = Action.RELEASE if enough else Action.VOTE
        held.decide(session, message.id, decision, _entry(message, actor, action, now))
        if not enough:
            known = people.directory(session)
            voted = replace(message, decisions=(*message.decisions, decision))
            self.turns.second_vote(session, voted, known, now)
            return HeldState.HELD
        entry = _entry(message, actor, Action.RELEASE, now, "to the outbox")
        held.move(session, message.id, HeldState.HELD, HeldState.RELEASED, entry)
        outbox.add(
            session,
            kind=outbox.RELEASE,
            held=message.id,
            sender=message.sender,
            recipients=message.recipients,
            options=message.options,
            now=now,
            due=now + wait,
        )
        return HeldState.RELEASED

    def refuse(
        self, held_id: str, *, by: Person | str, reason: str, code: str = "", now: datetime
    ) -> None:
        """Decide that a message is not sent; the sender is told the reason.

        Raises NotFound, NotPermitted, Conflict, and SettingInvalid without a reason.
        """
        if not reason.strip() and code not in REFUSE_CODES:
            raise SettingInvalid("a reason is needed: the sender will be told it")
        with self.database.writing() as session:
            message = self._waiting(session, held_id)
            actor = self._reviewer(session, message, by)
            decision = Decision(
                by=actor, choice=Choice.REFUSE, code=code, reason=_checked(reason), at=now
            )
            held.decide(session, held_id, decision, _entry(message, actor, Action.REFUSE, now))
            entry = _entry(message, actor, Action.REFUSE, now, "not sent")
            held.move(session, held_id, HeldState.HELD, HeldState.REFUSED, entry)
            name = by.name if isinstance(by, Person) else actor
            self.tell_refused(session, message, now, note=reason.strip(), code=code, reviewer=name)

    def withdraw(self, held_id: str, *, by: Person, now: datetime) -> None:
        """Let the sender take a message back, no reason asked. Raises NotFound, Conflict."""
        with self.database.writing() as session:
            message = held.get(session, held_id)
            permissions.check_own(by, message)
            if message.seen_by_sender not in {HeldState.HELD, HeldState.RETURNED}:
                raise Conflict(_already(session, message))
            decision = Decision(by=by.id, choice=Choice.WITHDRAW, at=now)
            held.decide(session, held_id, decision, _entry(message, by.id, Action.WITHDRAW, now))
            if message.state is not HeldState.SEALED:  # that stays where it is
                entry = _entry(message, by.id, Action.WITHDRAW, now, "taken back")
                held.move(session, held_id, message.state, HeldState.WITHDRAWN, entry)
                self.tell_who_refused(session, message, "withdrawn", now)
            self.tell_sender(session, "withdrawn", message, now)

    def _waiting(self, session: Session, held_id: str) -> HeldMessage:
        """Return a message that waits, as it is until the commit: votes are counted on it."""
        audit.lock(session)
        message = held.get(session, held_id)
        if message.state is not HeldState.HELD:
            raise Conflict(_already(session, message))
        return message

    def _reviewer(self, session: Session, message: HeldMessage, by: Person | str) -> str:
        """Check that a person may decide; an account of the machine acts on the command line."""
        if isinstance(by, str):
            if message.appeal and by in message.appeal.decided:
                raise NotPermitted("an appeal is decided by another person than before")
            return by
        everyone = people.directory(session)
        permissions.check_review(by, message, everyone)
        return by.id

    def sent(self, session: Session, message: HeldMessage, now: datetime) -> None:
        """Note that the next hop took it, and tell the sender."""
        entry = _entry(message, "system", Action.SEND, now)
        held.move(session, message.id, HeldState.RELEASED, HeldState.SENT, entry)
        note = next((each.reason for each in reversed(message.decisions) if each.reason), "")
        self.tell_sender(session, "sent", message, now, note=note)
        if message.decisions:
            self.tell_who_refused(session, message, "sent", now, by=message.decisions[-1].by)
        if any(each.code == PRIVATE for each in message.decisions):
            with suppress(Conflict):  # a freeze beats this, too; a sweep does it when it is lifted
                erased = _entry(message, "system", Action.ERASE, now, "found private")
                contents.erase(session, message.id, erased)
                held.make_bare(session, [message.id])

    def reopen(
        self, session: Session, message: HeldMessage, answer: str, now: datetime, *, got: int = 0
    ) -> None:
        """Put a message that the next hop rejected back before its reviewer, votes anew.

        `got` is how many recipients got it all the same: a breach is told by it (L57).
        """
        detail = f"next hop answered {answer[:3]}" + (f", {got} got it" if got else "")
        entry = _entry(message, "system", Action.REOPEN, now, detail)
        held.move(session, message.id, HeldState.RELEASED, HeldState.HELD, entry, note=answer)
        held.clear_decisions(session, message.id)
        self.tell_sender(session, "undelivered", message, now, code=answer[:3])
        message = replace(message, decisions=())
        known = people.directory(session)
        self.turns.again(session, message, now)
        reviewer = known.get(message.reviewer or "")
        if reviewer and permissions.can_review(reviewer, message, known):
            values = {language: {"code": answer[:3]} for language in ("en", "cy")}
            notices.queue(session, self.post, "reopened", reviewer, values, held=message, now=now)

    def tell_refused(
        self,
        session: Session,
        message: HeldMessage,
        now: datetime,
        *,
        note: str,
        code: str,
        reviewer: str = "",
    ) -> None:
        """Tell the sender that a person refused it, and after an appeal who refused it first."""
        name = "refused-again" if message.appeal else "refused"
        self.tell_sender(session, name, message, now, note=note, code=code, reviewer=reviewer)
        self.tell_who_refused(session, message, "refused", now, by=reviewer)

    def tell_who_refused(
        self, session: Session, message: HeldMessage, ended: str, now: datetime, *, by: str = ""
    ) -> None:
        """Tell who refused a message how the appeal ended: who and what, and no content.

        `by` is an id or a name; "" is someone whose name is not to be said.
        """
        if message.refusal is None:
            return
        known = people.directory(session)
        person = known.get(message.refusal.by)
        if person is None or not person.active:
            return
        name = known[by].name if by in known else by
        values = {each: {"reviewer": name or _SOMEONE[each]} for each in _SOMEONE}
        notices.queue(session, self.post, f"appeal-{ended}", person, values, held=message, now=now)

    def tell_sender(  # noqa: PLR0913 - the words a notice may need
        self,
        session: Session,
        name: str,
        message: HeldMessage,
        now: datetime,
        *,
        note: str = "",
        code: str = "",
        reviewer: str = "",
    ) -> None:
        """Queue a notice to the sender, if it is one of ours."""
        sender = people.by_address(session, message.sender)
        to = notices.reachable(message.sender, sender, self.policy)
        if to is None:
            return
        if not reviewer and message.reviewer:
            reviewer = people.get(session, message.reviewer).name
        values = {
            language: {
                "recipients": ", ".join(each.address for each in message.recipients),
                "note": words_of(code, note, language),
                "code": code,
                "reviewer": reviewer or _SOMEONE[language],
                "deadline": self.turns.deadline(message, language),
                "until": write_time(now + self.appeal_within, language),
            }
            for language in ("en", "cy")
        }
        notices.queue(session, self.post, name, to, values, held=message, now=now)


_SOMEONE = {"en": "someone", "cy": "rhywun"}


def _entry(
    message: HeldMessage, actor: str, action: Action, now: datetime, detail: str = ""
) -> AuditEntry:
    return AuditEntry(at=now, actor=actor, action=action, subject=message.id, detail=detail)


def _checked(reason: str) -> str:
    if len(reason) > LONGEST_REASON:
        raise SettingInvalid(f"the reason is {len(reason)} characters; expected {LONGEST_REASON}")
    return reason.strip()


def _check_first_vote(message: HeldMessage, actor: str) -> None:
    if any(each.by == actor and each.choice is Choice.RELEASE for each in message.decisions):
        raise Conflict("you have already agreed to send it; a second person must agree too")


def _already(session: Session, message: HeldMessage) -> str:
    """Say who decided what, for the person who came second."""
    last = message.latest
    if last is None:
        return f"this message is {message.state.value}; nothing of yours was saved"
    known = {each.id: each.name for each in people.everyone(session)}
    return (
        f"{known.get(last.by, last.by)} decided this one first, on"
        f" {last.at:%d %B %Y at %H:%M} UTC: {last.choice.value}; nothing of yours was saved"
    )
