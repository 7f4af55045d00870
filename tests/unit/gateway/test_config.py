"""The settings: every default in the example, every mistake at once."""

from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from gateway.config import in_force, load_settings
from models.errors import SettingInvalid

ROOT = Path(__file__).parents[3]
BAD = ROOT / "tests" / "e2e" / "bad_configs"


def test_an_empty_file_is_all_defaults_beside_it(tmp_path):
    (tmp_path / "porthor.toml").write_text("")
    settings = load_settings(tmp_path / "porthor.toml")
    assert settings.database_url == f"sqlite:///{tmp_path.resolve()}/porthor.db"
    assert settings.keys_file == tmp_path.resolve() / "keys.toml"
    assert str(settings.smtp.listen) == "127.0.0.1:2525"


def test_a_relative_database_is_beside_the_file(tmp_path):
    (tmp_path / "porthor.toml").write_text('[database]\nurl = "sqlite:///mail.db"\n')
    settings = load_settings(tmp_path / "porthor.toml")
    assert settings.database_url == f"sqlite:///{tmp_path.resolve()}/mail.db"


@pytest.mark.parametrize("folder", ["deploy", "gateway/sample"])
def test_the_example_holds_every_setting_at_its_default(folder, tmp_path):
    text = (ROOT / folder / "porthor.example.toml").read_text()
    (tmp_path / "porthor.toml").write_text(text)
    example = load_settings(tmp_path / "porthor.toml")
    (tmp_path / "porthor.toml").write_text("")
    assert example == load_settings(tmp_path / "porthor.toml")
    for section in fields(example):
        value = getattr(example, section.name)
        if is_dataclass(value):
            assert all(f"\n{each.name} = " in text for each in fields(value)), section.name


@pytest.mark.parametrize("name", sorted(each.name for each in BAD.iterdir()))
def test_a_bad_file_is_explained(name):
    with pytest.raises(SettingInvalid) as caught:
        load_settings(BAD / name / "porthor.toml")
    assert str(caught.value) == (BAD / name / "expected").read_text().strip()


def test_a_file_that_is_not_there_says_how_to_make_one(tmp_path):
    with pytest.raises(SettingInvalid, match="porthor init DIR"):
        load_settings(tmp_path / "porthor.toml")


def test_settings_in_force_are_shown_as_they_are_written(tmp_path):
    (tmp_path / "porthor.toml").write_text('[smtp]\nlisten = "127.0.0.1:2525"\n')
    shown = dict(in_force(load_settings(tmp_path / "porthor.toml")))
    assert shown["smtp.listen"] == "127.0.0.1:2525"
    assert shown["smtp.clients"] == "127.0.0.0/8, ::1/128"
    assert shown["database"] == "sqlite"
    assert shown["sign_in.client_secret_file"] == ""  # where it is, never what it is
