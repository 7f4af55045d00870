"""The sweep: each class on its day, freezes first, a certificate that the chain bears out."""

import subprocess
from dataclasses import asdict, replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from models.audit import Action, AuditEntry
from models.case import Scope
from models.db import audit, contents, freezes, people, sealed, statements, sweeps
from models.db import held as held_messages
from models.db.case_tables import CaseLookRow, CaseRow
from models.db.database import Database
from models.db.tables import AnswerRow, DecisionRow, HeldRow, ItemKeyRow, StatementRow
from models.errors import Conflict, NotFound
from models.freeze import Coverage, FreezeKind
from models.held import HeldState
from models.person import Role
from models.retention import Kept
from models.statement import SelfReport
from quarantine import signed_lines
from quarantine.freezes import Freezes
from quarantine.settings import KeepingSettings
from quarantine.sweep import Sweep
from tests.factories import (
    CARD,
    DOMAIN,
    NOW,
    STAFF,
    a_held_message,
    a_holding,
    a_person,
    a_review,
    an_entry,
    an_envelope,
    hold,
    with_staff,
)

TOKEN = b"TOKEN-7391-QUARRY"
DAY = timedelta(days=1)
MARC = f"marc@{DOMAIN}"
OFFICER = a_person("dewi", roles=frozenset({Role.PROTECTION_OFFICER}))
GWEN = next(each for each in STAFF if each.id == "gwen")
HUW = a_person("huw", roles=frozenset({Role.HR}))


@pytest.fixture
def place(database, keyring):
    with_staff(database)

    def hold_in(state, number):
        raw = CARD + b"%s %d\r\n" % (TOKEN, number)
        return a_held_message(database, keyring, state, raw=raw, envelope=an_envelope(number))

    return hold_in


def sent(database, held_id):
    with database.writing() as session:
        a_review(database).sent(session, held_messages.get(session, held_id), NOW)


def a_sweep(database, **facts):
    return Sweep(database=database, settings=KeepingSettings(), **facts)


def erased(certificate):
    """But for the rows of whom was told of what: an hour's matter of every test."""
    return {each: count for each, count in certificate.erased.items() if each != "telling"}


def has_content(database, held_id):
    with database.reading() as session:
        return session.get(ItemKeyRow, held_id) is not None


def has_record(database, held_id):
    with database.reading() as session:
        return session.get(HeldRow, held_id) is not None


@pytest.mark.requirement("L38")
@pytest.mark.requirement("D5")
def test_each_class_goes_on_its_day(database, place):
    waiting, released = place(HeldState.HELD, 1), place(HeldState.RELEASED, 2)
    refused, withdrawn = place(HeldState.REFUSED, 3), place(HeldState.WITHDRAWN, 4)
    sent(database, released)
    sweep, everything = a_sweep(database), (waiting, released, refused, withdrawn)
    for after, contents_left, records_left in (
        (timedelta(hours=23), everything, everything),
        (DAY, (waiting, refused), everything),
        (30 * DAY, (waiting,), everything),
        (364 * DAY, (waiting,), everything),
        (365 * DAY, (waiting,), (waiting,)),
        (4000 * DAY, (waiting,), (waiting,)),
    ):
        sweep.run(NOW + after, by="system")
        assert tuple(each for each in everything if has_content(database, each)) == contents_left
        assert tuple(each for each in everything if has_record(database, each)) == records_left
    with database.reading() as session:
        audit.verify(session)
        for rows in (DecisionRow, StatementRow, AnswerRow):
            assert session.query(rows).count() == 0


