"""A classifier on disk: both files score alike, hold no code, and no change goes unseen."""

import shutil
import tomllib

import numpy as np
import pytest
import skops.io
from slices import sliced, trained_on

from classifiers import learned
from classifiers.learned.artefact import check_artefact, newest, next_folder, read_artefact
from classifiers.learned.cues import CUES
from classifiers.learned.estimator import EXPERTS
from classifiers.learned.features import Meaning
from classifiers.learned.publish import OURS
from classifiers.learned.scorer import Linear, evidence
from classifiers.learned.words import Reader
from models.errors import NotFound, Tampered

TEXTS = [
    "You are the most useless officer this council has ever had.",
    "Mae Siân i ffwrdd gydag iselder ers mis Mawrth, paid â dweud wrth neb.",
    "Their price was 412k, so go in under that before Friday.",
    "The hall is booked for Tuesday. Tea at three.",
    "",
]


def test_both_files_say_the_same(published):
    linear = read_artefact(published).classifier.linear
    stored = skops.io.load(published / "classifier.skops", trusted=list(OURS))
    rows = stored["features"].transform(TEXTS)
    meant = Meaning().transform(TEXTS)
    reader = Reader()
    pairs = zip(EXPERTS, stored["words"], stored["meaning"], strict=True)
    for column, (expert, words, meaning) in enumerate(pairs):
        by_meaning = expert.meaning * meaning.decision_function(meant)
        by_estimators = words.decision_function(rows) + by_meaning
        by_arrays = [evidence(each, reader, linear).logits[0, column] for each in TEXTS]
        assert by_estimators[:4] == pytest.approx(by_arrays[:4], abs=0.02)


def test_it_may_be_loaded_without_trusting_anything_but_ours(published):
    assert set(skops.io.get_untrusted_types(file=published / "classifier.skops")) == set(OURS)
    with np.load(published / "weights.npz", allow_pickle=False) as stored:
        assert all(stored[name].dtype != object for name in stored.files)


@pytest.mark.parametrize("name", ["weights.npz", "classifier.skops", "card.md"])
def test_a_changed_file_is_refused(published, tmp_path, name):
    folder = tmp_path / "0001"
    shutil.copytree(published, folder)
    raw = bytearray((folder / name).read_bytes())
    raw[len(raw) // 2] ^= 1
    (folder / name).write_bytes(raw)
    with pytest.raises(Tampered, match=name):
        check_artefact(folder)
    if name == "weights.npz":
        with pytest.raises(Tampered, match="take it from a copy you trust"):
            read_artefact(folder)


@pytest.mark.parametrize(
    "manifest",
    [pytest.param(b"\xff", id="no text"), pytest.param(b"format = 9\n", id="a format to come")],
)
def test_a_bad_manifest_is_refused(published, tmp_path, manifest):
    folder = tmp_path / "0001"
    shutil.copytree(published, folder)
    (folder / "manifest.toml").write_bytes(manifest)
    with pytest.raises(Tampered):
        read_artefact(folder)


def test_nothing_there_is_said(tmp_path):
    with pytest.raises(NotFound, match="porthor train"):
        newest(tmp_path)
    with pytest.raises(NotFound):
        read_artefact(tmp_path)
    assert next_folder(tmp_path).name == "0001"


def test_the_manifest_says_what_it_was_made_from(published):
    manifest = tomllib.loads((published / "manifest.toml").read_text())
    assert manifest["seed"] == 1
    assert set(manifest["libraries"]) == {"numpy", "scipy", "scikit-learn", "skops"}
    assert set(manifest["thresholds"]) == {"abusive", "confidential", "commercial"}
    assert "What it is for" in (published / "card.md").read_text()


def test_training_again_gives_the_same(trained):
    again = trained_on(sliced())
    assert (again.linear.coefficients == trained.linear.coefficients).all()
    assert (again.weighing.weights == trained.weighing.weights).all()


def test_the_entry_point_for_other_programs(published):
    classifier = learned.load(published)
    assert classifier.categories[:3] == ("abusive", "confidential", "commercial")
    scores = classifier.scores(TEXTS)
    assert scores.shape == (len(TEXTS), 3)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert classifier.scores([]).shape == (0, 3)


def test_an_empty_linear_model_scores_nothing_but_its_intercepts():
    linear = Linear(
        np.zeros(2**19, np.float32),
        np.zeros((2**19, 1), np.float32),
        np.zeros((128 + len(CUES) * 129, 1), np.float32),
        np.array([0.5], np.float32),
    )
    assert evidence("some words", Reader(), linear).logits[0, 0] == pytest.approx(0.5)
