"""Exhibits of a case: a sealed copy of what it covers, checked at will, cut in its reading copy.

Only who works on an open case produces or opens them. The copy has a key of its own, so that it
stays when the original's clock runs out, or its sender has left. Nothing changes it: what is cut
is kept beside it, as words and the reason for each.
"""

import re
import secrets
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from unicodedata import normalize

from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry, Purpose
from models.case import Case
from models.db import audit, contents, exhibits, held
from models.errors import NotFound, Tampered
from models.exhibit import Cut, Exhibit, ThirdParty, is_label, next_label
from models.finding import Text
from models.person import Person
from quarantine.evidence.cases import Cases, NotUsable, acting, checked, entry, fetch, on_day
from quarantine.evidence.contents import BundleItem
from quarantine.evidence.gathering import open_item
from quarantine.evidence.reading_copy import Copy, Cutter, Redaction, make_copy
from quarantine.evidence.rights import Refusal, is_involved, refusal_to_open, refusal_to_search
from quarantine.evidence.turned_away import TurnedAway, recorded
from quarantine.evidence.words import REASONS

_COPIED = (contents.MESSAGE, contents.TEXTS, contents.EXCERPTS)
_LONGEST_CUT = 200  # characters
_SHORTEST_CUT = 3  # letters and digits: what is shorter would be cut in every second word


@dataclass(frozen=True, slots=True, kw_only=True)
class Produced:
    """What is said of an exhibit when it is added."""

    label: str
    relevance: str = field(repr=False)
    third_parties: tuple[ThirdParty, ...] = ()
    redact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedExhibit:
    """An exhibit, what is cut, and its reading copy as it stands."""

    exhibit: Exhibit
    cuts: tuple[Cut, ...]
    copy: Copy = field(repr=False)


def check_open(session: Session, case_id: str, by: Person, now: datetime) -> Case:
    """Return a case that this person works on and that admits them now. Raises TurnedAway."""
    case = fetch(session, case_id, by)
    if refused := refusal_to_search(by, case, on_day(now)):
        raise TurnedAway(refused)
    return case


def proposed(work: Cases, case_id: str, held_id: str, *, by: Person, now: datetime) -> str:
    """Propose a label for a message that may become an exhibit. Raises NotFound; it is entered."""
    with (
        recorded(work.database, by.id, case_id, "add exhibit", now),
        work.database.reading() as session,
    ):
        _, taken = _may_add(session, case_id, held_id, by, now)
        return next_label(by.name, taken)


def _may_add(
    session: Session, case_id: str, held_id: str, by: Person, now: datetime
) -> tuple[Case, Collection[str]]:
    """Return the case and its labels. Raises TurnedAway, and NotUsable if it is one already."""
    case = fetch(session, case_id, by)
    try:
        message = held.get(session, held_id)
    except NotFound:
        raise TurnedAway(refusal_to_search(by, case, on_day(now)) or Refusal.OUT_OF_SCOPE) from None
    if refused := refusal_to_open(by, case, message, on_day(now)):
        raise TurnedAway(refused, held_id)
    there = exhibits.of_case(session, case_id)
    if any(each.held == held_id for each in there):
        raise NotUsable("email", "taken")
    return case, [each.label for each in there]


def add(
    work: Cases, case_id: str, held_id: str, given: Produced, *, by: Person, now: datetime
) -> Exhibit:
    """Seal a copy of a held message as an exhibit. Raises NotFound, NotUsable, Tampered."""
    with acting(work, case_id, by, "add exhibit", now) as (session, _):
        audit.lock(session)  # so that a label is given once
        case, taken = _may_add(session, case_id, held_id, by, now)
        message = held.get(session, held_id)
        exhibit = Exhibit(
            id=f"EX{secrets.token_hex(6).upper()}",
            case=case.id,
            label=_checked_label(given.label, taken),
            held=held_id,
            digest=message.digest,
            received=message.received,
            by=by.id,
            added=now,
            third_parties=given.third_parties,
            redact=given.redact,
        )
        relevance = checked(given.relevance, "relevance")
        copied = _copied(session, work, exhibit, by, now)
        detail = f"{exhibit.label}, {held_id}, SHA-256 {exhibit.digest}"
        done = entry(case, by.id, Action.ADD_EXHIBIT, now, detail)
        exhibits.add(session, work.keyring, exhibit, copied, relevance, done)
        return exhibit


