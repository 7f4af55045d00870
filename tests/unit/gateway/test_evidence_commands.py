"""porthor evidence on the command line: statuses, words, and what is refused."""

import json
import subprocess

import pytest
from bundles import a_sealing, contents_of

from gateway.bundle_sources import sources
from gateway.cli import main
from gateway.config import load_settings
from models.db.database import Database
from models.db.keyring import Keyring
from models.errors import SettingInvalid
from quarantine.evidence.bundle import make_bundle


@pytest.fixture
def bundle(tmp_path):
    Keyring.create(tmp_path / "keys.toml")
    database = Database(f"sqlite:///{tmp_path / 'porthor.db'}")
    database.upgrade()
    made = contents_of(database, Keyring.load(tmp_path / "keys.toml"))
    database.close()
    return make_bundle(made, tmp_path / "bundle", a_sealing(tmp_path))


def test_verify_says_0_then_1_and_names_the_file(bundle, capsys):
    assert main(["evidence", "verify", str(bundle)]) == 0
    assert "NOTHING WAS CHANGED" in capsys.readouterr().out
    (bundle / "data/fairness.json").write_text("{}")
    assert main(["evidence", "verify", str(bundle), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [each["file"] for each in told["problems"]] == ["data/fairness.json"]


def test_verify_with_the_body_s_certificate_and_with_a_stranger_s(bundle, tmp_path, capsys):
    ours, theirs = tmp_path / "certificate.pem", tmp_path / "strangers/certificate.pem"
    a_sealing(tmp_path / "strangers")
    assert main(["evidence", "verify", str(bundle), "--trust", str(ours)]) == 0
    assert "leads to the one you trust" in capsys.readouterr().out
    assert main(["evidence", "verify", str(bundle), "--trust", str(theirs)]) == 1
    assert "signature.p7s" in capsys.readouterr().out


def test_what_could_not_be_checked_is_not_a_yes(bundle, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["evidence", "verify", str(bundle)]) == 1
    assert "NOT EVERYTHING COULD BE CHECKED" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["verify", "nowhere"], id="a bundle that is not there"),
        pytest.param(["verify", "porthor.db"], id="a file that is no archive"),
        pytest.param(["replay", "nowhere"], id="nothing to repeat"),
        pytest.param(["verify", "bundle", "--trust", "nowhere.pem"], id="no such certificate"),
        pytest.param(["replay", "bundle", "--classifier", "nowhere"], id="no such classifier"),
        pytest.param(["certificate"], id="a certificate in nobody's name"),
    ],
)
def test_bad_usage_is_2_and_says_what_was_expected(bundle, arguments, monkeypatch, capsys):
    monkeypatch.chdir(bundle.parent)
    assert main(["evidence", *arguments]) == 2
    told = capsys.readouterr()
    assert told.err.startswith("porthor: ")
    assert told.out == ""


def test_a_hostile_bundle_cannot_move_the_terminal_s_cursor(bundle, capsys):
    (bundle / "data/\x1b[2Jx").write_text("x")
    assert main(["evidence", "verify", str(bundle)]) == 1
    assert "\x1b" not in capsys.readouterr().out


def test_a_small_body_makes_a_certificate_and_signs_with_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["init", "here", "--sample"]) == 0
    capsys.readouterr()
    config = ["--config", "here/porthor.toml"]
    assert main([*config, "evidence", "certificate", "--out", "here"]) == 0
    told = capsys.readouterr().out
    assert "WARNING: this certificate vouches for itself" in told
    settings = load_settings(tmp_path / "here/porthor.toml")
    with pytest.raises(SettingInvalid, match="porthor evidence certificate"):
        sources(settings).sealing()
    text = settings.path.read_text()
    text = text.replace('\ncertificate = ""', '\ncertificate = "evidence-certificate.pem"', 1)
    text = text.replace('\nkey = ""', '\nkey = "evidence-key.pem"', 1)
    settings.path.write_text(text)
    sealing = sources(load_settings(settings.path)).sealing()
    subject = ["openssl", "x509", "-noout", "-subject", "-in", "here/evidence-certificate.pem"]
    printed = subprocess.run(subject, capture_output=True, text=True, check=True).stdout
    assert settings.body.name_en in printed
    assert sealing.signer.sign(b"x")
    assert sources(settings).reliability().settings


@pytest.mark.parametrize(
    ("key", "content"),
    [
        pytest.param("known_faults", "faults = 3", id="a list of faults that is none"),
        pytest.param("test_results", "", id="test results that say nothing"),
        pytest.param("timestamp_certificate", "no PEM", id="an authority that is none"),
    ],
)
def test_config_check_finds_what_would_keep_a_bundle_from_being_made(
    tmp_path, monkeypatch, capsys, key, content
):
    monkeypatch.chdir(tmp_path)
    assert main(["init", "here", "--sample"]) == 0
    config = ["--config", "here/porthor.toml"]
    assert main([*config, "config", "check"]) == 0
    (tmp_path / "here/spoiled").write_text(content)
    path = tmp_path / "here/porthor.toml"
    text = path.read_text().replace(f'\n{key} = ""', f'\n{key} = "spoiled"')
    path.write_text(text.replace('timestamp_url = ""', 'timestamp_url = "http://stamp.example/"'))
    if key != "timestamp_certificate":
        path.write_text(text)
    capsys.readouterr()
    assert main([*config, "config", "check"]) == 2
    assert f"evidence.{key}" in capsys.readouterr().err
