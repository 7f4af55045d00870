"""What leaves a case, and what stays: bundles, disclosures to authorities, legal holds."""

import json
import subprocess
import sys
import tarfile
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from io import BytesIO

import pytest

from models.audit import Action, AuditEntry
from models.db import contents, exhibits, exports, freezes, people, policies
from models.db.tables import ItemKeyRow
from models.disclosure import Asked, LegalGround, Receipt
from models.errors import Conflict, NotFound, NotPermitted, SettingInvalid
from models.exhibit import ExportPurpose, ExportState
from models.person import Role, Standing
from quarantine.evidence import cases as work_on
from quarantine.evidence import disclosure, legal_holds
from quarantine.evidence import exhibits as producing
from quarantine.evidence import exports as exporting
from quarantine.evidence.cases import NotUsable
from quarantine.evidence.contents import BundleForm
from quarantine.evidence.exhibits import Produced
from quarantine.evidence.exports import Wanted
from quarantine.evidence.legal_holds import Covering
from quarantine.freezes import Freezes, may_know
from quarantine.settings import KeepingSettings
from quarantine.sweep import Sweep
from tests.bundles import a_sealing, the_sources
from tests.case_sample import approved, make_case_council, person, work_of
from tests.console_sample import BODY, NOW, POLICY, entries, visit

DAY = timedelta(days=1)
REVIEW = NOW.date() + 90 * DAY
FORM = Asked(authority="Heddlu", officer="PC 1234 Rees", reference="H/77", wanted="The card email")
HEARING = Wanted(purpose=ExportPurpose.HEARING, for_whom="The hearing panel")


@pytest.fixture
def council(tmp_path, database_url):
    made = make_case_council(tmp_path, database_url)
    with made.database.writing() as session:
        policies.put(session, POLICY.digest, "sample", NOW)
    yield made
    made.database.close()


@pytest.fixture
def sources(tmp_path):
    return the_sources(a_sealing(tmp_path / "certificate"))


@pytest.fixture
def freezing(council):
    return Freezes(database=council.database)


def exhibit_of(council, case, number, *, redact=False):
    given = Produced(label=f"HI/{number}", relevance="It has the card", redact=redact)
    held_id = council.hold(number)
    by = person(council, "huw")
    return producing.add(work_of(council), case.id, held_id, given, by=by, now=NOW)


def make(council, sources, case, wanted=HEARING, who="huw", now=NOW, **where):
    work, by = work_of(council), person(council, who)
    begun = exporting.begin(work, case.id, wanted, by=by, now=now)
    return exporting.run(work, sources, BODY, begun, by=by, clock=lambda: now, **where)


def fetched(council, export, folder, who="huw", now=NOW):
    by = person(council, who)
    _, packed = exporting.fetch(work_of(council), export.case, export.id, by=by, now=now)
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder / f"{export.case}-{export.id}"


