"""Settings -> running objects, built backwards: from the database to the listener."""

import asyncio
import logging
import signal
import socket
import ssl
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from gateway import confinement, metrics
from gateway.backup import keys_renewal
from gateway.canaries import send_daily
from gateway.classifier_in_force import artefact_in_force
from gateway.config import Settings, in_force
from gateway.delivery import Courier
from gateway.drafts import DraftChecker
from gateway.inspector import Inspector
from gateway.listener import Listener, Sessions
from gateway.nexthop import NextHop
from gateway.paper_sources import papers_given
from gateway.policy_file import load_policy
from gateway.registers import registers_folder
from gateway.session import House
from gateway.told import sender_was_told, warn_of_untold
from gateway.worker import Worker
from models.db import demotions, policies
from models.db.database import Database
from models.db.keyring import Keyring
from models.errors import SettingInvalid
from models.policy import Policy
from quarantine.anchors import Anchoring
from quarantine.freezes import Freezes
from quarantine.holding import Holding
from quarantine.notices import Post
from quarantine.retreat import Retreat
from quarantine.review import Review
from quarantine.signed_lines import Signer
from quarantine.sweep import Sweep
from quarantine.working_hours import working_hours

_log = logging.getLogger("porthor")
_BIND_PATIENCE = 10.0  # seconds: a gateway killed just now may still be letting go of its port


def open_database(settings: Settings) -> Database:
    """Return the database, known to be there and at the right revision."""
    database = Database(settings.database_url)
    database.check()
    return database


def policy_in_force(settings: Settings, database: Database) -> Policy:
    """Load the policy file, and keep its text by digest so that old decisions can be explained."""
    policy = load_policy(settings.policy_file)
    with database.reading() as session:
        known = policies.get(session, policy.digest) is not None
    if not known:
        with database.writing() as session:
            text = settings.policy_file.read_bytes().decode()  # as digested, line ends too
            policies.put(session, policy.digest, text, datetime.now(UTC))
    return policy


def post(settings: Settings) -> Post:
    """What notices need."""
    hide, url = settings.review.pseudonyms, settings.console.base_url
    return Post(settings=settings.notices, body=settings.body, console_url=url, pseudonyms=hide)


def review(settings: Settings, database: Database, policy: Policy) -> Review:
    """What decisions need."""
    return Review(
        database=database,
        policy=policy,
        post=post(settings),
        hours=working_hours(settings.review),
        undo=timedelta(seconds=float(settings.review.undo)),
        appeal_days=settings.review.appeal_days,
        appeal_within=timedelta(seconds=float(settings.keeping.refused)),
    )


def retreat(settings: Settings, database: Database, policy: Policy) -> Retreat:
    """When a rule must only watch."""
    return Retreat(
        database=database,
        policy=policy,
        post=post(settings),
        floor=settings.review.precision_floor / 100,
        fewest=settings.review.precision_answers,
    )


def signer(settings: Settings) -> Signer | None:
    """What signs lines that others are to check; None where no certificate is named."""
    base, evidence = settings.path.parent, settings.evidence
    if not evidence.certificate:
        return None
    return Signer.load(base / evidence.certificate, base / evidence.key)


def anchoring(settings: Settings, database: Database) -> Anchoring:
    """What anchors of the audit chain need."""
    return Anchoring(
        database=database,
        settings=settings.anchor,
        post=post(settings),
        base=settings.path.parent,
        signer=signer(settings),
    )


def freezes(settings: Settings, database: Database) -> Freezes:
    """What freezing needs."""
    return Freezes(
        database=database, settings=settings.keeping, hours=working_hours(settings.review)
    )


def sweep(settings: Settings, database: Database) -> Sweep:
    """What a sweep needs."""
    return Sweep(
        database=database,
        settings=settings.keeping,
        hours=working_hours(settings.review),
        body=settings.body.name_en,
        signer=signer(settings),
        afterwards=keys_renewal(settings, database),
    )


