"""From the bytes on the wire to a bundle: through the real programs, settings and all."""

import hashlib
import json
import re
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from bundles import REQUEST

from gateway.bundle_sources import sources
from gateway.config import load_settings
from models.audit import Action, AuditEntry, Purpose
from models.db.database import Database
from models.db.keyring import Keyring
from quarantine.evidence.bundle import make_bundle
from quarantine.evidence.gathering import gather, open_item

WIRE = (
    b"From: Sioned <sioned.parry@cyngor-enghraifft.example>\r\n"
    b"To: x@elsewhere.example\r\nSubject: hi\r\nMessage-ID: <2@x.example>\r\n\r\n"
    b"8-bit \xe9\xff and trailing space  \r\n.dot\r\n..dots\r\n\r\n"
    b"Card 4111 1111 1111 1111\r\n\r\n"
)
SHOWN = "x@elsewhere.example"
HIDDEN = "hidden@elsewhere.example"  # in no field of the message
TESTS = """at = 2026-11-24T09:30:00Z
build = "abc"
arguments = ""
passed = 1
failed = 0
skipped = 0
"""


@pytest.fixture
def installation(gateway):
    """The programs, set up to make evidence."""
    gateway.init()
    gateway.run("evidence", "certificate", "--out", str(gateway.folder))
    (gateway.folder / "tests.toml").write_text(TESTS)
    told = {
        "certificate": "evidence-certificate.pem",
        "key": "evidence-key.pem",
        "clock_source": "NTP, ntp.example",
        "test_results": "tests.toml",
    }
    text = gateway.config.read_text()
    for key, value in told.items():
        text, count = re.subn(rf'(?m)^{key} = ""', f'{key} = "{value}"', text)
        assert count == 1, key
    gateway.config.write_text(text)
    return gateway.start("serve")


@pytest.mark.requirement("L46")
@pytest.mark.requirement("H4")
def test_the_original_in_a_bundle_is_the_bytes_on_the_wire(installation, tmp_path):
    with installation.client() as client:
        client.mail("sioned.parry@cyngor-enghraifft.example", ["BODY=8BITMIME"])
        for each in (SHOWN, HIDDEN):
            client.rcpt(each)
        assert client.data(WIRE)[0] == 250
    (row,) = installation.held()
    installation.stop()
    settings = load_settings(installation.config)
    database, keyring = Database(settings.database_url), Keyring.load(settings.keys_file)
    now, given = datetime.now(UTC), sources(settings)
    look = AuditEntry(
        at=now, actor="os:test", action=Action.LOOK, subject=row["id"], purpose=Purpose.EVIDENCE
    )
    with database.writing() as session:
        item = open_item(session, keyring, row["id"], label="GM/1", entry=look)
        made = gather(session, given, REQUEST, [item])
    database.close()
    folder = make_bundle(made, tmp_path / "bundle", given.sealing())
    exhibit = folder / "data/exhibits/GM-1"
    assert (exhibit / "original.eml").read_bytes() == WIRE
    envelope = json.loads((exhibit / "envelope.json").read_text())
    assert envelope["digest"] == hashlib.sha256(WIRE).hexdigest()
    assert [each["address"] for each in envelope["recipients"]] == [SHOWN, HIDDEN]
    assert envelope["options"] == ["BODY=8BITMIME"]
    assert envelope["client"]["name"] == "client.example"
    record = json.loads((folder / "data/reliability.json").read_text())
    assert record["settings"]["evidence.clock_source"] == "NTP, ntp.example"
    secret = (installation.folder / "evidence-key.pem").read_bytes().splitlines()[1]
    everything = [each.read_bytes() for each in folder.rglob("*") if each.is_file()]
    assert not any(secret in each for each in everything)
    alone = [sys.executable, "-I", "-S", str(folder / "verifier.py")]
    assert subprocess.run(alone, cwd="/", capture_output=True, check=False).returncode == 0
    told = json.loads(installation.run("evidence", "replay", str(folder), "--json").stdout)
    assert [(each["same"], each["differences"]) for each in told] == [(True, [])]
