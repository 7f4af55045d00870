"""The audit chain: who did what to what, when and why, each entry bound to the one before.

An entry's digest is SHA-256 over the canonical JSON (sorted keys, no spaces, UTF-8) of its
own fields, its place in the chain and the digest before it. Editing, deleting or re-ordering
entries breaks the chain where it was done; a cut-off tail needs an anchor kept elsewhere.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256

from models.errors import Tampered

GENESIS = "0" * 64


class Action(StrEnum):
    """Everything that can be done, looking included."""

    HOLD = "hold"
    RELEASE = "release"
    VOTE = "vote"  # the first of two releases
    REFUSE = "refuse"
    RETURN = "return"  # given back to the sender to mend
    ASK_AGAIN = "ask-again"  # the sender of a returned message asks for a decision anew
    REFER = "refer"  # passed to HR
    STOP = "stop"  # a release was undone before the worker took it
    EXPLAIN = "explain"  # the sender said why it needs to be sent
    URGENT = "urgent"  # the sender said that it is
    SOMEONE_ELSE = "someone-else"  # the sender asked for another reviewer
    DISPUTE = "dispute"  # the sender said that it should not have been held
    APPEAL = "appeal"  # the sender appealed a refusal: others decide anew
    LABEL = "label"  # a reviewer said whether this kind of mail should be held
    SELF_REPORT = "self-report"  # a sender said that they sent what they should not have
    READ_REPORT = "read-report"
    WITHDRAW = "withdraw"
    SEND = "send"  # the next hop took it
    REOPEN = "reopen"  # the next hop rejected it
    REASSIGN = "reassign"  # a clock, an absence or a leaver: it is the next person's turn
    HAND_ON = "hand-on"  # a reviewer: someone else should decide; no reason is asked
    REMIND = "remind"  # a clock: nobody else could be asked, so the same person was again
    LOOK = "look"  # content was opened
    NAME = "name"  # who sent a held message was shown, where a pseudonym stood
    SECOND_PERSON = "second-person"  # asked for, or agreed, to open what is marked personal
    SIGN_IN = "sign-in"
    SIGN_IN_FAILED = "sign-in-failed"
    SIGN_IN_LOCKED = "sign-in-locked"  # too many failures at one name
    SIGN_OUT = "sign-out"
    END_SESSION = "end-session"  # elsewhere, by its person or for them
    SECOND_FACTOR = "second-factor"  # set, used up, removed
    LINK_ACCOUNT = "link-account"  # a subject of the identity provider is this person
    BREAK_GLASS = "break-glass"  # asked for, opened, ended
    IMPORT_PEOPLE = "import-people"
    CHANGE_PERSON = "change-person"
    INFORM = "inform"  # a person was told of the monitoring
    SET_AWAY = "set-away"
    SET_PASSWORD = "set-password"  # noqa: S105 - the name of an act, not a password
    ADOPT_POLICY = "adopt-policy"
    ADOPT_CLASSIFIER = "adopt-classifier"  # or went back to the one before
    DEMOTE = "demote"  # a rule was too often wrong: it only watches
    RESTORE = "restore"  # the protection officer let it hold again
    OVERSEE = "oversee"  # the record of looks was read: that is a look too
    ERASE = "erase"
    CERTIFY = "certify"  # what was erased was counted, digested and signed
    FOUND_PRIVATE = "found-private"  # its content is dropped, and a bare count kept (L5)
    OPEN_CASE = "open-case"
    CHANGE_CASE = "change-case"
    SUBMIT_CASE = "submit-case"  # to the authoriser
    APPROVE_CASE = "approve-case"
    SEND_BACK_CASE = "send-back-case"
    REVIEW_CASE = "review-case"  # whether it is still necessary
    CLOSE_CASE = "close-case"
    SEARCH = "search"  # its terms and its counts, within a case
    TURN_AWAY = "turn-away"  # an act on a case, an exhibit or a freeze that was refused
    ADD_EXHIBIT = "add-exhibit"
    REDACT = "redact"
    BUNDLE = "bundle"  # evidence left the system
    DISCLOSE = "disclose"  # asked for by an authority, signed, or given
    RECEIPT = "receipt"
    FREEZE = "freeze"  # nothing under it is erased: a legal hold, a request
    ASK_UNFREEZE = "ask-unfreeze"  # the first of two
    UNFREEZE = "unfreeze"
    SEAL = "seal"  # the lane that nobody looks into (L50)
    HAND_OVER = "hand-over"
    TAKE_REQUEST = "take-request"  # for information, or for access to one's own data
    ANSWER_REQUEST = "answer-request"
    GATHER = "gather"  # everything about one person was gathered for them
    ANCHOR = "anchor"  # the chain's end was written down elsewhere
    BACK_UP = "back-up"
    RESTORE_BACKUP = "restore-backup"
    CANARY = "canary"  # a message of ours went unread through an exempt route
    ISSUE = "issue"  # a paper made from the live settings was given to those it is for
    MAKE_API_KEY = "make-api-key"
    REVOKE_API_KEY = "revoke-api-key"


class Purpose(StrEnum):
    """Why content was opened (L17); the list a role may choose from is in permissions."""

    DECIDE = "decide"  # to decide on a held message
    ANSWER = "answer"  # to answer for a decision already taken
    COMPARE = "compare"  # the program compares it with others of the same sender
    OWN = "own"  # the sender's own message
    DELIVER = "deliver"  # the worker sends what was released
    QUALITY = "quality"  # the protection officer judges a decision drawn at random again
    LEARN = "learn"  # the program learns from reviewers' answers; no person reads it
    SEARCH = "search"  # the program scans what a case covers; a person sees counts
    INVESTIGATE = "investigate"  # within an authorised case
    EVIDENCE = "evidence"  # a person opens an exhibit, or a bundle is made of it
    CHECK = "check"  # the program copies it as an exhibit, or compares the copy with its digest
    ACCESS = "access"  # gathered for the person it is about
    HAND_OVER = "hand-over"  # sealed unseen, given to the police


# Looks of people at others' mail.
BY_PEOPLE = frozenset(
    {
        *(Purpose.DECIDE, Purpose.ANSWER, Purpose.QUALITY),
        *(Purpose.INVESTIGATE, Purpose.EVIDENCE, Purpose.ACCESS),
    }
)
# Within a case, by a person or the program: who may not know of the case learns of none.
OF_CASES = frozenset({Purpose.SEARCH, Purpose.INVESTIGATE, Purpose.EVIDENCE, Purpose.CHECK})


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One act. `detail` holds fixed words and ids, never content."""

    at: datetime  # aware, UTC
    actor: str  # a person's id, "os:NAME", or "system"
    action: Action
    subject: str  # what it was done to: a held message's id, a person's id, a policy's digest
    purpose: Purpose | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainedEntry:
    """An entry in its place in the chain."""

    sequence: int  # from 1
    entry: AuditEntry
    previous: str
    digest: str


