"""Settings of the mail path: [smtp], [nexthop], [inspection], and [metrics]. Every default is here.

Sizes are octets and durations seconds; in the file they are written "35MB" and "30s".
"""

from dataclasses import dataclass

from models.units import Duration, HostPort, Size


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """Where staff mail arrives, and the limits on it."""

    listen: HostPort = HostPort("127.0.0.1", 2525)
    hostname: str = ""  # our name in the greeting and the trace line; "" asks the system
    clients: tuple[str, ...] = ("127.0.0.0/8", "::1/128")  # networks that may send through us
    sender_domains: tuple[str, ...] = ()  # whose mail we carry; empty: any a client sends
    max_message_size: Size = Size(35_000_000)  # larger is refused with 552 5.3.4
    max_line_length: Size = Size(1_000_000)  # longer is refused with 500 5.5.2
    max_recipients: int = 1000  # more get 452 4.5.3; RFC 5321 4.5.3.1.8 asks for at least 100
    max_sessions: int = 200  # more get 421 4.3.2
    max_hops: int = 50  # Received fields; more is a loop, 554 5.4.6
    command_timeout: Duration = Duration(300)  # silence between commands
    data_timeout: Duration = Duration(600)  # the whole of DATA, from 354 to the final dot
    starttls_certificate: str = ""  # PEM file; with it and a key, STARTTLS is offered
    starttls_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextHopSettings:
    """The server that all mail goes on to."""

    address: HostPort = HostPort("127.0.0.1", 2526)
    starttls: str = "may"  # never | may | require; "may" uses it where it is offered, unverified
    connect_timeout: Duration = Duration(10)
    reply_timeout: Duration = Duration(120)  # for a reply to a command
    data_reply_timeout: Duration = Duration(600)  # for the reply after the final dot (RFC 5321)
    max_connections: int = 100  # more wait, then get 451
    idle: Duration = Duration(20)  # a pooled connection unused for longer is closed


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionSettings:
    """The processes that read mail, and what happens when they cannot."""

    workers: int = 2
    budget: Duration = Duration(30)  # a message that takes longer has broken its inspection
    memory: Size = Size(1_000_000_000)  # address space of one worker
    when_it_fails: str = "defer"  # defer | hold | relay, the first time; the second time: hold


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsSettings:
    """Where each program gives its Prometheus metrics, as "HOST:PORT"; "" nowhere."""

    serve: str = ""
    worker: str = ""
    console: str = ""
