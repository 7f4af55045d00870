"""The words of custody and copies are in both languages, and one language is not the other."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.audit import GENESIS, Action, AuditEntry, Purpose, link
from quarantine.evidence import words
from quarantine.evidence.custody import AuditExtract, custody_log, extract_lines

TABLES = tomllib.loads(Path(words.__file__).with_name("words.toml").read_text(encoding="utf-8"))
AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def a_log(language, names=None, **facts):
    entry = AuditEntry(at=AT, **{"actor": "gwen", "action": Action.LOOK, "subject": "ID1"} | facts)
    extract = AuditExtract(entries=(link(entry, 1, GENESIS),), digests=())
    return custody_log(extract, {"ID1": "GM/4"}, names or {}, language)


@pytest.mark.requirement("L51")
@pytest.mark.parametrize("table", sorted(set(TABLES) - {"readme"}))
def test_every_word_is_in_both_languages(table):
    for key, each in TABLES[table].items():
        assert set(each) == {"cy", "en"}, key
        assert each["cy"].strip(), key
        assert each["cy"] != each["en"], key


def test_both_readmes_have_the_same_places_and_commands():
    cy, en = (TABLES["readme"][each] for each in ("cy", "en"))
    for place in ("body", "case", "prepared", "by", "for", "purpose", "form", "fingerprint"):
        assert f"{{{place}}}" in cy
        assert f"{{{place}}}" in en
    commands = [
        [
            line.strip()
            for line in each.splitlines()
            if line.strip().startswith(("openssl", "python3"))
        ]
        for each in (cy.replace("TYSTYSGRIF", "CERTIFICATE"), en)
    ]
    assert commands[0] == commands[1]
    assert len(commands[0]) == 3


@pytest.mark.parametrize("purpose", Purpose)
def test_each_purpose_is_said_in_words(purpose):
    assert purpose.value in TABLES["purposes"]
    cy, en = (a_log(each, purpose=purpose) for each in words.LANGUAGES)
    assert cy != en


@pytest.mark.parametrize("action", Action)
def test_each_act_is_said_or_named(action):
    told = a_log("en", action=action)
    assert action.value in told or TABLES["acts"][action.value]["en"] in told


@pytest.mark.parametrize(
    ("actor", "said"),
    [
        pytest.param("gwen", "Gwen Morgan (gwen)", id="a person who is known"),
        pytest.param("left", "left", id="one who left"),
        pytest.param("system", "The automatic check", id="the program"),
        pytest.param("os:root", "Someone at the system's command line (os:root)", id="the machine"),
    ],
)
def test_who_did_it(actor, said):
    assert f"    {said}. On GM/4." in a_log("en", {"gwen": "Gwen Morgan"}, actor=actor)


def test_an_extract_keeps_microseconds_and_letters_as_they_are():
    entry = AuditEntry(at=AT.replace(microsecond=7), actor="siân", action=Action.HOLD, subject="x")
    extract = AuditExtract(entries=(link(entry, 1, GENESIS),), digests=())
    told = extract_lines(extract)
    assert '"at": "2026-11-24T09:30:00.000007+00:00"' in told
    assert "siân" in told
