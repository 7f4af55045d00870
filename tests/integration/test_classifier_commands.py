"""The commands that measure, fit, adopt and take back a classifier, with the shipped one."""

import json
import shutil
import tomllib

import numpy as np
import pytest
import tomli_w

from classifiers.learned.artefact import newest, read_artefact, sha256_of
from gateway.assembly import open_database
from gateway.classifier_in_force import artefact_in_force, prepare
from gateway.cli import main
from gateway.config import load_settings
from models.audit import Action
from models.db import audit

ROWS = [
    {"text": "You are a useless idiot", "lang": "en", "labels": {"abusive": 1}},
    {"text": "Ti'n hollol ddiwerth, y twpsyn", "lang": "cy", "labels": {"abusive": 1}},
    {"text": "The hall is booked for Tuesday", "lang": "en", "labels": {"abusive": 0}},
    {"text": "Mae'r neuadd wedi'i bwcio ddydd Mawrth", "lang": "cy", "labels": {"abusive": 0}},
]


@pytest.fixture
def home(tmp_path):
    assert main(["init", str(tmp_path / "home"), "--sample"]) == 0
    return tmp_path / "home"


def run(home, *arguments):
    return main([*arguments, "--config", str(home / "porthor.toml")])


def in_force(home):
    settings = load_settings(home / "porthor.toml")
    return artefact_in_force(settings.path.parent, settings.classifier)


def own_copy(home, name="0001", **changes):
    """A classifier of the body's own: the shipped one, with other arrays or manifest."""
    folder = home / "classifier" / name
    shutil.copytree(newest(), folder)
    with np.load(folder / "weights.npz") as stored:
        arrays = {each: stored[each] for each in stored.files} | changes
    np.savez_compressed(folder / "weights.npz", **arrays)
    manifest = tomllib.loads((folder / "manifest.toml").read_text())
    manifest["files"] = sha256_of([folder / each for each in manifest["files"]])
    (folder / "manifest.toml").write_text(tomli_w.dumps(manifest))
    return folder


def test_evaluate_says_how_well_it_does(home, tmp_path, capsys):
    file = tmp_path / "labelled.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in ROWS))
    chart = tmp_path / "chart.svg"
    capsys.readouterr()
    assert run(home, "evaluate", str(file), "--chart", str(chart), "--json") == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    every = next(each for each in rows if (each["category"], each["rows"]) == ("abusive", "all"))
    assert (every["bad"], every["clean"], every["auc"]) == (2, 2, 1.0)
    assert chart.read_text().startswith("<?xml")


def test_evaluate_names_the_line_that_is_wrong(home, tmp_path, capsys):
    file = tmp_path / "labelled.jsonl"
    file.write_text(json.dumps(ROWS[0]) + "\nnonsense\n")
    assert run(home, "evaluate", str(file)) == 2
    assert "labelled.jsonl line 2" in capsys.readouterr().err


def test_a_classifier_is_adopted_by_a_person_and_taken_back(home, capsys):
    shipped = in_force(home)
    folder = own_copy(home)
    assert run(home, "learn", "adopt", "0001", "--by", "nobody") == 1
    assert in_force(home) == shipped
    assert run(home, "learn", "adopt", "0001", "--by", "gwen.morgan") == 0
    assert in_force(home) == folder
    assert run(home, "learn", "back", "--by", "gwen.morgan") == 0
    assert in_force(home) == shipped
    assert run(home, "learn", "back", "--by", "gwen.morgan") == 1
    assert "shipped classifier is in force" in capsys.readouterr().err
    assert run(home, "audit", "verify") == 0


class KilledError(Exception):
    """Stands for the program's end at that line: nothing after it runs."""


def killed(*_):
    raise KilledError


def entered(home):
    settings = load_settings(home / "porthor.toml")
    with open_database(settings).reading() as session:
        return [
            each.entry.subject
            for each in audit.read(session)
            if each.entry.action is Action.ADOPT_CLASSIFIER
        ]


def prepare_and_die(folder, names):
    prepare(folder, names)
    raise KilledError


@pytest.mark.parametrize(
    ("where", "then", "chain", "before"),
    [
        pytest.param("prepare", killed, [], "shipped", id="before any of it"),
        pytest.param("prepare", prepare_and_die, [], "shipped", id="before the commit"),
        pytest.param("finish", killed, ["0001"], "0001", id="between the commit and the file"),
    ],
)
def test_an_adoption_that_was_cut_off_is_finished_or_forgotten(
    home, monkeypatch, capsys, where, then, chain, before
):
    own_copy(home)
    own_copy(home, "0002")
    with monkeypatch.context() as broken, pytest.raises(KilledError):
        broken.setattr(f"gateway.classifier_in_force.{where}", then)
        run(home, "learn", "adopt", "0001", "--by", "gwen.morgan")
    assert entered(home) == chain
    assert in_force(home) == newest()
    assert run(home, "learn", "adopt", "0002", "--by", "gwen.morgan") == 0
    assert in_force(home).name == "0002"
    capsys.readouterr()
    assert run(home, "learn", "back", "--by", "gwen.morgan", "--json") == 0
    assert json.loads(capsys.readouterr().out)["in_force"] == before
    assert entered(home) == [*chain, "0002", before]


@pytest.mark.requirement("D10")
def test_a_worse_one_is_not_adopted(home, capsys):
    shipped = in_force(home)
    own_copy(home, thresholds=np.full((3, 4), 1.1))
    assert run(home, "learn", "adopt", "0001", "--by", "gwen.morgan") == 1
    assert "worse than the one in force" in capsys.readouterr().err
    assert in_force(home) == shipped


def test_a_changed_one_is_not_adopted(home, capsys):
    folder = own_copy(home)
    (folder / "card.md").write_text("all is well")
    assert run(home, "learn", "adopt", "0001", "--by", "gwen.morgan") == 1
    assert "card.md" in capsys.readouterr().err


def mails(folder, number):
    folder.mkdir()
    for each in range(number):
        (folder / f"{each}.eml").write_text(
            f"From: a@cyngor-enghraifft.example\nTo: b@elsewhere.example\nSubject: Room {each}\n\n"
            f"The hall is booked for day {each} and tea is at three for all of us.\n"
        )
    return folder


def test_calibrate_fits_the_thresholds_to_own_mail(home, tmp_path, capsys):
    folder = mails(tmp_path / "mail", 120)
    capsys.readouterr()
    assert run(home, "calibrate", str(folder), "--budget", "0.05", "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["mails"] == 120
    fitted = read_artefact(home / "classifier" / "0001").classifier
    assert fitted.thresholds.shape == (3, 4)
    assert (fitted.thresholds[:, 0] < read_artefact(newest()).classifier.thresholds[:, 0]).all()


def test_calibrate_says_how_much_mail_it_needs(home, tmp_path, capsys):
    folder = mails(tmp_path / "mail", 5)
    assert run(home, "calibrate", str(folder)) == 2
    assert "needs 3000 at least" in capsys.readouterr().err


def test_a_report_of_no_answers_is_empty(home, capsys):
    capsys.readouterr()
    assert run(home, "learn", "report", "--json") == 0
    assert capsys.readouterr().out == ""
