"""A decision is repeated elsewhere: from the wheel, in another folder, with no database."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import pytest
from bundles import LETTER, POLICY_TEXT, REQUEST, a_sealing, contents_of, the_sources
from factories import NOW, POLICY, POST, an_envelope, with_staff

from classifiers.detector import detectors
from classifiers.inspection import inspect
from classifiers.learned.artefact import newest, read_artefact
from gateway.decide import decide
from models.audit import Action, AuditEntry
from models.db import policies
from models.db.database import Database
from models.db.keyring import Keyring
from models.mail import Mail
from models.mime import read_message
from quarantine.evidence.bundle import make_bundle, pack
from quarantine.evidence.gathering import gather, open_item
from quarantine.holding import Holding

ROOT = Path(__file__).parents[2]
RUDE = (
    b"Subject: You\r\n\r\nYou are a worthless idiot and everybody here hates you."
    b" I will make you pay, you stupid bitch.\r\n"
    b"4111 1111 1111 1111\r\n"
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The wheel, unpacked where nothing else of ours is; and the digest of the tree it is of."""
    folder = tmp_path_factory.mktemp("installed")
    tree = build_of(ROOT)
    build = "import sys, uv_build; uv_build.build_wheel(sys.argv[1])"
    command = [sys.executable, "-c", build, str(folder)]
    found = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": found}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    return folder / "site", tree


@pytest.fixture
def store(tmp_path):
    Keyring.create(tmp_path / "keys.toml")
    database = Database(f"sqlite:///{tmp_path / 'porthor.db'}")
    database.upgrade()
    yield database, Keyring.load(tmp_path / "keys.toml")
    database.close()


def elsewhere(installed, folder, *arguments):
    """Run the installed program from another folder, with no settings."""
    folder.mkdir(exist_ok=True)
    site, _ = installed
    run = "import gateway, sys; from gateway.cli import main; sys.stderr.write(gateway.__file__);"
    run += "sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-P", "-c", run, *map(str, arguments)],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.startswith(str(site)), done.stderr
    return done


def a_bundle(tmp_path, made, installed=None):
    """Write a bundle; its decisions are those of the installed program, if it is given."""
    if installed:
        program = f"{version('porthor')}+{installed[1][:12]}"
        items = (replace(each, held=replace(each.held, program=program)) for each in made.items)
        made = replace(made, items=tuple(items))
    return make_bundle(made, tmp_path / "HR-26-014", a_sealing(tmp_path / "keys"))


@pytest.mark.requirement("D13")
@pytest.mark.requirement("L47")
def test_the_same_verdict_comes_from_the_bundle_alone(installed, store, tmp_path):
    database, keyring = store
    envelope = an_envelope(recipients=("john@elsewhere.example", "gwen@cyngor-enghraifft.example"))
    folder = a_bundle(tmp_path, contents_of(database, keyring, envelope=envelope), installed)
    archive = pack(folder, NOW, tmp_path / "HR-26-014.tar")
    for name in ("porthor.db", "keys.toml", "HR-26-014"):
        path = tmp_path / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    done = elsewhere(installed, tmp_path / "other", "evidence", "verify", archive)
    assert (done.returncode, done.stdout.splitlines()[-1][:20]) == (0, "NOTHING WAS CHANGED.")
    done = elsewhere(installed, tmp_path / "other", "evidence", "replay", archive, "--json")
    (told,) = json.loads(done.stdout)
    assert (done.returncode, told["label"], told["same"]) == (0, "GM/4", True)
    assert (told["differences"], told["notes"]) == ([], [])  # the same build, digest and all
    assert list((tmp_path / "other").iterdir()) == []


