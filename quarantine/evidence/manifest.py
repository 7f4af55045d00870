"""What goes into a bundle, file by file, from plain values. Pure; bundle.py writes it down.

A bundle of evidence holds the original messages. A bundle of reading copies holds neither them nor
any address, excerpt or reason in its own words that a cut would have removed.
"""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from models.errors import SettingInvalid, Tampered
from models.policy import Policy, Rule
from models.verdict import Outcome
from quarantine.evidence.contents import BundleContents, BundleForm, BundleItem
from quarantine.evidence.custody import custody_log, digest_lines, extract_lines
from quarantine.evidence.reading_copy import Cutter, make_copy, write_html, write_text
from quarantine.evidence.reliability import check_complete, settings_digest
from quarantine.evidence.words import LANGUAGES

FORMAT = 1


def payload(contents: BundleContents, *, time_stamp: bool, pdf: str = "") -> dict[str, bytes]:
    """Every file under data/ by its path, but for PDFs, of which `pdf` says what became.

    Raises SettingInvalid naming whatever is missing (L48), Tampered if a digest does not fit.
    """
    check_complete(contents.reliability, _lacking(contents))
    _check_digests(contents)
    files: dict[str, str | bytes] = {
        "data/bundle.json": _json(_description(contents, time_stamp, pdf))
    }
    for item in contents.items:
        files |= {f"{item.folder}/{name}": each for name, each in _exhibit(item, contents).items()}
    for policy in contents.policies:
        files[f"data/policy/{policy.digest}.toml"] = policy.text
        if policy.policy is not None:
            rules = _rules(policy.policy, contents)
            files[f"data/policy/{policy.digest}-rules.json"] = _json(rules)
    for classifier in contents.classifiers:
        files[f"data/classifier/{classifier.digest}-card.md"] = classifier.card
        files[f"data/classifier/{classifier.digest}-manifest.toml"] = classifier.manifest
    labels = {each.held.id: each.label for each in contents.items}
    files["data/audit/extract.jsonl"] = extract_lines(contents.audit)
    files["data/audit/digests.txt"] = digest_lines(contents.audit)
    for language in LANGUAGES:
        log = custody_log(contents.audit, labels, contents.names, language)
        files[f"data/custody.{language}.txt"] = log
    files["data/reliability.json"] = _json(_reliability(contents))
    files["data/fairness.json"] = _json(_fairness(contents))
    return {
        path: each if isinstance(each, bytes) else each.encode("utf-8", "surrogateescape")
        for path, each in files.items()
    }


def copies(contents: BundleContents) -> dict[str, str]:
    """The page of each reading copy that is to be a PDF, by the PDF's path."""
    if not contents.request.pdf:
        return {}
    return {
        f"{each.folder}/copy.pdf": _pages(each, contents)["copy.html"] for each in contents.items
    }


def _lacking(contents: BundleContents) -> list[str]:
    policies = {each.digest for each in contents.policies}
    classifiers = {each.digest for each in contents.classifiers}
    lacking = []
    for item in contents.items:
        if item.held.policy not in policies:
            lacking.append(f"the policy text that held {item.label}")
        if item.held.classifier and item.held.classifier not in classifiers:
            lacking.append(
                f"the card of the classifier that took part in {item.label}"
                " (put its folder back beside the settings)"
            )
    if not contents.items:
        lacking.append("an exhibit")
    if not contents.audit.entries:
        lacking.append("the audit entries")
    return lacking


def _check_digests(contents: BundleContents) -> None:
    folders = [each.folder for each in contents.items]
    for item in contents.items:
        if sha256(item.raw).hexdigest() != item.held.digest:
            raise Tampered(f"{item.label}: the original is not the message that was accepted")
        if folders.count(item.folder) > 1:
            raise SettingInvalid(
                f"{item.label}: another exhibit has the same letters and digits in its label"
            )
    for each in contents.policies:
        if sha256(each.text.encode()).hexdigest() != each.digest:
            raise Tampered(f"policy {each.digest[:12]}: its text is not the one of its digest")
    for one in contents.classifiers:
        if sha256(one.manifest).hexdigest() != one.digest:
            raise Tampered(
                f"classifier {one.digest[:12]}: its manifest is not the one that decided"
            )


def _description(contents: BundleContents, time_stamp: bool, pdf: str) -> dict[str, Any]:
    request = contents.request
    return {
        "format": FORMAT,
        "case": request.case,
        "prepared": _instant(request.at),
        "by": request.prepared_by,
        "for": request.for_whom,
        "purpose": request.purpose,
        "form": request.form.value,
        "body": {"cy": request.body.name_cy, "en": request.body.name_en},
        "time_stamp": time_stamp,
        "pdf": pdf,
        "exhibits": [
            {
                "label": each.label,
                "folder": each.folder,
                "held": each.held.id,
                "sha256": each.held.digest,
                "received": _instant(each.held.received),
                "relevance": _cutter(each, contents).plain(each.relevance),
                "third_parties": each.third_parties,
            }
            for each in contents.items
        ],
    }


def _exhibit(item: BundleItem, contents: BundleContents) -> dict[str, str | bytes]:
    whole = contents.request.form is BundleForm.EVIDENCE
    files: dict[str, str | bytes] = {
        "envelope.json": _json(_envelope(item, whole=whole)),
        "findings.json": _json(_findings(item, whole=whole)),
        "decisions.json": _json(_decisions(item, contents)),
        **_pages(item, contents),
    }
    return {"original.eml": item.raw, **files} if whole else files