def demoted_rules(database: Database) -> frozenset[str]:
    """Return the rules that only watch now. Raises Unavailable."""
    with database.reading() as session:
        return demotions.in_force(session)


def inspector_of(settings: Settings, policy: Policy) -> Inspector:
    """The processes that read mail, with what they look for."""
    registers = registers_folder(settings.path)
    artefact = artefact_in_force(settings.path.parent, settings.classifier)
    return Inspector(settings.inspection, policy, settings.reading, registers, artefact)


def serve(settings: Settings) -> int:
    """Run the mail path until SIGTERM or SIGINT."""
    with metrics.given("serve", settings.metrics.serve, metrics.MAIL):
        asyncio.run(_serve(settings))
    return 0


async def _serve(settings: Settings) -> None:
    database = open_database(settings)
    policy = policy_in_force(settings, database)
    warn_of_untold(database, policy)
    hostname = settings.smtp.hostname or socket.getfqdn()
    inspector = inspector_of(settings, policy)
    next_hop = NextHop(settings.nexthop, hostname)
    house = House(
        hostname=hostname,
        smtp=settings.smtp,
        inspection=settings.inspection,
        next_hop=next_hop,
        inspector=inspector,
        policy=policy,
        database=database,
        holding=Holding(
            database=database,
            keyring=Keyring.load(settings.keys_file),
            policy=policy,
            post=post(settings),
            hours=working_hours(settings.review),
        ),
    )
    try:
        await inspector.warm()
        await _listen(house, settings)
    finally:
        await next_hop.close()
        inspector.close()
        database.close()


async def _listen(house: House, settings: Settings) -> None:
    tls = _tls(settings)
    sessions = Sessions(house)
    listening = await asyncio.to_thread(_bind, settings)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Listener(house, tls, sessions), sock=listening)
    canaries = loop.create_task(send_daily(house.policy, house.database, house.holding.post))
    _log.info("serving on %s, next hop %s", settings.smtp.listen, settings.nexthop.address)
    if lacking := confinement.missing():
        _log.warning("%s", lacking)
    if settings.inspection.when_it_fails != "defer":
        _log.warning("when inspection fails, mail is: %s", settings.inspection.when_it_fails)
    await _until_stopped()
    sessions.stopping = True
    canaries.cancel()
    server.close()
    await sessions.drain(float(settings.nexthop.reply_timeout))
    _log.info("stopped serving")


def _bind(settings: Settings) -> socket.socket:
    host, port = settings.smtp.listen
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    waited = threading.Event()
    began = datetime.now(UTC)
    while True:
        # named as TCP, or asyncio does not set TCP_NODELAY and each reply waits 40 ms
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
            listening.listen(1024)
            listening.setblocking(False)
        except OSError as error:
            listening.close()
            if (datetime.now(UTC) - began).total_seconds() > _BIND_PATIENCE:
                raise SettingInvalid(
                    f"smtp.listen is {settings.smtp.listen}; it cannot be used: {error.strerror}"
                ) from None
            waited.wait(0.1)
        else:
            return listening


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if not settings.smtp.starttls_certificate:
        return None
    base = settings.path.parent
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    key = settings.smtp.starttls_key or settings.smtp.starttls_certificate
    try:
        context.load_cert_chain(base / settings.smtp.starttls_certificate, base / key)
    except (OSError, ssl.SSLError):
        raise SettingInvalid(
            "smtp.starttls_certificate or smtp.starttls_key cannot be loaded; expected PEM files"
        ) from None
    return context


async def _until_stopped() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    await stop.wait()


def work(settings: Settings) -> int:
    """Run the worker until SIGTERM or SIGINT."""
    with metrics.given("worker", settings.metrics.worker, metrics.WORK):
        asyncio.run(_work(settings))
    return 0


