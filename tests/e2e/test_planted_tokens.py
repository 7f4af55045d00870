"""Random tokens go out through the real programs; then every file and answer is searched for them.

Of clean mail and of mail on an exempt route nothing may be found anywhere, as text or encoded; of
held mail nothing while it is kept, for it is sealed, and no key of it once its time is over.
"""

import base64
import json
import secrets
import shutil
import sqlite3
import urllib.request
from pathlib import Path

import pytest
from installed import free_port
from sqlalchemy import create_engine, text

pytestmark = pytest.mark.slow

CARD = "4111 1111 1111 1111"


def needles(token):
    """A token as text, and as it stands within base64 at any of its three offsets."""
    plain = token.encode()
    inside = [base64.b64encode(b"x" * pad + plain)[4 if pad else 0 : -4] for pad in (0, 1, 2)]
    return [plain, plain.hex().encode(), token.encode("utf-16-le"), *inside]


def found_in(places, *tokens):
    """Which of the places hold a token in any form."""
    sought = [each for token in tokens for each in needles(token)]
    return [name for name, content in places.items() if any(each in content for each in sought)]


@pytest.fixture
def installed(gateway, database_url, tmp_path):
    """The real programs over either database, with metrics and backups."""
    metrics = free_port()
    changes = {"serve": f'"127.0.0.1:{metrics}"', "refused": '"0s"', "backup": '"backups"'}
    if database_url.startswith("postgresql"):
        changes["url"] = f'"{database_url}"'
    gateway.init(**changes)
    gateway.metrics = f"http://127.0.0.1:{metrics}/metrics"
    if "url" in changes:
        (gateway.folder / "porthor.db").unlink()
        gateway.run("db", "upgrade")
        gateway.run("people", "import", str(gateway.folder / "people.csv"))
    gateway.scratch = tmp_path / "scratch"
    return gateway.start("serve")


def places(gateway, database_url, postgresql):
    """Everything that there is of an installation: files, PostgreSQL's own, metrics."""
    folders = [gateway.folder]
    if database_url.startswith("postgresql"):
        engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("CHECKPOINT"))  # what is in memory goes to its files
        engine.dispose()
        folders.append(Path(postgresql.partition("host=")[2]))
    files = [each for folder in folders for each in folder.rglob("*") if each.is_file()]
    found = {str(each): each.read_bytes() for each in files}
    with urllib.request.urlopen(gateway.metrics, timeout=10) as answer:
        found["metrics"] = answer.read()
    assert b"porthor_messages_total" in found["metrics"]
    return found


def message(token, words):
    return (
        f"From: {token} <sioned.parry@cyngor-enghraifft.example>\r\nTo: x@elsewhere.example\r\n"
        f"Subject: Panel {token}\r\nMessage-ID: <{token}@cyngor-enghraifft.example>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/plain\r\n\r\n{words} {token}\r\n"
        f"--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment;"
        f" filename={token}.txt\r\n\r\n{token}\r\n--b--\r\n"
    ).encode()


@pytest.mark.requirement("L2")
@pytest.mark.requirement("D4")
@pytest.mark.requirement("L20")
@pytest.mark.requirement("N2")
@pytest.mark.requirement("L40")
def test_nothing_of_clean_or_exempt_mail_is_anywhere_and_nothing_of_what_was_erased(
    installed, next_hop, database_url, postgresql
):
    clean, exempt, held = (f"zq{secrets.token_hex(12)}" for _ in range(3))
    assert installed.send(message(clean, "Bore da"), to=[f"{clean}@elsewhere.example"])[0] == 250
    assert installed.send(message(exempt, CARD), to=[f"{exempt}@undeb.example"])[0] == 250
    raw = message(held, CARD).replace(f"<{held}@".encode(), b"<a@")  # the field is kept in clear
    assert installed.send(raw)[0] == 250
    assert [token in str(next_hop.received) for token in (clean, exempt, held)] == [
        True,
        True,
        False,
    ]
    (waiting,) = installed.held()

    before = key_of(database_url, installed, waiting["id"])
    installed.run("backup", str(installed.folder / "backups"))
    everywhere = places(installed, database_url, postgresql)
    assert any(before in content for content in everywhere.values())
    assert len([each for each in everywhere if "/backups/" in each]) >= 4
    assert found_in(everywhere, clean, exempt, held) == []

    installed.run("held", "refuse", waiting["id"], "--reason", "No")
    swept = json.loads(installed.run("retention", "sweep", "--json").stdout)
    assert swept["erased"]["refused"] == 1
    assert key_of(database_url, installed, waiting["id"]) is None
    everywhere = places(installed, database_url, postgresql)
    assert found_in(everywhere, clean, exempt, held) == []
    kept = [each for each, content in everywhere.items() if before in content]
    assert [each for each in kept if "/pg_wal/" not in each] == []  # PostgreSQL recycles its log

    checked = installed.run("restore", str(installed.folder / "backups"), "--check", "--json")
    facts = json.loads(checked.stdout)
    assert (facts["held"], facts["erased"]) == (0, 1)
    installed.stop()
    if database_url.startswith("sqlite"):
        restored_in_earnest(installed, waiting["id"], clean, exempt, held)


def key_of(url, gateway, held_id):
    """An item's wrapped key, read without the programs."""
    query = "SELECT wrapped FROM item_keys WHERE item = "
    if url.startswith("sqlite"):
        with sqlite3.connect(gateway.folder / "porthor.db") as connection:
            row = connection.execute(query + "?", [held_id]).fetchone()
        connection.close()
    else:
        engine = create_engine(url)
        with engine.connect() as connection:
            row = connection.execute(text(query + ":item"), {"item": held_id}).fetchone()
        engine.dispose()
    return bytes(row[0]) if row else None


def restored_in_earnest(gateway, held_id, *tokens):
    lost = gateway.folder.parent / "lost"
    lost.mkdir()
    for each in gateway.folder.glob("porthor.db*"):
        shutil.move(each, lost)
    said = gateway.run("restore", str(gateway.folder / "backups"), "--json")
    assert json.loads(said.stdout)["erased"] == 1
    assert key_of("sqlite", gateway, held_id) is None
    gateway.run("audit", "verify")
    files = {str(each): each.read_bytes() for each in gateway.folder.rglob("*") if each.is_file()}
    assert found_in(files, *tokens) == []