def _cutter(item: BundleItem, contents: BundleContents) -> Cutter:
    whole = contents.request.form is BundleForm.EVIDENCE
    return Cutter(item.texts, () if whole else item.redactions)


def _pages(item: BundleItem, contents: BundleContents) -> dict[str, str]:
    """The readable copy as text and as a page."""
    request, envelope = contents.request, item.acceptance.envelope
    facts = [
        ("of", item.label),
        ("case", request.case),
        ("made", f"{request.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"),
        ("by", request.prepared_by),
        ("for", request.for_whom),
        ("received", f"{item.held.received.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"),
        ("sender", envelope.sender),
        ("recipients", ", ".join(envelope.addresses)),
        ("digest", item.held.digest),
    ]
    copy = make_copy(item.texts, _cutter(item, contents), facts, item.acceptance.unread)
    return {"copy.txt": write_text(copy), "copy.html": write_html(copy, item.label)}


def _envelope(item: BundleItem, *, whole: bool) -> dict[str, Any]:
    """Envelope and session; of a reading copy, what holds no address."""
    held, envelope = item.held, item.acceptance.envelope
    facts = {
        "id": held.id,
        "digest": held.digest,
        "size": held.size,
        "received": _instant(envelope.received),
    }
    if not whole:
        return facts
    return {
        **facts,
        "sender": envelope.sender,
        "recipients": [asdict(each) for each in envelope.recipients],
        "options": envelope.options,
        "client": asdict(envelope.client),
        "waiting": [each.address for each in held.recipients],
        "whole": item.acceptance.whole,
    }


def _findings(item: BundleItem, *, whole: bool) -> list[dict[str, Any]]:
    if whole:
        return [asdict(each) for each in item.held.findings]
    return [
        {"detector": each.detector, "category": each.category, "score": each.score}
        for each in item.held.findings
    ]


def _decisions(item: BundleItem, contents: BundleContents) -> dict[str, Any]:
    """The machine's verdict, with what is needed to repeat it, and what people decided."""
    held, cutter = item.held, _cutter(item, contents)
    whole = contents.request.form is BundleForm.EVIDENCE
    return {
        "disposition": held.disposition.label,
        "rules": held.rules,
        "outcomes": [_outcome(each, whole=whole) for each in item.acceptance.outcomes],
        "unread": [{"part": each.part, "reason": each.reason} for each in item.acceptance.unread],
        "on": item.acceptance.on.isoformat(),
        "policy": held.policy,
        "classifier": held.classifier,
        "program": held.program,
        "state": held.state.value,
        "decisions": [
            {
                "by": each.by,
                "name": cutter.plain(contents.names.get(each.by, "")),
                "choice": each.choice.value,
                "code": each.code,
                "reason": cutter.plain(each.reason),
                "at": _instant(each.at),
            }
            for each in held.decisions
        ],
    }


def _outcome(outcome: Outcome, *, whole: bool) -> dict[str, Any]:
    matches = [
        {
            "rule": each.rule,
            "clause": each.clause,
            "disposition": each.disposition.label,
            "watched": each.watched.label,
        }
        for each in outcome.matches
    ]
    told = {"disposition": outcome.disposition.label, "rules": matches}
    return {"recipient": outcome.recipient, **told} if whole else told


def _rules(policy: Policy, contents: BundleContents) -> list[dict[str, Any]]:
    """The rules of a policy that applied to an exhibit, with their clauses and papers."""
    applied = {
        match.rule
        for item in contents.items
        if item.held.policy == policy.digest
        for outcome in item.acceptance.outcomes
        for match in outcome.matches
    } | {rule for item in contents.items for rule in item.held.rules}
    return [_rule(each, policy) for each in policy.rules if each.id in applied]


def _rule(rule: Rule, policy: Policy) -> dict[str, Any]:
    clause = policy.clause(rule.clause)
    papers = asdict(rule.papers)
    return {
        "id": rule.id,
        "clause": rule.clause,
        "clause_text": asdict(clause.text) if clause else None,
        "title": asdict(rule.title),
        "then": rule.then.label,
        "milder": rule.milder,
        "papers": {key: None if each is None else str(each) for key, each in papers.items()},
    }


def _reliability(contents: BundleContents) -> dict[str, Any]:
    record = contents.reliability
    faults, tests = record.faults, record.tests
    assert faults is not None  # noqa: S101 - check_complete saw both
    assert tests is not None  # noqa: S101
    return {
        "version": record.version,
        "build": record.build,
        "settings": dict(record.settings),
        "settings_sha256": settings_digest(record.settings),
        "known_faults": {"on": faults.on.isoformat(), "faults": [asdict(e) for e in faults.faults]},
        "tests": {
            **asdict(tests),
            "at": tests.at.isoformat(),
            "of_this_build": tests.build == record.build,
        },
        "clock": record.clock,
        "classifiers": [each.digest for each in contents.classifiers],
    }


def _fairness(contents: BundleContents) -> dict[str, Any]:
    return {
        "scope": contents.request.scope,
        "items": [
            {
                "id": each.id,
                "label": each.label,
                "received": _instant(each.received),
                "state": each.state,
                "rules": each.rules,
                "disputed": each.disputed,
            }
            for each in contents.fairness
        ],
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
