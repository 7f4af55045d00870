"""The record of reliability is read from files that somebody may have spoiled."""

from datetime import date

import pytest

from models.errors import SettingInvalid
from quarantine.build import build_digest, program_name
from quarantine.evidence.reliability import (
    gather,
    read_faults,
    read_tests,
    settings_digest,
)

TESTS = """at = 2026-11-24T09:30:00Z
build = "abc"
arguments = "-n 2"
passed = 10
failed = 0
skipped = 1
"""


def test_the_shipped_list_of_faults_is_read_and_is_in_both_languages():
    record = gather(settings=(("a", "b"),), clock=" NTP ", known_faults=None, test_results=None)
    assert record.faults
    assert record.clock == "NTP"
    assert all(each.text.cy != each.text.en for each in record.faults.faults)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("on = 2026-11-24\nfaults = 3", id="no list"),
        pytest.param("faults = []", id="no day"),
        pytest.param("on = 2026-11-24T10:00:00Z", id="an instant"),
        pytest.param('on = 2026-11-24\n[[faults]]\nid = "1"', id="one without words"),
        pytest.param("on = ", id="no TOML"),
    ],
)
def test_a_list_of_faults_that_is_none_is_refused(tmp_path, text):
    path = tmp_path / "faults.toml"
    path.write_text(text)
    with pytest.raises(SettingInvalid, match=r"evidence\.known_faults"):
        read_faults(path)


def test_an_empty_list_of_faults_says_that_none_is_known(tmp_path):
    path = tmp_path / "faults.toml"
    path.write_text("on = 2026-11-24\n")
    assert read_faults(path).on == date(2026, 11, 24)
    assert read_faults(path).faults == ()


def test_a_list_that_was_named_and_is_not_there_is_an_error_not_a_gap(tmp_path):
    gone = tmp_path / "gone.toml"
    for which in ("known_faults", "test_results"):
        named = {"known_faults": None, "test_results": None, which: gone}
        with pytest.raises(SettingInvalid, match=rf"evidence\.{which}: .*gone\.toml"):
            gather(settings=(), clock="", **named)


def test_test_results_are_read(tmp_path):
    path = tmp_path / "tests.toml"
    path.write_text(TESTS)
    read = read_tests(path)
    assert (read.build, read.arguments, read.passed, read.skipped) == ("abc", "-n 2", 10, 1)


@pytest.mark.parametrize("line", TESTS.splitlines())
def test_test_results_that_lack_a_line_are_refused(tmp_path, line):
    path = tmp_path / "tests.toml"
    path.write_text(TESTS.replace(f"{line}\n", ""))
    with pytest.raises(SettingInvalid, match=r"evidence\.test_results"):
        read_tests(path)


def test_the_program_s_name_has_its_version_and_the_start_of_its_build():
    version, _, build = program_name().partition("+")
    assert version.count(".") == 2
    assert build_digest().startswith(build)
    assert len(build) == 12


def test_the_digest_of_settings_does_not_hang_on_their_order():
    one, two = (("a", "1"), ("b", "2")), (("b", "2"), ("a", "1"))
    assert settings_digest(one) == settings_digest(two)
    assert settings_digest(one) != settings_digest((("a", "1"), ("b", "3")))
