"""Every string of the console is in both languages, and the vendored files are as they came."""

import re
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest

polib = pytest.importorskip("polib")
extract = pytest.importorskip("babel.messages.extract")

ROOT = Path(__file__).parent.parent.parent / "quarantine"
LOCALE = ROOT / "locale"
METHODS = [("console/**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trimmed": "false", "newstyle_gettext": "true"}}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None}
PLACE = re.compile(r"%\(\w+\)s")


def used():
    found = extract.extract_from_dir(ROOT, METHODS, OPTIONS, KEYWORDS)
    return {each[2] if isinstance(each[2], str) else each[2][0] for each in found}


def catalogue(language):
    return polib.pofile(str(LOCALE / language / "LC_MESSAGES" / "console.po"))


@pytest.mark.requirement("L51")
@pytest.mark.requirement("O6")
@pytest.mark.parametrize("language", ["en", "cy"])
def test_every_string_is_in_the_catalogue_and_no_other(language):
    assert {each.msgid for each in catalogue(language)} == used()
    assert [each.msgid for each in catalogue(language) if not each.translated()] == []


@pytest.mark.parametrize("language", ["en", "cy"])
def test_what_is_compiled_is_what_is_written(language):
    path = LOCALE / language / "LC_MESSAGES" / "console.mo"
    compiled = {each.msgid: (each.msgstr, each.msgstr_plural) for each in polib.mofile(str(path))}
    assert compiled == {
        each.msgid: (each.msgstr, each.msgstr_plural) for each in catalogue(language)
    }


@pytest.mark.requirement("L51")
@pytest.mark.parametrize("language", ["en", "cy"])
def test_a_translation_fills_the_same_places(language):
    for each in catalogue(language):
        wanted = set(PLACE.findall(each.msgid))
        for text in [each.msgstr] if each.msgstr else each.msgstr_plural.values():
            assert set(PLACE.findall(text)) <= wanted, each.msgid
            assert each.msgstr_plural or set(PLACE.findall(text)) == wanted, each.msgid


def test_welsh_is_not_english_left_behind():
    same = {each.msgid for each in catalogue("cy") if each.msgstr == each.msgid}
    assert same <= {"Help"}


def test_no_words_stand_in_a_template_outside_the_catalogues():
    loose = re.compile(r">\s*[A-Za-z][^<{]*<")
    for path in (ROOT / "templates").glob("*.html"):
        text = re.sub(r"{% trans.*?endtrans %}", "{}", path.read_text(encoding="utf-8"))
        text = re.sub(r"{%.*?%}|{#.*?#}|{{.*?}}", "{}", text)
        assert loose.findall(text) == [], path.name


def test_the_vendored_files_are_those_of_the_manifest():
    static = ROOT / "static"
    listed = tomllib.loads((static / "MANIFEST.toml").read_text(encoding="utf-8"))["file"]
    for each in listed:
        assert sha256((static / each["name"]).read_bytes()).hexdigest() == each["sha256"]
    licences = {each["licence_file"] for each in listed if "licence_file" in each}
    expected = {each["name"] for each in listed} | licences | {"MANIFEST.toml"}
    assert {path.name for path in static.iterdir()} == expected


def test_the_style_sheet_brings_no_typeface():
    css = (ROOT / "static" / "console.css").read_text(encoding="utf-8")
    assert "@font-face" not in css
    assert "GDS Transport" not in css
