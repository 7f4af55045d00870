"""Each way of hiding, with each kind of hit, is caught; its clean twin passes."""

from datetime import date

import in_files
import in_mail
import in_margins
import in_text
import pytest
from building import ABUSE, HITS, NUMBERS
from factories import POLICY, an_envelope

from classifiers.detector import detectors
from classifiers.inspection import inspect
from gateway.decide import decide
from models.mail import Mail
from models.mime import read_message

DETECTORS = detectors(POLICY)
TECHNIQUES = {
    **{name: (make, tuple(HITS)) for name, make in in_mail.TECHNIQUES.items()},
    **{name: (make, tuple(HITS)) for name, make in in_text.TECHNIQUES.items()},
    **{name: (make, tuple(HITS)) for name, make in in_files.TECHNIQUES.items()},
    **{name: (make, tuple(HITS)) for name, make in in_margins.TECHNIQUES.items()},
    **{name: (make, NUMBERS) for name, make in in_text.OF_NUMBERS.items()},
    **{name: (make, ABUSE) for name, make in in_text.OF_ABUSE.items()},
}


def is_held(raw):
    """Whether the sample policy makes it wait."""
    envelope = an_envelope()
    found = inspect(Mail(envelope=envelope, message=read_message(raw)), DETECTORS)
    return decide(envelope, found.findings, POLICY, on=date(2026, 11, 24)).disposition.waits


@pytest.mark.requirement("O4")
@pytest.mark.parametrize("name", TECHNIQUES)
def test_it_is_caught_and_its_twin_passes(name):
    make, kinds = TECHNIQUES[name]
    missed = [kind for kind in kinds if not is_held(make(HITS[kind][0]))]
    stopped = [kind for kind in kinds if is_held(make(HITS[kind][1]))]
    assert (missed, stopped) == ([], [])
