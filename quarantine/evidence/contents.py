"""What a bundle is made of: plain values, so that a case, a request or a test can fill them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from models.body import Body
from models.finding import Text
from models.held import HeldMessage
from models.policy import Policy
from quarantine.acceptance import Acceptance
from quarantine.evidence.custody import AuditExtract
from quarantine.evidence.reading_copy import Redaction
from quarantine.evidence.reliability import Reliability

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")


class BundleForm(StrEnum):
    """What a bundle is for."""

    EVIDENCE = "evidence"  # the originals
    READING_COPY = "reading-copy"  # redacted, without them


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleRequest:
    """Who asked for what, and why."""

    case: str  # its reference
    prepared_by: str
    for_whom: str
    purpose: str
    form: BundleForm = BundleForm.EVIDENCE
    at: datetime
    body: Body
    scope: str = ""  # what else was looked at for fairness.json, in words
    pdf: bool = False  # reading copies as PDF too


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleItem:
    """One exhibit, whole."""

    label: str  # "GM/4"
    held: HeldMessage  # findings with their excerpts
    raw: bytes = field(repr=False)
    acceptance: Acceptance
    texts: tuple[Text, ...] = field(repr=False)
    relevance: str = field(default="", repr=False)
    third_parties: tuple[str, ...] = ()  # kinds: "service-user", "colleague", "child"
    redactions: tuple[Redaction, ...] = ()

    @property
    def folder(self) -> str:
        """Its place in a bundle."""
        return f"data/exhibits/{_NOT_IN_A_NAME.sub('-', self.label).strip('.-')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyInForce:
    """A policy as it was when it decided."""

    digest: str  # SHA-256 of the text
    text: str = field(repr=False)
    policy: Policy | None  # None: this program cannot read what an older one wrote


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierRecord:
    """A trained classifier that took part: its digest is the SHA-256 of its manifest."""

    digest: str
    card: bytes = field(repr=False)
    manifest: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FairnessItem:
    """A message of the same scope that may help the person (L44): no content."""

    id: str
    received: datetime
    state: str
    rules: tuple[str, ...]
    disputed: bool  # its sender said that it should not have been held, or appealed
    label: str = ""  # if it is an exhibit too


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleContents:
    """Everything a bundle is made of."""

    request: BundleRequest
    items: tuple[BundleItem, ...]
    policies: tuple[PolicyInForce, ...]
    classifiers: tuple[ClassifierRecord, ...] = ()
    audit: AuditExtract
    reliability: Reliability
    fairness: tuple[FairnessItem, ...]
    names: Mapping[str, str] = field(default_factory=dict, repr=False)  # by a person's id
