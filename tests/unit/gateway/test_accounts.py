"""The commands about local accounts, as an administrator uses them; and the settings of sign-in."""

import pytest

from gateway.assembly import open_database, openid_secret
from gateway.cli import main
from gateway.config import load_settings
from models.audit import Action
from models.db import audit, outbox, second_factors, sign_ins
from models.errors import SettingInvalid
from models.sign_in import Method, SecondFactor
from quarantine.console.local_accounts import key_of_name
from quarantine.settings import SignInSettings


@pytest.fixture
def config(tmp_path):
    assert main(["init", str(tmp_path / "porthor"), "--sample"]) == 0
    return tmp_path / "porthor" / "porthor.toml"


@pytest.fixture
def database(config):
    opened = open_database(load_settings(config))
    yield opened
    opened.close()


def run(config, *arguments):
    return main(["--config", str(config), *arguments])


def set_password(config, monkeypatch, password):
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    return run(config, "people", "set-password", "gwen.morgan")


def begin(session, now, person="gwen.morgan"):
    sign_ins.open_(session, f"t-{person}", person, now, method=Method.PASSWORD, browser="")


def actions(database):
    with database.reading() as session:
        return [(each.entry.action, each.entry.subject) for each in audit.read(session)]


@pytest.mark.parametrize(
    "password", ["short", "Gwen.Morgan.2026", "passwordpassword", "cyngor enghraifft 1"]
)
def test_a_poor_password_is_refused(config, monkeypatch, capsys, password):
    assert set_password(config, monkeypatch, password) == 2
    assert "expected" in capsys.readouterr().err


def test_setting_a_password_signs_its_person_out(config, database, monkeypatch, now):
    with database.writing() as session:
        begin(session, now)
    assert set_password(config, monkeypatch, "cadair mynydd afal glaw") == 0
    with database.writing() as session:
        assert sign_ins.close_all(session, "gwen.morgan") == 0


def test_sessions_of_one_or_of_everyone_are_ended(config, database, now):
    with database.writing() as session:
        for each in ("gwen.morgan", "marc.price", "nia.hughes"):
            begin(session, now, each)
    assert run(config, "people", "sign-out", "gwen.morgan") == 0
    assert run(config, "people", "sign-out", "gwen.morgan") == 1
    assert run(config, "people", "sign-out", "--everyone") == 0
    assert run(config, "people", "sign-out") == 2
    with database.writing() as session:
        assert sign_ins.close_all(session, None) == 0
    assert (Action.END_SESSION, "everyone") in actions(database)


def test_who_lost_their_phone_begins_again_and_is_told(config, database, now):
    factor = SecondFactor(person="gwen.morgan", sealed=b"x", made=now, last_step=0)
    with database.writing() as session:
        second_factors.put(session, factor, ["a"])
        sign_ins.bind(session, "https://login.example", "s", "gwen.morgan", now)
        sign_ins.note_failure(session, key_of_name("gwen.morgan"), now)
        begin(session, now)
        before, _ = outbox.waiting(session)
    assert run(config, "people", "reset-sign-in", "gwen.morgan") == 0
    with database.writing() as session:
        assert second_factors.get(session, "gwen.morgan") is None
        assert second_factors.codes_left(session, "gwen.morgan") == 0
        assert not sign_ins.is_bound(session, "gwen.morgan")
        assert sign_ins.failures(session, key_of_name("gwen.morgan"), now) == []
        assert sign_ins.close_all(session, "gwen.morgan") == 0
        assert outbox.waiting(session)[0] == before + 1
    assert (Action.SECOND_FACTOR, "gwen.morgan") in actions(database)


def test_the_sample_council_signs_in_by_password_alone_and_no_other(config, tmp_path):
    assert load_settings(config).sign_in.second_factor == "optional"
    assert main(["init", str(tmp_path / "real")]) == 0
    assert load_settings(tmp_path / "real" / "porthor.toml").sign_in == SignInSettings()


@pytest.mark.parametrize(
    ("lines", "mistake"),
    [
        ('issuer = "http://login.example"\nclient_id = "x"', "expected the issuer's address"),
        ('issuer = "https://login.example?x=1"\nclient_id = "x"', "expected the issuer's address"),
        ('issuer = "https://login.example"', "expected sign_in.client_id"),
        ('second_factor = "none"', "expected one of required, optional"),
        ('local_accounts = "some"', "expected one of all, administrators, none"),
        ("second_facto = 1", 'did you mean "second_factor"'),
    ],
)
def test_mistakes_in_the_settings_of_sign_in(tmp_path, lines, mistake):
    (tmp_path / "porthor.toml").write_text(f"[sign_in]\n{lines}\n")
    with pytest.raises(SettingInvalid, match=mistake):
        load_settings(tmp_path / "porthor.toml")


@pytest.mark.parametrize(("mode", "sound"), [(0o600, True), (0o640, False)])
def test_the_client_secret_is_a_file_of_its_owner_alone(tmp_path, mode, sound):
    text = '[sign_in]\nclient_secret_file = "s"\n'
    (tmp_path / "porthor.toml").write_text(text)
    (tmp_path / "s").write_text("hush\n")
    (tmp_path / "s").chmod(mode)
    settings = load_settings(tmp_path / "porthor.toml")
    if sound:
        assert openid_secret(settings) == "hush"
    else:
        with pytest.raises(SettingInvalid, match="chmod 600"):
            openid_secret(settings)


def test_a_client_secret_that_is_not_there_is_said_to_be_so(tmp_path):
    text = '[sign_in]\nclient_secret_file = "s"\n'
    (tmp_path / "porthor.toml").write_text(text)
    with pytest.raises(SettingInvalid, match="client_secret_file"):
        openid_secret(load_settings(tmp_path / "porthor.toml"))
