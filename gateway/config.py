"""TOML -> settings. Every mistake at once, by file, key, value and expectation.

Each package has a frozen settings class for its own sections, with every default in it; only
this module knows TOML and all of them.
"""

import difflib
import ipaddress
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from classifiers.settings import ClassifierSettings, ReadingSettings
from gateway.settings import InspectionSettings, MetricsSettings, NextHopSettings, SmtpSettings
from models.body import Body
from models.errors import SettingInvalid
from models.units import Duration, HostPort, Size
from quarantine.group_roles import read_mapping
from quarantine.settings import (
    AnchorSettings,
    ApiSettings,
    ConsoleSettings,
    EvidenceSettings,
    KeepingSettings,
    NoticeSettings,
    ReviewSettings,
    SignInSettings,
)
from quarantine.working_hours import DAYS, SUBDIVISIONS

_CHOICES = {
    ("nexthop", "starttls"): ("never", "may", "require"),
    ("inspection", "when_it_fails"): ("defer", "hold", "relay"),
    ("review", "bank_holidays"): (*SUBDIVISIONS, "none"),
    ("sign_in", "local_accounts"): ("all", "administrators", "none"),
    ("sign_in", "second_factor"): ("required", "optional"),
    ("anchor", "to"): ("none", "file", "syslog", "mail"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSettings:
    """Section [database]."""

    url: str = ""  # SQLAlchemy URL; "" is porthor.db beside this file


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySettings:
    """Section [policy]."""

    file: str = "policy.toml"  # beside this file, or absolute


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysSettings:
    """Section [keys]."""

    file: str = "keys.toml"  # beside this file, or absolute; readable by its owner only


_SECTIONS: dict[str, type[Any]] = {
    "body": Body,
    "smtp": SmtpSettings,
    "nexthop": NextHopSettings,
    "inspection": InspectionSettings,
    "reading": ReadingSettings,
    "classifier": ClassifierSettings,
    "review": ReviewSettings,
    "console": ConsoleSettings,
    "api": ApiSettings,
    "metrics": MetricsSettings,
    "sign_in": SignInSettings,
    "notices": NoticeSettings,
    "keeping": KeepingSettings,
    "evidence": EvidenceSettings,
    "anchor": AnchorSettings,
    "database": DatabaseSettings,
    "policy": PolicySettings,
    "keys": KeysSettings,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All of one porthor.toml."""

    path: Path
    body: Body
    smtp: SmtpSettings
    nexthop: NextHopSettings
    inspection: InspectionSettings
    reading: ReadingSettings
    classifier: ClassifierSettings
    review: ReviewSettings
    console: ConsoleSettings
    api: ApiSettings
    metrics: MetricsSettings
    sign_in: SignInSettings
    notices: NoticeSettings
    keeping: KeepingSettings
    evidence: EvidenceSettings
    anchor: AnchorSettings
    database_url: str
    policy_file: Path
    keys_file: Path


def load_settings(path: Path) -> Settings:
    """Read porthor.toml. Raises SettingInvalid with every mistake, a line each."""
    name = path.name
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingInvalid(
            f"{path}: cannot be read: {error.strerror}; `porthor init DIR` writes one"
        ) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingInvalid(f"{name}: is not TOML: {error}") from None
    mistakes = [
        f"{name}: [{key}]: unknown section{_did_you_mean(key, _SECTIONS)}"
        for key in tree
        if key not in _SECTIONS
    ]
    built = {
        section: _section(section, kind, tree.get(section, {}), name, mistakes)
        for section, kind in _SECTIONS.items()
    }
    if mistakes:
        raise SettingInvalid("\n".join(mistakes))
    base = path.resolve().parent
    return Settings(
        path=path.resolve(),
        database_url=_database_url(built.pop("database").url, base),
        policy_file=base / built.pop("policy").file,
        keys_file=base / built.pop("keys").file,
        **built,
    )


def _section(section: str, kind: type[Any], given: Any, name: str, mistakes: list[str]) -> Any:
    if not isinstance(given, dict):
        mistakes.append(f"{name}: {section} is {_shown(given)}; expected a section [{section}]")
        return None
    hints = get_type_hints(kind)
    known = [each.name for each in fields(kind)]
    before = len(mistakes)
    values = {}
    for key, value in given.items():
        if key not in known:
            hint = _did_you_mean(key, known)
            mistakes.append(f"{name}: {section}.{key}: unknown key{hint}")
            continue
        try:
            values[key] = _value(hints[key], value, _CHOICES.get((section, key)))
            if check := _CHECKS.get((section, key)):
                check(values[key])
        except ValueError as error:
            mistakes.append(f"{name}: {section}.{key} is {_shown(value)}; expected {error}")
    if len(mistakes) == before:
        mistakes += [f"{name}: {each}" for each in _contradictions(kind, values)]
    return kind(**values) if len(mistakes) == before else None


def _contradictions(kind: type[Any], values: dict[str, Any]) -> list[str]:
    """What no single key of a section shows."""
    given = kind(**values)
    match given:
        case SignInSettings() if given.issuer and not given.client_id:
            return ["sign_in.issuer is set; expected sign_in.client_id beside it"]
        case AnchorSettings() if given.to in {"file", "mail"} and not given.where:
            return [f"anchor.to is {given.to}; expected anchor.where beside it"]
        case EvidenceSettings() if bool(given.key) != bool(given.certificate):
            return ["evidence.certificate and evidence.key: one is set; expected both or neither"]
        case EvidenceSettings() if bool(given.timestamp_url) != bool(given.timestamp_certificate):
            return ["evidence.timestamp_url, timestamp_certificate: expected both or neither"]
        case ReviewSettings() if given.closes <= given.opens:
            expected = f"a time after review.opens, {given.opens}"
            return [f"review.closes is {given.closes}; expected {expected}"]
    return []


def _value(kind: Any, value: Any, choices: tuple[str, ...] | None) -> Any:
    """Turn a TOML value into a setting's. Raises ValueError saying what is expected."""
    if choices is not None and value not in choices:
        raise ValueError(f"one of {', '.join(choices)}")
    if kind in (Size, Duration, HostPort):
        return kind.parse(value if isinstance(value, str) else "")
    if get_origin(kind) is tuple:
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise ValueError('a list such as ["one", "two"]')
        return tuple(value)
    if kind is bool and not isinstance(value, bool):
        raise ValueError("true or false")
    if kind is int and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise ValueError("a whole number from 1")
    if kind is str and not isinstance(value, str):
        raise ValueError("text in quotation marks")
    if get_args(kind) and not isinstance(value, str):
        raise ValueError("text in quotation marks")
    return value


def _check_networks(networks: tuple[str, ...]) -> None:
    for each in networks:
        try:
            ipaddress.ip_network(each)
        except ValueError:
            raise ValueError('networks such as "10.1.0.0/16" or "2001:db8::/32"') from None


def _check_percentage(value: int) -> None:
    if value > 100:  # noqa: PLR2004 - that is what a percentage is
        raise ValueError("a whole number from 1 to 100")


def _check_times(value: str) -> None:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError('a time such as "09:00"')


def _check_days(value: tuple[str, ...]) -> None:
    if not value or not set(value) <= set(DAYS):
        raise ValueError(f"one or more of {', '.join(DAYS)}")


def _check_dates(value: tuple[str, ...]) -> None:
    try:
        for each in value:
            date.fromisoformat(each)
    except ValueError:
        raise ValueError('dates such as "2026-12-29"') from None


def _check_zone(value: str) -> None:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ValueError('a time zone such as "Europe/London"') from None


def _check_issuer(value: str) -> None:
    given = urlsplit(value)
    loopback = given.scheme == "http" and given.hostname in {"127.0.0.1", "localhost", "::1"}
    sound = given.hostname and not (given.query or given.fragment or given.username)
    if value and not (sound and (given.scheme == "https" or loopback)):
        raise ValueError('the issuer\'s address, such as "https://login.example/tenant"')


def _check_listen(value: str) -> None:
    if value:
        HostPort.parse(value)


def _check_authority(value: str) -> None:
    given = urlsplit(value)
    sound = given.scheme in {"http", "https"} and given.hostname and not given.username
    if value and not sound:
        raise ValueError('an address without a password, such as "https://stamp.example/tsr"')


_CHECKS: dict[tuple[str, str], Callable[[Any], object]] = {
    ("smtp", "clients"): _check_networks,
    ("console", "proxies"): _check_networks,
    ("review", "opens"): _check_times,
    ("keeping", "sweep_at"): _check_times,
    ("review", "precision_floor"): _check_percentage,
    ("review", "closes"): _check_times,
    ("review", "days"): _check_days,
    ("review", "closed"): _check_dates,
    ("review", "zone"): _check_zone,
    ("sign_in", "issuer"): _check_issuer,
    ("sign_in", "scim_groups"): read_mapping,
    ("evidence", "timestamp_url"): _check_authority,
    ("metrics", "serve"): _check_listen,
    ("metrics", "worker"): _check_listen,
    ("metrics", "console"): _check_listen,
}


def _database_url(url: str, base: Path) -> str:
    """Resolve the default, and a relative SQLite path, beside the settings file."""
    if not url:
        return f"sqlite:///{base / 'porthor.db'}"
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith(prefix + "/") and url != prefix:
        return f"{prefix}{base / url.removeprefix(prefix)}"
    return url


def _shown(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004 - one line of a terminal


def in_force(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Return every setting and its value as people may see them; of the database its kind alone."""
    shown = [
        (f"{name}.{key.name}", _plain(getattr(getattr(settings, name), key.name)))
        for name, kind in _SECTIONS.items()
        if hasattr(settings, name)
        for key in fields(kind)
    ]
    kind = settings.database_url.partition(":")[0].partition("+")[0]
    return (*shown, ("database", kind), ("policy.file", settings.policy_file.name))


def _plain(value: Any) -> str:
    """As text: a list with commas; HostPort is a tuple too, and writes itself."""
    return ", ".join(value) if type(value) is tuple else str(value)


def _did_you_mean(word: str, known: Any) -> str:
    close = difflib.get_close_matches(word, list(known), n=1)
    return f'; did you mean "{close[0]}"?' if close else ""
