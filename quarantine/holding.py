"""Hold a message: seal it, record it, tell the sender and the reviewer, in one transaction.

Called from the mail path. When this returns, the database has committed and 250 is safe.
"""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry
from models.db import contents, held, people
from models.db.database import Database
from models.db.keyring import Keyring
from models.envelope import Envelope
from models.errors import Conflict
from models.finding import Inspection
from models.held import HeldMessage, HeldState
from models.mail import Mail
from models.person import Person
from models.policy import Policy
from models.search_text import make_record
from models.verdict import Disposition, Verdict
from quarantine import notices
from quarantine.acceptance import write_acceptance
from quarantine.attachments import has_attached
from quarantine.build import program_name
from quarantine.escalation import Rung, ladder
from quarantine.involvement import involved, is_apart
from quarantine.notices import Post
from quarantine.permissions import People, sender_of
from quarantine.sealed import seal
from quarantine.turns import Turns
from quarantine.working_hours import WorkingHours

_RETRY_WINDOW = timedelta(days=5)  # for how long a sender's server tries again (RFC 5321 4.5.4.1)
_KNOWN = "known-images"  # the detector of what is sealed at once
SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What holding needs, given once."""

    database: Database
    keyring: Keyring
    policy: Policy
    post: Post
    hours: WorkingHours = WorkingHours()

    def hold(self, *, mail: Mail, verdict: Verdict, inspection: Inspection, now: datetime) -> str:
        """Hold the message for those who must wait; return its id.

        The same bytes for the same people within five days are a sender's server that lost
        our first answer: they get that answer. Raises Unavailable; then nothing was kept.
        """
        message = _held_message(mail, verdict, inspection, now)
        message = replace(message, narrow=self._is_narrow(verdict))
        with self.database.reading() as session:
            known = people.directory(session)
        message = self._with_involved(message, mail, inspection, known)
        with self.database.writing() as session:
            same = held.find_same(
                session,
                digest=message.digest,
                sender=message.sender,
                recipients=[each.address for each in message.recipients],
                since=now - _RETRY_WINDOW,
            )
            if same is not None:
                return same.id
            sender = people.by_address(session, message.sender)
            to = notices.reachable(message.sender, sender, self.policy)
            if _is_known(inspection):
                self._seal_at_once(session, message, mail, verdict, inspection, to, known, now)
                return message.id
            asks_sender = message.disposition is Disposition.CONFIRM and to is not None
            message, step = self.turns.first(message, known, now, told=not asks_sender)
            sealed = _sealed(mail, verdict, inspection, now)
            contents.put(session, self.keyring, message.id, sealed)
            entry = AuditEntry(
                at=now,
                actor=SYSTEM,
                action=Action.HOLD,
                subject=message.id,
                detail=",".join(message.rules),
            )
            held.add(session, message, entry)
            if to is not None:
                name = "confirm" if asks_sender else "held"
                values = self._values(message, known)
                notices.queue(session, self.post, name, to, values, held=message, now=now)
            if step is None:
                self.turns.tell_nobody(session, message, known, now)
            elif not asks_sender:
                self.turns.tell(session, "waiting", message, known, now, step)
        return message.id

    def _seal_at_once(  # noqa: PLR0913 - all that a hold is made of
        self,
        session: Session,
        message: HeldMessage,
        mail: Mail,
        verdict: Verdict,
        inspection: Inspection,
        to: Person | str | None,
        known: People,
        now: datetime,
    ) -> None:
        """Keep it unseen: no reviewer is asked, and nothing of its text is kept beside it (L50).

        Its findings would tell its sender, who may see them, that it was on the list.
        """
        message = replace(message, findings=())
        kept = _sealed(mail, verdict, inspection, now)
        bare = {kind: kept[kind] for kind in (contents.MESSAGE, contents.ACCEPTANCE)}
        contents.put(session, self.keyring, message.id, bare)
        entry = AuditEntry(at=now, actor=SYSTEM, action=Action.HOLD, subject=message.id)
        held.add(session, message, entry)
        if to is not None:
            values = self._values(message, known)
            notices.queue(session, self.post, "held", to, values, held=message, now=now)
        seal(session, self.post, message, by=SYSTEM, now=now)

    @property
    def turns(self) -> Turns:
        """Who is asked to decide."""
        return Turns(policy=self.policy, post=self.post, hours=self.hours)

    def _with_involved(
        self, message: HeldMessage, mail: Mail, found: Inspection, known: People
    ) -> HeldMessage:
        """Note who of the body is involved; before the transaction, as a text may be long."""
        sender = sender_of(message, known)
        later = replace(message, narrow=False)  # to whom it could go if none of the few can decide
        steps = [step for each in (message, later) for step in ladder(each, known)]
        close = [each.person for each in steps if each.rung is not Rung.COLLEAGUE]
        manager = sender.manager if sender else None
        return replace(
            message,
            involved=involved(mail, found, known, close=close, manager=manager),
            apart=is_apart(mail, known, self.policy.exempt.recipients),
            body=sender.body if sender else "",
        )

    def _is_narrow(self, verdict: Verdict) -> bool:
        """Tell whether a rule applied that finds what few may see, if only to watch (L23)."""
        matches = (match for outcome in verdict.outcomes for match in outcome.matches)
        rules = (self.policy.rule(each.rule) for each in matches)
        return any(rule is not None and bool(rule.narrow) for rule in rules)

    def _values(self, message: HeldMessage, known: People) -> dict[str, dict[str, str]]:
        """What the words to the sender are filled with."""
        reviewer = known.get(message.reviewer or "")
        return {
            language: {
                "recipients": ", ".join(each.address for each in message.recipients),
                "reasons": notices.reasons(message.rules, self.policy, language),
                "reviewer": reviewer.name if reviewer else _SOMEONE[language],
                "deadline": self.turns.deadline(message, language),
            }
            for language in notices.LANGUAGES
        }

    def withdraw_unsent(self, held_id: str, *, now: datetime) -> None:
        """Undo a hold: the rest of the message was rejected, and its sender will be told so."""
        entry = AuditEntry(
            at=now, actor=SYSTEM, action=Action.WITHDRAW, subject=held_id, detail="rest rejected"
        )
        with self.database.writing() as session:
            try:
                held.move(session, held_id, HeldState.HELD, HeldState.WITHDRAWN, entry)
            except Conflict:
                return  # a retry whose first held copy has been decided meanwhile: that stands
            with suppress(Conflict):  # a freeze that covers new mail too keeps it
                contents.erase(session, held_id, replace(entry, action=Action.ERASE))

    def advise(self, envelope: Envelope, verdict: Verdict, *, now: datetime) -> None:
        """Tell the sender what to mind. The message has gone; nothing of it is kept."""
        with self.database.writing() as session:
            sender = people.by_address(session, envelope.sender)
            to = notices.reachable(envelope.sender, sender, self.policy)
            if to is None:
                return
            rules = rules_of(verdict, Disposition.ADVISE)
            values = {
                language: {
                    "recipients": ", ".join(envelope.addresses),
                    "reasons": notices.reasons(rules, self.policy, language),
                }
                for language in ("en", "cy")
            }
            notices.queue(session, self.post, "advice", to, values, held=None, now=now)


_SOMEONE = {"en": "Someone", "cy": "rhywun"}


def _is_known(inspection: Inspection) -> bool:
    """Tell whether it holds a file that is on the list of known ones."""
    return any(each.detector == _KNOWN for each in inspection.findings)


def rules_of(verdict: Verdict, at_least: Disposition) -> tuple[str, ...]:
    """Ids of the rules that reached at least a disposition, strictest first."""
    strength = {
        match.rule: match.disposition
        for outcome in verdict.outcomes
        for match in outcome.matches
        if match.disposition >= at_least
    }
    return tuple(sorted(strength, key=lambda rule: (-strength[rule], rule)))


def _held_message(
    mail: Mail, verdict: Verdict, inspection: Inspection, now: datetime
) -> HeldMessage:
    envelope, message = mail.envelope, mail.message
    waiting = {each.recipient for each in verdict.outcomes if each.disposition.waits}
    return HeldMessage(
        id=envelope.id,
        state=HeldState.HELD,
        received=now,
        sender=envelope.sender,
        recipients=tuple(each for each in envelope.recipients if each.address in waiting),
        options=envelope.options,
        client=envelope.client,
        message_id=message.value("Message-ID").strip(),
        digest=message.digest,
        size=len(message.raw),
        disposition=verdict.disposition,
        rules=rules_of(verdict, Disposition.ADVISE),
        findings=inspection.findings,
        policy=verdict.policy,
        classifier=verdict.classifier,
        program=verdict.program or program_name(),
    )


def _sealed(
    mail: Mail, verdict: Verdict, inspection: Inspection, now: datetime
) -> dict[str, bytes]:
    excerpts = [each.excerpt for each in inspection.findings]
    accepted = write_acceptance(mail.envelope, verdict, inspection.unread, on=now.date())
    return {
        contents.ACCEPTANCE: accepted,
        contents.MESSAGE: mail.message.raw,
        contents.TEXTS: json.dumps([asdict(each) for each in inspection.texts]).encode(),
        contents.EXCERPTS: json.dumps(excerpts).encode(),
        contents.SEARCH: _record(mail, inspection),
    }


def _record(mail: Mail, inspection: Inspection) -> bytes:
    """What a case's search goes through: folded, or 100,000 texts would take minutes."""
    return make_record(
        inspection.texts,
        attached=has_attached(mail.message.parts),
        unread=bool(inspection.unread),
    )
