"""What a case produces: exhibits, what is cut from their reading copies, and bundles. Pure.

An exhibit is a sealed copy of a held message under a key of its own: it stays with its case when
the original has been erased. Why it matters and which words are cut are content, and sealed too.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

FETCHED_WITHIN = timedelta(days=7)  # a prepared bundle is there for so long, and then erased
_LABEL = re.compile(r"[A-Z]{1,4}/[1-9][0-9]{0,3}")


class ThirdParty(StrEnum):
    """Who else is in an exhibit, beside those whom the case is about."""

    SERVICE_USER = "service-user"
    COLLEAGUE = "colleague"
    CHILD = "child"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """One exhibit of a case, without what it says."""

    id: str  # of the sealed copy
    case: str
    label: str  # "GM/4": initials of who produced it, and a number
    held: str  # the id of the original, which keeps its own clock
    digest: str  # SHA-256 of the message's bytes as they were accepted
    received: datetime  # by our clock, when the original was accepted
    by: str
    added: datetime
    third_parties: tuple[ThirdParty, ...] = ()
    redact: bool = False  # no reading copy is given out before something was cut
    cuts: int = 0
    checked: datetime | None = None  # when the copy was last compared with its digest
    whole: bool = True  # what that came to


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Words that no reading copy has, and why: a code of the bundles' reasons."""

    words: str = field(repr=False)
    reason: str


class ExportState(StrEnum):
    """How far a bundle has come."""

    PREPARING = "preparing"
    READY = "ready"
    FAILED = "failed"


class ExportPurpose(StrEnum):
    """What a bundle is for."""

    HEARING = "hearing"  # a disciplinary hearing
    APPEAL = "appeal"
    TRIBUNAL = "tribunal"
    EMPLOYEE = "employee"  # the worker's own copy before a hearing: always a reading copy (L44)
    DISCLOSURE = "disclosure"  # to an authority, after two signatures (L49)


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One bundle that was prepared from a case. For whom it is is sealed."""

    id: str
    case: str
    by: str
    at: datetime
    form: str  # "evidence" or "reading-copy"
    purpose: ExportPurpose
    labels: tuple[str, ...]
    encrypted_to: str = ""  # SHA-256 of the recipient's certificate; "" for nobody
    disclosure: str = ""  # the id of the request by an authority that it answers
    state: ExportState = ExportState.PREPARING
    files: int = 0  # written so far
    digest: str = ""  # names the bundle: SHA-256 of its seal
    size: int = 0  # octets as it is fetched
    heard: datetime  # the last sign of life while it is prepared
    fault: str = ""  # fixed words on why it failed

    @property
    def until(self) -> datetime:
        """Until when it can be fetched."""
        return self.at + FETCHED_WITHIN


def initials(name: str) -> str:
    """The initials of a name as labels have them: "GM" of "Gwen Morgan"."""
    found = [each[0].upper() for each in re.findall(r"[^\W\d_]+", name)]
    plain = [each for each in found if each.isascii()]
    return "".join((*plain[:1], *plain[-1:])) if len(plain) > 1 else "".join(plain) or "X"


def next_label(name: str, taken: Collection[str]) -> str:
    """The next label of a person's initials that no exhibit of the case has."""
    before = f"{initials(name)}/"
    numbers = [int(each.removeprefix(before)) for each in taken if each.startswith(before)]
    return f"{before}{max(numbers, default=0) + 1}"


def is_label(text: str) -> bool:
    """Tell whether a label is written as labels are."""
    return _LABEL.fullmatch(text) is not None
