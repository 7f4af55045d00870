"""A classifier trained on a small slice of our corpus, once for all tests of a process."""

from pathlib import Path

import pytest

from classifiers.learned import artefact, publish
from classifiers.learned.corpus import own_samples
from classifiers.learned.training import train

SLICE = ("en-e", "en-f", "cy-d", "cy-e", "en-ordinary", "cy-ordinary")


def sliced():
    """Every third text of some writers, twins together."""
    found = [each for each in own_samples(most=1, seed=1) if each.writer in SLICE]
    return [each for number, each in enumerate(found) if number // 2 % 3 == 0]


def trained_on(samples):
    return train(samples, seed=1, progress=lambda _what, _done: None)


@pytest.fixture(scope="session")
def trained():
    return trained_on(sliced())


@pytest.fixture(scope="session")
def published(trained, tmp_path_factory) -> Path:
    from datetime import date

    folder = tmp_path_factory.mktemp("artefacts") / "0001"
    publish.publish(
        trained,
        folder,
        publish.Provenance(on=date(2026, 1, 1), seed=1, budget=0.05, data={"corpus": "0" * 64}),
    )
    return folder


@pytest.fixture(scope="session")
def classifier(published):
    return artefact.read_artefact(published).classifier
