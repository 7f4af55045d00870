"""Anchors: the chain's end written down elsewhere, signed, and what only they can show."""

import datetime as dt
import email
import json
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID
from factories import NOW, POST, an_entry
from sqlalchemy import create_engine, text

from gateway.assembly import anchoring
from gateway.cli import main
from gateway.config import load_settings
from models.audit import Action
from models.db import audit, outbox
from models.db.database import Database
from models.errors import SettingInvalid, Tampered, Unavailable
from quarantine.anchors import Anchoring, read_anchors
from quarantine.settings import AnchorSettings
from quarantine.signed_lines import Signer, load_certificate, read_line

KEYS = {
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
    "EC P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "RSA": lambda: rsa.generate_private_key(65537, 2048),
}


def make_certificate(folder, name="signer", private=None):
    """A key and a certificate for it; return both paths."""
    private = private or ed25519.Ed25519PrivateKey.generate()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    plain = isinstance(private, ed25519.Ed25519PrivateKey)
    certificate = (
        x509.CertificateBuilder(subject, subject)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2036, 1, 1, tzinfo=dt.UTC))
        .sign(private, None if plain else hashes.SHA256())
    )
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


def anchors_to(database, folder, to, where="", signer=None):
    return Anchoring(
        database=database,
        settings=AnchorSettings(to=to, where=where),
        post=POST,
        base=folder,
        signer=signer,
    )


def grow(database, count=3):
    with database.writing() as session:
        for number in range(count):
            audit.append(session, an_entry(str(number)))


@pytest.fixture
def sqlite(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'porthor.db'}")
    database.upgrade()
    yield database
    database.close()


@pytest.mark.parametrize("kind", KEYS)
def test_a_signed_anchor_is_checked_by_its_certificate_and_by_no_other(sqlite, tmp_path, kind):
    grow(sqlite)
    certificate, key = make_certificate(tmp_path, private=KEYS[kind]())
    other, _ = make_certificate(tmp_path, "other", private=KEYS[kind]())
    signer = Signer.load(certificate, key)
    made = anchors_to(sqlite, tmp_path, "file", "anchors.txt", signer).make(by="os:x", now=NOW)
    lines = (tmp_path / "anchors.txt").read_text().splitlines()
    assert read_anchors(lines, load_certificate(certificate)) == (made,)
    assert read_anchors(lines, None) == (made,)
    with pytest.raises(Tampered, match="line 1"):
        read_anchors(lines, load_certificate(other))
    header, payload, signature = lines[0].split(".")
    for changed in (f"{header}.{payload[:-2]}AA.{signature}", json.dumps(made.facts())):
        with pytest.raises(Tampered):
            read_anchors([changed], load_certificate(certificate))


def test_an_unsigned_line_says_nothing_to_who_has_a_certificate(tmp_path):
    certificate, _ = make_certificate(tmp_path)
    for line in ('{"kind":"x"}', "eyJhbGciOiJub25lIn0.e30.", "not a line"):
        with pytest.raises(Tampered):
            read_line(line, load_certificate(certificate))


def test_a_key_that_is_not_the_certificate_s_is_refused(tmp_path):
    certificate, _ = make_certificate(tmp_path)
    _, other = make_certificate(tmp_path, "other")
    with pytest.raises(SettingInvalid, match="does not belong"):
        Signer.load(certificate, other)
    with pytest.raises(SettingInvalid, match="cannot be used"):
        Signer.load(certificate, tmp_path / "nothing")


def test_an_anchor_is_entered_and_due_once_a_day(database, tmp_path):
    grow(database)
    needs = anchors_to(database, tmp_path, "file", "anchors.txt")
    assert needs.due(NOW)
    made = needs.make(by="system", now=NOW)
    assert not needs.due(NOW + timedelta(hours=23))
    assert needs.due(NOW + timedelta(hours=24))
    with database.reading() as session:
        entry = audit.latest(session, Action.ANCHOR)
        assert audit.verify(session, {made.entries: made.digest})[0] == 4
    assert (entry.subject, entry.detail) == (made.digest, "3 entries, to file, unsigned")
    assert not anchors_to(database, tmp_path, "none").due(NOW)


def test_what_cannot_be_written_is_said_and_not_entered(sqlite, tmp_path):
    for to, where in (("file", "no/such/folder"), ("syslog", str(tmp_path / "nobody"))):
        with pytest.raises(Unavailable, match=r"anchor\.where"):
            anchors_to(sqlite, tmp_path, to, where).make(by="system", now=NOW)
    for to, where in (("none", ""), ("syslog", "nowhere")):
        with pytest.raises(SettingInvalid, match="anchor"):
            anchors_to(sqlite, tmp_path, to, where).make(by="system", now=NOW)
    with sqlite.reading() as session:
        assert audit.head(session)[0] == 0


