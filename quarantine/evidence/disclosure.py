"""Giving exhibits of a case to an authority: asked on record, signed twice, given, receipted.

Who works on the case records the authority's form and chooses the least that answers it: that is
the first signature. The second is an authoriser's or the protection officer's, never the same
person's. Without both there is no bundle (L49); a try is entered.
"""

import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from models.audit import Action
from models.case import Case, admits
from models.db import audit, cases, disclosures, exhibits, exports
from models.disclosure import Asked, Disclosure, LegalGround, Receipt, can_sign
from models.errors import Conflict, NotPermitted
from models.exhibit import Export, ExportState
from models.person import Person
from quarantine.evidence.cases import (
    Cases,
    NotUsable,
    acting,
    check_worker,
    checked,
    entry,
    everyone,
    on_day,
)
from quarantine.evidence.exhibits import check_open
from quarantine.evidence.rights import Refusal
from quarantine.evidence.turned_away import TurnedAway, enter, recorded

_LONGEST = 200  # characters of a name or a reference
_SENTENCES = {
    Refusal.ONE_SIGNATURE: "nothing was disclosed: it has one signature and needs two",
    Refusal.SAME_PERSON: "it was not signed: the second signature must be another person's",
    Refusal.NOT_A_SIGNATORY: "it was not signed: only an authoriser or the protection officer"
    " signs second, and nobody who works on the case or is a party to it",
    Refusal.NOT_READY: "no receipt was recorded: nothing was given yet",
}


@contextmanager
def _answered(work: Cases, who: Person, case_id: str, act: str, now: datetime) -> Iterator[None]:
    """Do one act; if it is refused, enter which rule it was and tell the person."""
    try:
        yield
    except _Refused as refused:
        enter(work.database, who.id, case_id, f"{act}: {refused.why}", now)
        raise NotPermitted(str(refused)) from None


class _Refused(NotPermitted):
    def __init__(self, why: Refusal) -> None:
        super().__init__(_SENTENCES[why])
        self.why = why.value


def ask(  # noqa: PLR0913 - what the authority's form says
    work: Cases,
    case_id: str,
    form: Asked,
    *,
    ground: LegalGround,
    chosen: Collection[str],
    by: Person,
    now: datetime,
) -> Disclosure:
    """Record a request, and sign it first. Raises NotFound, NotUsable unless all is there."""
    with acting(work, case_id, by, "disclose", now) as (session, _):
        case = check_open(session, case_id, by, now)
        given = checked_form(form)
        known = {each.id: each.label for each in exhibits.of_case(session, case.id)}
        if not chosen or not set(chosen) <= set(known):
            raise NotUsable("exhibits", "choose")
        asked = Disclosure(
            id=f"DI{secrets.token_hex(6).upper()}",
            case=case.id,
            ground=ground,
            exhibits=tuple(each for each in known if each in chosen),
            asked_by=by.id,
            asked=now,
        )
        labels = " ".join(known[each] for each in asked.exhibits)
        detail = f"{asked.id} asked for: {ground.value}, {labels}; the first signature"
        done = entry(case, by.id, Action.DISCLOSE, now, detail)
        disclosures.add(session, work.keyring, asked, given, done)
        return asked


def checked_form(form: Asked) -> Asked:
    """Return a form that is complete. Raises NotUsable."""
    for where in ("authority", "officer", "reference"):
        if len(checked(getattr(form, where), where)) > _LONGEST:
            raise NotUsable(where, "too-long")
    return Asked(
        authority=form.authority.strip(),
        officer=form.officer.strip(),
        reference=form.reference.strip(),
        wanted=checked(form.wanted, "wanted"),
    )


