"""From a held message in a database to a bundle that openssl, bagit and the verifier accept."""

import json
import subprocess
import tarfile
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import bagit
import pytest
from bundles import (
    LETTER,
    POLICY_TEXT,
    RELIABILITY,
    REQUEST,
    a_sealing,
    contents_of,
    the_sources,
)
from factories import CARD, NOW, POLICY, STAFF, a_review, an_envelope, hold
from timestamping import make_authority, reply, serving

from models.audit import Action, AuditEntry
from models.db import audit, held
from models.db import contents as kinds
from models.db.database import Database
from models.db.keyring import Keyring
from models.db.tables import ContentRow
from models.errors import NotFound, SettingInvalid, Tampered, Unavailable
from models.finding import Unread
from models.held import HeldState
from quarantine.evidence import bundle as bundles
from quarantine.evidence import verifier
from quarantine.evidence.bundle import Sealing, digest_of, make_bundle, pack, pack_for, unpack
from quarantine.evidence.contents import BundleForm
from quarantine.evidence.gathering import fairness_of, gather, open_item
from quarantine.evidence.reading_copy import Redaction
from quarantine.evidence.signing import load_certificates, load_signer, make_certificate

NAME = "Ŵyn Zyxwvut"


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    a_sealing(folder)
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """What a bundle would hold, where it does not matter which database it came from."""
    folder = tmp_path_factory.mktemp("contents")
    Keyring.create(folder / "keys.toml")
    database = Database(f"sqlite:///{folder / 'porthor.db'}")
    database.upgrade()
    yield contents_of(database, Keyring.load(folder / "keys.toml"))
    database.close()


@pytest.fixture
def sealing(keys):
    return a_sealing(keys)


def read(folder, path):
    return json.loads((folder / path).read_text(encoding="utf-8"))


@pytest.mark.requirement("H6")
@pytest.mark.requirement("L46")
def test_a_bundle_holds_all_that_an_expert_needs(database, keyring, sealing, tmp_path):
    envelope = an_envelope(recipients=("john@elsewhere.example", "gwen@cyngor-enghraifft.example"))
    made = contents_of(database, keyring, envelope=envelope)
    folder = make_bundle(made, tmp_path / "bundle", sealing)
    exhibit = folder / "data/exhibits/GM-4"
    assert (exhibit / "original.eml").read_bytes() == LETTER
    told = read(exhibit, "envelope.json")
    assert told["digest"] == sha256(LETTER).hexdigest()
    assert [each["address"] for each in told["recipients"]] == list(envelope.addresses)
    assert told["waiting"] == ["john@elsewhere.example"]
    assert told["client"]["address"] == "192.0.2.1"
    (finding,) = read(exhibit, "findings.json")
    assert finding["excerpt"] == "4111 1111 1111 1111"
    decision = read(exhibit, "decisions.json")
    assert decision["rules"] == ["payment-card"]
    assert [each["disposition"] for each in decision["outcomes"]] == ["hold", "relay"]
    assert decision["program"].startswith("0.1.0+")
    assert (folder / f"data/policy/{POLICY.digest}.toml").read_text() == POLICY_TEXT
    (rule,) = read(folder, f"data/policy/{POLICY.digest}-rules.json")
    assert (rule["id"], rule["then"]) == ("payment-card", "hold")
    assert set(rule["clause_text"]) == {"cy", "en"}
    assert NAME.split()[1] in (exhibit / "copy.txt").read_text()
    report = verifier.check(folder)
    assert report.status == 0
    assert any(digest_of(folder) in each for each in report.facts)


def test_other_tools_accept_it(made, sealing, keys, tmp_path):
    folder = make_bundle(made, tmp_path / "bundle", sealing)
    bag = bagit.Bag(str(folder))
    bag.validate()
    assert bag.version_info == (1, 0)
    assert bag.info["External-Identifier"] == "HR-26-014"
    for algorithm in ("sha256", "sha512"):
        for kind in ("tagmanifest", "manifest"):
            command = [f"{algorithm}sum", "--check", "--strict", f"{kind}-{algorithm}.txt"]
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
    told = "".join((folder / f"README.{each}.txt").read_text() for each in ("cy", "en"))
    (command,) = {line.strip() for line in told.splitlines() if "-CAfile CERTIFICATE.pem" in line}
    trusted = command.replace("CERTIFICATE.pem", str(keys / "certificate.pem"))
    done = subprocess.run(
        trusted.replace("-out signed.txt", "").split(), cwd=folder, capture_output=True, check=True
    )
    assert done.stdout == (folder / "tagmanifest-sha256.txt").read_bytes()


