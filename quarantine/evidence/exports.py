"""Bundles from a case: asked for, prepared beside the page that asked, fetched for seven days.

Only who works on an open case prepares one, and only that person fetches it. Each opening of an
exhibit is a look; that evidence left is entered when it is asked for, when it is ready with its
digest, and each time it is fetched. What is fetched is sealed under a key of its own meanwhile.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import Certificate, load_pem_x509_certificate
from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry, Purpose
from models.body import Body
from models.case import Case
from models.db import cases, exhibits, exports, freezes
from models.errors import NotFound, SettingInvalid
from models.exhibit import Exhibit, Export, ExportPurpose, ExportState
from models.person import Person
from quarantine.evidence import bundle, disclosure
from quarantine.evidence.cases import Cases, NotUsable, acting, checked, entry
from quarantine.evidence.contents import BundleContents, BundleForm, BundleRequest, FairnessItem
from quarantine.evidence.exhibits import check_open, open_for_bundle
from quarantine.evidence.gathering import Sources, fairness_of, gather
from quarantine.evidence.rights import Refusal
from quarantine.evidence.scope import messages_in_scope
from quarantine.evidence.signing import fingerprint
from quarantine.evidence.turned_away import TurnedAway
from quarantine.evidence.words import both

_NOTED = 0.5  # seconds between two notes of progress
_LONGEST = 200  # characters
LOST = timedelta(minutes=2)  # what was silent for so long has stopped
Progress = Callable[[str], None]  # told each file


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be in a bundle, for whom and in which form."""

    purpose: ExportPurpose
    for_whom: str = field(repr=False)
    form: BundleForm = BundleForm.EVIDENCE
    exhibits: tuple[str, ...] = ()  # ids; none is all of the case's
    recipient: Certificate | None = field(default=None, repr=False)  # it is encrypted to them
    disclosure: str = ""  # the request that it answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparing:
    """A bundle that was asked for, and what it takes to make it."""

    export: Export
    wanted: Wanted
    exhibits: tuple[Exhibit, ...]


def read_recipient(pem: str) -> Certificate | None:
    """Read a recipient's certificate; None if there is none. Raises NotUsable."""
    if not pem.strip():
        return None
    try:
        found = load_pem_x509_certificate(pem.strip().encode())
    except ValueError:
        raise NotUsable("certificate", "not-a-certificate") from None
    if not isinstance(found.public_key(), RSAPublicKey):
        raise NotUsable("certificate", "not-a-certificate")
    return found


def check(
    work: Cases, case_id: str, wanted: Wanted, *, by: Person, now: datetime
) -> tuple[Exhibit, ...]:
    """Return the exhibits that a bundle would hold. Raises NotFound, NotUsable, NotPermitted."""
    with (
        disclosure.answering(work, by, case_id, now),
        acting(work, case_id, by, "bundle", now) as (session, _),
    ):
        return _checked(session, case_id, wanted, by, now)


def begin(work: Cases, case_id: str, wanted: Wanted, *, by: Person, now: datetime) -> Preparing:
    """Note that a bundle is asked for. Raises NotFound, NotUsable, NotPermitted, Conflict."""
    if wanted.purpose is ExportPurpose.EMPLOYEE:
        wanted = replace(wanted, form=BundleForm.READING_COPY)
    with (
        disclosure.answering(work, by, case_id, now),
        acting(work, case_id, by, "bundle", now) as (session, case),
    ):
        chosen = _checked(session, case_id, wanted, by, now)
        export = Export(
            id=f"BU{secrets.token_hex(6).upper()}",
            case=case_id,
            by=by.id,
            at=now,
            form=wanted.form.value,
            purpose=wanted.purpose,
            labels=tuple(each.label for each in chosen),
            encrypted_to=fingerprint(wanted.recipient) if wanted.recipient else "",
            disclosure=wanted.disclosure,
            heard=now,
        )
        detail = f"{export.id} asked for: {export.form}, {export.purpose}, {len(chosen)} exhibits"
        done = entry(case, by.id, Action.BUNDLE, now, detail)
        exports.add(session, work.keyring, export, wanted.for_whom.strip(), done)
    return Preparing(export=export, wanted=wanted, exhibits=chosen)


