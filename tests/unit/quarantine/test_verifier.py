"""One byte changed anywhere in a bundle is found and named, on a bare machine."""

import ast
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bundles import a_sealing, contents_of
from hypothesis import given, settings
from hypothesis import strategies as st

from models.db.database import Database
from models.db.keyring import Keyring
from quarantine.evidence import verifier
from quarantine.evidence.bundle import make_bundle
from quarantine.evidence.signing import make_certificate

SIGNED = {"signature.p7s", "certificate.pem", "verifier.py", "seal-sha256.txt", "bagit.txt"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A bundle that nobody touches."""
    place = tmp_path_factory.mktemp("whole")
    Keyring.create(place / "keys.toml")
    database = Database(f"sqlite:///{place / 'porthor.db'}")
    database.upgrade()
    contents = contents_of(database, Keyring.load(place / "keys.toml"))
    sealing = a_sealing(place)
    yield make_bundle(contents, place / "bundle", sealing)
    database.close()


@pytest.fixture
def bundle(whole, tmp_path):
    """A copy to spoil."""
    return Path(shutil.copytree(whole, tmp_path / "bundle"))


def files(folder):
    return sorted(
        each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()
    )


def named(folder, **how):
    return {file for file, kind, _ in verifier.check(folder, **how).problems if kind != "unchecked"}


@pytest.mark.requirement("L47")
def test_a_bundle_that_nobody_touched_is_whole(whole):
    report = verifier.check(whole)
    assert (report.status, report.problems) == (0, [])
    assert set(files(whole)) >= SIGNED
    assert "fingerprint" in "".join(report.facts)


def test_every_single_file_is_found_and_named_when_a_byte_of_it_changes(bundle):
    for name in files(bundle):
        path = bundle / name
        before = path.read_bytes()
        path.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
        report = verifier.check(bundle)
        assert report.status == 1, name
        assert name in {file for file, _, _ in report.problems}, name
        path.write_bytes(before)
    assert verifier.check(bundle).status == 0


@pytest.mark.requirement("L47")
@pytest.mark.requirement("H6")
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_byte_changed_added_or_removed_anywhere_is_found_and_named(whole, data):
    name = data.draw(st.sampled_from(files(whole)))
    path = whole / name
    before = path.read_bytes()
    at = data.draw(st.integers(0, len(before) - 1))
    way = data.draw(st.sampled_from(["change", "insert", "remove", "cut off", "append"]))
    byte = data.draw(st.binary(min_size=1, max_size=1).filter(lambda one: one[0] != before[at]))
    changed = {
        "change": before[:at] + byte + before[at + 1 :],
        "insert": before[:at] + byte + before[at:],
        "remove": before[:at] + before[at + 1 :],
        "cut off": before[:at],
        "append": before + byte,
    }[way]
    path.write_bytes(changed)
    try:
        assert name in named(whole)
    finally:
        path.write_bytes(before)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_file_removed_renamed_or_added_is_found_and_named(whole, data):
    name = data.draw(st.sampled_from(files(whole)))
    path = whole / name
    before = path.read_bytes()
    path.unlink()
    try:
        assert name in named(whole)
        other = path.with_name(f"{path.name}2")
        other.write_bytes(before)
        assert {name, f"{name}2"} <= named(whole)
        path.write_bytes(before)
        assert named(whole) == {f"{name}2"}
        other.unlink()
    finally:
        path.write_bytes(before)
    assert named(whole) == set()


def test_a_changed_file_is_named_alone(bundle):
    path = bundle / "data/exhibits/GM-4/copy.txt"
    path.write_bytes(path.read_bytes() + b" ")
    assert named(bundle) == {"data/exhibits/GM-4/copy.txt"}


def test_a_link_and_an_empty_folder_are_named(bundle):
    (bundle / "data/link").symlink_to("/etc/hostname")
    (bundle / "data/empty").mkdir()
    assert named(bundle) == {"data/link", "data/empty/"}


def test_whoever_makes_all_lists_anew_still_lacks_the_signature(bundle):
    (bundle / "data/exhibits/GM-4/original.eml").write_bytes(b"Subject: forged\r\n\r\n")
    relist(bundle)
    assert "signature.p7s" in named(bundle)
    assert "data/exhibits/GM-4/original.eml" in named(bundle)  # not what was accepted


def test_a_bundle_signed_anew_with_another_key_is_not_the_trusted_body_s(bundle, whole, tmp_path):
    sealing = a_sealing(tmp_path / "theirs")
    (bundle / "data/custody.en.txt").write_text("forged")
    (bundle / "certificate.pem").write_bytes(sealing.signer.pem)
    relist(bundle)
    signature = sealing.signer.sign((bundle / "tagmanifest-sha256.txt").read_bytes())
    (bundle / "signature.p7s").write_bytes(signature)
    reseal(bundle)
    assert named(bundle) == set()  # nobody can tell, without the body's certificate
    assert named(bundle, trust=whole / "certificate.pem") == {"signature.p7s"}
    assert named(whole, trust=whole / "certificate.pem") == set()


def test_nobody_else_whom_the_machine_trusts_vouches_for_a_bundle(whole, tmp_path, monkeypatch):
    """A machine trusts hundreds of authorities; a bundle is vouched for by the one given alone."""
    machine = tmp_path / "certs"
    machine.mkdir()
    shutil.copy(whole / "certificate.pem", machine / "signer.pem")
    subprocess.run(["openssl", "rehash", machine], check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_DIR", str(machine))
    theirs = tmp_path / "theirs.pem"
    make_certificate(["Arall"], theirs, tmp_path / "key.pem", now=datetime.now(UTC))
    assert named(whole, trust=theirs) == {"signature.p7s"}


def relist(folder):
    """Make every list anew, as a forger would."""
    data = {each: verifier._digests(folder / each) for each in files(folder)}
    for kind, payload in (("manifest", True), ("tagmanifest", False)):
        for algorithm in verifier.ALGORITHMS:
            name = f"{kind}-{algorithm}.txt"
            data |= {
                each: verifier._digests(folder / each) for each in data if each.startswith("manif")
            }
            listed = {
                path: each[algorithm]
                for path, each in data.items()
                if path.startswith("data/") is payload and path not in verifier._UNLISTED
            }
            (folder / name).write_bytes(verifier.listing(listed))
    reseal(folder)


def reseal(folder):
    sealed = {each: verifier._digests(folder / each)["sha256"] for each in verifier.SEALED}
    (folder / verifier.SEAL).write_bytes(verifier.listing(sealed))


def test_an_audit_entry_that_was_edited_does_not_fit_the_chain(bundle):
    path = bundle / "data/audit/extract.jsonl"
    path.write_text(path.read_text().replace('"actor": "gwen"', '"actor": "marc"'))
    words = [words for file, _, words in verifier.check(bundle).problems if "audit" in words]
    assert words == ["audit entry 4 was changed after it was written"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        pytest.param("\n4 ", "\n5 ", "not in its place", id="moved to another number"),
        pytest.param("\n3 ", "\n3 0", "not in its place", id="the digest of one before it"),
        pytest.param("2 ", "two ", "cannot be read", id="a number that is none"),
        pytest.param("4 ", "", "cannot be read", id="a line without a digest"),
    ],
)
def test_a_list_of_digests_that_was_edited_does_not_fit(bundle, before, after, said):
    path = bundle / "data/audit/digests.txt"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))
    assert any(said in words for _, _, words in verifier.check(bundle).problems)


def test_the_chain_is_compared_with_an_anchor_kept_elsewhere(whole):
    last = (whole / "data/audit/digests.txt").read_text().splitlines()[-1].replace(" ", ":")
    assert verifier.check(whole, anchor=last).status == 0
    assert verifier.check(whole, anchor=f"4:{'0' * 64}").status == 1
    assert verifier.check(whole, anchor="nonsense").status == 1
    assert verifier.check(whole, anchor=f"999:{'0' * 64}").status == 2


def test_what_is_neither_file_nor_folder_is_named_and_never_opened(bundle):
    os.mkfifo(bundle / "data/pipe")
    assert named(bundle) == {"data/pipe"}


def test_a_name_cannot_move_the_terminal_s_cursor_nor_break_the_report(bundle):
    (bundle / "data/\x1b[2Jx").write_bytes(b"")
    Path(os.fsdecode(os.fsencode(bundle) + b"/data/\xff")).write_bytes(b"")
    done = run_alone(bundle, bundle.parent)
    assert (done.returncode, done.stderr) == (1, "")
    assert "\x1b" not in done.stdout
    assert run_alone(bundle, bundle.parent, "--json").returncode == 1


@pytest.mark.parametrize(
    "hostile", [b"[]", b"[" * 100_000, b"{", b"\xff", b'{"sequence": {}}\n', b"null\n", b"1"]
)
@pytest.mark.parametrize(
    "name",
    [
        "data/audit/extract.jsonl",
        "data/bundle.json",
        "data/exhibits/GM-4/envelope.json",
        "data/audit/digests.txt",
    ],
)
def test_nothing_in_a_bundle_breaks_the_verifier(bundle, name, hostile):
    (bundle / name).write_bytes(hostile)
    assert name in named(bundle)


def test_without_openssl_it_says_what_it_could_not_check(whole, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    report = verifier.check(whole)
    assert (report.status, report.wrong) == (2, False)
    assert [file for file, _, _ in report.problems] == ["signature.p7s"]
    assert "NOT EVERYTHING COULD BE CHECKED" in verifier.lines(report)[-1]


def test_it_runs_by_itself_and_imports_the_standard_library_alone(bundle, tmp_path):
    source = (bundle / "verifier.py").read_text()
    ast.parse(source, feature_version=(3, 9))
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(source))
        for name in (
            [each.name for each in node.names]
            if isinstance(node, ast.Import)
            else [node.module]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= sys.stdlib_module_names
    done = run_alone(bundle, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "NOTHING WAS CHANGED. / NI NEWIDIWYD DIM."
    (bundle / "data/fairness.json").unlink()
    done = run_alone(bundle, tmp_path, "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["status"]) == (1, 1)
    assert [each["file"] for each in told["problems"]] == ["data/fairness.json"]


def test_it_leaves_nothing_behind_in_the_bundle(bundle, tmp_path):
    before = files(bundle)
    run_alone(bundle, tmp_path)
    assert files(bundle) == before


def run_alone(bundle, elsewhere, *arguments):
    """As on a bare machine: isolated from site-packages, from another folder."""
    command = [sys.executable, "-I", "-S", str(bundle / "verifier.py"), *arguments]
    return subprocess.run(command, cwd=elsewhere, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.12", "3.13"])
def test_it_runs_on_other_pythons_that_are_here(bundle, tmp_path, version):
    python = shutil.which(f"python{version}")
    command = [python, "-I", "-S", str(bundle / "verifier.py")]
    if (
        python is None
        or subprocess.run([python, "-V"], capture_output=True, check=False).returncode
    ):
        pytest.skip(f"Python {version} is not on this machine")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
