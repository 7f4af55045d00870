"""Gathers everything about one person: one record at a time, in bounded memory.

Each message is opened for the purpose ACCESS, entered in the same transaction. That there is a
case, a referral to HR or a freeze may be exempt (DPA 2018 Schedule 2 paragraphs 2, 19 and 22,
Schedule 3 Part 5); a message of someone else that names the person may be a complaint of them.
Each is a matter for the officer, is kept back until decided, and is listed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from models.audit import OF_CASES, Action, AuditEntry, Purpose
from models.case import ID as CASE_ID
from models.case import Case
from models.db import (
    audit,
    audit_extract,
    cases,
    contents,
    freezes,
    groups,
    held,
    people,
    statements,
    subject,
)
from models.db.answers import Answer
from models.db.database import Database
from models.db.keyring import Keyring
from models.db.subject import Tied
from models.errors import NotFound
from models.finding import Finding, Text
from models.held import HeldMessage, HeldState, Tie
from models.mime import read_message
from models.person import Person
from models.policy import Policy
from models.statement import Saying, Statement
from quarantine.access import read_texts
from quarantine.notices import LANGUAGES, Post, queue
from quarantine.subject_access import facts
from quarantine.subject_access.facts import HeldParts, Record
from quarantine.subject_access.masking import Mask
from quarantine.subject_access.subject import (
    UNDECIDED,
    Choices,
    Subject,
    find_subject,
    may_gather,
)

_MOST = 50  # messages of one transaction
_LARGEST = 8_000_000  # octets of them, if there is more than one
_ABOUT_A_PERSON = frozenset(
    {
        *(Action.IMPORT_PEOPLE, Action.CHANGE_PERSON, Action.INFORM, Action.SET_AWAY),
        *(Action.SET_PASSWORD, Action.SIGN_IN, Action.SIGN_IN_FAILED, Action.SIGN_IN_LOCKED),
        *(Action.SIGN_OUT, Action.END_SESSION, Action.SECOND_FACTOR, Action.LINK_ACCOUNT),
        *(Action.BREAK_GLASS, Action.GATHER, Action.ERASE),
    }
)
EXEMPTIONS = ("crime", "privilege", "management-planning", "child-protection")


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """Something of which the officer decides whether the person is told."""

    id: str  # "HR-26-014", "referral POR000001"
    kind: str  # a key of words [matters]
    decided: str  # "disclose", a code, or "undecided"


@dataclass(kw_only=True)
class Gathering:
    """One gathering, from who asks for it to its counts."""

    database: Database
    keyring: Keyring
    policy: Policy
    subject: Subject
    choices: Choices
    by: Person
    now: datetime
    mask: Mask
    name: Callable[[Finding, str], str]  # what a finding is called in a language
    opens: bool = True  # False: counts alone, nothing is opened
    account: str = ""  # of the machine, "os:NAME": who sat at the command line
    post: Post | None = None  # to tell the protection officers of what the command line gathers
    on_walk: Callable[[int], None] = lambda _: None
    on_open: Callable[[int], None] = lambda _: None
    walked: int = 0
    matched: int = 0
    opened: int = 0
    matters: dict[str, Matter] = field(default_factory=dict)

    def records(self) -> Iterator[Record]:
        """Yield everything, section by section; the counts are whole at the end."""
        self._begin()
        if self.subject.person is not None:
            with self.database.reading() as session:
                found = groups.all_groups(session)
            yield facts.directory(self.subject.person, found, self.mask)
        yield from self._cases_and_freezes()
        tied = list(self._walk())
        self.matched = len(tied)
        for batch in _batches(tied):
            yield from self._held(batch)
            self.on_open(len(batch))
        if self.subject.person is not None:
            told = frozenset(each.id for each in tied)
            yield from self._of_person(self.subject.person.id, told)
        self._enter()

    @property
    def undecided(self) -> int:
        """How many matters nobody has decided."""
        return sum(each.decided == UNDECIDED for each in self.matters.values())

    def _walk(self) -> Iterator[Tied]:
        def count(more: int) -> None:
            self.walked += more
            self.on_walk(more)

        person, keys = self.subject.id, self.subject.keys
        with self.database.reading() as session:
            yield from subject.held_of(session, person, keys, body=self.by.body, on_progress=count)

    def _matter(self, matter: str, kind: str) -> bool:
        """Note a matter; tell whether it is disclosed."""
        decided = self.choices.code(matter)
        self.matters[matter] = Matter(id=matter, kind=kind, decided=decided)
        return self.choices.discloses(matter)

    def _cases_and_freezes(self) -> Iterator[Record]:
        with self.database.reading() as session:
            known = cases.find(session, body=self.by.body)
            found = [(each, _part(each, self.subject)) for each in known]
            frozen = [each for each in freezes.listed(session) if each.body == self.by.body]
        for each, part in found:
            if part and self._matter(each.id, "case"):
                yield facts.case(each, part, self.mask)
        who = self.subject
        for freeze in frozen:
            covers = freeze.covers
            theirs = who.id in covers.people or who.keys & (covers.senders | covers.recipients)
            if theirs and self._matter(freeze.id, "freeze"):
                yield facts.freeze(freeze)

    def _held(self, batch: Sequence[Tied]) -> Iterator[Record]:
        """Open some messages, and enter it, in one transaction."""
        ids = [each.id for each in batch]
        looked: list[AuditEntry] = []
        found: list[tuple[HeldParts, bytes | None]] = []
        with self.database.writing() as session:
            messages = {each.id: each for each in held.of_ids(session, ids)}
            said = statements.about(session, ids)
            answers = subject.answers_about(session, ids)
            entries = [each.entry for each in audit_extract.of_subjects(session, ids)]
            for tied in batch:
                message = messages.get(tied.id)
                if message is None or not self._may_know(tied):
                    continue  # its record was erased meanwhile, or it is kept back
                reads = self._may_read(message, tied)
                texts, raw = self._content(session, tied.id, looked) if reads else (None, None)
                parts = HeldParts(
                    message=message,
                    tied=tied,
                    texts=texts,
                    parsed=read_message(raw) if raw else None,
                    kept_back=not reads,
                )
                if tied.own:
                    about = [each for each in entries if each.subject == tied.id]
                    given = [each for each in answers if each.held == tied.id]
                    parts = self._with_what_was_done(parts, said[tied.id], given, about)
                found.append((parts, raw if tied.own else None))
            audit.append_all(session, looked)
        self.opened += len(looked)
        for parts, raw in found:
            record = facts.held_message(parts, self.mask, self.policy, self.name)
            yield Record(section=record.section, facts=record.facts, original=raw)

    def _may_know(self, tied: Tied) -> bool:
        """Tell whether the person learns of a message; one that only names them may complain."""
        if tied.own or Tie.RECIPIENT in tied.ties:
            return True
        return self._matter(f"mention {tied.id}", "mention")

    def _may_read(self, message: HeldMessage, tied: Tied) -> bool:
        """Tell whether the person gets what it says.

        One that was to them and was never sent may have been held because it was for another.
        """
        if tied.own or message.state is HeldState.SENT or Tie.RECIPIENT not in tied.ties:
            return True
        return self._matter(f"text {tied.id}", "text")

    def _with_what_was_done(
        self,
        parts: HeldParts,
        said: Sequence[Statement],
        answers: Sequence[Answer],
        about: Sequence[AuditEntry],
    ) -> HeldParts:
        """Add what was said of the person's own message, and done with it."""
        state, held_id = parts.message.state, parts.tied.id
        referral = self._referral(state, said, about, held_id)
        return replace(
            parts,
            said=said if referral else facts.without_referral(said),
            answers=answers,
            looks=self._looks(about),
            acts=[each for each in about if each.action in facts.HAPPENED],
            referral=referral,
        )

    def _content(
        self, session: Session, held_id: str, looked: list[AuditEntry]
    ) -> tuple[Sequence[Text] | None, bytes | None]:
        """Open texts and bytes, noting the look; None where they are not here."""
        if not self.opens:
            return None, None
        try:
            texts = read_texts(contents.open_more(session, self.keyring, held_id, contents.TEXTS))
            raw = contents.open_more(session, self.keyring, held_id, contents.MESSAGE)
        except NotFound:
            return None, None
        looked.append(
            AuditEntry(
                at=self.now,
                actor=self.by.id,
                action=Action.LOOK,
                subject=held_id,
                purpose=Purpose.ACCESS,
                detail=f"text, {self.choices.reference}",
            )
        )
        return texts, raw

    def _referral(
        self, state: HeldState, said: Iterable[Statement], about: Iterable[AuditEntry], held_id: str
    ) -> bool:
        """Tell whether the person learns that it went to HR; note it if it did."""
        went = state is HeldState.REFERRED or any(each.kind is Saying.REFERRED for each in said)
        went = went or any(each.action is Action.REFER for each in about)
        return went and self._matter(f"referral {held_id}", "referral")

    def _looks(self, about: Iterable[AuditEntry]) -> list[AuditEntry]:
        """The looks to tell of; those within a case only if it, or the look, is disclosed."""
        told = []
        for each in about:
            if each.action is not Action.LOOK or each.purpose is Purpose.HAND_OVER:
                continue
            if each.purpose in OF_CASES:
                named = CASE_ID.search(each.detail)
                known = named is not None and named[0] in self.matters
                if known and named and not self.choices.discloses(named[0]):
                    continue
                if not known and not self._matter(f"looks {each.subject}", "looks"):
                    continue
            told.append(each)
        return told

    def _of_person(self, who: str, told: frozenset[str]) -> Iterator[Record]:
        """What stands under the person's own id; what is told with its message is told once."""
        mask = self.mask
        with self.database.reading() as session:
            yield from self._said(session, who, told)
            for report in subject.self_reports(session, who):
                yield facts.self_report(report, mask)
            for right in subject.openings(session, who):
                yield facts.emergency_right(right, mask)
            for kept in subject.sign_ins(session, who):
                yield facts.sign_in(kept)
            for entry in subject.entries(session, who):
                if self._tells(entry):
                    yield facts.entry(entry, mask)

    def _said(self, session: Session, who: str, told: frozenset[str]) -> Iterator[Record]:
        for held_id, decision in subject.decisions_by(session, who):
            if held_id not in told:
                yield facts.decision_made(held_id, decision, self.mask)
        for statement in subject.statements_by(session, who):
            if statement.held not in told:
                yield facts.said(statement, self.mask)
        for answer in subject.answers_by(session, who):
            if answer.held not in told:
                yield facts.answered(answer)

    def _tells(self, entry: AuditEntry) -> bool:
        """Tell whether an entry by or about the person is theirs to have."""
        if entry.actor != self.subject.id:
            return entry.action in _ABOUT_A_PERSON
        kept_back = entry.subject in self.matters and not self.choices.discloses(entry.subject)
        return not kept_back and entry.action not in {Action.SEAL, Action.HAND_OVER}

    def _begin(self) -> None:
        """Enter that it begins, and tell every protection officer if it is from a command line.

        There, whoever has the machine can give an officer's name.
        """
        by_account = f", {self.account}" if self.account else ""
        with self.database.writing() as session:
            audit.append(session, self._entry(f"begun{by_account}"))
            if self.post is None or not self.opens:
                return
            said = {"request": self.choices.reference, "by": self.by.name}
            values = dict.fromkeys(LANGUAGES, said)
            for each in self.mask.everyone.values():
                if may_gather(each):
                    queue(session, self.post, "gathered", each, values, held=None, now=self.now)

    def _enter(self) -> None:
        """Enter the counts, and how each matter was decided, under the matter's own id."""
        counts = (
            f"{self.walked} walked, {self.matched} matched, {self.opened} opened,"
            f" {self.mask.masked.total()} masked, {self.undecided} undecided"
        )
        entries = [self._entry(counts)]
        if self.opens:
            entries += [
                replace(self._entry(each.decided), subject=each.id)
                for each in self.matters.values()
            ]
        with self.database.writing() as session:
            audit.append_all(session, entries)

    def _entry(self, detail: str) -> AuditEntry:
        return AuditEntry(
            at=self.now,
            actor=self.by.id,
            action=Action.GATHER,
            subject=self.subject.id or "outside",
            purpose=Purpose.ACCESS,
            detail=f"{self.choices.reference}: {detail}",
        )


