"""A classifier trained on a small slice of our corpus, once for all tests of a process."""

from pathlib import Path

import pytest
from slices import sliced, trained_on

from classifiers.learned import artefact, publish


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
