"""Settings of review, console, notices, evidence, anchors and keeping.

Sections [review], [console], [api], [sign_in], [notices], [evidence], [anchor], [keeping].
"""

from dataclasses import dataclass

from models.units import Duration, HostPort, Size


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSettings:
    """How long a person's turn to decide lasts, and when the body works."""

    turn: Duration = Duration(14_400)  # of working time; then it is the next person's turn
    opens: str = "09:00"
    closes: str = "17:00"
    days: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri")
    bank_holidays: str = "wales"  # whose: wales, england, scotland, northern-ireland or none
    closed: tuple[str, ...] = ()  # other days on which the body is closed, such as "2026-12-29"
    zone: str = "Europe/London"
    appeal_days: int = 3  # working days in which another person decides on an appeal
    pseudonyms: bool = False  # who sent it stands as "Sender 1" until a person asks for the name
    undo: Duration = Duration(60)  # what a person released can be stopped for so long
    precision_floor: int = 50  # of 100 a rule must hold rightly, or it only watches
    precision_answers: int = 20  # reviewers' answers in 90 days before a rule is judged by them


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSettings:
    """The web pages."""

    listen: HostPort = HostPort("127.0.0.1", 8025)
    url: str = ""  # as people reach it, such as "https://porthor.cyngor.example"; "" is listen
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")  # whose X-Forwarded-For is believed
    session_idle: Duration = Duration(3600)  # signed out after this long without a page
    session_longest: Duration = Duration(43_200)  # signed out after this long in any case
    sign_in_attempts: int = 10  # failures at one name; then it is locked (sign_in.locked_for)

    @property
    def base_url(self) -> str:
        """The address that stands in notices, without a slash at its end."""
        return (self.url or f"http://{self.listen}").rstrip("/")

    @property
    def secure(self) -> bool:
        """Whether cookies are for HTTPS alone."""
        return self.base_url.startswith("https://")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    """The HTTP API by which the body's own programs have a text checked; needs a key each."""

    max_size: Size = Size(25_000_000)  # of one request; larger is refused with 413
    per_minute: int = 60  # requests of one key; more get 429
    body_timeout: Duration = Duration(30)  # for a request to arrive; then it is refused with 408
    workers: int = 2  # processes that read drafts and the API's texts


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSettings:
    """How people prove who they are."""

    issuer: str = ""  # OpenID Connect provider, "https://login.microsoftonline.com/TENANT/v2.0"
    client_id: str = ""  # what the provider calls us
    client_secret_file: str = ""  # beside this file; readable by its owner only
    claim: str = "preferred_username"  # holds a sign-in name, or an address of the directory
    require_amr: tuple[str, ...] = ()  # methods the provider must have used, such as "mfa"
    local_accounts: str = "all"  # who may sign in by a password here: all, administrators, none
    second_factor: str = "required"  # of local accounts: required or optional
    locked_for: Duration = Duration(900)  # after console.sign_in_attempts failures at one name
    network_attempts: int = 50  # failures from one address or IPv6 /64, at any names; the same
    scim_groups: tuple[str, ...] = ()  # "ROLE = NAME OF A GROUP": by SCIM, its people have it
    scim_token_sha256: str = ""  # of the identity provider's bearer token; "" is no SCIM
    break_glass_longest: Duration = Duration(14_400)  # an emergency right ends by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSettings:
    """The emails we send to senders and reviewers."""

    from_address: str = "porthor@localhost"  # announce it to staff before going live
    from_name: str = "Porthor"
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceSettings:
    """What signs evidence bundles, anchors and counts."""

    certificate: str = ""  # PEM, beside the settings or absolute; "" is unsigned, which is said
    key: str = ""  # PEM without a password; readable by its owner only
    timestamp_url: str = ""  # of an RFC 3161 authority, asked about each bundle; "" asks none
    timestamp_certificate: str = ""  # PEM: the authority's root, to check its answers by
    clock_source: str = ""  # what this machine's clock follows; without it no bundle is made (L48)
    known_faults: str = ""  # TOML file of the faults known now; "" is the list shipped
    test_results: str = ""  # TOML file of this build's test results; "" is the one shipped


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorSettings:
    """Where the end of the audit chain is written down once a day."""

    to: str = "none"  # none | file | syslog | mail
    where: str = ""  # a file on another machine's share; syslog's HOST:PORT; an address


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepingSettings:
    """How long each class is kept; a freeze or a case keeps it for longer."""

    released: Duration = Duration(86_400)  # content of what was sent or taken back, after its end
    refused: Duration = Duration(2_592_000)  # content of what was refused: time to appeal
    case: Duration = Duration(31_536_000)  # content of a case, after it was closed
    record: Duration = Duration(31_536_000)  # who decided what and why, after the message's end
    self_report: Duration = Duration(31_536_000)  # after someone read it
    leavers: Duration = Duration(63_072_000)  # a leaver's name and addresses, after they left
    sweep_at: str = "02:30"  # when the worker erases what is due, in review.zone
    unfreeze_wait: int = 2  # working days between the two signatures that lift a freeze
    backup: str = ""  # folder of `porthor backup`; each sweep renews its keys file