def build_of(*path):
    """The digest of the program in a folder, by a process of its own: ours may be older."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", "from quarantine.build import build_digest as d; print(d())"],
        cwd="/",
        env={"PYTHONPATH": os.pathsep.join(map(str, path))},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_the_wheel_is_the_build_that_the_tree_is(installed):
    site, of_the_tree = installed
    assert build_of(site) == of_the_tree


def test_a_verdict_that_is_not_what_follows_is_said_and_how(installed, store, tmp_path):
    database, keyring = store
    made = contents_of(database, keyring)
    (item,) = made.items
    (outcome,) = item.acceptance.outcomes
    forged = replace(item.acceptance, outcomes=(replace(outcome, matches=()),))
    held = replace(item.held, program="0.0.9+000000000000")
    folder = a_bundle(tmp_path, replace(made, items=(replace(item, acceptance=forged, held=held),)))
    done = elsewhere(installed, tmp_path / "other", "evidence", "replay", folder)
    assert done.returncode == 1
    assert "GM/4: IT DIFFERS" in done.stdout
    assert "recipient 1: hold then, hold now (payment-card)" in done.stdout
    assert "it was decided by 0.0.9+000000000000; this is 0.1.0+" in done.stdout
    assert "elsewhere.example" not in done.stdout


def test_a_bundle_that_was_changed_is_not_repeated(installed, store, tmp_path):
    folder = a_bundle(tmp_path, contents_of(*store))
    path = folder / "data/exhibits/GM-4/original.eml"
    path.write_bytes(path.read_bytes() + b" ")
    done = elsewhere(installed, tmp_path / "other", "evidence", "replay", folder)
    assert done.returncode == 1
    assert "CHANGED (newidiwyd): data/exhibits/GM-4/original.eml" in done.stdout


def hold_with(database, keyring, raw, classifier=None, demoted=()):
    """Hold a message as the mail path does, with a trained classifier."""
    with_staff(database)
    with database.writing() as session:
        policies.put(session, POLICY.digest, POLICY_TEXT, NOW)
    mail = Mail(envelope=an_envelope(), message=read_message(raw))
    found = inspect(mail, detectors(POLICY, classifier=classifier))
    digest = classifier.digest if classifier else ""
    how = {"on": NOW.date(), "classifier": digest, "demoted": demoted}
    verdict = decide(mail.envelope, found.findings, POLICY, **how)
    assert verdict.disposition.waits
    holding = Holding(database=database, keyring=keyring, policy=POLICY, post=POST)
    return holding.hold(mail=mail, verdict=verdict, inspection=found, now=NOW), verdict


def bundle_of(database, keyring, held_id, tmp_path, sources, installed=None):
    look = AuditEntry(at=NOW, actor="gwen", action=Action.LOOK, subject=held_id)
    with database.writing() as session:
        item = open_item(session, keyring, held_id, label="GM/5", entry=look)
        made = gather(session, sources, REQUEST, [item])
    return a_bundle(tmp_path, made, installed)


def test_the_trained_classifier_takes_part_again(installed, store, tmp_path):
    artefact = newest()
    classifier = read_artefact(artefact).classifier
    held_id, verdict = hold_with(*store, RUDE, classifier)
    sources = replace(the_sources(), classifiers=(artefact,))
    folder = bundle_of(*store, held_id, tmp_path, sources, installed)
    assert verdict.classifier == classifier.digest
    found = json.loads((folder / "data/exhibits/GM-5/findings.json").read_text())
    assert "learned" in {each["detector"] for each in found}
    card = folder / f"data/classifier/{classifier.digest}-card.md"
    assert card.read_bytes() == (artefact / "card.md").read_bytes()
    done = elsewhere(installed, tmp_path / "other", "evidence", "replay", folder, "--json")
    (told,) = json.loads(done.stdout)
    assert told == {"label": "GM/5", "same": True, "repeated": True, "differences": [], "notes": []}


def test_a_classifier_that_is_not_there_is_said_and_its_findings_are_taken(store, tmp_path):
    from gateway.replay import replay

    artefact = newest()
    held_id, _ = hold_with(*store, RUDE, read_artefact(artefact).classifier)
    sources = replace(the_sources(), classifiers=(artefact,))
    folder = bundle_of(*store, held_id, tmp_path, sources)
    (told,) = replay(folder)
    assert told.same
    found = json.loads((folder / "data/exhibits/GM-5/findings.json").read_text())
    assert "learned" in {each["detector"] for each in found}
    assert any("is not here" in each for each in told.notes)


def test_a_rule_that_only_watched_then_only_watches_again(store, tmp_path):
    from gateway.replay import replay

    held_id, verdict = hold_with(
        *store, LETTER + b"NHS number 943 476 5919\r\n", demoted={"payment-card"}
    )
    watched = {
        match.rule
        for outcome in verdict.outcomes
        for match in outcome.matches
        if match.disposition != match.watched
    }
    assert watched == {"payment-card"}
    (told,) = replay(bundle_of(*store, held_id, tmp_path, the_sources()))
    assert (told.same, told.differences) == (True, ())


def test_a_policy_of_an_older_program_is_not_repeated_and_that_is_no_yes(store, tmp_path):
    from gateway.replay import replay

    made = contents_of(*store)
    (item,), (policy,) = made.items, made.policies
    text = policy.text + "[of_an_older_program]\n"
    digest = sha256(text.encode()).hexdigest()
    older = replace(policy, text=text, digest=digest, policy=None)
    item = replace(item, held=replace(item.held, policy=digest))
    (told,) = replay(a_bundle(tmp_path, replace(made, items=(item,), policies=(older,))))
    assert (told.same, told.repeated) == (False, False)
    assert "this program cannot read that policy; take the program that decided" in told.notes
