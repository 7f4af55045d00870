"""Checks a draft as mail is checked, for the console's page. Nothing is sent, stored or logged.

The draft is read in a confined process, as all mail is; it is started when the first is checked.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from threading import BoundedSemaphore, Lock

from gateway.decide import decide
from gateway.exempt import exempt
from gateway.inspector import Inspector
from models.envelope import Client, Envelope, Recipient
from models.errors import Unavailable
from models.finding import Inspection
from models.policy import Policy
from models.verdict import Disposition
from quarantine.drafts import CheckedDraft, Draft
from quarantine.holding import rules_of

_MOST_AT_ONCE = 4  # checked or waiting; the next is asked to try again


class DraftChecker:
    """The checking function that the console is given."""

    def __init__(
        self,
        make_inspector: Callable[[], Inspector],
        policy: Policy,
        clock: Callable[[], datetime],
        demoted: Callable[[], frozenset[str]] = frozenset,
    ) -> None:
        """Take what is needed; `demoted` tells which rules only watch when it is asked."""
        self._make, self._policy, self._clock = make_inspector, policy, clock
        self._demoted = demoted
        self._inspector: Inspector | None = None
        self._one_at_a_time, self._few_wait = Lock(), BoundedSemaphore(_MOST_AT_ONCE)

    def __call__(self, draft: Draft) -> CheckedDraft:
        """Say what would happen. Raises Unavailable if it breaks, or if too many wait for it."""
        envelope = self._envelope(draft)
        if exempt(envelope, self._policy):
            return CheckedDraft(
                disposition=Disposition.RELAY, rules=(), findings=(), texts=(), exempt=True
            )
        found = self._inspected(envelope, message_of(draft))
        verdict = decide(
            envelope,
            found.findings,
            self._policy,
            on=self._clock().date(),
            classifier=found.classifier,
            demoted=self._demoted(),
        )
        return CheckedDraft(
            disposition=verdict.disposition,
            rules=rules_of(verdict, Disposition.ADVISE),
            findings=found.findings,
            texts=found.texts,
        )

    def _inspected(self, envelope: Envelope, raw: bytes) -> Inspection:
        """Inspect one at a time; the console's other pages are never kept waiting by many."""
        if not self._few_wait.acquire(blocking=False):
            raise Unavailable("too many drafts are being checked; try again")
        try:
            with self._one_at_a_time:
                if self._inspector is None:
                    self._inspector = self._make()
                return asyncio.run(self._inspector(envelope, raw))
        finally:
            self._few_wait.release()

    def close(self) -> None:
        """Stop the process."""
        if self._inspector is not None:
            self._inspector.close()

    def _envelope(self, draft: Draft) -> Envelope:
        return Envelope(
            id="draft",
            sender=draft.sender,
            recipients=tuple(Recipient(address=each) for each in draft.recipients),
            client=Client(address="", port=0, name=""),
            received=self._clock(),
        )


def message_of(draft: Draft) -> bytes:
    """The message that a draft would be."""
    lines = (
        f"From: {draft.sender}",
        f"To: {', '.join(draft.recipients)}",
        f"Subject: {draft.subject}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        "",
        *draft.text.splitlines(),
        "",
    )
    return "\r\n".join(lines).encode("utf-8", "replace")
