"""porthor init: settings, policy, keys and database; with a sample council if asked."""

from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from gateway.config import load_settings
from gateway.policy_file import load_policy
from gateway.sample import policy_text
from models.audit import Action, AuditEntry
from models.db import people, policies
from models.db.database import Database
from models.db.keyring import Keyring
from models.errors import SettingInvalid
from models.person import Person
from models.units import HostPort
from quarantine.console.passwords import hash_password
from quarantine.directory import read_people

SAMPLE_PASSWORD = "croeso-i-porthor"  # noqa: S105 - the sample council's, printed and documented
_SAMPLE = files("gateway.sample")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What `porthor init` was asked for."""

    folder: Path
    sample: bool = False
    listen: str | None = None
    nexthop: str | None = None
    console: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What it made."""

    config: Path
    accounts: tuple[Person, ...] = field(default=())


def initialise(wishes: Wishes, now: datetime) -> Made:
    """Make everything in a folder. Raises SettingInvalid; nothing is ever overwritten."""
    folder = wishes.folder
    config, policy, keys = (folder / each for each in ("porthor.toml", "policy.toml", "keys.toml"))
    for each in (config, policy, keys, folder / "porthor.db"):
        if each.exists():
            raise SettingInvalid(f"{each} is there already; nothing was written")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingInvalid(f"{folder}: cannot be made: {error.strerror}") from None
    text = _settings_text(wishes)
    config.write_text(text, encoding="utf-8")
    policy.write_text(policy_text(now.date(), sample=wishes.sample), encoding="utf-8")
    Keyring.create(keys)
    settings = load_settings(config)
    database = Database(settings.database_url)
    database.upgrade()
    adopted = load_policy(policy)
    with database.writing() as session:
        policies.put(session, adopted.digest, policy.read_text(encoding="utf-8"), now)
    accounts = _sample_people(database, folder, now) if wishes.sample else ()
    database.close()
    return Made(config=config, accounts=accounts)


def _settings_text(wishes: Wishes) -> str:
    """The example settings, with the addresses that were asked for."""
    text = (_SAMPLE / "porthor.example.toml").read_text(encoding="utf-8")
    changes = {
        "smtp": ("listen", wishes.listen),
        "nexthop": ("address", wishes.nexthop),
        "console": ("listen", wishes.console),
    }
    for section, (key, value) in changes.items():
        if value is not None:
            try:
                address = HostPort.parse(value)
            except ValueError as error:
                raise SettingInvalid(f'{section}.{key} is "{value}"; expected {error}') from None
            text = _with(text, section, key, f'"{address}"')
    if wishes.sample:
        text = _with(text, "body", "name_en", '"Enghraifft Council"')
        text = _with(text, "body", "name_cy", '"Cyngor Enghraifft"')
        text = _with(text, "sign_in", "second_factor", '"optional"')
        text = _with(text, "notices", "from_address", '"porthor@cyngor-enghraifft.example"')
    return text


def _with(text: str, section: str, key: str, value: str) -> str:
    """Put a value in the example's line for a key, keeping the comment beside it."""
    lines, inside = text.splitlines(), False
    for index, line in enumerate(lines):
        if line.startswith("["):
            inside = line.partition("  #")[0] == f"[{section}]"
        elif inside and line.startswith(f"{key} = "):
            comment = line.find("  #")
            lines[index] = f"{key} = {value}" + (line[comment:] if comment >= 0 else "")
    return "\n".join(lines) + "\n"


def _sample_people(database: Database, folder: Path, now: datetime) -> tuple[Person, ...]:
    file = folder / "people.csv"
    file.write_text((_SAMPLE / "people.csv").read_text(encoding="utf-8"), encoding="utf-8")
    everyone = read_people(file)
    entry = AuditEntry(
        at=now, actor="system", action=Action.IMPORT_PEOPLE, subject="people", detail="sample"
    )
    hashed = hash_password(SAMPLE_PASSWORD)
    with database.writing() as session:
        people.replace_all(session, everyone, entry)
        for each in everyone:
            change = AuditEntry(
                at=now, actor="system", action=Action.SET_PASSWORD, subject=each.id, detail="sample"
            )
            people.set_password_hash(session, each.id, hashed, change)
    return tuple(everyone)