@pytest.mark.requirement("L51")
@pytest.mark.requirement("H5")
@pytest.mark.requirement("L47")
def test_custody_is_told_in_both_languages_and_the_look_is_in_it(
    database, keyring, sealing, tmp_path
):
    folder = make_bundle(contents_of(database, keyring), tmp_path / "bundle", sealing)
    english, welsh = ((folder / f"data/custody.{each}.txt").read_text() for each in ("en", "cy"))
    assert "Opened\n    Gwen (gwen). On GM/4.\n    Purpose: to prepare evidence." in english
    assert "Agorwyd\n    Gwen (gwen). Ar GM/4.\n    Diben: paratoi tystiolaeth." in welsh
    lines = (folder / "data/audit/extract.jsonl").read_text().splitlines()
    entries = [json.loads(each) for each in lines]
    assert [each["action"] for each in entries] == ["hold", "look"]
    with database.reading() as session:
        length, digest = audit.verify(session)
    last = (folder / "data/audit/digests.txt").read_text().splitlines()[-1]
    assert last == f"{length} {digest}"


def test_entries_of_others_are_not_in_it_but_their_digests_are(
    database, keyring, sealing, tmp_path
):
    contents_of(database, keyring)
    other = hold(database, keyring, raw=CARD, envelope=an_envelope(2))
    a_review(database).release(other, by=STAFF[1], now=NOW)
    with database.writing() as session:
        look = AuditEntry(at=NOW, actor="gwen", action=Action.LOOK, subject="ID1")
        item = open_item(session, keyring, "ID1", label="GM/4", entry=look)
        made = gather(session, the_sources(), REQUEST, [item])
    folder = make_bundle(made, tmp_path / "bundle", sealing)
    everything = b"".join(each.read_bytes() for each in folder.rglob("*") if each.is_file())
    assert other.encode() not in everything
    numbers = [
        json.loads(line)["sequence"]
        for line in (folder / "data/audit/extract.jsonl").read_text().splitlines()
    ]
    listed = [
        int(line.split()[0])
        for line in (folder / "data/audit/digests.txt").read_text().splitlines()
    ]
    assert listed == list(range(numbers[0] - 1, numbers[-1] + 1))
    assert len(numbers) < len(listed)
    assert verifier.check(folder).status == 0


@pytest.mark.requirement("L48")
@pytest.mark.parametrize(
    ("part", "said"),
    [
        pytest.param({"version": ""}, "version", id="the version"),
        pytest.param({"build": ""}, "build", id="the build"),
        pytest.param({"settings": ()}, "settings", id="the settings"),
        pytest.param({"faults": None}, "known faults", id="the known faults"),
        pytest.param({"tests": None}, "test results", id="the test results"),
        pytest.param({"clock": ""}, r"clock source.*evidence\.clock_source", id="the clock"),
    ],
)
def test_a_bundle_fails_to_build_without_any_part_of_the_record(
    made, sealing, tmp_path, part, said
):
    made = replace(made, reliability=replace(RELIABILITY, **part))
    with pytest.raises(SettingInvalid, match=said):
        make_bundle(made, tmp_path / "bundle", sealing)
    assert list(tmp_path.glob("bundle*")) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"policies": ()}, "policy text that held GM/4", id="no policy"),
        pytest.param({"items": ()}, "an exhibit", id="no exhibit"),
    ],
)
def test_a_bundle_fails_to_build_without_what_the_decision_stood_on(
    made, sealing, tmp_path, change, said
):
    made = replace(made, **change)
    with pytest.raises(SettingInvalid, match=said):
        make_bundle(made, tmp_path / "bundle", sealing)


