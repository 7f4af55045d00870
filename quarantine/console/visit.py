"""One visit to one page: who asks, in which language, and what the page works with."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from enum import StrEnum

from starlette.requests import Request
from starlette.responses import Response

from models.api_key import ApiKey
from models.audit import Purpose
from models.body import Body
from models.case import Case
from models.db.database import Database
from models.db.keyring import Keyring
from models.directory import Directory
from models.held import HeldMessage
from models.person import Person
from models.policy import Policy
from quarantine.console.openid import Provider
from quarantine.drafts import CheckDraft
from quarantine.evidence.gathering import Sources
from quarantine.papers.live import Given
from quarantine.pictures import Draw
from quarantine.review import Review
from quarantine.settings import ApiSettings, ConsoleSettings, KeepingSettings, SignInSettings


class Permission(StrEnum):
    """What a page asks of its visitor. Checked before the page's function is called."""

    ANYONE = "anyone"
    SIGNED_IN = "signed-in"
    SEE = "see"  # this held message: its sender, or one who may review it
    REVIEW = "review"  # this held message: one who may review it
    OWN = "own"  # this held message: its sender
    SEALED = "sealed"  # a named officer of the sealed lane; to others there is no such page
    PROVISION = "provision"  # the identity provider's token; no person's
    API_KEY = "api-key"  # the key of one of the body's programs; no person's
    OVERSEE = "oversee"  # the protection officer or the auditor, on pages without content
    CASES = "cases"  # HR, or who approves its cases
    CASE = "case"  # this case: who works on it, or was asked to approve it
    CASE_RECORD = "case-record"  # this case's record: its own people, and the officer
    ADMINISTER = "administer"  # an administrator, who runs the system and reads no mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the console is made of, given once."""

    database: Database
    keyring: Keyring
    settings: ConsoleSettings
    body: Body
    policy: Policy
    review: Review
    clock: Callable[[], datetime]
    sign_in: SignInSettings = SignInSettings()
    api: ApiSettings = ApiSettings()
    keeping: KeepingSettings = KeepingSettings()
    provider: Provider | None = None  # of OpenID Connect
    draw: Draw | None = None  # from gateway: pictures of what is attached, in another process
    check_draft: CheckDraft | None = None  # from gateway: this package finds nothing itself
    bundles: Sources | None = None  # what bundles of evidence need that only the gateway knows
    in_force: tuple[tuple[str, str], ...] = ()  # settings and their values, no secret among them
    papers: Given = Given()  # what papers are made of, beside body, policy and database


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request, after the visitor was recognised."""

    services: Services
    request: Request
    form: Mapping[str, str] = field(repr=False)
    now: datetime
    token: str = field(default="", repr=False)  # the session's, or a passing visitor's
    person: Person | None = None
    language: str = "cy"
    people: Directory = field(default_factory=Directory, repr=False)
    held: HeldMessage | None = None
    pseudonym: bool = False  # one stands for whoever sent `held`
    case: Case | None = None
    key: ApiKey | None = None  # of the program that asks, on the API's pages

    @property
    def csrf(self) -> str:
        """The token every form of this visitor carries; it does not give the session away."""
        return hmac.new(self.token.encode(), b"csrf", "sha256").hexdigest()

    @property
    def who(self) -> Person:
        """The person, on a page that asks for one."""
        if self.person is None:
            raise LookupError("a page that needs a person was opened without one")
        return self.person

    @property
    def message(self) -> HeldMessage:
        """The held message, on a page about one."""
        if self.held is None:
            raise LookupError("a page about a held message was opened without one")
        return self.held

    @property
    def the_case(self) -> Case:
        """The case, on a page about one."""
        if self.case is None:
            raise LookupError("a page about a case was opened without one")
        return self.case


@dataclass(frozen=True, slots=True)
class Page:
    """One line of the route table."""

    method: str
    path: str
    permission: Permission
    view: Callable[[Visit], Response]
    _: KW_ONLY
    purposes: tuple[Purpose, ...] = ()  # why content is opened here; empty: none is shown

    @property
    def shows_content(self) -> bool:
        """Whether the page shows what a message says."""
        return bool(self.purposes)