def verified(folder):
    command = [sys.executable, "-I", "verifier.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.requirement("L44")
@pytest.mark.requirement("H8")
@pytest.mark.requirement("L47")
def test_a_bundle_of_a_case_verifies_and_lists_what_helps_the_employee(council, sources, tmp_path):
    case = approved(council)
    exhibit = exhibit_of(council, case, 1)
    taken_back = council.hold(2)
    council.review.withdraw(taken_back, by=person(council, "sioned"), now=NOW)
    export = make(council, sources, case)
    folder = fetched(council, export, tmp_path / "out")
    assert verified(folder).returncode == 0
    original = (folder / "data/exhibits/HI-1/original.eml").read_bytes()
    assert sha256(original).hexdigest() == exhibit.digest
    fairness = json.loads((folder / "data/fairness.json").read_text())
    assert [each["id"] for each in fairness["items"]] == [taken_back]
    extract = (folder / "data/audit/extract.jsonl").read_text()
    for act in ("approve-case", "add-exhibit", "bundle", "hold"):
        assert f'"{act}"' in extract
    said = [each.detail for each in entries(council, Action.BUNDLE)]
    assert said == [
        f"{export.id} asked for: evidence, hearing, 1 exhibits",
        f"{export.id} ready: {export.size} octets, digest {export.digest}",
        f"{export.id} fetched, digest {export.digest}",
    ]
    (folder / "data/exhibits/HI-1/original.eml").write_bytes(original.replace(b"4111", b"4112"))
    found = verified(folder)
    assert found.returncode == 1
    assert "data/exhibits/HI-1/original.eml" in found.stdout


@pytest.mark.requirement("H9")
def test_the_employee_s_copy_is_a_reading_copy_and_waits_for_its_cuts(council, sources, tmp_path):
    case = approved(council)
    exhibit = exhibit_of(council, case, 1, redact=True)
    copy = replace(HEARING, purpose=ExportPurpose.EMPLOYEE)
    with pytest.raises(NotUsable) as raised:
        make(council, sources, case, copy)
    assert raised.value.mistake == "not-cut"
    work, huw = work_of(council), person(council, "huw")
    producing.cut(
        work, case.id, exhibit.id, words="John Morris", reason="third-party", by=huw, now=NOW
    )
    export = make(council, sources, case, copy)
    assert export.form == BundleForm.READING_COPY.value
    folder = fetched(council, export, tmp_path / "out")
    assert verified(folder).returncode == 0
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"John Morris" not in everything
    assert not list(folder.rglob("original.eml"))


@pytest.mark.requirement("L29")
@pytest.mark.parametrize(
    ("who", "now", "why"),
    [
        pytest.param("mali", NOW, "not-theirs", id="HR that does not work on it"),
        pytest.param("owain", NOW, "not-theirs", id="its authoriser"),
        pytest.param("ysgol", NOW, "other-body", id="HR of another body"),
        pytest.param("sam", NOW, "no-role", id="an administrator"),
        pytest.param("huw", NOW + 100 * DAY, "expired", id="after the last day"),
    ],
)
def test_nobody_else_prepares_or_fetches_a_bundle(council, sources, who, now, why):
    case = approved(council)
    exhibit_of(council, case, 1)
    export = make(council, sources, case)
    looks = len(entries(council, Action.LOOK))
    work, by = work_of(council), person(council, who)
    with pytest.raises(NotFound):
        exporting.begin(work, case.id, HEARING, by=by, now=now)
    with pytest.raises(NotFound):
        exporting.fetch(work, case.id, export.id, by=by, now=now)
    details = [each.detail for each in entries(council, Action.TURN_AWAY)]
    assert details == [f"bundle: {why}", f"fetch bundle: {why}"]
    assert len(entries(council, Action.LOOK)) == looks
    assert len(entries(council, Action.BUNDLE)) == 2


def test_a_second_worker_does_not_fetch_the_first_one_s_bundle(council, sources):
    case = approved(council)
    exhibit_of(council, case, 1)
    export = make(council, sources, case)
    work, huw, mali = work_of(council), person(council, "huw"), person(council, "mali")
    work_on.assign(work, case.id, worker="mali", by=huw, now=NOW)
    with pytest.raises(NotFound):
        exporting.fetch(work, case.id, export.id, by=mali, now=NOW)
    assert entries(council, Action.TURN_AWAY)[-1].detail == f"fetch bundle: not-theirs {export.id}"


@pytest.mark.requirement("L38")
def test_a_bundle_is_there_for_seven_days_and_then_its_key_is_gone(council, sources):
    case = approved(council)
    exhibit_of(council, case, 1)
    export = make(council, sources, case)
    work, huw = work_of(council), person(council, "huw")
    late = NOW + 7 * DAY + timedelta(seconds=1)
    with pytest.raises(NotFound):
        exporting.fetch(work, case.id, export.id, by=huw, now=late)
    certificate = Sweep(database=council.database, settings=KeepingSettings()).run(late, by="x")
    assert certificate.erased["bundle"] == 1
    with council.database.reading() as session:
        assert session.get(ItemKeyRow, export.id) is None
        assert exports.get(session, case.id, export.id).digest == export.digest


def test_a_bundle_that_cannot_be_made_is_noted_and_says_why(council, tmp_path):
    case = approved(council)
    exhibit_of(council, case, 1)
    unreliable = the_sources(a_sealing(tmp_path / "c"), reliability=None)

    def missing():
        raise SettingInvalid("evidence.clock_source is empty")

    work, huw = work_of(council), person(council, "huw")
    begun = exporting.begin(work, case.id, HEARING, by=huw, now=NOW)
    with pytest.raises(SettingInvalid):
        exporting.run(
            work,
            replace(unreliable, reliability=missing),
            BODY,
            begun,
            by=huw,
            clock=lambda: NOW,
        )
    exporting.give_up(work, begun.export, "evidence.clock_source is empty", now=NOW)
    with council.database.reading() as session:
        assert exports.get(session, case.id, begun.export.id).state is ExportState.FAILED
    with pytest.raises(NotFound):
        exporting.fetch(work, case.id, begun.export.id, by=huw, now=NOW)


def test_a_bundle_is_written_where_it_was_asked_for_and_encrypted(council, sources, tmp_path):
    case = approved(council)
    exhibit_of(council, case, 1)
    recipient, key = tmp_path / "recipient.pem", tmp_path / "recipient.key"
    made = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Panel")
    command = [*made, "-keyout", str(key), "-out", str(recipient)]
    subprocess.run(command, check=True, capture_output=True)
    certificate = exporting.read_recipient(recipient.read_text())
    export = make(
        council, sources, case, replace(HEARING, recipient=certificate), into=tmp_path / "out"
    )
    [written] = (tmp_path / "out").iterdir()
    assert written.name == f"{case.id}-{export.id}.tar.p7m"
    assert written.stat().st_mode & 0o077 == 0
    command = ["openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in", str(written)]
    command += ["-recip", str(recipient), "-inkey", str(key), "-out", str(tmp_path / "b.tar")]
    subprocess.run(command, check=True, capture_output=True)
    with tarfile.open(tmp_path / "b.tar") as archive:
        archive.extractall(tmp_path / "opened", filter="data")
    assert verified(tmp_path / "opened" / f"{case.id}-{export.id}").returncode == 0
    with pytest.raises(NotFound):  # it was not kept here
        exporting.fetch(work_of(council), case.id, export.id, by=person(council, "huw"), now=NOW)


@pytest.mark.parametrize("pem", ["x", "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----"])
def test_what_is_no_certificate_is_said(pem):
    with pytest.raises(NotUsable) as raised:
        exporting.read_recipient(pem)
    assert raised.value.mistake == "not-a-certificate"


def request(council, case, chosen, form=FORM, who="huw"):
    by = person(council, who)
    ground = LegalGround.CRIME
    return disclosure.ask(
        work_of(council), case.id, form, ground=ground, chosen=chosen, by=by, now=NOW
    )


def wanted(asked):
    return Wanted(
        purpose=ExportPurpose.DISCLOSURE,
        for_whom="Heddlu",
        exhibits=asked.exhibits,
        disclosure=asked.id,
    )


@pytest.mark.requirement("L49")
@pytest.mark.requirement("H10")
@pytest.mark.parametrize("second", ["owain", "dewi"])
def test_what_an_authority_asks_for_goes_with_two_signatures_and_a_receipt(
    council, sources, tmp_path, second
):
    case = approved(council)
    chosen, other = exhibit_of(council, case, 1), exhibit_of(council, case, 2)
    asked = request(council, case, [chosen.id])
    work, huw = work_of(council), person(council, "huw")
    disclosure.sign(work, asked.id, by=person(council, second), now=NOW)
    export = make(council, sources, case, wanted(asked))
    folder = fetched(council, export, tmp_path / "out")
    assert verified(folder).returncode == 0
    assert [path.name for path in (folder / "data/exhibits").iterdir()] == ["HI-1"]
    text = (folder / "data/audit/extract.jsonl").read_text()
    assert other.held not in text
    assert json.loads((folder / "data/fairness.json").read_text())["items"] == []
    with pytest.raises(NotUsable):
        receipt(council, case, asked, "0" * 64)
    receipt(council, case, asked, export.digest)
    details = [each.detail for each in entries(council, Action.DISCLOSE)]
    assert details == [
        f"{asked.id} asked for: crime, HI/1; the first signature",
        f"{asked.id} signed: the second signature",
        f"{asked.id} given: bundle {export.id}, digest {export.digest}",
    ]
    assert [each.detail for each in entries(council, Action.RECEIPT)] == [
        f"{asked.id}: taken on 2026-11-24, digest {export.digest}"
    ]
    with pytest.raises(Conflict):
        exporting.begin(work, case.id, wanted(asked), by=huw, now=NOW)


@pytest.mark.requirement("H13")
@pytest.mark.parametrize("standing", [Standing.LEFT, Standing.SUSPENDED])
def test_a_bundle_and_a_disclosure_of_someone_who_has_gone(council, sources, tmp_path, standing):
    case = approved(council)
    exhibit = exhibit_of(council, case, 1)
    with council.database.writing() as session:
        entry = AuditEntry(at=NOW, actor="x", action=Action.CHANGE_PERSON, subject="sioned")
        people.put(session, replace(people.get(session, "sioned"), standing=standing), entry)
    asked = request(council, case, [exhibit.id])
    disclosure.sign(work_of(council), asked.id, by=person(council, "owain"), now=NOW)
    for number, each in enumerate((HEARING, wanted(asked))):
        export = make(council, sources, case, each)
        assert verified(fetched(council, export, tmp_path / str(number))).returncode == 0


def receipt(council, case, asked, digest):
    given = Receipt(officer="PC 1234 Rees", on=NOW.date(), digest=digest)
    by = person(council, "huw")
    return disclosure.take_receipt(work_of(council), case.id, asked.id, given, by=by, now=NOW)


@pytest.mark.requirement("L49")
@pytest.mark.parametrize("field", ["authority", "officer", "reference", "wanted"])
def test_an_incomplete_form_is_no_request(council, field):
    case = approved(council)
    exhibit = exhibit_of(council, case, 1)
    with pytest.raises(NotUsable) as raised:
        request(council, case, [exhibit.id], replace(FORM, **{field: " "}))
    assert (raised.value.where, raised.value.mistake) == (field, "missing")


@pytest.mark.requirement("L49")
def test_nothing_is_disclosed_with_one_signature(council):
    case = approved(council)
    exhibit = exhibit_of(council, case, 1)
    asked = request(council, case, [exhibit.id])
    work, huw = work_of(council), person(council, "huw")
    with pytest.raises(NotPermitted):
        exporting.begin(work, case.id, wanted(asked), by=huw, now=NOW)
    assert entries(council, Action.TURN_AWAY)[-1].detail == "disclose: one-signature"
    with pytest.raises(NotPermitted):
        receipt(council, case, asked, "0" * 64)
    assert entries(council, Action.TURN_AWAY)[-1].detail == "receipt: not-ready"
    assert entries(council, Action.BUNDLE) == []


@pytest.mark.requirement("L49")
@pytest.mark.parametrize(
    ("who", "why"),
    [
        pytest.param("huw", "same-person", id="the same person twice"),
        pytest.param("mali", "not-a-signatory", id="another of HR"),
        pytest.param("sam", "not-a-signatory", id="an administrator"),
        pytest.param("gwen", "not-a-signatory", id="the manager"),
        pytest.param("sioned", "not-a-signatory", id="whom it is about"),
        pytest.param("ysgol", "other-body", id="someone of another body"),
    ],
)
def test_the_second_signature_is_an_authoriser_s_or_the_officer_s(council, who, why):
    case = approved(council)
    exhibit = exhibit_of(council, case, 1)
    asked = request(council, case, [exhibit.id])
    with pytest.raises((NotPermitted, NotFound)):
        disclosure.sign(work_of(council), asked.id, by=person(council, who), now=NOW)
    [refused] = entries(council, Action.TURN_AWAY)
    assert (refused.actor, refused.detail) == (who, f"sign disclosure: {why}")


def test_other_exhibits_than_those_signed_for_do_not_go(council):
    case = approved(council)
    first, second = exhibit_of(council, case, 1), exhibit_of(council, case, 2)
    asked = request(council, case, [first.id])
    work, huw = work_of(council), person(council, "huw")
    disclosure.sign(work, asked.id, by=person(council, "owain"), now=NOW)
    more = replace(wanted(asked), exhibits=(first.id, second.id))
    with pytest.raises(NotFound):
        exporting.begin(work, case.id, more, by=huw, now=NOW)


def hold_on(council, freezing, case, covering, review=REVIEW):
    given = {"by": person(council, "huw"), "now": NOW}
    return legal_holds.place(
        work_of(council), freezing, case.id, covering, reason="Claim", review=review, **given
    )


@pytest.mark.requirement("H3")
@pytest.mark.parametrize(
    ("covering", "kept"),
    [
        pytest.param(Covering.EXHIBITS, (True, False, False), id="exhibits"),
        pytest.param(Covering.SCOPE, (True, True, False), id="all there is in scope"),
        pytest.param(Covering.NEW_MAIL, (True, True, True), id="and what comes"),
    ],
)
def test_a_hold_covers_what_it_says(council, freezing, covering, kept):
    case = approved(council)
    exhibit = exhibit_of(council, case, 1)
    other = council.hold(2)
    hold_on(council, freezing, case, covering)
    later = council.hold(3)
    with council.database.writing() as session:
        from models.db.tables import HeldRow

        session.get(HeldRow, later).received = NOW + DAY
    with council.database.reading() as session:
        found = freezes.frozen(session, [exhibit.held, other, later])
        assert tuple(each in found for each in (exhibit.held, other, later)) == kept
        assert case.id in freezes.frozen_beside(session, [case.id])


@pytest.mark.requirement("H3")
def test_the_effect_of_a_hold_is_known_before_it_is_placed(council, freezing):
    case = approved(council)
    for number in (1, 2, 3):
        council.hold(number)
    council.review.refuse("POR000001", by=person(council, "gwen"), reason="No", now=NOW)
    by = person(council, "huw")
    found = legal_holds.effect(work_of(council), freezing, case.id, Covering.SCOPE, by=by, now=NOW)
    assert (found.emails, found.waiting, found.first) == (3, 2, date(2026, 12, 24))


@pytest.mark.parametrize("days", [0, 184])
def test_a_hold_is_reviewed_within_six_months(council, freezing, days):
    case = approved(council)
    exhibit_of(council, case, 1)
    with pytest.raises(NotUsable) as raised:
        hold_on(council, freezing, case, Covering.EXHIBITS, NOW.date() + days * DAY)
    assert (raised.value.where, raised.value.mistake) == ("review", "out-of-range")


def test_a_hold_of_nothing_is_none(council, freezing):
    with pytest.raises(NotUsable):
        hold_on(council, freezing, approved(council), Covering.EXHIBITS)


@pytest.mark.requirement("H3")
@pytest.mark.requirement("N10")
def test_a_hold_is_lifted_by_two_after_a_wait_and_the_second_is_an_authoriser(council, freezing):
    case = approved(council)
    exhibit = exhibit_of(council, case, 1)
    hold = hold_on(council, freezing, case, Covering.EXHIBITS)
    huw, mali, owain = (person(council, who) for who in ("huw", "mali", "owain"))
    late = NOW + 9 * DAY
    with pytest.raises(NotPermitted, match="two signatures"):
        freezing.lift(hold.id, by=owain, now=NOW)
    freezing.ask_to_lift(hold.id, by=huw, now=NOW)
    for by, now, why in (
        (huw, late, "second person"),
        (owain, NOW, "wait is not over"),
        (mali, late, "not this person's"),
    ):
        with pytest.raises(NotPermitted, match=why):
            freezing.lift(hold.id, by=by, now=now)
    assert len(entries(council, Action.TURN_AWAY)) == 4
    with council.database.reading() as session:
        assert freezes.frozen(session, [exhibit.held])
    freezing.lift(hold.id, by=owain, now=late)
    with council.database.reading() as session:
        assert not freezes.frozen(session, [exhibit.held])


@pytest.mark.requirement("H3")
@pytest.mark.parametrize(
    "people",
    [
        pytest.param("mali", id="whom the case is about"),
        pytest.param("sioned", id="another of HR"),
    ],
)
def test_others_of_hr_neither_know_of_a_case_s_hold_nor_begin_to_lift_it(council, freezing, people):
    hold = hold_on(council, freezing, approved(council, people=people), Covering.NEW_MAIL)
    mali, huw = person(council, "mali"), person(council, "huw")
    with council.database.reading() as session:
        known = [may_know(session, each, hold) for each in (mali, huw, person(council, "owain"))]
    assert known == [False, True, True]
    for act in (freezing.ask_to_lift, freezing.lift):
        with pytest.raises(NotPermitted, match="not this person's"):
            act(hold.id, by=mali, now=NOW)
    with pytest.raises(NotPermitted):
        freezing.keep_on(hold.id, review=REVIEW, by=mali, now=NOW)
    with visit(council, "mali") as client:
        assert hold.id not in client.get("/freezes").text
    assert len(entries(council, Action.TURN_AWAY)) == 3


@pytest.mark.requirement("H12")
@pytest.mark.requirement("L38")
@pytest.mark.requirement("N10")
def test_exhibits_go_with_their_case_by_certificate_unless_a_hold_keeps_them(council, freezing):
    case, kept = approved(council), approved(council)
    gone, stays = exhibit_of(council, case, 1), exhibit_of(council, kept, 2)
    hold_on(council, freezing, kept, Covering.EXHIBITS)
    work, huw = work_of(council), person(council, "huw")
    for each in (case, kept):
        work_on.close(
            work,
            each.id,
            by=huw,
            outcome=work_on.Outcome.FORMAL,
            keep_until=NOW.date() + 30 * DAY,
            now=NOW,
        )
    sweep = Sweep(database=council.database, settings=KeepingSettings())
    before = sweep.run(NOW + 30 * DAY, by="x")
    assert "case" not in before.erased
    certificate = sweep.run(NOW + 32 * DAY, by="x")
    assert certificate.erased["case"] == 2
    assert certificate.left["case"] == {"frozen": 1}
    subjects = [each.subject for each in entries(council, Action.ERASE)]
    assert {case.id, gone.id} <= set(subjects)
    with council.database.reading() as session:
        with pytest.raises(NotFound):
            exhibits.relevance(session, council.keyring, gone)
        assert contents.open_more(session, council.keyring, stays.id, contents.MESSAGE)


def test_roles_of_the_sample_are_as_these_tests_need():
    from tests.case_sample import MORE

    assert {each.id for each in MORE if Role.AUTHORISER in each.roles} == {"owain", "nia"}