def _checked(
    session: Session, case_id: str, wanted: Wanted, by: Person, now: datetime
) -> tuple[Exhibit, ...]:
    check_open(session, case_id, by, now)
    if len(checked(wanted.for_whom, "for_whom")) > _LONGEST:
        raise NotUsable("for_whom", "too-long")
    there = exhibits.of_case(session, case_id)
    chosen = tuple(each for each in there if not wanted.exhibits or each.id in wanted.exhibits)
    if not chosen or not set(wanted.exhibits) <= {each.id for each in there}:
        raise NotUsable("exhibits", "choose")
    if (wanted.purpose is ExportPurpose.DISCLOSURE) != bool(wanted.disclosure):
        raise NotUsable("purpose", "choose")
    if wanted.disclosure:
        ids = {each.id for each in chosen}
        disclosure.check_signed(session, case_id, wanted.disclosure, ids)
    reads = wanted.form is BundleForm.READING_COPY or wanted.purpose is ExportPurpose.EMPLOYEE
    if reads and any(each.redact and not each.cuts for each in chosen):
        raise NotUsable("form", "not-cut")
    return chosen


def run(  # noqa: PLR0913 - what, of whose, by whom, to where
    work: Cases,
    sources: Sources,
    body: Body,
    preparing: Preparing,
    *,
    by: Person,
    clock: Callable[[], datetime],
    into: Path | None = None,
    on_file: Progress = lambda _: None,
) -> Export:
    """Make the bundle, and keep it sealed to be fetched, or write it into a folder.

    Raises NotFound if the case no longer admits it, SettingInvalid if part of the record of
    reliability is missing, Tampered, Unavailable; nothing is left behind then.
    """
    contents = _gathered(work, sources, body, preparing, by=by, now=clock())
    export = preparing.export
    with TemporaryDirectory(prefix="porthor-") as scratch:
        told = _Told(work, export, clock, on_file)
        folder = Path(scratch) / f"{export.case}-{export.id}"
        bundle.make_bundle(contents, folder, sources.sealing(), progress=told)
        packed = _packed(folder, Path(scratch), preparing, contents.request.at)
        ready = replace(
            export,
            state=ExportState.READY,
            files=told.files,
            digest=bundle.digest_of(folder),
            size=packed.stat().st_size,
            heard=clock(),
        )
        if into is None:
            _finish(work, ready, packed.read_bytes())
        else:
            with _put(packed, into) as part:
                _finish(work, ready, None)  # that it leaves is entered before it is there
                part.rename(into / packed.name)
    return ready


def _finish(work: Cases, ready: Export, kept: bytes | None) -> None:
    with work.database.writing() as session:
        case = cases.get(session, ready.case)
        detail = f"{ready.id} ready: {ready.size} octets, digest {ready.digest}"
        done = entry(case, ready.by, Action.BUNDLE, ready.heard, detail)
        exports.finish(session, work.keyring, ready, kept, done)
        if ready.disclosure:
            disclosure.note_given(session, case, ready, ready.heard)


def _packed(folder: Path, scratch: Path, preparing: Preparing, at: datetime) -> Path:
    if preparing.wanted.recipient:
        name = f"{folder.name}.tar.p7m"
        return bundle.pack_for(folder, at, preparing.wanted.recipient, scratch / name)
    return bundle.pack(folder, at, scratch / f"{folder.name}.tar")


@contextmanager
def _put(packed: Path, into: Path) -> Iterator[Path]:
    """Write it under a name of its own, readable by its owner alone, to be renamed.

    What was not renamed is removed. Raises SettingInvalid.
    """
    part = into / f"{packed.name}.part"
    with _writable(into):
        into.mkdir(parents=True, exist_ok=True)
        part.touch(mode=0o600, exist_ok=False)
    try:
        with _writable(into):
            part.write_bytes(packed.read_bytes())
        yield part
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SettingInvalid(f"{folder}: cannot be written: {error.strerror}") from None