def _checked_label(label: str, taken: Collection[str]) -> str:
    label = label.strip().upper()
    if not is_label(label):
        raise NotUsable("label", "not-a-label")
    if label in taken:
        raise NotUsable("label", "taken")
    return label


def _copied(
    session: Session, work: Cases, exhibit: Exhibit, by: Person, now: datetime
) -> dict[str, bytes]:
    """Open all of an original, which is entered. Raises NotFound if it was erased, Tampered."""
    audit.append(
        session, _look_by_program(exhibit, by, now, f"to copy it as exhibit {exhibit.label}")
    )
    original = {
        kind: contents.open_more(session, work.keyring, exhibit.held, kind) for kind in _COPIED
    }
    with suppress(NotFound):  # held before this was kept
        kind = contents.ACCEPTANCE
        original[kind] = contents.open_more(session, work.keyring, exhibit.held, kind)
    if sha256(original[contents.MESSAGE]).hexdigest() != exhibit.digest:
        raise Tampered(f"the content of {exhibit.held} is not what was accepted; nothing was added")
    return original


def _look(exhibit: Exhibit, by: Person, now: datetime, why: str) -> AuditEntry:
    return AuditEntry(
        at=now,
        actor=by.id,
        action=Action.LOOK,
        subject=exhibit.held,
        purpose=Purpose.EVIDENCE,
        detail=f"case {exhibit.case}: {why}",
    )


def _look_by_program(exhibit: Exhibit, by: Person, now: datetime, why: str) -> AuditEntry:
    """A look of the program, at a person's word; it shows them nothing."""
    return replace(_look(exhibit, by, now, why), purpose=Purpose.CHECK)


def of_case(work: Cases, case_id: str) -> list[Exhibit]:
    """Return a case's exhibits; who may know of the case may know of them."""
    with work.database.reading() as session:
        return exhibits.of_case(session, case_id)


def fetch_exhibit(work: Cases, case_id: str, exhibit_id: str) -> Exhibit:
    """Return one of a case. Raises NotFound."""
    with work.database.reading() as session:
        return exhibits.get(session, case_id, exhibit_id)


def relevance_of(work: Cases, exhibit: Exhibit) -> str:
    """Return why it matters."""
    with work.database.reading() as session:
        return exhibits.relevance(session, work.keyring, exhibit)


def check(work: Cases, case_id: str, exhibit_id: str, *, by: Person, now: datetime) -> Exhibit:
    """Compare a copy with the digest of the bytes as they were accepted; the result is entered."""
    with acting(work, case_id, by, "check exhibit", now) as (session, _):
        check_open(session, case_id, by, now)
        exhibit = exhibits.get(session, case_id, exhibit_id)
        try:
            raw = contents.open_more(session, work.keyring, exhibit.id, contents.MESSAGE)
            whole = sha256(raw).hexdigest() == exhibit.digest
        except Tampered:
            whole = False
        result = "as it was accepted" if whole else "NOT as it was accepted"
        why = f"exhibit {exhibit.label} compared with its digest: {result}"
        audit.append(session, _look_by_program(exhibit, by, now, why))
        exhibits.note_check(session, exhibit, whole=whole, at=now)
        return replace(exhibit, checked=now, whole=whole)


def open_copy(
    work: Cases, case_id: str, exhibit_id: str, *, by: Person, now: datetime
) -> OpenedExhibit:
    """Open an exhibit's reading copy as it stands; the look is entered."""
    with acting(work, case_id, by, "open exhibit", now) as (session, _):
        exhibit = _mine(session, case_id, exhibit_id, by, now)
        return _opened(session, work, exhibit, by, now)


def cut(  # noqa: PLR0913 - what is cut, of what, why and by whom
    work: Cases,
    case_id: str,
    exhibit_id: str,
    *,
    words: str,
    reason: str,
    by: Person,
    now: datetime,
) -> OpenedExhibit:
    """Cut words wherever they stand in an exhibit's reading copy. Raises NotFound, NotUsable."""
    with acting(work, case_id, by, "redact", now) as (session, case):
        exhibit = _mine(session, case_id, exhibit_id, by, now)
        wanted = Cut(words=" ".join(words.split()), reason=reason)
        there = exhibits.cuts(session, work.keyring, exhibit)
        item = _item(session, work, exhibit, by, now, "to cut its reading copy")
        count = _check_cut(wanted, item.texts)
        kept = (*(each for each in there if not _same(each, wanted)), wanted)
        detail = f"{exhibit.label}: {reason}, {count} places"
        done = entry(case, by.id, Action.REDACT, now, detail)
        exhibit = exhibits.put_cuts(session, work.keyring, exhibit, kept, done)
        return OpenedExhibit(exhibit=exhibit, cuts=kept, copy=_copy(item, kept))


