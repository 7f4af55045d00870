"""The register files and the commands that fill them, as people run them."""

import json
import stat
import subprocess
import sys
from datetime import date

import pytest
from factories import NOW

from classifiers.registers import Registers
from gateway.initialise import Wishes, initialise
from gateway.register_sources import document_words, files_in, read_domains, read_table
from gateway.registers import NewList, load, load_registers, save
from models.errors import NotFound, SettingInvalid, Tampered

TODAY = date(2026, 11, 24)
PUPILS = (
    "name,date_of_birth,reference\nGwen Jones,2014-03-09,PUP001\nSiân Ellis,09/03/2013,PUP002\n"
)


@pytest.fixture
def pupils(tmp_path):
    file = tmp_path / "pupils.csv"
    file.write_text(PUPILS, encoding="utf-8")
    return file


def add(folder, name, file, columns="name,date_of_birth,reference"):
    table = read_table(file, columns)
    new = NewList(load(folder), name, "records", TODAY)
    save(folder, new.with_records(table.columns, table.records, len(table.records)))


def test_what_is_saved_is_loaded_and_nothing_of_it_is_plain(tmp_path, pupils):
    folder = tmp_path / "registers"
    add(folder, "pupils", pupils)
    new = NewList(load(folder), "papers", "documents", TODAY)
    save(folder, new.with_documents([[b"the", b"secret", b"of", b"a", b"good", b"cawl"]]))
    save(folder, NewList(load(folder), "known", "domains", TODAY).with_domains({"a.example"}))
    loaded = load(folder)
    assert [(each.name, each.kind, each.count) for each in loaded.lists] == [
        ("pupils", "records", 2),
        ("papers", "documents", 1),
        ("known", "domains", 1),
    ]
    registers = load_registers(folder)
    assert registers == loaded.registers
    assert registers.records.hashes.digests
    assert registers.fingerprints.hashes.digests
    assert registers.domains
    written = (folder / "registers.sealed").read_bytes()
    assert not any(word in written for word in (b"pupils", b"Gwen", b"PUP001", b"secret"))
    for file in folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_list_is_replaced_or_removed_without_touching_the_others(tmp_path, pupils):
    folder = tmp_path / "registers"
    add(folder, "staff", pupils, "name")
    before = load(folder)
    add(folder, "pupils", pupils)
    add(folder, "pupils", pupils)
    assert len(load(folder).lists) == 2
    save(folder, load(folder).without("pupils"))
    assert load(folder).registers == before.registers
    with pytest.raises(NotFound, match="staff"):
        load(folder).without("pupils")


def test_no_folder_is_nothing_registered(tmp_path):
    assert load_registers(tmp_path / "registers") == Registers()
    assert not (tmp_path / "registers").exists()


def test_a_changed_file_a_shared_key_and_a_wrong_key_are_refused(tmp_path, pupils):
    folder = tmp_path / "registers"
    add(folder, "pupils", pupils)
    file, key = folder / "registers.sealed", folder / "registers.key"
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(Tampered):
        load(folder)
    file.write_bytes(b"something else")
    with pytest.raises(SettingInvalid, match="is not a file of"):
        load(folder)
    file.write_bytes(whole)
    key.chmod(0o644)
    with pytest.raises(SettingInvalid, match="can be read by others"):
        load(folder)
    key.chmod(0o600)
    key.write_text("short")
    with pytest.raises(SettingInvalid, match="is not a key file"):
        load(folder)
    key.unlink()
    with pytest.raises(SettingInvalid, match="No such file"):
        load(folder)