class _Told:
    """Counts files, and notes how far it has come from time to time."""

    def __init__(
        self, work: Cases, export: Export, clock: Callable[[], datetime], on_file: Progress
    ) -> None:
        self.files = 0
        self._work, self._export, self._clock, self._on_file = work, export, clock, on_file
        self._noted = time.monotonic()

    def __call__(self, path: str) -> None:
        self.files += 1
        self._on_file(path)
        if time.monotonic() - self._noted > _NOTED:
            self._noted = time.monotonic()
            with self._work.database.writing() as session:
                exports.note_progress(session, self._export.id, self.files, self._clock())


def _gathered(
    work: Cases, sources: Sources, body: Body, preparing: Preparing, *, by: Person, now: datetime
) -> BundleContents:
    """Open the exhibits, each with its look, and put together what goes with them."""
    export, wanted = preparing.export, preparing.wanted
    with acting(work, export.case, by, "bundle", now) as (session, _):
        check_open(session, export.case, by, now)
        items = [
            open_for_bundle(session, work, each, by=by, now=now) for each in preparing.exhibits
        ]
    with work.database.reading() as session:
        case = cases.get(session, export.case)
        fairness, scope = _fairness(session, case, preparing)
        request = BundleRequest(
            case=case.id,
            prepared_by=by.name,
            for_whom=wanted.for_whom.strip(),
            purpose=both("export-purposes", export.purpose.value),
            form=wanted.form,
            at=now,
            body=body,
            scope=scope,
            pdf=wanted.form is BundleForm.READING_COPY,
        )
        about = () if export.disclosure else _about(session, case)
        return gather(session, sources, request, items, about=about, fairness=fairness)


def _about(session: Session, case: Case) -> tuple[str, ...]:
    holds = freezes.listed(session, case=case.id)
    return (case.id, *(each.id for each in holds))


def _fairness(
    session: Session, case: Case, preparing: Preparing
) -> tuple[tuple[FairnessItem, ...], str]:
    """What of the scope may help the person; an authority gets the chosen exhibits alone."""
    if preparing.export.disclosure:
        return (), both("fairness", "left-out")
    labels = {each.held: each.label for each in preparing.exhibits}
    found: list[FairnessItem] = []
    count = 0
    for some in messages_in_scope(session, case):
        count += len(some)
        found += fairness_of(session, some, labels)
    days = f"{case.scope.first} / {case.scope.last}"
    return tuple(found), f"{both('fairness', 'scope')}: {days}, {count}"


def give_up(work: Cases, export: Export, fault: str, *, now: datetime) -> None:
    """Note that a bundle could not be made; `fault` is fixed words."""
    failed = replace(export, state=ExportState.FAILED, heard=now, fault=fault)
    with work.database.writing() as session:
        case = cases.get(session, export.case)
        done = entry(case, export.by, Action.BUNDLE, now, f"{export.id} failed")
        exports.finish(session, work.keyring, failed, None, done)


def fetch(
    work: Cases, case_id: str, export_id: str, *, by: Person, now: datetime
) -> tuple[Export, bytes]:
    """Return a ready bundle to who prepared it, within its days; it is entered.

    Raises NotFound; a refusal is entered.
    """
    with acting(work, case_id, by, "fetch bundle", now) as (session, _):
        check_open(session, case_id, by, now)
        try:
            export = exports.get(session, case_id, export_id)
        except NotFound:
            raise TurnedAway(Refusal.NO_CASE) from None
        if export.by != by.id:
            raise TurnedAway(Refusal.NOT_THEIRS, export_id)
        if export.state is not ExportState.READY or now > export.until:
            raise TurnedAway(Refusal.NOT_READY, export_id)
        done = AuditEntry(
            at=now,
            actor=by.id,
            action=Action.BUNDLE,
            subject=case_id,
            purpose=Purpose.EVIDENCE,
            detail=f"{export.id} fetched, digest {export.digest}",
        )
        return export, exports.fetch(session, work.keyring, export, done)
