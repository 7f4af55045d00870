"""A small council with held messages in a real database, and the console over it."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256

from argon2 import PasswordHasher
from starlette.testclient import TestClient

from classifiers.detector import detectors
from classifiers.inspection import inspect
from gateway.decide import decide
from gateway.drafts import message_of
from models.audit import Action, AuditEntry
from models.body import Body
from models.db import audit, people
from models.db.database import Database
from models.db.keyring import Keyring
from models.envelope import Client, Envelope, Recipient
from models.mail import Mail
from models.mime import read_message
from models.person import Person, Role, Standing
from models.policy import Basis, Bilingual, Clause, Condition, Ground, Justification, Policy, Rule
from models.verdict import Disposition
from quarantine.console.app import create_app
from quarantine.drafts import CheckedDraft
from quarantine.evidence.gathering import Sources
from quarantine.holding import Holding, rules_of
from quarantine.notices import Post
from quarantine.review import Review
from quarantine.settings import ConsoleSettings, NoticeSettings, SignInSettings
from tests import databases

NOW = datetime(2026, 11, 24, 9, 32, tzinfo=UTC)
PASSWORD = "cennin pedr yn y gwanwyn"
HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)  # in no time
PASSWORD_ALONE = SignInSettings(second_factor="optional")
IN_FORCE = (("review.days", "mon, tue, wed, thu, fri"), ("smtp.listen", "127.0.0.1:2525"))
BODY = Body(name_en="Cantref Council", name_cy="Cyngor Cantref")
PAPERS = Justification(
    ground=Ground.COMPLIANCE,
    purpose="keep personal information inside",
    assessment="DPIA-1 v1",
    notice=date(2026, 1, 1),
    review=date(2027, 1, 1),
    ends=date(2027, 6, 1),
    basis=Basis.PUBLIC_TASK,
    special_category="DPA 2018 Sch 1 para 6",
    offences="DPA 2018 Sch 1 para 6",
    policy_document="APD-1",
)


def _rule(rule_id, clause, en, cy, then, **condition):
    return Rule(
        id=rule_id,
        clause=clause,
        title=Bilingual(en=en, cy=cy),
        when=(Condition(**condition),),
        then=then,
        milder="advice did not stop it",
        papers=PAPERS,
    )


POLICY = Policy(
    version="1",
    digest=sha256(b"sample").hexdigest(),
    domains=frozenset({"cantref.example"}),
    personal_domains=frozenset({"post.example"}),
    consent="signed: the chief executive, 1 January 2026",
    clauses=(
        Clause(
            number="4.2",
            text=Bilingual(
                en="Payment card numbers must not be sent by email.",
                cy="Ni ddylid anfon rhifau cardiau talu drwy e-bost.",
            ),
        ),
        Clause(
            number="4.1",
            text=Bilingual(
                en="Check before sending to a personal email address.",
                cy="Gwiriwch cyn anfon i gyfeiriad e-bost personol.",
            ),
        ),
        Clause(
            number="5.1",
            text=Bilingual(
                en="Nobody may be demeaned by email.",
                cy="Ni chaniateir bychanu neb drwy e-bost.",
            ),
        ),
    ),
    rules=(
        _rule(
            "cards",
            "4.2",
            "A payment card number",
            "Rhif cerdyn talu",
            Disposition.HOLD,
            detector="payment-card",
        ),
        _rule(
            "marked",
            "4.1",
            "A protective marking",
            "Marc diogelu",
            Disposition.HOLD_FOR_TWO,
            detector="marking",
        ),
        _rule(
            "conduct",
            "5.1",
            "Wording that may demean someone",
            "Geiriad a allai fychanu rhywun",
            Disposition.HOLD,
            detector="learned",
            category="abuse",
        ),
        _rule(
            "personal",
            "4.1",
            "A personal email address",
            "Cyfeiriad e-bost personol",
            Disposition.CONFIRM,
            detector="recipients",
            category="personal-webmail",
        ),
    ),
)
DETECTORS = detectors(POLICY)
PEOPLE = (
    Person(
        id="sioned",
        name="Sioned Parry",
        addresses=("sioned.parry@cantref.example",),
        language="en",
        manager="gwen",
    ),
    Person(
        id="gwen",
        name="Gwen Morgan",
        addresses=("gwen.morgan@cantref.example",),
        language="en",
        deputy="elin",
    ),
    Person(id="elin", name="Elin Rhys", addresses=("elin.rhys@cantref.example",), language="cy"),
    Person(
        id="huw",
        name="Huw Ifans",
        addresses=("huw.ifans@cantref.example",),
        language="en",
        roles=frozenset({Role.HR}),
    ),
    Person(
        id="gadael",
        name="Wedi Gadael",
        addresses=("gadael@cantref.example",),
        standing=Standing.LEFT,
        language="en",
    ),
)
TEXT = (
    b"Hi John,\r\n\r\nThanks for covering the panel on Thursday. Please book the room with the\r\n"
    b"council's card: 4111 1111 1111 1111, expiry 09/28.\r\n\r\nDiolch yn fawr,\r\nSioned\r\n\r\n"
    b"On Monday, John Morris wrote:\r\n> Can you send me the card number for the booking?\r\n"
    b"> They will not hold the room without it.\r\n"
)
SCRIPT = b"Hi,\r\n<script>alert(1)</script>\r\nThe card is 4111 1111 1111 1111.\r\n"
MARKED = b"OFFICIAL-SENSITIVE\r\n\r\nBore da\r\n"
FILE = (
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n"
    b"--b\r\nContent-Type: application/pdf; name=booking.pdf\r\n"
    b"Content-Disposition: attachment; filename=booking.pdf\r\n\r\n%%PDF-1.4 \r\n--b--\r\n"
)


def mail(number, recipients=("john@example.org",), text=TEXT):
    """One message as it came over SMTP."""
    raw = (
        b"From: Sioned Parry <sioned.parry@cantref.example>\r\nTo: John <john@example.org>\r\n"
        b"Subject: Archebu ystafell y panel / Booking the panel's room\r\n"
        b"Message-ID: <" + str(number).encode() + b"@cantref.example>\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + FILE % text
    )
    envelope = Envelope(
        id=f"POR{number:06}",
        sender="sioned.parry@cantref.example",
        recipients=tuple(Recipient(address=each) for each in recipients),
        client=Client(address="127.0.0.1", port=40000, name="mail"),
        received=NOW,
    )
    return Mail(envelope=envelope, message=read_message(raw))


OFFICERS = (  # of oversight; the last is another body's
    *(
        Person(id=name, name=name.title(), addresses=(f"{name}@cantref.example",), roles=roles)
        for name, roles in (
            ("dewi", frozenset({Role.PROTECTION_OFFICER})),
            ("arch", frozenset({Role.AUDITOR})),
        )
    ),
    Person(
        id="arall",
        name="Arall",
        addresses=("arall@elsewhere.example",),
        body="elsewhere",
        roles=frozenset({Role.PROTECTION_OFFICER}),
    ),
)


@dataclass
class Council:
    """What a test works with."""

    database: Database
    keyring: Keyring
    review: Review
    clock: list
    policy: Policy = POLICY
    bundles: Sources | None = None

    def hold(self, number, more=(), **facts):
        """Hold one message as the mail path does, `more` findings added; return its id."""
        return self.hold_mail(mail(number, **facts), more)

    def hold_mail(self, given, more=()):
        """The same of any mail."""
        inspection = inspect(given, DETECTORS, explain=bool(more))
        inspection = replace(inspection, findings=(*inspection.findings, *more))
        verdict = decide(given.envelope, inspection.findings, self.policy, on=NOW.date())
        holding = Holding(
            database=self.database,
            keyring=self.keyring,
            policy=self.policy,
            post=self.review.post,
        )
        return holding.hold(mail=given, verdict=verdict, inspection=inspection, now=NOW)

    def app(
        self,
        url="http://testserver",
        sign_in=PASSWORD_ALONE,
        secret="",
        check_draft=None,
        api=None,
        draw=None,
    ):
        """Make the console."""
        return create_app(
            database=self.database,
            keyring=self.keyring,
            settings=ConsoleSettings(url=url),
            body=BODY,
            policy=self.policy,
            review=self.review,
            clock=lambda: self.clock[0],
            sign_in_settings=sign_in,
            openid_secret=secret,
            api_settings=api,
            check_draft=check_draft,
            draw=draw,
            bundles=self.bundles,
            in_force=IN_FORCE,
        )


def check_draft(draft):
    """Check a draft as gateway/drafts.py does, in this process."""
    envelope = Envelope(
        id="draft",
        sender=draft.sender,
        recipients=tuple(Recipient(address=each) for each in draft.recipients),
        client=Client(address="", port=0, name=""),
        received=NOW,
    )
    given = Mail(envelope=envelope, message=read_message(message_of(draft)))
    found = inspect(given, DETECTORS)
    verdict = decide(envelope, found.findings, POLICY, on=NOW.date())
    return CheckedDraft(
        verdict=verdict,
        rules=rules_of(verdict, Disposition.ADVISE),
        texts=found.texts,
        unread=found.unread,
    )


def make_council(folder, url="", everyone=PEOPLE):
    """Make the keys and the people, in a database that has its tables (tests/databases.py)."""
    database = Database(url or databases.sqlite(folder / "porthor.db"))
    Keyring.create(folder / "keys.toml")
    give_people(database, everyone)
    post = Post(settings=NoticeSettings(), body=BODY, console_url="http://testserver")
    return Council(
        database=database,
        keyring=Keyring.load(folder / "keys.toml"),
        review=Review(database=database, policy=POLICY, post=post),
        clock=[NOW],
    )


def give_people(database, everyone, at=NOW):
    """Import the people, who all have the same password."""
    entry = AuditEntry(at=at, actor="os:test", action=Action.IMPORT_PEOPLE, subject="people")
    with database.writing() as session:
        people.replace_all(session, everyone, entry)
        for person in everyone:
            people.set_password_hash(session, person.id, HASHED, entry)


def visit(council, who, language="en", *, follow=False, **given):
    """A browser in which somebody has signed in; `given` goes to the app. It is to be closed."""
    client = TestClient(
        council.app(**given),
        headers={"accept-language": language},
        cookies={"porthor-language": language},
        follow_redirects=follow,
    )
    form = {"csrf": token(client, "/sign-in"), "username": who, "password": PASSWORD}
    done = client.post("/sign-in", data=form, follow_redirects=False)
    assert done.headers["location"] == "/"
    return client


def token(client, path="/mine"):
    """The token that a page has in its forms."""
    return re.search(r'name="csrf" value="([0-9a-f]+)"', client.get(path).text)[1]


def send(client, path, **form):
    """Send a form, as from a page with its token."""
    return client.post(path, data={"csrf": token(client), **form})


def day(name, text):
    """The three fields of a date in a form."""
    year, month, number = text.split("-")
    return {f"{name}-year": year, f"{name}-month": month, f"{name}-day": number}


def entries(council, *actions):
    """What the audit chain has of some kinds of action."""
    with council.database.reading() as session:
        return [each.entry for each in audit.read(session) if each.entry.action in actions]
