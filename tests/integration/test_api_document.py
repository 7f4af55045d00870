"""The HTTP API keeps to its own document, whatever it is asked: by schemathesis."""

import subprocess
import sys
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from models.api_key import ApiKey, Channel
from models.audit import Action
from models.db import api_keys
from quarantine.console.openapi import document
from quarantine.settings import ApiSettings
from tests.console_sample import NOW, check_draft, make_council
from tests.factories import an_entry

ROOT = Path(__file__).parents[2]
TOKEN = "porthor_a-token-of-schemathesis"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    council = make_council(tmp_path_factory.mktemp("api"))
    key = ApiKey(name="schemathesis", channels=frozenset(Channel), made=NOW)
    with council.database.writing() as session:
        api_keys.add(session, key, TOKEN, an_entry(key.name, Action.MAKE_API_KEY))
    yield council.app(check_draft=check_draft, api=ApiSettings(per_minute=1_000_000))
    council.database.close()


schema = schemathesis.openapi.from_dict(
    document(),
    config=SchemathesisConfig.from_dict({"generation": {"mode": "all", "deterministic": True}}),
)


@schema.parametrize()
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_the_document_says(app, case):
    case.operation.schema.app = app
    case.call_and_validate(app=app, headers={"Authorization": f"Bearer {TOKEN}"})


def test_the_copy_in_docs_is_fresh():
    command = [sys.executable, "scripts/write_openapi.py", "--check"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0