def gathering(  # noqa: PLR0913 - whose, by whom, under which decisions
    database: Database,
    keyring: Keyring,
    policy: Policy,
    who: str,
    given: Choices,
    *,
    by: Person,
    now: datetime,
    name: Callable[[Finding, str], str],
    language: str = "",
    otherwise: str = "cy",
) -> Gathering:
    """Prepare one gathering, in `language` or the person's own; `otherwise` of an outsider.

    Raises NotFound, NotPermitted.
    """
    with database.reading() as session:
        found = find_subject(session, who, by)
        everyone = people.directory(session)
    own = found.person.language if found.person else otherwise
    mask = Mask(subject=found, everyone=everyone, language=language or own, show=given.show)
    return Gathering(
        database=database,
        keyring=keyring,
        policy=policy,
        subject=found,
        choices=given,
        by=by,
        now=now,
        mask=mask,
        name=name,
    )


def _part(case: Case, who: Subject) -> str:
    """How a case concerns someone; "" if it does not."""
    scope = case.scope
    if who.id and who.id in scope.people:
        return "party"
    named = scope.complainant in who.keys | ({who.id} if who.id else set())
    if scope.complainant and (named or who.keys & set(scope.complainant_mailboxes)):
        return "complainant"
    return "scope" if who.keys & set(scope.mailboxes) else ""


def _batches(tied: Sequence[Tied]) -> Iterator[Sequence[Tied]]:
    """A few at a time, bounded in number and in size."""
    batch: list[Tied] = []
    octets = 0
    for each in tied:
        if batch and (len(batch) == _MOST or octets + each.size > _LARGEST):
            yield batch
            batch, octets = [], 0
        batch.append(each)
        octets += each.size
    if batch:
        yield batch
