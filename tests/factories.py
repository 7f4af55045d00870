"""Any person, mail or held message in one call."""

from datetime import UTC, date, datetime

from classifiers.detector import detectors
from classifiers.inspection import inspect
from gateway.decide import decide
from gateway.policy_file import parse_policy
from gateway.sample import policy_text
from models.audit import Action, AuditEntry
from models.body import Body
from models.db import people
from models.envelope import Client, Envelope, Recipient
from models.held import HeldState
from models.mail import Mail
from models.mime import read_message
from models.person import Person, Role
from quarantine.holding import Holding
from quarantine.notices import Post
from quarantine.review import Review
from quarantine.settings import NoticeSettings

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
DOMAIN = "cyngor-enghraifft.example"
POLICY = parse_policy(policy_text(date(2026, 11, 24), sample=True).encode(), "sample")
DETECTORS = detectors(POLICY)
CARD = b"Subject: Room\r\nMessage-ID: <1@x.example>\r\n\r\nCard 4111 1111 1111 1111\r\n"
POST = Post(
    settings=NoticeSettings(from_address=f"porthor@{DOMAIN}"),
    body=Body(name_en="Council", name_cy="Cyngor"),
    console_url="https://console.example",
)


def a_person(person_id, **facts):
    facts.setdefault("addresses", (f"{person_id}@{DOMAIN}",))
    return Person(id=person_id, name=person_id.title(), **facts)


STAFF = (
    a_person("sioned", manager="gwen"),
    a_person("gwen", manager="carys", deputy="elin"),
    a_person("elin", language="en"),
    a_person("carys", roles=frozenset({Role.DUTY_REVIEWER})),
    a_person("marc"),
    a_person("sam", roles=frozenset({Role.ADMINISTRATOR})),
)


def an_entry(subject="x", action=Action.HOLD):
    return AuditEntry(at=NOW, actor="system", action=action, subject=subject)


def an_envelope(number=1, sender="sioned", recipients=("john@elsewhere.example",), options=()):
    return Envelope(
        id=f"ID{number}",
        sender=f"{sender}@{DOMAIN}",
        recipients=tuple(Recipient(address=each, options=options) for each in recipients),
        client=Client(address="192.0.2.1", port=40000, name="mail.example"),
        received=NOW,
    )


def with_staff(database):
    with database.writing() as session:
        people.replace_all(session, STAFF, an_entry("people", Action.IMPORT_PEOPLE))
    return database


def a_holding(database, keyring):
    return Holding(database=database, keyring=keyring, policy=POLICY, post=POST)


def a_review(database):
    return Review(database=database, policy=POLICY, post=POST)


def hold(database, keyring, raw=CARD, envelope=None, now=NOW):
    """Hold a message as the mail path does; return its id."""
    mail = Mail(envelope=envelope or an_envelope(), message=read_message(raw))
    found = inspect(mail, DETECTORS)
    verdict = decide(mail.envelope, found.findings, POLICY, on=now.date())
    assert verdict.disposition.waits
    return a_holding(database, keyring).hold(mail=mail, verdict=verdict, inspection=found, now=now)


def a_held_message(database, keyring, state=HeldState.HELD, **how):
    """A held message in any state that a person can bring about."""
    held_id = hold(database, keyring, **how)
    review = a_review(database)
    by = {each.id: each for each in STAFF}
    match state:
        case HeldState.RELEASED:
            review.release(held_id, by=by["gwen"], now=NOW)
        case HeldState.REFUSED:
            review.refuse(held_id, by=by["gwen"], reason="No", now=NOW)
        case HeldState.WITHDRAWN:
            review.withdraw(held_id, by=by["sioned"], now=NOW)
    return held_id
