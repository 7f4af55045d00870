"""Hold a message: seal it, record it, tell the sender and the reviewer, in one transaction.

Called from the mail path. When this returns, the database has committed and 250 is safe.
"""

import json
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
from models.verdict import Disposition, Verdict
from quarantine import notices
from quarantine.escalation import reviewer_for
from quarantine.notices import Post

_RETRY_WINDOW = timedelta(days=5)  # for how long a sender's server tries again (RFC 5321 4.5.4.1)
SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What holding needs, given once."""

    database: Database
    keyring: Keyring
    policy: Policy
    post: Post

    def hold(self, *, mail: Mail, verdict: Verdict, inspection: Inspection, now: datetime) -> str:
        """Hold the message for those who must wait; return its id.

        The same bytes for the same people within five days are a sender's server that lost
        our first answer: they get that answer. Raises Unavailable; then nothing was kept.
        """
        message = _held_message(mail, verdict, inspection, now)
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
            everyone = {each.id: each for each in people.everyone(session)}
            sender = people.by_address(session, message.sender)
            recipients = [each.address for each in message.recipients]
            message = replace(message, reviewer=reviewer_for(sender, recipients, everyone))
            contents.put(session, self.keyring, message.id, _sealed(mail, inspection))
            entry = AuditEntry(
                at=now,
                actor=SYSTEM,
                action=Action.HOLD,
                subject=message.id,
                detail=",".join(message.rules),
            )
            held.add(session, message, entry)
            self._tell(session, message, sender, everyone.get(message.reviewer or ""), now)
        return message.id

    def _tell(
        self,
        session: Session,
        message: HeldMessage,
        sender: Person | None,
        reviewer: Person | None,
        now: datetime,
    ) -> None:
        values = {
            language: {
                "recipients": ", ".join(each.address for each in message.recipients),
                "reasons": notices.reasons(message.rules, self.policy, language),
                "reviewer": reviewer.name if reviewer else _SOMEONE[language],
                "sender": sender.name if sender else _SENDER_UNKNOWN[language],
            }
            for language in ("en", "cy")
        }
        to = notices.reachable(message.sender, sender, self.policy)
        confirm = message.disposition is Disposition.CONFIRM
        if to is not None:
            name = "confirm" if confirm else "held"
            notices.queue(session, self.post, name, to, values, held=message, now=now)
        if reviewer is not None and not (confirm and to is not None):
            notices.queue(session, self.post, "waiting", reviewer, values, held=message, now=now)

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
            erase = replace(entry, action=Action.ERASE)
            contents.erase(session, held_id, erase)

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
_SENDER_UNKNOWN = {"en": "someone in the organisation", "cy": "rhywun yn y sefydliad"}


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
        program=verdict.program,
    )


def _sealed(mail: Mail, inspection: Inspection) -> dict[str, bytes]:
    excerpts = [each.excerpt for each in inspection.findings]
    return {
        contents.MESSAGE: mail.message.raw,
        contents.TEXTS: json.dumps([asdict(each) for each in inspection.texts]).encode(),
        contents.EXCERPTS: json.dumps(excerpts).encode(),
    }