@pytest.mark.requirement("L39")
@pytest.mark.requirement("N10")
@pytest.mark.requirement("D5")
@pytest.mark.parametrize(
    ("kind", "by"),
    [(FreezeKind.LEGAL_HOLD, HUW), (FreezeKind.INFORMATION_REQUEST, OFFICER)],
    ids=["a legal hold", "a request for information"],
)
def test_a_freeze_beats_the_clock_and_the_sender_until_two_lift_it(database, place, kind, by):
    withdrawn, other = place(HeldState.WITHDRAWN, 1), place(HeldState.WITHDRAWN, 2)
    freezing = Freezes(database=database)
    freeze = freezing.place(
        kind,
        Coverage(held=frozenset({withdrawn})),
        reason="a claim",
        review=(NOW + 90 * DAY).date(),
        by=by,
        now=NOW,
    )
    certificate = a_sweep(database).run(NOW + 4000 * DAY, by="system")
    assert has_content(database, withdrawn)
    assert not has_record(database, other)
    assert certificate.left == {"released": {"frozen": 1}}
    with database.writing() as session, pytest.raises(Conflict, match="under a freeze"):
        contents.erase(session, withdrawn, an_entry(withdrawn, Action.ERASE))
    freezing.ask_to_lift(freeze.id, by=by, now=NOW)
    freezing.lift(freeze.id, by=replace(OFFICER, id="second"), now=NOW + 7 * DAY)
    a_sweep(database).run(NOW + 4001 * DAY, by="system")
    assert not has_record(database, withdrawn)


@pytest.mark.requirement("L5")
def test_what_was_found_private_is_cut_to_a_bare_count_when_its_freeze_is_lifted(
    database, keyring, place
):
    held_id, other = hold(database, keyring), place(HeldState.RELEASED, 2)
    freezing = Freezes(database=database)
    freeze = freezing.place(
        FreezeKind.LEGAL_HOLD,
        Coverage(held=frozenset({held_id})),
        reason="a claim",
        review=(NOW + 90 * DAY).date(),
        by=HUW,
        now=NOW,
    )
    a_review(database).find_private(held_id, by=GWEN, now=NOW)
    for each in (held_id, other):
        sent(database, each)
    freezing.ask_to_lift(freeze.id, by=HUW, now=NOW)
    a_sweep(database).run(NOW + 6 * DAY, by="system")
    assert has_content(database, held_id)
    freezing.lift(freeze.id, by=OFFICER, now=NOW + 7 * DAY)
    a_sweep(database).run(NOW + 8 * DAY, by="system")
    assert not has_content(database, held_id)
    with database.reading() as session:
        left, beside = (held_messages.get(session, each) for each in (held_id, other))
    assert (left.sender, left.recipients, left.findings, left.rules) == ("", (), (), beside.rules)
    assert beside.sender


@pytest.mark.requirement("L50")
def test_no_clock_erases_what_was_sealed_unseen(database, place):
    held_id = place(HeldState.WITHDRAWN, 1)
    with database.writing() as session:
        sealed.add(session, held_id, by="gwen", at=NOW, entry=an_entry(held_id, Action.SEAL))
    assert a_sweep(database).run(NOW + 4000 * DAY, by="system").left == {"released": {"frozen": 1}}
    assert has_content(database, held_id)


@pytest.mark.requirement("N10")
def test_a_hold_that_is_undone_stays_under_a_freeze_on_new_mail(database, keyring):
    with_staff(database)
    Freezes(database=database).place(
        FreezeKind.LEGAL_HOLD,
        Coverage(senders=frozenset({f"sioned@{DOMAIN}"}), new_mail=True),
        reason="a claim",
        review=(NOW + 90 * DAY).date(),
        by=HUW,
        now=NOW - DAY,
    )
    held_id = hold(database, keyring)
    a_holding(database, keyring).withdraw_unsent(held_id, now=NOW)
    with database.reading() as session:
        assert held_messages.get(session, held_id).state is HeldState.WITHDRAWN
    assert has_content(database, held_id)


