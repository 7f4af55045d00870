"""Figures, thresholds and what counts as worse, against values worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.learned.calibration import fit_thresholds
from classifiers.learned.evaluation import calibration_error, cuts, figures, wilson
from classifiers.learned.fixed import Kept, worse
from classifiers.learned.sample import Sample


def sample(label, language="en", kind="threat"):
    return Sample(
        text="x",
        language=language,
        labels=(label, None, None),
        source="own",
        group="g",
        seed_kind=kind,
    )


def test_wilson_by_the_book():
    low, high = wilson(8, 10)  # Wilson's own example in many textbooks
    assert (round(low, 3), round(high, 3)) == (0.49, 0.943)
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(0, 50), st.integers(1, 50))
def test_wilson_holds_the_share(hits, more):
    low, high = wilson(hits, hits + more)
    assert 0 <= low <= hits / (hits + more) <= high <= 1


def test_calibration_error():
    truth = np.array([1.0, 0.0, 1.0, 0.0])
    assert calibration_error(truth, truth) == 0.0
    assert calibration_error(truth, np.array([0.95, 0.95, 0.95, 0.95])) == pytest.approx(0.45)


def test_figures_at_the_cuts_of_the_stream():
    stream = np.zeros((1000, 3))
    stream[:, 0] = np.linspace(0, 0.999, 1000)
    samples = [sample(1.0), sample(1.0), sample(0.0), sample(0.0)]
    scores = np.zeros((4, 3))
    scores[:, 0] = [0.9995, 0.5, 0.995, 0.1]
    found = {
        each.rows: each
        for each in figures(samples, scores, cuts(stream))
        if each.category == "abusive"
    }
    every = found["all"]
    assert (every.bad, every.clean) == (2, 2)
    assert every.recall == (0.5, 0.5)
    assert every.clean_flagged == (0.5, 0.0)
    assert set(found) == {"all", "language en", "kind threat"}


@pytest.mark.requirement("O1")
@given(st.integers(0, 2**32 - 1))
def test_thresholds_keep_the_budget(seed):
    choose = np.random.default_rng(seed)
    clean = choose.random((4000, 3))
    words = choose.integers(1, 600, 4000)
    thresholds = fit_thresholds(clean, words, 0.01)
    assert thresholds.shape == (3, 4)
    groups = np.searchsorted((30, 100, 300), words, side="right")
    for category in range(3):
        reached = clean[:, category] >= thresholds[category, groups]
        assert reached.mean() <= 0.01


def test_too_little_mail_of_a_length_takes_the_threshold_of_all():
    clean = np.tile(np.linspace(0, 1, 5000)[:, np.newaxis], 3)
    words = np.full(5000, 200)
    words[0] = 10
    thresholds = fit_thresholds(clean, words, 0.01)
    assert thresholds[0, 0] == thresholds[0, 2]


def kept(found, false_alarms):
    return Kept(
        category="abusive",
        language="cy",
        found=found,
        bad=60,
        false_alarms=false_alarms,
        clean=100,
        auc=0.9,
    )


@pytest.mark.parametrize(
    ("after", "said"),
    [
        pytest.param(kept(40, 5), 0, id="the same"),
        pytest.param(kept(38, 6), 0, id="a little worse, within chance"),
        pytest.param(kept(20, 5), 1, id="finds far fewer"),
        pytest.param(kept(40, 30), 1, id="many more false alarms"),
    ],
)
def test_worse_is_beyond_the_interval(after, said):
    assert len(worse([kept(40, 5)], [after])) == said