async def _work(settings: Settings) -> None:
    database = open_database(settings)
    policy = policy_in_force(settings, database)
    worker = Worker(
        database=database,
        keyring=Keyring.load(settings.keys_file),
        review=review(settings, database, policy),
        courier=Courier(settings.nexthop, settings.smtp.hostname or socket.getfqdn()),
        retreat=retreat(settings, database, policy),
        anchoring=anchoring(settings, database),
        sweep=sweep(settings, database),
    )
    task = asyncio.create_task(worker.run())
    stopped = asyncio.create_task(_until_stopped())
    _log.info("worker started")
    await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
    task.cancel()
    stopped.cancel()
    with suppress(asyncio.CancelledError):
        await task
    database.close()


def _now() -> datetime:
    return datetime.now(UTC)


def run_console(settings: Settings) -> int:
    """Run the console until SIGTERM or SIGINT."""
    import uvicorn  # noqa: PLC0415 - the mail path has no need of it

    from gateway import bundle_sources  # noqa: PLC0415 - the same
    from gateway.drawing import Painter  # noqa: PLC0415 - the same
    from quarantine.console.app import create_app  # noqa: PLC0415
    from quarantine.metrics import CONSOLE  # noqa: PLC0415 - the same

    database = open_database(settings)
    policy = policy_in_force(settings, database)
    workers = settings.api.workers
    few = replace(settings, inspection=replace(settings.inspection, workers=workers))
    drafts = DraftChecker(
        lambda: inspector_of(few, policy),
        policy,
        _now,
        demoted=lambda: demoted_rules(database),
        told=lambda sender: sender_was_told(database, policy, sender),
        workers=workers,
    )
    painter = Painter()
    app = create_app(
        database=database,
        keyring=Keyring.load(settings.keys_file),
        settings=settings.console,
        body=settings.body,
        policy=policy,
        review=review(settings, database, policy),
        clock=_now,
        draw=painter,
        check_draft=drafts,
        sign_in_settings=settings.sign_in,
        openid_secret=openid_secret(settings),
        api_settings=settings.api,
        keeping=settings.keeping,
        bundles=bundle_sources.sources(settings),
        in_force=in_force(settings),
        papers=papers_given(settings),
    )
    host, port = settings.console.listen
    _log.info("console on %s", settings.console.base_url)
    with metrics.given("console", settings.metrics.console, CONSOLE):
        uvicorn.run(
            app,
            host=host,
            port=port,
            access_log=False,
            log_level="warning",
            server_header=False,
            forwarded_allow_ips=list(settings.console.proxies),
            log_config=None,
        )
    drafts.close()
    painter.close()
    return 0


def openid_secret(settings: Settings) -> str:
    """Read the file of sign_in.client_secret_file. Raises SettingInvalid, never quoting it."""
    if not settings.sign_in.client_secret_file:
        return ""
    path = settings.path.parent / settings.sign_in.client_secret_file
    try:
        if path.stat().st_mode & 0o077:
            raise SettingInvalid(f"{path} can be read by others; run `chmod 600 {path}`")
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingInvalid(
            f"{path} cannot be read; expected the secret of sign_in.client_secret_file"
        ) from None


def run(settings: Settings) -> int:
    """Run the three programs as children, together: when one ends, all do.

    Each child reads from a pipe that only we hold open; if we are killed it sees the end of
    it and stops, so that no half of a gateway stays behind.
    """
    programs = [
        subprocess.Popen(  # noqa: S603 - our own program
            [
                sys.executable,
                "-P",
                "-m",
                "gateway",
                "--config",
                str(settings.path),
                name,
                "--child",
            ],
            stdin=subprocess.PIPE,
        )
        for name in ("serve", "worker", "console")
    ]
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    while not stop.wait(0.2) and all(program.poll() is None for program in programs):
        pass
    failed = not stop.is_set()
    for program in programs:
        program.terminate()
    for program in programs:
        try:
            program.wait(timeout=30)
        except subprocess.TimeoutExpired:
            program.kill()
    return 1 if failed else 0
