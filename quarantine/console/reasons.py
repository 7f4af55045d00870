"""Why a message was held, in policy words: each rule, its clause, and what was found for it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from models.finding import Finding
from models.held import HeldMessage
from models.policy import Condition, Policy
from quarantine.console.text import mask
from quarantine.console.words import Words, mark

_NAMES = {
    "nhs-number": mark("NHS number"),
    "national-insurance": mark("National Insurance number"),
    "payment-card": mark("Payment card number"),
    "bank-account": mark("Bank account number"),
    "marking": mark("Protective marking"),
    "phrases": mark("Word or phrase from the policy's list"),
}
_RECIPIENTS = {
    "personal-webmail": mark("Personal email address among the recipients"),
    "many-outside": mark("Many outside recipients who can see each other's addresses"),
}
_UNREADABLE = {
    "password": mark("An attachment could not be read: it needs a password"),
    "encrypted": mark("The email is encrypted and could not be read"),
    "too-large": mark("An attachment could not be read: it is too large"),
    "not-supported": mark("An attachment is of a kind that is not read"),
}
_WORDS = frozenset({"phrases", "marking", "recipients"})  # shown whole: they identify no one new
_MOST_SAMPLES = 5
_MALFORMED = mark("The email could not be read reliably: it is malformed")
_OTHER = mark("Something else the policy names")
_PLACES = {
    "header": mark("in the subject or a file name"),
    "hidden": mark("in text the recipient would not normally see"),
    "visible": mark("in the text"),
}
_QUOTED = mark("in quoted text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Findings that read alike, counted."""

    name: str
    place: str
    count: int
    samples: tuple[str, ...] = field(default=(), repr=False)  # empty until the email is opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One rule that held the message."""

    title: str
    clause: str  # "4.2", or "" if the policy in force today has no such rule
    sentence: str
    found: tuple[Found, ...]


def reasons(
    held: HeldMessage, findings: Sequence[Finding], policy: Policy, language: str, words: Words
) -> tuple[Reason, ...]:
    """Return the reasons, strictest first; findings may have their excerpts or not."""
    return tuple(_reason(rule_id, findings, policy, language, words) for rule_id in held.rules)


def clause_of(finding: Finding, held: HeldMessage, policy: Policy) -> str | None:
    """Return the number of the first clause for which a finding counted, or None."""
    for rule_id in held.rules:
        rule = policy.rule(rule_id)
        if rule and any(_meets(finding, condition) for condition in rule.when):
            return rule.clause
    return None


def _reason(
    rule_id: str, findings: Sequence[Finding], policy: Policy, language: str, words: Words
) -> Reason:
    rule = policy.rule(rule_id)
    if rule is None:
        title = words.gettext("The email could not be checked, so a person must look")
        found = _counted([each for each in findings if each.reason], words)
        return Reason(title=title, clause="", sentence="", found=found)
    clause = policy.clause(rule.clause)
    mine = [each for each in findings if any(_meets(each, condition) for condition in rule.when)]
    return Reason(
        title=rule.title.in_language(language),
        clause=rule.clause,
        sentence=clause.text.in_language(language) if clause else "",
        found=_counted(mine, words),
    )


def _meets(finding: Finding, condition: Condition) -> bool:
    return (
        condition.detector in (None, finding.detector)
        and condition.category in (None, finding.category)
        and finding.score >= condition.score
        and (condition.words != "own" or finding.own)
    )


def _counted(findings: Sequence[Finding], words: Words) -> tuple[Found, ...]:
    keys = [(_name(each), _place(each)) for each in findings]
    result = []
    for (name, place), count in Counter(keys).items():
        excerpts = [
            each.excerpt if each.detector in _WORDS else mask(each.excerpt)
            for each, key in zip(findings, keys, strict=True)
            if key == (name, place) and each.excerpt
        ]
        result.append(
            Found(
                name=words.gettext(name),
                place=words.gettext(place) if place else "",
                count=count,
                samples=tuple(dict.fromkeys(excerpts))[:_MOST_SAMPLES],
            )
        )
    return tuple(result)


def _name(finding: Finding) -> str:
    if finding.reason:
        return _UNREADABLE.get(finding.reason, _MALFORMED)
    if finding.detector == "recipients":
        return _RECIPIENTS.get(finding.category, _OTHER)
    return _NAMES.get(finding.detector, _OTHER)


def _place(finding: Finding) -> str:
    if finding.reason or finding.part == "envelope":
        return ""
    return _PLACES.get(finding.kind, "") if finding.own else _QUOTED