@pytest.mark.parametrize(
    ("text", "columns", "said"),
    [
        pytest.param(PUPILS, "name,nhs", 'line 1: has no column "nhs"; found name', id="column"),
        pytest.param(PUPILS, "name=nickname", "expected one of name, date", id="kind"),
        pytest.param("name\n", "name", "holds no records", id="no records"),
        pytest.param("", "name", 'line 1: has no column "name"', id="nothing at all"),
        pytest.param(
            "dob\n31/02/2014\n",
            "dob",
            'line 2: dob is like "99/99/9999"; expected a date',
            id="date",
        ),
        pytest.param(
            "email\nmari at x\n", "email", 'is like "aaaa aa a"; expected an address', id="email"
        ),
        pytest.param(
            "upn\n\n\n77\n", "upn", 'line 4: upn is like "99"; expected 5 to 20', id="blank"
        ),
        pytest.param("upn\n" + "7\n" * 30, "upn", "and 10 more mistakes", id="many mistakes"),
    ],
)
def test_a_mistake_is_said_by_its_place_and_never_by_its_value(tmp_path, text, columns, said):
    file = tmp_path / "bad.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingInvalid) as raised:
        read_table(file, columns)
    assert said in str(raised.value)
    assert "31/02" not in str(raised.value)
    assert "mari" not in str(raised.value)


def test_a_file_in_another_encoding_is_refused(tmp_path):
    file = tmp_path / "bad.csv"
    file.write_bytes("name\nSiân\n".encode("utf-16"))
    with pytest.raises(SettingInvalid, match="not a CSV file in UTF-8"):
        read_table(file, "name")


def test_excels_files_and_welsh_headings_are_understood(tmp_path):
    file = tmp_path / "excel.csv"
    file.write_text(
        "\ufeffCyfenw;Enw cyntaf;Dyddiad geni;Côd post\nJones;Gwen;9/3/2014;CF10 1AA\n",
        encoding="utf-8",
    )
    table = read_table(file, "Enw cyntaf,Cyfenw,Dyddiad geni,Côd post")
    assert table.records == [
        [(2, "date", "9/3/2014"), (3, "postcode", "CF10 1AA"), (0, "name", "Gwen Jones")]
    ]


def test_documents_are_read_as_attachments_are(tmp_path):
    (tmp_path / "papers" / "old").mkdir(parents=True)
    page = tmp_path / "papers" / "old" / "page.html"
    page.write_text("<p>Board <b>paper</b></p>", encoding="utf-8")
    (tmp_path / "papers" / "locked").write_bytes(b"Salted__" + bytes(range(256)))
    locked, found = files_in([tmp_path / "papers"])
    assert document_words(found) == ([b"board", b"paper"], ())
    assert document_words(locked) == ([], ("encrypted",))
    with pytest.raises(SettingInvalid, match="is not there"):
        files_in([tmp_path / "nowhere"])


def test_domains_are_read_a_line_each(tmp_path):
    file = tmp_path / "domains.txt"
    file.write_text("# known\nX.Example\n\nllyw.cymru # government\n", encoding="utf-8")
    assert read_domains(file) == {"x.example", "llyw.cymru"}
    file.write_text("x.example\nsomeone@y.example\n", encoding="utf-8")
    with pytest.raises(SettingInvalid, match=r'line 2: is like "aaaaaaa@a\.aaaaaaa"'):
        read_domains(file)


def porthor(*arguments, at):
    return subprocess.run(
        [sys.executable, "-m", "gateway", "registers", *map(str, arguments)],
        cwd=at,
        capture_output=True,
        check=False,
        timeout=60,
        encoding="utf-8",
    )


@pytest.mark.slow
def test_the_commands(tmp_path, pupils):
    council = tmp_path / "council"
    initialise(Wishes(folder=council), NOW)
    assert porthor("show", at=council).stdout == "Nothing is registered.\n"
    added = porthor(
        *("add-records", pupils, "--list", "pupils", "--columns", "name,reference", "--json"),
        at=council,
    )
    assert json.loads(added.stdout) == {"list": "pupils", "kind": "records", "count": 2}
    (council / "paper.txt").write_text("one two three four five six")
    (council / "empty.txt").write_text("")
    half = porthor("add-documents", "paper.txt", "empty.txt", "--list", "papers", at=council)
    assert (half.returncode, "empty.txt: not read" in half.stderr) == (1, True)
    shown = porthor("show", "--json", at=council).stdout
    assert [json.loads(line)["columns"] for line in shown.splitlines()] == [
        ["name", "reference"],
        [],
    ]
    assert porthor("remove", "papers", at=council).returncode == 0
    assert porthor("remove", "papers", at=council).returncode == 1
    assert porthor("add-domains", "nowhere", "--list", "x", at=council).returncode == 2