def link(entry: AuditEntry, sequence: int, previous: str) -> ChainedEntry:
    """Give the entry its place after the entry whose digest is `previous`."""
    canonical = json.dumps(
        {
            "sequence": sequence,
            "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": entry.actor,
            "action": entry.action.value,
            "subject": entry.subject,
            "purpose": entry.purpose.value if entry.purpose else None,
            "detail": entry.detail,
            "previous": previous,
        },
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    digest = sha256(canonical.encode()).hexdigest()
    return ChainedEntry(sequence=sequence, entry=entry, previous=previous, digest=digest)


def verify(chain: Iterable[ChainedEntry]) -> tuple[int, str]:
    """Walk the chain from its start; return its length and last digest.

    Raises Tampered naming the first entry that does not fit, and how.
    """
    length, previous = 0, GENESIS
    for found in chain:
        length += 1
        if found.sequence != length:
            raise Tampered(f"audit entry {length} is missing: found {found.sequence} in its place")
        if found.previous != previous:
            raise Tampered(
                f"audit entry {length} does not follow the entry before it: one of them was"
                " changed or moved"
            )
        if link(found.entry, length, previous).digest != found.digest:
            raise Tampered(f"audit entry {length} was changed or moved after it was written")
        previous = found.digest
    return length, previous
