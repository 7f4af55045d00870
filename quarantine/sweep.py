"""Erases what is due, once a day and by hand, and certifies what was erased.

To erase content is to destroy its key; the database is then made to let go of the pages on which
the key stood. The certificate is drawn from the audit chain, not from the sweep's own counting:
it also covers what was erased at once since the one before, and what a sweep that was killed
half-way had done.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry
from models.db import audit, erasures, freezes, sealed, sweeps
from models.db.database import Database
from models.errors import Conflict, PorthorError, Unavailable
from models.held import HeldState
from models.retention import Certificate, Due, Fate, Kept
from quarantine.retention import CLASS_OF, begun_before, fate
from quarantine.settings import KeepingSettings
from quarantine.signed_lines import Signer, write_line
from quarantine.working_hours import WorkingHours

_log = logging.getLogger("porthor.keeping")
_KIND = "porthor-erasure-certificate"
_BATCH = 500  # items in one transaction: the mail path waits for it no longer than for a message
_STUCK = timedelta(hours=1)  # then what was killed or could not do all is tried again
_AT_ONCE = "at-once"  # erased outside a sweep: found private, or the rest was rejected
_ITEMS = (
    *sorted(set(CLASS_OF.values())),
    *(Kept.CASE, Kept.BUNDLE, Kept.RECORD, Kept.SELF_REPORT, Kept.LEAVER),
)
_ROWS = (Kept.SIGN_IN, Kept.TELLING, Kept.BREAKDOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """What a sweep needs, given once."""

    database: Database
    settings: KeepingSettings
    hours: WorkingHours = WorkingHours()
    body: str = ""
    signer: Signer | None = None
    afterwards: Callable[[], None] = lambda: None  # renews the keys file of the backups

    def due(self, now: datetime) -> bool:
        """Tell whether today's sweep has not begun, or did not do all. Raises Unavailable."""
        zone = ZoneInfo(self.hours.zone)
        at = time.fromisoformat(self.settings.sweep_at)
        today = datetime.combine(self.hours.today(now), at, zone)
        if now < today:
            today -= timedelta(days=1)
        with self.database.reading() as session:
            last = sweeps.last_begun(session)
        if last is None or last[0] < today:
            return True
        return not last[1] and now - last[0] > _STUCK

    def look(self, now: datetime) -> dict[str, dict[str, int]]:
        """Say what a sweep would do now, by class and fate; changes nothing."""
        found: dict[str, Counter[str]] = {}
        for kept in _ITEMS:
            with self.database.reading() as session:
                for page in self._pages(session, kept, now):
                    fates = Counter(one.value for one in self._fates(page, now))
                    found.setdefault(kept.value, Counter()).update(fates)
        return {kept: dict(fates) for kept, fates in found.items()}

    def run(
        self, now: datetime, *, by: str, on_progress: Callable[[int], None] = lambda _: None
    ) -> Certificate:
        """Erase all that is due. Raises Conflict if a sweep runs already, Unavailable.

        What could not be done stands in the certificate, and is an alert.
        """
        with self.database.writing() as session:
            audit.lock(session)
            if sweeps.is_running(session, now - _STUCK):
                raise Conflict("a sweep is running already; wait until it has ended")
            number = sweeps.begin(session, by, now)
        left: dict[str, dict[str, int]] = {}
        failed: list[str] = []
        for kept in _ITEMS:
            try:
                if some := self._erase_class(kept, now, by, on_progress):
                    left[kept.value] = dict(some)
            except Unavailable:
                failed.append(f"erasing {kept.value}")
        try:
            self._forget_rows(now, by)
        except Unavailable:
            failed.append("forgetting sign-ins and the like")
        failed += self._let_go()
        return self._certify(number, now, by, left, "; ".join(failed))

    def _erase_class(
        self, kept: Kept, now: datetime, by: str, on_progress: Callable[[int], None]
    ) -> Counter[str]:
        """Erase one class, a page a transaction; return how many were left, by why."""
        left: Counter[str] = Counter()
        after = None
        while True:
            with self.database.writing() as session:
                audit.lock(session)  # no freeze is placed from here to the commit
                page = self._page(session, kept, now, after)
                if not page:
                    return left
                fates = self._fates(page, now)
                gone = [each.id for each, one in zip(page, fates, strict=True) if one is Fate.ERASE]
                left.update(one.value for one in fates if one is not Fate.ERASE)
                entry = AuditEntry(
                    at=now, actor=by, action=Action.ERASE, subject="", detail=kept.value
                )
                erasures.erase(session, kept, gone, [replace(entry, subject=each) for each in gone])
            after = (page[-1].since, page[-1].id)
            on_progress(len(page))

    def _pages(self, session: Session, kept: Kept, now: datetime) -> Iterator[list[Due]]:
        after = None
        while page := self._page(session, kept, now, after):
            yield page
            after = (page[-1].since, page[-1].id)

    def _page(
        self, session: Session, kept: Kept, now: datetime, after: erasures.Page | None
    ) -> list[Due]:
        """The next items whose clock has run out, with what keeps them all the same."""
        before = begun_before(kept, self.settings, now)
        start = after or erasures.START
        match kept:
            case Kept.RECORD:
                page = erasures.records_due(session, before, after=start, limit=_BATCH)
            case Kept.SELF_REPORT:
                page = erasures.reports_due(session, before, after=start, limit=_BATCH)
            case Kept.CASE:
                page = erasures.cases_due(session, before, after=start, limit=_BATCH)
            case Kept.BUNDLE:
                page = erasures.bundles_due(session, before, after=start, limit=_BATCH)
            case Kept.LEAVER:
                page = erasures.leavers_due(session, before, after=start, limit=_BATCH)
            case _:
                states: list[HeldState] = [each for each in CLASS_OF if CLASS_OF[each] is kept]
                page = erasures.contents_due(
                    session, kept, states, before, after=start, limit=_BATCH
                )
        return self._with_keepers(session, page)

    def _with_keepers(self, session: Session, page: list[Due]) -> list[Due]:
        ids = [each.id for each in page]
        frozen = freezes.frozen(session, ids) | freezes.frozen_beside(session, ids)
        frozen |= sealed.among(session, ids)  # evidence, until the police have it
        if page and page[0].kept is Kept.CASE:
            for case, messages in erasures.messages_of_cases(session, ids).items():
                if freezes.frozen(session, messages):
                    frozen |= {case}
        schedule = timedelta(seconds=float(self.settings.case))
        cases = erasures.kept_by_cases(session, ids, schedule)
        return [
            replace(each, frozen=each.id in frozen, case_until=cases.get(each.id)) for each in page
        ]

    def _fates(self, page: Sequence[Due], now: datetime) -> list[Fate]:
        today = self.hours.today(now)
        return [fate(each, self.settings, now=now, today=today) for each in page]

    def _forget_rows(self, now: datetime, by: str) -> None:
        """Delete the rows of classes that have no items, with one entry a class."""
        for kept in _ROWS:
            with self.database.writing() as session:
                audit.lock(session)
                count = erasures.forget(session, kept, begun_before(kept, self.settings, now))
                if count:
                    entry = AuditEntry(
                        at=now,
                        actor=by,
                        action=Action.ERASE,
                        subject=kept.value,
                        detail=f"{count} rows",
                    )
                    audit.append(session, entry)

    def _let_go(self) -> list[str]:
        """Make database and backups let go of what was erased; return what could not be done."""
        failed = []
        try:
            if not self.database.scrub():
                failed.append("the database has not yet let go of the pages: something reads it")
        except Unavailable:
            failed.append("the database has not yet let go of the pages")
        try:
            self.afterwards()
        except (PorthorError, OSError):
            failed.append("the keys file of the backups could not be renewed")
        return failed

    def _certify(
        self, number: int, now: datetime, by: str, left: dict[str, dict[str, int]], failed: str
    ) -> Certificate:
        with self.database.writing() as session:
            audit.lock(session)
            after = sweeps.certified_to(session)
            erased, digest = summarise(sweeps.erasures(session, after))
            last, _ = audit.head(session)
            given = Certificate(
                id=number,
                at=now,
                by=by,
                erased=erased,
                left=left,
                first=after + 1,
                last=last,
                digest=digest,
                failed=failed,
                line="",
            )
            given = replace(given, line=write_line(self._facts(given), self.signer))
            detail = f"{given.total} erased, digest {digest}" + (", not all done" if failed else "")
            entry = AuditEntry(
                at=now, actor=by, action=Action.CERTIFY, subject=f"sweep-{number}", detail=detail
            )
            sweeps.finish(session, given, entry)
        if failed:
            _log.error("sweep %d: not done: %s", number, failed)
        _log.info("sweep %d: erased=%d, left=%d", number, given.total, given.total_left)
        return given

    def _facts(self, given: Certificate) -> Mapping[str, object]:
        """What the certificate's line says."""
        return {
            "kind": _KIND,
            "number": given.id,
            "body": self.body,
            "at": given.at.isoformat(timespec="seconds"),
            "by": given.by,
            "erased": given.erased,
            "left": given.left,
            "first_entry": given.first,
            "last_entry": given.last,
            "digest": given.digest,
            "not_done": given.failed,
        }


def summarise(found: Iterator[sweeps.Erasure]) -> tuple[dict[str, int], str]:
    """Count erasures by class, and digest their ids: SHA-256, a line each, in their order."""
    classes = {each.value for each in _ITEMS}
    rows = {each.value for each in _ROWS}
    counts: Counter[str] = Counter()
    digest = sha256()
    for each in found:
        digest.update(each.subject.encode() + b"\n")
        if each.subject in rows:
            counts[each.subject] += int(each.detail.split()[0])
        else:
            counts[each.detail if each.detail in classes else _AT_ONCE] += 1
    return dict(sorted(counts.items())), digest.hexdigest()