def sign(work: Cases, disclosure_id: str, *, by: Person, now: datetime) -> Disclosure:
    """Be the second of two. Raises NotFound, Conflict, NotPermitted; what is refused is entered."""
    with work.database.reading() as session:
        case_id = disclosures.get(session, disclosure_id).case
    with (
        _answered(work, by, case_id, "sign disclosure", now),
        recorded(work.database, by.id, case_id, "sign disclosure", now),
        work.database.writing() as session,
    ):
        audit.lock(session)
        case, asked = cases.get(session, case_id), disclosures.get(session, disclosure_id)
        _check_second(session, case, asked, by, now)
        signed = replace(asked, signed_by=by.id, signed=now)
        detail = f"{asked.id} signed: the second signature"
        disclosures.change(session, signed, entry(case, by.id, Action.DISCLOSE, now, detail))
        return signed


def _check_second(
    session: Session, case: Case, asked: Disclosure, by: Person, now: datetime
) -> None:
    if by.body != case.body:
        raise TurnedAway(Refusal.OTHER_BODY)
    if by.id == asked.asked_by:
        raise _Refused(Refusal.SAME_PERSON)
    if not can_sign(by, asked, case, everyone(session)):
        raise _Refused(Refusal.NOT_A_SIGNATORY)
    if not admits(case, on_day(now)):
        raise TurnedAway(Refusal.EXPIRED)
    if asked.signed_by:
        raise Conflict("someone else signed it first")


def check_signed(
    session: Session, case_id: str, disclosure_id: str, chosen: Collection[str]
) -> Disclosure:
    """Return a request that may be answered with these exhibits. Raises NotPermitted, NotFound."""
    asked = disclosures.get(session, disclosure_id)
    if asked.case != case_id or set(chosen) != set(asked.exhibits):
        raise TurnedAway(Refusal.OUT_OF_SCOPE)
    if not asked.signed_by or asked.signed_by == asked.asked_by:
        raise _Refused(Refusal.ONE_SIGNATURE)
    if asked.export:
        raise Conflict("it was given before")
    return asked


@contextmanager
def answering(work: Cases, who: Person, case_id: str, now: datetime) -> Iterator[None]:
    """Prepare a bundle that may be for an authority; a refusal is entered."""
    with _answered(work, who, case_id, "disclose", now):
        yield


def note_given(session: Session, case: Case, export: Export, now: datetime) -> None:
    """Note which bundle answers a request, in the transaction that makes it ready.

    Raises Conflict if another bundle was first.
    """
    asked = disclosures.get(session, export.disclosure)
    if asked.export:
        raise Conflict("it was given before")
    detail = f"{asked.id} given: bundle {export.id}, digest {export.digest}"
    done = entry(case, export.by, Action.DISCLOSE, now, detail)
    disclosures.change(session, replace(asked, export=export.id), done)


def take_receipt(
    work: Cases,
    case_id: str,
    disclosure_id: str,
    given: Receipt,
    *,
    by: Person,
    now: datetime,
) -> Disclosure:
    """Record who took the material, and that its digest is ours.

    Raises NotFound, NotUsable, NotPermitted, and Conflict if that was recorded before.
    """
    with (
        _answered(work, by, case_id, "receipt", now),
        acting(work, case_id, by, "receipt", now) as (session, case),
    ):
        check_worker(case, by)
        asked = disclosures.get(session, disclosure_id)
        if asked.case != case_id:
            raise TurnedAway(Refusal.NO_CASE)
        if not asked.export:
            raise _Refused(Refusal.NOT_READY)
        if asked.receipted:
            raise Conflict("its receipt was recorded before; nothing of yours was saved")
        export = exports.get(session, case_id, asked.export)
        _check_receipt(given, asked, export, on_day(now))
        detail = f"{asked.id}: taken on {given.on}, digest {export.digest}"
        done = entry(case, by.id, Action.RECEIPT, now, detail)
        disclosures.put_receipt(session, work.keyring, asked, given, done)
        return replace(asked, receipted=now)


def _check_receipt(given: Receipt, asked: Disclosure, export: Export, today: date) -> None:
    if len(checked(given.officer, "officer")) > _LONGEST:
        raise NotUsable("officer", "too-long")
    if asked.signed is None or not on_day(asked.signed) <= given.on <= today:
        raise NotUsable("on", "out-of-range")
    if export.state is not ExportState.READY or given.digest.strip().lower() != export.digest:
        raise NotUsable("digest", "other-digest")
