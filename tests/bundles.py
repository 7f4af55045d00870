"""Bundles of evidence to test with: a key, a record of reliability, and a real held message."""

from dataclasses import replace
from datetime import UTC, date, datetime

from factories import NOW, POLICY, hold, with_staff

from gateway.policy_file import parse_policy
from gateway.sample import policy_text
from models.audit import Action, AuditEntry, Purpose
from models.body import Body
from models.db import policies
from models.policy import Bilingual
from quarantine.build import build_digest
from quarantine.evidence.bundle import Sealing, make_bundle
from quarantine.evidence.contents import BundleRequest
from quarantine.evidence.gathering import Sources, gather, open_item
from quarantine.evidence.reliability import Fault, KnownFaults, Reliability, TestResults
from quarantine.evidence.signing import load_signer, make_certificate

POLICY_TEXT = policy_text(date(2026, 11, 24), sample=True)
LETTER = (
    "From: Sioned <sioned@cyngor-enghraifft.example>\r\n"
    "To: john@elsewhere.example\r\n"
    "Subject: Ŵyn Zyxwvut\r\nMessage-ID: <1@x.example>\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\n"
    "Card 4111 1111 1111 1111 of Ŵyn\r\nZyxwvut, who lives in Llanfair.\r\n"
).encode()
RELIABILITY = Reliability(
    version="0.1.0",
    build=build_digest(),
    settings=(("smtp.listen", "127.0.0.1:2525"),),
    faults=KnownFaults(
        on=date(2026, 11, 24),
        faults=(Fault(id="F1", since="0.1.0", text=Bilingual(en="One", cy="Un")),),
    ),
    tests=TestResults(at=NOW, build="0" * 64, arguments="", passed=10, failed=0, skipped=1),
    clock="NTP, ntp.example",
)
REQUEST = BundleRequest(
    case="HR-26-014",
    prepared_by="Gwen",
    for_whom="Hearing panel",
    purpose="Disciplinary hearing",
    at=NOW,
    body=Body(name_en="Council", name_cy="Cyngor"),
)


def a_sealing(folder, **how):
    """A key and certificate of our own."""
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    if not key.exists():
        make_certificate(["Cyngor", "Council"], certificate, key, now=datetime.now(UTC))
    return Sealing(signer=load_signer(certificate, key), **how)


def the_sources(sealing=None, reliability=RELIABILITY):
    return Sources(
        read_policy=lambda text: parse_policy(text.encode(), "sample"),
        classifiers=(),
        reliability=lambda: reliability,
        sealing=lambda: sealing,
    )


def contents_of(database, keyring, raw=LETTER, request=REQUEST, redactions=(), **how):
    """What a bundle of one message would hold; two others are released and disputed."""
    with_staff(database)
    with database.writing() as session:
        policies.put(session, POLICY.digest, POLICY_TEXT, NOW)
    held_id = hold(database, keyring, raw=raw, **how)
    look = AuditEntry(
        at=NOW, actor="gwen", action=Action.LOOK, subject=held_id, purpose=Purpose.EVIDENCE
    )
    with database.writing() as session:
        item = open_item(session, keyring, held_id, label="GM/4", entry=look)
        item = replace(item, relevance="Names Ŵyn Zyxwvut", redactions=tuple(redactions))
        return gather(session, the_sources(), request, [item])


def a_bundle(folder, contents, sealing):
    return make_bundle(contents, folder, sealing)