@pytest.mark.requirement("H12")
@pytest.mark.parametrize(
    ("closed", "until", "days", "stays"),
    [
        pytest.param(False, None, 4000, True, id="open"),
        pytest.param(True, None, 364, True, id="closed, the body's schedule runs"),
        pytest.param(True, None, 367, False, id="closed, the body's schedule is over"),
        pytest.param(True, date(2026, 12, 1), 7, True, id="closed, its own last day"),
        pytest.param(True, date(2026, 12, 1), 8, False, id="closed, after its own last day"),
    ],
)
def test_a_case_keeps_what_is_in_it(database, place, keyring, closed, until, days, stays):
    held_id = place(HeldState.WITHDRAWN, 1)
    with database.writing() as session:
        contents.put(session, keyring, "HR-26-001", {})
        session.add(a_case(held_id, NOW if closed else None, until))
    certificate = a_sweep(database).run(NOW + days * DAY, by="system")
    assert has_content(database, held_id) is stays
    assert has_content(database, "HR-26-001") is stays
    assert erased(certificate) == (
        {} if stays else {"case": 1, "released": 1} | ({"record": 1} if days >= 365 else {})
    )


@pytest.mark.requirement("N10")
def test_a_freeze_on_a_message_keeps_the_case_that_it_is_in(database, place, keyring):
    held_id = place(HeldState.WITHDRAWN, 1)
    with database.writing() as session:
        contents.put(session, keyring, "HR-26-001", {})
        session.add(a_case("", NOW, None))
        session.flush()
        session.add(a_look(held_id))
    Freezes(database=database).place(
        FreezeKind.LEGAL_HOLD,
        Coverage(held=frozenset({held_id})),
        reason="a claim",
        review=(NOW + 90 * DAY).date(),
        by=HUW,
        now=NOW,
    )
    certificate = a_sweep(database).run(NOW + 4000 * DAY, by="system")
    assert certificate.left == {"released": {"frozen": 1}, "case": {"frozen": 1}}
    assert has_content(database, "HR-26-001")


def a_look(held_id):
    return CaseLookRow(case="HR-26-001", held=held_id, by="huw", at=NOW, depth="text", reason=b"")


def a_case(about, closed, until, **scope):
    return CaseRow(
        id="HR-26-001",
        body="",
        title="Case 1",
        state="closed" if closed else "open",
        opened=NOW,
        workers=["huw"],
        referred_by="",
        about=about,
        flagged=False,
        basis="",
        scope=asdict(Scope(**scope)),
        authoriser="",
        answers=b"",
        closed=closed,
        keep_until=until,
    )


@pytest.mark.requirement("L38")
def test_self_reports_and_leavers_have_their_time_too(database):
    with_staff(database)
    report = SelfReport(id="SR1", by="sioned", told="gwen", text="oh no", at=NOW)
    with database.writing() as session:
        statements.add_report(session, report, an_entry("SR1"))
        statements.add_report(session, replace(report, id="SR2"), an_entry("SR2"))
        statements.mark_read(session, "SR1", NOW, an_entry("SR1"))
        stay = [each for each in STAFF if each.id != "marc"]
        marc = replace(people.get(session, "marc"), external_id="5f2c")
        people.put(session, marc, an_entry("marc", Action.CHANGE_PERSON))
        people.replace_all(session, stay, an_entry("people", Action.IMPORT_PEOPLE))
    sweep = a_sweep(database)
    sweep.run(NOW + 364 * DAY, by="system")
    with database.reading() as session:
        assert statements.report(session, "SR1")
        assert people.get(session, "marc").name == "Marc"
    certificate = sweep.run(NOW + 730 * DAY, by="system")
    assert erased(certificate) == {"leaver": 1, "self-report": 1}
    with database.reading() as session:
        with pytest.raises(NotFound):
            statements.report(session, "SR1")
        assert statements.report(session, "SR2")  # nobody has read it: its clock has not begun
        marc = people.get(session, "marc")
        assert (marc.id, marc.name, marc.addresses, marc.external_id) == ("marc", "-", (), "")
        audit.verify(session)


