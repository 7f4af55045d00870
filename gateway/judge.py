"""What policies would do to a message: one function for check, policy test and backtest.

Nothing is sent or stored. Two policies share one reading, and each detector that is the same
under both.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from email.utils import getaddresses

from classifiers.detector import Detector, detectors
from classifiers.learned.classifier import Classifier
from classifiers.settings import LIMITS, ReadingSettings
from classifiers.text.extracting import Recogniser
from classifiers.text.reading import Reading, read
from gateway.decide import decide
from gateway.exempt import exempt
from models.envelope import Client, Envelope, Recipient
from models.finding import Finding, Rejected
from models.mail import Mail
from models.message import Message
from models.mime import read_message
from models.policy import Exemptions, Policy
from models.verdict import Verdict

_MOST_READ = 20_000  # characters of To, Cc and Bcc
_NOBODY_NAMED = ("someone@elsewhere.example",)  # a message that names no recipient goes outside

_Found = tuple[Finding | Rejected, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one policy would do to one message, and what it was made from."""

    envelope: Envelope
    message: Message
    exempt: bool  # it would pass unread
    reading: Reading
    rejected: tuple[Rejected, ...]
    verdict: Verdict
    seconds: tuple[float, float, float]  # reading, finding, deciding


class Judge:
    """Policies and their detectors, ready for one message after another. Not for threads."""

    def __init__(
        self,
        policies: Sequence[Policy],
        reading: ReadingSettings = LIMITS,
        classifier: Classifier | None = None,
        *,
        on: date,
    ) -> None:
        made: dict[Policy, tuple[Detector, ...]] = {}
        for policy in policies:
            made.setdefault(_as_detectors_see(policy), detectors(policy, classifier=classifier))
        self._policies = [(each, made[_as_detectors_see(each)]) for each in policies]
        self._limits = reading
        self._recogniser = _recogniser() if reading.ocr else None
        self._on = on
        self._classifier = classifier.digest if classifier else ""

    def judge(
        self, raw: bytes, envelope: Envelope | None = None, *, without: str = ""
    ) -> tuple[Judgement, ...]:
        """Return what each policy would do, in their order.

        Without an envelope, the header's addresses are it. With a reason for going `without`,
        nothing attached is opened, and that is the reason given. Never raises.
        """
        started = time.perf_counter()
        message = read_message(as_by_smtp(raw))
        envelope = envelope or envelope_of(message)
        passing = [exempt(envelope, policy) for policy, _ in self._policies]
        reading = Reading(texts=())
        if not all(passing):
            reading = read(message, self._limits, recogniser=self._recogniser, without=without)
        read_in = time.perf_counter() - started
        mail = Mail(envelope=envelope, message=message)
        known: dict[object, _Found] = {}
        judged = []
        for (policy, asked), passes in zip(self._policies, passing, strict=True):
            started = time.perf_counter()
            found = [] if passes else _detect(mail, reading, asked, known)
            findings = tuple(each for each in found if isinstance(each, Finding))
            found_in = time.perf_counter() - started
            verdict = decide(envelope, findings, policy, on=self._on, classifier=self._classifier)
            judged.append(
                Judgement(
                    envelope=envelope,
                    message=message,
                    exempt=passes,
                    reading=Reading(texts=()) if passes else reading,
                    rejected=tuple(each for each in found if isinstance(each, Rejected)),
                    verdict=verdict,
                    seconds=(read_in, found_in, time.perf_counter() - started - found_in),
                )
            )
        return tuple(judged)


def _recogniser() -> Recogniser | None:
    from classifiers.ocr import tesseract  # noqa: PLC0415 - only where it was asked for

    return tesseract()


def _as_detectors_see(policy: Policy) -> Policy:
    """A policy without what only deciding looks at."""
    return replace(
        policy, version="", digest="", consent=None, clauses=(), rules=(), exempt=Exemptions()
    )


def _detect(
    mail: Mail, reading: Reading, asked: Sequence[Detector], known: dict[object, _Found]
) -> list[Finding | Rejected]:
    """What the detectors yield; one without settings of its own is the same under every policy."""
    found: list[Finding | Rejected] = []
    for detector in asked:
        key: object = id(detector) if vars(detector) else type(detector)
        if key not in known:
            known[key] = tuple(detector.detect(mail, reading))
        found += known[key]
    return found


def as_by_smtp(raw: bytes) -> bytes:
    """A message from a file, with the line ends that it would have by SMTP."""
    return raw if b"\r\n" in raw else raw.replace(b"\n", b"\r\n")


def envelope_of(
    message: Message, sender: str | None = None, recipients: Sequence[str] | None = None
) -> Envelope:
    """The envelope given, or what the header suggests."""
    senders = _addresses(message, "From")
    found = recipients or _addresses(message, "To", "Cc", "Bcc") or _NOBODY_NAMED
    return Envelope(
        id="check",
        sender=sender if sender is not None else next(iter(senders), ""),
        recipients=tuple(Recipient(address=each) for each in dict.fromkeys(found)),
        client=Client(address="", port=0, name=""),
        received=datetime.now(UTC),
    )


def _addresses(message: Message, *names: str) -> list[str]:
    """The addresses in some fields; none if there are no end of brackets in them."""
    values = [value[:_MOST_READ] for name in names for value in message.values(name)]
    try:
        return [address for _, address in getaddresses(values) if address]
    except RecursionError:
        return []
