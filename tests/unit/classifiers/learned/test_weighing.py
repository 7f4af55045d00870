"""From experts to a probability: hints order and never hold; calibration changes no order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.learned.scorer import VIEWS, Evidence
from classifiers.learned.weighing import KNOTS, LANGUAGES, Weighing

HINT = 0.3
logit = st.floats(-15, 15)


def weighing(slope=1.0, offset=0.0):
    """One category, told by one expert and one hint, each by the whole text alone."""
    weights = np.zeros((2, len(LANGUAGES), len(KNOTS), VIEWS))
    weights[..., 0] = 1.0
    return Weighing(
        weights=weights,
        offsets=np.zeros((2, len(LANGUAGES), len(KNOTS))),
        levels=np.zeros((1, len(LANGUAGES), len(KNOTS))),
        scales=np.array([[slope, offset]]),
        categories=(0, 0),
        posts=(False, False),
        hints=(0.0, HINT),
    )


def probability(of_expert, of_hint, weigh=None):
    weigh = weigh or weighing()
    seen = Evidence(
        logits=np.array([[of_expert, of_hint]] * VIEWS), windows=(), words=50, language="en"
    )
    return weigh.probabilities(seen, weigh.logits(seen))[0]


@given(logit)
def test_a_hint_alone_never_adds_more_than_it_may(of_hint):
    assert probability(-15, of_hint) <= HINT + 1e-6


@given(logit, logit, logit)
def test_of_two_texts_that_an_expert_thinks_alike_the_hint_decides(of_expert, one, other):
    low, high = sorted((one, other))
    assert probability(of_expert, low) <= probability(of_expert, high) + 1e-12


@given(st.floats(2, 15), logit)
def test_what_an_expert_is_sure_of_a_hint_hardly_moves(of_expert, of_hint):
    alone = probability(of_expert, -15)
    assert probability(of_expert, of_hint) - alone <= HINT * (1 - alone) + 1e-9


@pytest.mark.parametrize("slope", [0.5, 2.0])
@given(st.tuples(logit, logit), st.tuples(logit, logit))
def test_calibration_changes_no_order(slope, one, other):
    calibrated = weighing(slope=slope, offset=-0.4)
    before = probability(*one) - probability(*other)
    after = probability(*one, calibrated) - probability(*other, calibrated)
    assert before * after >= 0 or abs(before) < 1e-9