@pytest.mark.requirement("L40")
@pytest.mark.requirement("H12")
def test_the_certificate_is_borne_out_by_the_chain_and_signed(database, place, tmp_path):
    ids = [place(HeldState.WITHDRAWN, number) for number in range(3)]
    signer = a_signer(tmp_path)
    certificate = a_sweep(database, signer=signer, body="Council").run(NOW + DAY, by="system")
    assert erased(certificate) == {"released": 3}
    facts = signed_lines.read_line(certificate.line, signer.certificate)
    assert (facts["erased"], facts["body"]) == (certificate.erased, "Council")
    assert facts["digest"] == certificate.digest
    with database.reading() as session:
        assert sweeps.certificates(session, limit=9) == [certificate]
        gone = [
            each.entry.subject
            for each in audit.read(session)
            if certificate.first <= each.sequence <= certificate.last
            and each.entry.action is Action.ERASE
        ]
    assert sorted(gone) == sorted((*ids, "telling"))
    assert sha256("".join(f"{each}\n" for each in gone).encode()).hexdigest() == facts["digest"]
    again = a_sweep(database).run(NOW + DAY, by="os:root")
    assert (erased(again), again.first) == ({}, certificate.last + 1)


def a_signer(folder):
    certificate, key = folder / "cert.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-subj", "/O=Council", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    key.chmod(0o600)
    return signed_lines.Signer.load(certificate, key)


def test_what_was_erased_at_once_stands_in_the_next_certificate(database, place):
    held_id = place(HeldState.WITHDRAWN, 1)
    with database.writing() as session:
        entry = AuditEntry(
            at=NOW, actor="gwen", action=Action.ERASE, subject=held_id, detail="private"
        )
        contents.erase(session, held_id, entry)
    assert a_sweep(database).run(NOW, by="system").erased["at-once"] == 1


def test_a_dry_run_says_what_would_go_and_changes_nothing(database, place):
    held_id = place(HeldState.WITHDRAWN, 1)
    found = a_sweep(database).look(NOW + DAY)
    assert found[Kept.RELEASED.value] == {"erase": 1}
    assert has_content(database, held_id)


@pytest.mark.requirement("D5")
def test_a_sweep_that_could_not_do_all_says_so_and_is_tried_again(database, place):
    def fails():
        raise OSError("no such share")

    place(HeldState.WITHDRAWN, 1)
    sweep = a_sweep(database, afterwards=fails)
    certificate = sweep.run(NOW + DAY, by="system")
    assert certificate.failed == "the keys file of the backups could not be renewed"
    assert not sweep.due(NOW + DAY + timedelta(minutes=59))
    assert sweep.due(NOW + DAY + timedelta(minutes=61))
    assert a_sweep(database).run(NOW + DAY, by="system").failed == ""


def test_a_sweep_is_due_once_a_day_at_its_time(database):
    sweep = a_sweep(database)
    assert sweep.due(NOW)
    sweep.run(NOW, by="system")  # 9:30; it is at 2:30
    assert not sweep.due(NOW + timedelta(hours=16))
    assert sweep.due(NOW + timedelta(hours=17, minutes=1))


def test_two_sweeps_do_not_run_at_once(database):
    with database.writing() as session:
        sweeps.begin(session, "system", NOW)
    with pytest.raises(Conflict, match="running already"):
        a_sweep(database).run(NOW + timedelta(minutes=1), by="system")
    a_sweep(database).run(NOW + timedelta(hours=2), by="system")  # that one was killed


@pytest.mark.requirement("L40")
def test_the_wrapped_key_is_gone_from_the_disk(database, place, database_url, postgresql):
    held_id, kept = place(HeldState.WITHDRAWN, 1), place(HeldState.HELD, 2)
    with database.reading() as session:
        gone, still = (session.get(ItemKeyRow, each).wrapped for each in (held_id, kept))
    files = files_of(database_url, postgresql)
    database.scrub()
    assert (on_disk(files, gone), on_disk(files, still)) == (True, True)
    a_sweep(database).run(NOW + DAY, by="system")
    assert (on_disk(files, gone), on_disk(files, still)) == (False, True)