def test_an_anchor_reaches_syslog(sqlite, tmp_path):
    grow(sqlite)
    certificate, key = make_certificate(tmp_path)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(5)
        where = f"127.0.0.1:{listening.getsockname()[1]}"
        needs = anchors_to(sqlite, tmp_path, "syslog", where, Signer.load(certificate, key))
        made = needs.make(by="system", now=NOW)
        kept = "Nov 25 03:00:00 gateway " + listening.recv(65535).decode().rstrip("\0")
    assert read_anchors(["another line", kept], load_certificate(certificate)) == (made,)


def test_an_anchor_goes_by_mail(sqlite, tmp_path):
    grow(sqlite)
    made = anchors_to(sqlite, tmp_path, "mail", "archif@cyngor.example").make(by="x", now=NOW)
    with sqlite.writing() as session:
        (item,) = outbox.claim(session, NOW, limit=5, lease=timedelta(minutes=1))
    assert [each.address for each in item.recipients] == ["archif@cyngor.example"]
    message = email.message_from_bytes(item.content, policy=email.policy.default)
    assert read_anchors(message.get_content().splitlines(), None) == (made,)


@pytest.fixture
def installed(tmp_path):
    """A folder as `porthor init` makes it, anchors signed and kept in a file."""
    folder = tmp_path / "council"
    assert main(["init", str(folder), "--sample"]) == 0
    certificate, key = make_certificate(folder)
    config = folder / "porthor.toml"
    config.write_text(
        config.read_text()
        .replace('\ncertificate = ""', f'\ncertificate = "{certificate.name}"', 1)
        .replace('\nkey = ""', f'\nkey = "{key.name}"', 1)
        .replace('\nto = "none"', '\nto = "file"', 1)
        .replace('\nwhere = ""', '\nwhere = "anchors.txt"', 1)
    )
    return folder


def run(installed, *command):
    return main(["--config", str(installed / "porthor.toml"), "audit", *command])


@pytest.mark.requirement("D2")
def test_a_tail_cut_together_with_the_head_is_found_by_the_anchor_alone(installed, capsys):
    database = Database(f"sqlite:///{installed / 'porthor.db'}")
    assert run(installed, "anchor", "--json") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["signed"]
    anchor = str(installed / "anchors.txt")
    assert run(installed, "verify", "--anchor", anchor) == 0
    assert "signatures checked" in capsys.readouterr().out
    with database.reading() as session:
        third = list(audit.read(session))[2]
    engine = create_engine(f"sqlite:///{installed / 'porthor.db'}")
    with engine.begin() as connection:
        for name in ("audit_no_DELETE", "audit_head_grows"):
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("DELETE FROM audit_entries WHERE sequence > 3"))
        connection.execute(text(f"UPDATE audit_head SET length = 3, digest = '{third.digest}'"))
    engine.dispose()
    database.close()
    assert run(installed, "verify") == 0
    assert run(installed, "verify", "--anchor", anchor) == 1
    assert "tail was cut off" in capsys.readouterr().err


def test_a_file_without_anchors_is_a_mistake(installed, capsys):
    empty = installed / "empty"
    empty.write_text("nothing\n")
    assert run(installed, "verify", "--anchor", str(empty)) == 2
    assert run(installed, "verify", "--anchor", str(installed / "not there")) == 2
    assert "holds no anchor" in capsys.readouterr().err


def test_the_settings_make_what_anchors_need(installed):
    settings = load_settings(installed / "porthor.toml")
    database = Database(settings.database_url)
    assert anchoring(settings, database).signer is not None
    database.close()


@pytest.mark.parametrize(
    ("section", "mistake"),
    [
        pytest.param('[anchor]\nto = "file"', "anchor.where beside it", id="nowhere to write"),
        pytest.param('[anchor]\nto = "paper"', "one of none, file", id="no such way"),
        pytest.param('[evidence]\nkey = "k.pem"', "both or neither", id="a key alone"),
    ],
)
def test_settings_of_anchors_that_cannot_be(tmp_path, section, mistake):
    file = Path(tmp_path / "porthor.toml")
    file.write_text(section)
    with pytest.raises(SettingInvalid, match=mistake):
        load_settings(file)