def restore(
    work: Cases, case_id: str, exhibit_id: str, *, number: int, by: Person, now: datetime
) -> OpenedExhibit:
    """Take back one cut, by its place in the list. Raises NotFound."""
    with acting(work, case_id, by, "redact", now) as (session, case):
        exhibit = _mine(session, case_id, exhibit_id, by, now)
        there = exhibits.cuts(session, work.keyring, exhibit)
        if not 0 <= number < len(there):
            raise NotFound("there is no such cut")
        kept = (*there[:number], *there[number + 1 :])
        detail = f"{exhibit.label}: one taken back, {there[number].reason}"
        done = entry(case, by.id, Action.REDACT, now, detail)
        exhibit = exhibits.put_cuts(session, work.keyring, exhibit, kept, done)
        return _opened(session, work, exhibit, by, now)


def _mine(session: Session, case_id: str, exhibit_id: str, by: Person, now: datetime) -> Exhibit:
    check_open(session, case_id, by, now)
    audit.lock(session)
    return exhibits.get(session, case_id, exhibit_id)


def _opened(
    session: Session, work: Cases, exhibit: Exhibit, by: Person, now: datetime
) -> OpenedExhibit:
    item = _item(session, work, exhibit, by, now, "to read it")
    cuts = exhibits.cuts(session, work.keyring, exhibit)
    return OpenedExhibit(exhibit=exhibit, cuts=cuts, copy=_copy(item, cuts))


def _item(
    session: Session, work: Cases, exhibit: Exhibit, by: Person, now: datetime, why: str
) -> BundleItem:
    if is_involved(by, held.get(session, exhibit.held)):
        raise TurnedAway(Refusal.INVOLVED, exhibit.held)
    look = _look(exhibit, by, now, f"exhibit {exhibit.label}, {why}")
    label, copy = exhibit.label, exhibit.id
    return open_item(session, work.keyring, exhibit.held, label=label, entry=look, copy=copy)


def open_for_bundle(
    session: Session, work: Cases, exhibit: Exhibit, *, by: Person, now: datetime
) -> BundleItem:
    """Open an exhibit whole, with what is said of it and what is cut; the look is entered."""
    item = _item(session, work, exhibit, by, now, "for a bundle")
    return replace(
        item,
        relevance=exhibits.relevance(session, work.keyring, exhibit),
        third_parties=tuple(each.value for each in exhibit.third_parties),
        redactions=places_of(item.texts, exhibits.cuts(session, work.keyring, exhibit)),
    )


def _copy(item: BundleItem, cuts: Collection[Cut]) -> Copy:
    return make_copy(item.texts, Cutter(item.texts, places_of(item.texts, cuts)))


def _same(one: Cut, other: Cut) -> bool:
    return one.words.casefold() == other.words.casefold()


def _check_cut(wanted: Cut, texts: Sequence[Text]) -> int:
    """Return in how many places the words stand. Raises NotUsable."""
    if wanted.reason not in REASONS:
        raise NotUsable("reason", "choose")
    if not wanted.words:
        raise NotUsable("words", "missing")
    if len(wanted.words) > _LONGEST_CUT:
        raise NotUsable("words", "too-long")
    if sum(each.isalnum() for each in wanted.words) < _SHORTEST_CUT:
        raise NotUsable("words", "too-short")
    count = len(places_of(texts, [wanted]))
    if not count:
        raise NotUsable("words", "not-there")
    return count


def places_of(texts: Sequence[Text], cuts: Collection[Cut]) -> tuple[Redaction, ...]:
    """Return every place in some texts where the words of a cut stand, in any letter case."""
    return tuple(
        Redaction(
            part=each.part, kind=each.kind, start=found.start(), end=found.end(), reason=cut.reason
        )
        for cut in cuts
        for each in texts
        for found in _pattern(cut.words).finditer(each.content)
    )


def _pattern(words: str) -> re.Pattern[str]:
    """Whole words with any white space between them; accents may be characters of their own."""
    ways = {normalize("NFC", words), normalize("NFD", words)}
    one = "|".join(r"\s+".join(map(re.escape, each.split(" "))) for each in sorted(ways))
    return re.compile(rf"(?<!\w)(?:{one})(?!\w)", re.IGNORECASE)