def test_who_does_not_own_the_keys_says_that_they_are_to_be_written_anew(postgresql, caplog):
    name, role = f"test_{uuid4().hex}", f"role_{uuid4().hex}"
    owner = create_engine(postgresql.format(name="postgres"), isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        connection.execute(text(f"CREATE ROLE {role} LOGIN"))
    given = Database(postgresql.format(name=name))
    given.upgrade()
    given.close()
    service = Database(postgresql.format(name=name).replace("postgres@", f"{role}@"))
    assert service.scrub()
    service.close()
    assert "VACUUM FULL" in caplog.text
    with owner.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        connection.execute(text(f"DROP ROLE {role}"))
    owner.dispose()


def files_of(url, postgresql):
    """Every file of SQLite; of PostgreSQL its data, but for the log that it recycles."""
    if url.startswith("sqlite"):
        return lambda: Path(url.removeprefix("sqlite:///")).parent.glob("porthor.db*")
    data = Path(postgresql.partition("host=")[2]) / "data" / "base"
    return lambda: (each for each in data.rglob("*") if each.is_file())


def on_disk(files, needle):
    return any(needle in each.read_bytes() for each in files())


def test_frozen_people_keep_their_names_and_reports(database):
    with_staff(database)
    report = SelfReport(id="SR1", by="marc", told="gwen", text="oh no", at=NOW)
    with database.writing() as session:
        statements.add_report(session, report, an_entry("SR1"))
        statements.mark_read(session, "SR1", NOW, an_entry("SR1"))
        stay = [each for each in STAFF if each.id != "marc"]
        people.replace_all(session, stay, an_entry("people", Action.IMPORT_PEOPLE))
        assert freezes.frozen_beside(session, ["SR1", "marc"]) == frozenset()
    Freezes(database=database).place(
        FreezeKind.ACCESS_REQUEST,
        Coverage(people=frozenset({"marc"})),
        reason="their own data",
        review=(NOW + 90 * DAY).date(),
        by=OFFICER,
        now=NOW,
    )
    certificate = a_sweep(database).run(NOW + 4000 * DAY, by="system")
    assert certificate.left == {"self-report": {"frozen": 1}, "leaver": {"frozen": 1}}
    assert erased(certificate) == {}


@pytest.mark.requirement("L39")
@pytest.mark.parametrize(
    ("scope", "stays"),
    [
        pytest.param({"people": ("marc",)}, True, id="about them"),
        pytest.param({"complainant": "marc"}, True, id="which their complaint began"),
        pytest.param({"mailboxes": (MARC,)}, True, id="about their mailbox"),
        pytest.param({"complainant_mailboxes": (MARC,)}, True, id="by their address"),
        pytest.param({"people": ("gwen",), "mailboxes": ("g@x",)}, False, id="about someone else"),
    ],
)
def test_a_request_for_access_keeps_the_closed_cases_about_its_person(
    database, keyring, scope, stays
):
    with_staff(database)
    with database.writing() as session:
        contents.put(session, keyring, "HR-26-001", {})
        session.add(a_case("", NOW, None, **scope))
    Freezes(database=database).place(
        FreezeKind.ACCESS_REQUEST,
        Coverage(people=frozenset({"marc"}), senders=frozenset({MARC})),
        reason="their own data",
        review=(NOW + 90 * DAY).date(),
        by=OFFICER,
        now=NOW,
    )
    certificate = a_sweep(database).run(NOW + 4000 * DAY, by="system")
    assert certificate.left == ({"case": {"frozen": 1}} if stays else {})
    assert has_content(database, "HR-26-001") is stays
