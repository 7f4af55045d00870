"""Checks a draft as mail is checked, for the console's page and the HTTP API.

Nothing is sent, stored or logged. The draft is read in a confined process, as all mail is; the
processes are started when the first is checked.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTPUTF8
from importlib.metadata import version
from threading import BoundedSemaphore, Lock

from gateway.decide import decide
from gateway.exempt import exempt
from gateway.inspector import Inspector
from models.envelope import Client, Envelope, Recipient
from models.errors import Unavailable
from models.finding import Finding, Inspection
from models.policy import Policy
from models.verdict import Disposition, Outcome, Verdict
from quarantine.drafts import NOWHERE, CheckedDraft, Draft
from quarantine.holding import rules_of

_WAITING = 4  # for each process, checked or waiting; the next is asked to try again


class DraftChecker:
    """The checking function that the console is given."""

    def __init__(
        self,
        make_inspector: Callable[[], Inspector],
        policy: Policy,
        clock: Callable[[], datetime],
        demoted: Callable[[], frozenset[str]] = frozenset,
        told: Callable[[str], bool] = lambda _: True,
        workers: int = 1,
    ) -> None:
        """Take what is needed; `demoted` tells which rules only watch when it is asked.

        `told` tells whether the person of an address was told of the monitoring;
        `workers` is how many processes the inspector has.
        """
        self._make, self._policy, self._clock = make_inspector, policy, clock
        self._demoted, self._told = demoted, told
        self._inspector: Inspector | None = None
        self._making, self._few_at_once = Lock(), BoundedSemaphore(workers)
        self._few_wait = BoundedSemaphore(_WAITING * workers)
        self._program = version("porthor")

    def __call__(self, draft: Draft) -> CheckedDraft:
        """Say what would happen. Raises Unavailable if it breaks, or if too many wait for it."""
        envelope = self._envelope(draft)
        if exempt(envelope, self._policy):
            return CheckedDraft(verdict=self._passes(envelope), rules=(), exempt=True)
        found = self._inspected(envelope, message_of(draft))
        verdict = decide(
            envelope,
            [each for each in found.findings if not _of_nobody(each)],
            self._policy,
            on=self._clock().date(),
            program=self._program,
            classifier=found.classifier,
            demoted=self._demoted(),
            told=self._told(draft.sender),
        )
        return CheckedDraft(
            verdict=verdict,
            rules=rules_of(verdict, Disposition.ADVISE),
            texts=found.texts,
            unread=found.unread,
        )

    def _inspected(self, envelope: Envelope, raw: bytes) -> Inspection:
        """Inspect a few at a time; the console's other pages are never kept waiting by many."""
        if not self._few_wait.acquire(blocking=False):
            raise Unavailable("too many drafts are being checked; try again")
        try:
            with self._few_at_once:
                with self._making:
                    if self._inspector is None:
                        self._inspector = self._make()
                return asyncio.run(self._inspector(envelope, raw))
        finally:
            self._few_wait.release()

    def close(self) -> None:
        """Stop the processes."""
        if self._inspector is not None:
            self._inspector.close()

    def _passes(self, envelope: Envelope) -> Verdict:
        """The verdict on what nothing reads."""
        return Verdict(
            outcomes=tuple(
                Outcome(recipient=each, disposition=Disposition.RELAY, matches=())
                for each in envelope.addresses
            ),
            policy=self._policy.digest,
            program=self._program,
        )

    def _envelope(self, draft: Draft) -> Envelope:
        return Envelope(
            id="draft",
            sender=draft.sender,
            recipients=tuple(Recipient(address=each) for each in draft.recipients),
            client=Client(address="", port=0, name=""),
            received=self._clock(),
        )


def _of_nobody(finding: Finding) -> bool:
    """Tell whether it is about an address that stands for someone who has none."""
    return finding.part == "envelope" and finding.excerpt.endswith(NOWHERE)


def message_of(draft: Draft) -> bytes:
    """The message that a draft would be."""
    fields = [f"From: {draft.sender}", f"Subject: {draft.subject}"]
    if draft.shown:
        fields.append(f"To: {', '.join(draft.recipients)}")
    if draft.language:
        fields.append(f"Content-Language: {draft.language}")
    body = EmailMessage(policy=SMTPUTF8)
    kind = "html" if draft.html else "plain"
    body.set_content(draft.text, subtype=kind, charset="utf-8", cte="base64")
    for each in draft.files:
        main, _, sub = each.media_type.partition("/")
        body.add_attachment(each.content, maintype=main, subtype=sub, filename=each.name)
    head = "".join(f"{each}\r\n" for each in fields)
    return head.encode("utf-8", "replace") + body.as_bytes()