def test_a_bundle_fails_to_build_without_the_card_of_a_classifier_that_took_part(
    made, sealing, tmp_path
):
    (item,) = made.items
    learned = replace(item, held=replace(item.held, classifier="a" * 64))
    with pytest.raises(SettingInvalid, match="card of the classifier that took part in GM/4"):
        make_bundle(replace(made, items=(learned,)), tmp_path / "bundle", sealing)


def test_everything_missing_is_said_at_once(made, sealing, tmp_path):
    bare = replace(RELIABILITY, faults=None, tests=None, clock="")
    made = replace(made, reliability=bare, policies=())
    with pytest.raises(SettingInvalid) as refused:
        make_bundle(made, tmp_path / "bundle", sealing)
    for each in ("known faults", "test results", "clock source", "policy text"):
        assert each in str(refused.value)


def test_what_is_not_as_it_was_recorded_never_becomes_evidence(made, sealing, tmp_path):
    (item,), (policy,) = made.items, made.policies
    for change in (
        {"items": (replace(item, raw=LETTER + b" "),)},
        {"policies": (replace(policy, text=policy.text + "\n"),)},
    ):
        with pytest.raises(Tampered):
            make_bundle(replace(made, **change), tmp_path / "bundle", sealing)
    assert not (tmp_path / "bundle").exists()


def test_the_same_contents_give_the_same_bytes_but_for_signature_and_seal(made, sealing, tmp_path):
    made = replace(made, request=replace(REQUEST, pdf=True))
    one = make_bundle(made, tmp_path / "one", sealing)
    two = make_bundle(made, tmp_path / "two", sealing)
    names = {each.relative_to(one).as_posix() for each in one.rglob("*") if each.is_file()}
    assert "data/exhibits/GM-4/copy.pdf" in names
    differ = {each for each in names if (one / each).read_bytes() != (two / each).read_bytes()}
    assert differ <= {"signature.p7s", "seal-sha256.txt"}
    first, second = (pack(one, NOW, tmp_path / name).read_bytes() for name in ("1.tar", "2.tar"))
    assert first == second


