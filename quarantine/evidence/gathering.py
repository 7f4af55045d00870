"""Gathers what a bundle is made of: from the database, and from what the gateway alone knows.

Opening an original is a look and is entered as one; who may, and why, is for the caller to have
checked.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry
from models.db import audit_extract, contents, held, people, policies
from models.db.keyring import Keyring
from models.errors import NotFound, SettingInvalid
from models.held import HeldMessage, HeldState
from models.policy import Policy
from quarantine.acceptance import of_those_who_wait, read_acceptance
from quarantine.access import read_texts, with_excerpts
from quarantine.evidence.bundle import Sealing
from quarantine.evidence.contents import (
    BundleContents,
    BundleItem,
    BundleRequest,
    ClassifierRecord,
    FairnessItem,
    PolicyInForce,
)
from quarantine.evidence.custody import AuditExtract
from quarantine.evidence.reliability import Reliability

_HELPFUL = frozenset({HeldState.WITHDRAWN, HeldState.RELEASED, HeldState.SENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What does not come from the database; each is asked for only when a bundle is made."""

    read_policy: Callable[[str], Policy]  # raises SettingInvalid
    classifiers: tuple[Path, ...]  # folders of artefacts
    reliability: Callable[[], Reliability]
    sealing: Callable[[], Sealing]


def open_item(
    session: Session,
    keyring: Keyring,
    held_id: str,
    *,
    label: str,
    entry: AuditEntry,
    copy: str = "",
) -> BundleItem:
    """Open everything of one held message to make an exhibit of it; `entry` is the look.

    `copy` is the id of an exhibit whose sealed copy is opened, so that the original may be gone.
    Raises NotFound if it was erased or is sealed, Tampered.
    """
    item = copy or held_id
    message = held.get(session, held_id)
    if message.state is HeldState.SEALED:  # that is the named officers' alone (L50)
        raise NotFound(f"no held message {held_id}")
    raw = contents.open_(session, keyring, item, contents.MESSAGE, entry)
    excerpts = contents.open_more(session, keyring, item, contents.EXCERPTS)
    texts = contents.open_more(session, keyring, item, contents.TEXTS)
    try:
        sealed = contents.open_more(session, keyring, item, contents.ACCEPTANCE)
    except NotFound:
        accepted = of_those_who_wait(message)
    else:
        accepted = read_acceptance(sealed)
    return BundleItem(
        label=label,
        held=with_excerpts(message, excerpts),
        raw=raw,
        acceptance=accepted,
        texts=read_texts(texts),
    )


def gather(
    session: Session,
    sources: Sources,
    request: BundleRequest,
    items: Iterable[BundleItem],
    *,
    about: Collection[str] = (),
    fairness: tuple[FairnessItem, ...] = (),
) -> BundleContents:
    """Put together what a bundle of these exhibits holds.

    `about` names what else the audit extract is about, such as the case.
    """
    items = tuple(items)
    entries = audit_extract.of_subjects(session, {*about, *(each.held.id for each in items)})
    first = entries[0].sequence - 1 if entries else 1
    known = {each.id: each.name for each in people.everyone(session)}
    actors = {each.entry.actor for each in entries}
    actors |= {each.by for item in items for each in item.held.decisions}
    return BundleContents(
        request=request,
        items=items,
        policies=_policies(session, sources, {each.held.policy for each in items}),
        classifiers=_classifiers(sources, {each.held.classifier for each in items}),
        audit=AuditExtract(entries=entries, digests=audit_extract.digests_from(session, first)),
        reliability=sources.reliability(),
        fairness=fairness,
        names={each: known[each] for each in actors if each in known},
    )


def fairness_of(
    session: Session, scope: Iterable[HeldMessage], labels: Mapping[str, str]
) -> tuple[FairnessItem, ...]:
    """Of everything in a scope, what may help the person: withdrawn, released or disputed (L44).

    An appeal disputes it too.

    `labels` gives an exhibit's label by the held message's id.
    """
    known = {each.id: each for each in scope}
    disputed = {
        each.entry.subject
        for each in audit_extract.of_subjects(session, known)
        if each.entry.action in {Action.DISPUTE, Action.APPEAL}
    }
    return tuple(
        FairnessItem(
            id=each.id,
            received=each.received,
            state=each.state.value,
            rules=each.rules,
            disputed=each.id in disputed,
            label=labels.get(each.id, ""),
        )
        for each in known.values()
        if each.state in _HELPFUL or each.id in disputed
    )


def _policies(
    session: Session, sources: Sources, digests: Collection[str]
) -> tuple[PolicyInForce, ...]:
    found = ((digest, policies.get(session, digest)) for digest in sorted(digests))
    return tuple(
        PolicyInForce(digest=digest, text=text, policy=_read(sources, text))
        for digest, text in found
        if text is not None
    )


def _read(sources: Sources, text: str) -> Policy | None:
    """The policy, unless it is of an older program and written as this one does not read."""
    try:
        return sources.read_policy(text)
    except SettingInvalid:
        return None


def _classifiers(sources: Sources, digests: Collection[str]) -> tuple[ClassifierRecord, ...]:
    """Those of these digests that are in some folder; what is not found is found missing later."""
    records = {}
    for folder in sources.classifiers:
        manifest, card = folder / "manifest.toml", folder / "card.md"
        if manifest.is_file() and card.is_file():
            raw = manifest.read_bytes()
            digest = sha256(raw).hexdigest()
            if digest in digests:
                records[digest] = ClassifierRecord(
                    digest=digest, card=card.read_bytes(), manifest=raw
                )
    return tuple(records[digest] for digest in sorted(records))