def test_a_time_stamp_is_asked_for_and_checked(made, keys, tmp_path):
    authority = tmp_path / "authority"
    roots = tuple(load_certificates(make_authority(authority), "authority"))
    with serving(lambda query: reply(authority, query)) as url:
        stamped = a_sealing(keys, timestamp_url=url, authority=roots)
        folder = make_bundle(made, tmp_path / "bundle", stamped)
    report = verifier.check(folder, authority=authority / "root.pem")
    assert report.status == 0
    assert any("time stamp fits the signature" in each for each in report.facts)
    command = ["openssl", "ts", "-verify", "-data", "signature.p7s", "-in", "timestamp.tsr"]
    command += ["-CAfile", "timestamp-authority.pem"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    told = (folder / "timestamp.tsr").read_bytes()
    (folder / "timestamp.tsr").write_bytes(told[:-1] + bytes([told[-1] ^ 1]))
    assert "timestamp.tsr" in {file for file, _, _ in verifier.check(folder).problems}
    (folder / "timestamp.tsr").unlink()
    assert "timestamp.tsr" in {file for file, _, _ in verifier.check(folder).problems}


def test_an_authority_that_fails_leaves_no_bundle(made, keys, tmp_path):
    roots = tuple(load_certificates(keys / "certificate.pem", "authority"))
    with serving(lambda _: 500) as url:
        stamped = a_sealing(keys, timestamp_url=url, authority=roots)
        with pytest.raises(Unavailable):
            make_bundle(made, tmp_path / "bundle", stamped)
    assert not (tmp_path / "bundle").exists()


def test_only_its_recipient_opens_it_and_it_verifies_then(made, sealing, keys, tmp_path):
    folder = make_bundle(made, tmp_path / "HR-26-014", sealing)
    (recipient,) = load_certificates(keys / "certificate.pem", "recipient")
    sealed = pack_for(folder, NOW, recipient, tmp_path / "HR-26-014.tar.p7m")
    assert b"original.eml" not in sealed.read_bytes()
    opened = tmp_path / "HR-26-014.tar"
    command = ["openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in", str(sealed)]
    command += ["-recip", str(keys / "certificate.pem"), "-inkey", str(keys / "key.pem")]
    subprocess.run([*command, "-out", str(opened)], check=True, capture_output=True)
    into = tmp_path / "opened"
    into.mkdir()
    assert verifier.check(unpack(opened, into)).status == 0


@pytest.mark.parametrize(
    "name", ["../outside", "/tmp/outside", "bundle/../../outside"], ids=["above", "root", "within"]
)
def test_an_archive_cannot_write_outside_its_folder(tmp_path, name):
    archive = tmp_path / "bundle.tar"
    with tarfile.open(archive, "w") as packed:
        packed.addfile(tarfile.TarInfo("bundle/x"))
        packed.addfile(tarfile.TarInfo(name))
    into = tmp_path / "a" / "b"
    into.mkdir(parents=True)
    with pytest.raises(SettingInvalid, match=r"bundle\.tar"):
        unpack(archive, into)
    assert not [each for each in tmp_path.rglob("outside") if into not in each.parents]


def test_a_bundle_is_never_written_over_another(made, sealing, tmp_path):
    (tmp_path / "bundle").mkdir()
    with pytest.raises(SettingInvalid, match="never written over"):
        make_bundle(made, tmp_path / "bundle", sealing)
    assert (tmp_path / "bundle").is_dir()


@pytest.mark.requirement("H9")
def test_a_bundle_of_reading_copies_holds_nothing_that_was_cut(made, sealing, tmp_path):
    request = replace(REQUEST, form=BundleForm.READING_COPY, pdf=True)
    made = replace(made, request=request)
    (item,) = made.items
    body = next(each for each in item.texts if each.part == "1")
    start = body.content.index(NAME.split(maxsplit=1)[0])
    end = body.content.index(NAME.split()[1]) + len(NAME.split()[1])
    cut = Redaction(part="1", start=start, end=end, reason="third-party")
    redacted = replace(made, items=(replace(item, redactions=(cut,)),))
    folder = make_bundle(redacted, tmp_path / "bundle", sealing)
    files = {
        each.relative_to(folder).as_posix(): each.read_bytes()
        for each in folder.rglob("*")
        if each.is_file()
    }
    assert not [name for name, each in files.items() if b"yxwvut" in each]
    assert not [name for name, each in files.items() if b"4111 1111" in each and "copy" not in name]
    assert "data/exhibits/GM-4/original.eml" not in files
    assert set(read(folder, "data/exhibits/GM-4/envelope.json")) == {
        "id",
        "digest",
        "size",
        "received",
    }
    assert b"Trydydd parti / Third party" in files["data/exhibits/GM-4/copy.txt"]
    assert files["data/exhibits/GM-4/copy.pdf"].startswith(b"%PDF")
    assert verifier.check(folder).status == 0


def test_where_no_pdf_can_be_made_the_page_is_there_and_says_so(
    made, sealing, tmp_path, monkeypatch
):
    def none(*_, **__):
        raise Unavailable("a PDF needs WeasyPrint")

    monkeypatch.setattr(bundles, "write_pdf", none)
    made = replace(made, request=replace(REQUEST, pdf=True))
    folder = make_bundle(made, tmp_path / "bundle", sealing)
    assert read(folder, "data/bundle.json")["pdf"] == "not made: a PDF needs WeasyPrint"
    assert (folder / "data/exhibits/GM-4/copy.html").is_file()


@pytest.mark.requirement("H8")
@pytest.mark.requirement("L44")
def test_it_lists_what_helps_the_person_too(database, keyring, sealing, tmp_path):
    made = contents_of(database, keyring)
    released, withdrawn, refused = (
        hold(database, keyring, raw=CARD + bytes([number]), envelope=an_envelope(number))
        for number in (50, 51, 52)
    )
    review = a_review(database)
    review.release(released, by=STAFF[1], now=NOW)
    review.withdraw(withdrawn, by=STAFF[0], now=NOW)
    review.refuse(refused, by=STAFF[1], reason="No", now=NOW)
    with database.writing() as session:
        audit.append(
            session, AuditEntry(at=NOW, actor="sioned", action=Action.DISPUTE, subject="ID1")
        )
        scope = held.of_ids(session, ["ID1", released, withdrawn, refused])
        helpful = fairness_of(session, scope, {"ID1": "GM/4"})
    folder = make_bundle(replace(made, fairness=helpful), tmp_path / "bundle", sealing)
    items = read(folder, "data/fairness.json")["items"]
    told = {each["id"]: (each["state"], each["disputed"], each["label"]) for each in items}
    assert told == {
        "ID1": ("held", True, "GM/4"),
        released: ("released", False, ""),
        withdrawn: ("withdrawn", False, ""),
    }


def test_two_labels_that_would_share_a_folder_are_refused(made, sealing, tmp_path):
    (item,) = made.items
    twice = replace(made, items=(item, replace(item, label="GM-4")))
    with pytest.raises(SettingInvalid, match="same letters and digits"):
        make_bundle(twice, tmp_path / "bundle", sealing)


def test_one_held_before_envelopes_were_kept_says_so(database, keyring, sealing, tmp_path):
    contents_of(database, keyring)
    with database.writing() as session:
        session.delete(session.get(ContentRow, ("ID1", kinds.ACCEPTANCE)))
    with database.writing() as session:
        look = AuditEntry(at=NOW, actor="gwen", action=Action.LOOK, subject="ID1")
        item = open_item(session, keyring, "ID1", label="GM/4", entry=look)
        made = gather(session, the_sources(), REQUEST, [item])
    folder = make_bundle(made, tmp_path / "bundle", sealing)
    assert read(folder, "data/exhibits/GM-4/envelope.json")["whole"] is False


@pytest.mark.requirement("L50")
def test_what_is_sealed_unseen_never_becomes_an_exhibit(database, keyring):
    contents_of(database, keyring)
    entry = AuditEntry(at=NOW, actor="gwen", action=Action.SEAL, subject="ID1")
    with database.writing() as session:
        held.move(session, "ID1", HeldState.HELD, HeldState.SEALED, entry)
    look = AuditEntry(at=NOW, actor="gwen", action=Action.LOOK, subject="ID1")
    with pytest.raises(NotFound), database.writing() as session:
        open_item(session, keyring, "ID1", label="GM/4", entry=look)


def test_what_could_not_be_read_is_said_in_the_copy(made, sealing, tmp_path):
    (item,) = made.items
    unread = (Unread(part="2", reason="password", name="Zyxwvut.zip"),)
    accepted = replace(item.acceptance, unread=unread)
    folder = make_bundle(
        replace(made, items=(replace(item, acceptance=accepted),)), tmp_path / "bundle", sealing
    )
    exhibit = folder / "data/exhibits/GM-4"
    for name in ("copy.txt", "copy.html"):
        told = (exhibit / name).read_text()
        assert "The check could not read this, so it is not in this copy (password)" in told
        assert "Zyxwvut.zip" not in told
    assert read(exhibit, "decisions.json")["unread"] == [{"part": "2", "reason": "password"}]


def test_a_policy_that_this_program_cannot_read_goes_along_as_it_was(made, sealing, tmp_path):
    (policy,) = made.policies
    older = replace(made, policies=(replace(policy, policy=None),))
    folder = make_bundle(older, tmp_path / "bundle", sealing)
    assert (folder / f"data/policy/{POLICY.digest}.toml").read_text() == POLICY_TEXT
    assert not (folder / f"data/policy/{POLICY.digest}-rules.json").exists()


def test_a_certificate_that_has_run_out_signs_nothing(made, tmp_path):
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    make_certificate(["Cyngor"], certificate, key, now=NOW - timedelta(days=4 * 365))
    old = Sealing(signer=load_signer(certificate, key))
    with pytest.raises(SettingInvalid, match=r"evidence\.certificate ended on 2025-11-2"):
        make_bundle(made, tmp_path / "bundle", old)
    assert not (tmp_path / "bundle").exists()
